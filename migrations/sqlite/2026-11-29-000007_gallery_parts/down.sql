DROP TRIGGER a_lost_person_takes_the_key;
DROP TRIGGER a_changed_face_takes_the_key;
DROP TRIGGER a_face_that_goes_takes_the_key;
DROP TRIGGER a_new_face_takes_the_key;
DROP INDEX faces_user;
CREATE INDEX faces_user ON faces (user_id, created_at);
DROP INDEX faces_part;
DROP TABLE gallery_changes;
DROP TABLE gallery_parts;
