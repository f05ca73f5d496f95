-- Faces cut out of the pictures of enrolments, kept where the operator says so, for a recogniser to come.
CREATE TABLE face_crops (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    consent_id TEXT NOT NULL REFERENCES consents (id) ON DELETE CASCADE,
    -- The template that it goes with; one of another recogniser takes its place when that one is settled away.
    face_id TEXT NOT NULL,
    crop_sealed BYTEA NOT NULL,
    quality DOUBLE PRECISION NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX face_crops_user ON face_crops (user_id);
CREATE INDEX face_crops_face ON face_crops (face_id);

-- No crop without a live consent of that person, as for templates; none survives its withdrawal.
CREATE TRIGGER face_crops_need_consent BEFORE INSERT ON face_crops
FOR EACH ROW EXECUTE FUNCTION faces_need_consent();
CREATE FUNCTION withdrawal_removes_face_crops() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM face_crops WHERE consent_id = NEW.id;
    RETURN NEW;
END $$;
CREATE TRIGGER withdrawal_removes_face_crops AFTER UPDATE OF withdrawn_at ON consents
FOR EACH ROW WHEN (NEW.withdrawn_at IS NOT NULL) EXECUTE FUNCTION withdrawal_removes_face_crops();
