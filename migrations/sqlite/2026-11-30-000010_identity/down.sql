ALTER TABLE approvals RENAME TO approvals_before;
CREATE TABLE approvals (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('refund', 'resolve')),
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
INSERT INTO approvals SELECT * FROM approvals_before WHERE kind IN ('refund', 'resolve');
DROP TABLE approvals_before;
ALTER TABLE step_ups RENAME TO step_ups_before;
CREATE TABLE step_ups (
    id TEXT PRIMARY KEY,
    transaction_id TEXT NOT NULL REFERENCES transactions (id),
    factor TEXT NOT NULL CHECK (factor IN ('pin', 'staff')),
    amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    payee TEXT NOT NULL,
    terminal TEXT NOT NULL,
    proved_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL CHECK (expires_at > proved_at),
    used_at INTEGER
) STRICT;
INSERT INTO step_ups SELECT * FROM step_ups_before WHERE factor IN ('pin', 'staff');
DROP TABLE step_ups_before;
CREATE INDEX step_ups_transaction ON step_ups (transaction_id, proved_at);
DROP TABLE identity_checks;
