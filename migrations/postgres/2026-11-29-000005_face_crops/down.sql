DROP TRIGGER withdrawal_removes_face_crops ON consents;
DROP FUNCTION withdrawal_removes_face_crops;
DROP TABLE face_crops;
