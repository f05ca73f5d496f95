-- A template is of one picture, or the mean of all that the person has of one recogniser.
ALTER TABLE faces ADD COLUMN kind TEXT NOT NULL DEFAULT 'member' CHECK (kind IN ('member', 'mean'));
CREATE UNIQUE INDEX faces_one_mean ON faces (user_id, model_tag) WHERE kind = 'mean';
CREATE TRIGGER faces_keep_their_kind BEFORE UPDATE OF kind ON faces
BEGIN
    SELECT RAISE (ABORT, 'faces_are_fixed');
END;
-- A mean holds something of each member: it goes with any of them, whatever took that one away.
CREATE TRIGGER means_go_with_members AFTER DELETE ON faces
WHEN OLD.kind = 'member'
BEGIN
    DELETE FROM faces WHERE user_id = OLD.user_id AND model_tag = OLD.model_tag AND kind = 'mean';
END;

-- Enrolments of faces that look like somebody else's. The templates stay outside the gallery, sealed with the person's
-- key, until another person of the staff has decided or the time is over.
CREATE TABLE enrolments (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    consent_id TEXT NOT NULL REFERENCES consents (id) ON DELETE CASCADE,
    model_tag INTEGER NOT NULL,
    members INTEGER NOT NULL CHECK (members > 0),
    templates_sealed BLOB,
    requested_by TEXT NOT NULL,
    requested_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL CHECK (expires_at > requested_at),
    decided_by TEXT,
    decided_at INTEGER,
    decision TEXT CHECK (decision IN ('approved', 'rejected', 'expired')),
    CHECK (decided_by IS NULL OR decided_by <> requested_by),
    CHECK ((decided_at IS NULL) = (decision IS NULL) AND (decided_by IS NULL) = (decision IS NULL OR decision = 'expired')),
    CHECK ((templates_sealed IS NULL) = (decision IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX enrolments_one_open ON enrolments (user_id) WHERE decision IS NULL;
CREATE INDEX enrolments_consent ON enrolments (consent_id);

-- Whom they look like.
CREATE TABLE enrolment_duplicates (
    enrolment_id TEXT NOT NULL REFERENCES enrolments (id) ON DELETE CASCADE,
    other_user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    similarity REAL NOT NULL,
    PRIMARY KEY (enrolment_id, other_user_id)
) STRICT;
CREATE INDEX enrolment_duplicates_other_user ON enrolment_duplicates (other_user_id);

CREATE TRIGGER enrolments_need_consent BEFORE INSERT ON enrolments
WHEN NOT EXISTS (
    SELECT 1 FROM consents c
    WHERE c.id = NEW.consent_id AND c.user_id = NEW.user_id AND c.withdrawn_at IS NULL
      AND c.given_at <= NEW.requested_at AND c.expires_at >= NEW.expires_at
)
BEGIN
    SELECT RAISE (ABORT, 'faces_need_consent');
END;
CREATE TRIGGER withdrawal_removes_enrolments AFTER UPDATE OF withdrawn_at ON consents
WHEN NEW.withdrawn_at IS NOT NULL
BEGIN
    DELETE FROM enrolments WHERE consent_id = NEW.id AND decision IS NULL;
END;
-- What waits stays as it was; a decision is final.
CREATE TRIGGER enrolments_are_fixed BEFORE UPDATE ON enrolments
WHEN OLD.decision IS NOT NULL OR NEW.id <> OLD.id OR NEW.user_id <> OLD.user_id OR NEW.consent_id <> OLD.consent_id
    OR NEW.requested_by <> OLD.requested_by OR NEW.expires_at <> OLD.expires_at
    OR (NEW.templates_sealed IS NOT NULL AND NEW.templates_sealed <> OLD.templates_sealed)
BEGIN
    SELECT RAISE (ABORT, 'enrolments_are_fixed');
END;
