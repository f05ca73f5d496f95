DROP TRIGGER withdrawal_removes_enrolments;
DROP TABLE enrolment_duplicates;
DROP TABLE enrolments;
DROP TRIGGER means_go_with_members;
DROP TRIGGER faces_keep_their_kind;
DROP INDEX faces_one_mean;
DELETE FROM faces WHERE kind = 'mean';
ALTER TABLE faces DROP COLUMN kind;
