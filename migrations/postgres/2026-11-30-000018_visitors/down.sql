DROP TABLE IF EXISTS face_vectors;
DROP TABLE IF EXISTS face_vectors_place;
DROP TRIGGER blocking_removes_vectors ON users;
DROP FUNCTION blocking_removes_vectors();
DROP TABLE visitors;
