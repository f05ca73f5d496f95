-- Faces cut out of the pictures of enrolments, kept where the operator says so, for a recogniser to come.
CREATE TABLE face_crops (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    consent_id TEXT NOT NULL REFERENCES consents (id) ON DELETE CASCADE,
    -- The template that it goes with; one of another recogniser takes its place when that one is settled away.
    face_id TEXT NOT NULL,
    crop_sealed BLOB NOT NULL,
    quality REAL NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX face_crops_user ON face_crops (user_id);
CREATE INDEX face_crops_face ON face_crops (face_id);

-- No crop without a live consent of that person; none survives its withdrawal.
CREATE TRIGGER face_crops_need_consent BEFORE INSERT ON face_crops
WHEN NOT EXISTS (
    SELECT 1 FROM consents c
    WHERE c.id = NEW.consent_id AND c.user_id = NEW.user_id AND c.withdrawn_at IS NULL
      AND c.given_at <= NEW.created_at AND c.expires_at > NEW.created_at
)
BEGIN
    SELECT RAISE (ABORT, 'faces_need_consent');
END;
CREATE TRIGGER withdrawal_removes_face_crops AFTER UPDATE OF withdrawn_at ON consents
WHEN NEW.withdrawn_at IS NOT NULL
BEGIN
    DELETE FROM face_crops WHERE consent_id = NEW.id;
END;
