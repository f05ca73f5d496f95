DROP TRIGGER withdrawal_removes_face_crops;
DROP TABLE face_crops;
