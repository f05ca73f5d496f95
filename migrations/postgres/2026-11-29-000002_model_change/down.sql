DROP INDEX faces_origin;
ALTER TABLE faces DROP COLUMN origin_id;
ALTER TABLE faces DROP COLUMN source;
DROP TABLE shadow_visits;
DROP TABLE model_roles;
