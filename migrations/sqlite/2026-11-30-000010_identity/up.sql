-- Checks of who people are by identity providers. What an issuer attests is sealed with the person's own key; the key that a
-- provider has for the person is kept as a tag, by which the same person is found again.
CREATE TABLE identity_checks (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    provider TEXT NOT NULL,
    kind TEXT NOT NULL,
    purpose TEXT NOT NULL CHECK (purpose IN ('enrolment', 'payment')),
    state TEXT NOT NULL CHECK (state IN ('asked', 'verified', 'refused', 'pending', 'not_sent', 'unknown')),
    attempt_ref BLOB NOT NULL UNIQUE,
    provider_ref TEXT,
    code TEXT,
    assurance TEXT CHECK (assurance IN ('low', 'substantial', 'high')),
    reference_tag BLOB,
    attested_sealed BLOB,
    kept_sealed BLOB,
    begun_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    used_at INTEGER,
    CHECK ((state = 'verified') = (assurance IS NOT NULL AND reference_tag IS NOT NULL AND attested_sealed IS NOT NULL))
) STRICT;
CREATE INDEX identity_checks_of_user ON identity_checks (user_id, id);
CREATE INDEX identity_checks_of_reference ON identity_checks (reference_tag);
CREATE INDEX identity_checks_asked ON identity_checks (updated_at) WHERE state = 'asked';

-- SQLite changes no check of a table that is there.
-- A further factor may be such a check.
ALTER TABLE step_ups RENAME TO step_ups_before;
CREATE TABLE step_ups (
    id TEXT PRIMARY KEY,
    transaction_id TEXT NOT NULL REFERENCES transactions (id),
    factor TEXT NOT NULL CHECK (factor IN ('pin', 'staff', 'identity')),
    amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    payee TEXT NOT NULL,
    terminal TEXT NOT NULL,
    proved_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL CHECK (expires_at > proved_at),
    used_at INTEGER
) STRICT;
INSERT INTO step_ups SELECT * FROM step_ups_before;
DROP TABLE step_ups_before;
CREATE INDEX step_ups_transaction ON step_ups (transaction_id, proved_at);
-- A second person also allows an erasure, and changes of plugins and recognisers.
ALTER TABLE approvals RENAME TO approvals_before;
CREATE TABLE approvals (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('refund', 'resolve', 'erase', 'plugin', 'model')),
    subject TEXT NOT NULL,
    body_sha256 BLOB NOT NULL,
    detail TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    requested_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    decided_by TEXT,
    decided_at INTEGER,
    decision TEXT CHECK (decision IN ('approved', 'rejected')),
    CHECK (decided_by IS NULL OR decided_by <> requested_by),
    CHECK ((decided_by IS NULL) = (decision IS NULL) AND (decided_at IS NULL) = (decision IS NULL))
) STRICT;
INSERT INTO approvals SELECT * FROM approvals_before;
DROP TABLE approvals_before;
