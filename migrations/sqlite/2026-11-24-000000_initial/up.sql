-- People, consent, faces, money, access, audit. Times are microseconds since 1970 UTC; ids are UUID text;
-- amounts are whole minor units. Columns named *_sealed hold AES-256-GCM boxes.

CREATE TABLE users (
    id TEXT PRIMARY KEY,
    status TEXT NOT NULL CHECK (status IN ('active', 'blocked')),
    profile_sealed BLOB NOT NULL,
    email_tag BLOB UNIQUE,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

-- One data key for each person, wrapped by the appliance's key. Destroying the row erases the person.
CREATE TABLE subject_keys (
    user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    key_wrapped BLOB NOT NULL
) STRICT;

CREATE TABLE consents (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    text_version TEXT NOT NULL,
    text_sha256 TEXT NOT NULL,
    language TEXT NOT NULL,
    channel TEXT NOT NULL,
    operator TEXT NOT NULL,
    given_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL CHECK (expires_at > given_at),
    withdrawn_at INTEGER
) STRICT;
CREATE INDEX consents_user ON consents (user_id, given_at);

CREATE TABLE faces (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    consent_id TEXT NOT NULL REFERENCES consents (id) ON DELETE CASCADE,
    model_tag INTEGER NOT NULL,
    dim INTEGER NOT NULL CHECK (dim > 0),
    template_sealed BLOB NOT NULL,
    quality REAL NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX faces_user ON faces (user_id, created_at);
CREATE INDEX faces_model ON faces (model_tag, id);

-- No template without a live consent of that person; none survives its withdrawal.
CREATE TRIGGER faces_need_consent BEFORE INSERT ON faces
WHEN NOT EXISTS (
    SELECT 1 FROM consents c
    WHERE c.id = NEW.consent_id AND c.user_id = NEW.user_id AND c.withdrawn_at IS NULL
      AND c.given_at <= NEW.created_at AND c.expires_at > NEW.created_at
)
BEGIN
    SELECT RAISE (ABORT, 'faces_need_consent');
END;
CREATE TRIGGER faces_are_fixed BEFORE UPDATE OF user_id, consent_id, template_sealed ON faces
BEGIN
    SELECT RAISE (ABORT, 'faces_are_fixed');
END;
CREATE TRIGGER withdrawal_removes_faces AFTER UPDATE OF withdrawn_at ON consents
WHEN NEW.withdrawn_at IS NOT NULL
BEGIN
    DELETE FROM faces WHERE consent_id = NEW.id;
END;
-- What somebody agreed to stays as it was; a withdrawal is final.
CREATE TRIGGER consents_are_fixed BEFORE UPDATE ON consents
WHEN OLD.withdrawn_at IS NOT NULL OR NEW.id <> OLD.id OR NEW.user_id <> OLD.user_id OR NEW.given_at <> OLD.given_at
    OR NEW.expires_at <> OLD.expires_at OR NEW.text_version <> OLD.text_version OR NEW.text_sha256 <> OLD.text_sha256
BEGIN
    SELECT RAISE (ABORT, 'consents_are_fixed');
END;

-- The owner is a user's id or the name of a house account; it outlives the user, as books must.
CREATE TABLE accounts (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('wallet', 'merchant', 'issuing', 'clearing', 'fees', 'suspense')),
    owner TEXT NOT NULL,
    currency TEXT NOT NULL,
    posted INTEGER NOT NULL,
    pending_debits INTEGER NOT NULL CHECK (pending_debits >= 0),
    pending_credits INTEGER NOT NULL CHECK (pending_credits >= 0),
    created_at INTEGER NOT NULL,
    UNIQUE (kind, owner, currency),
    CHECK (kind NOT IN ('wallet', 'merchant') OR posted - pending_debits >= 0)
) STRICT;

CREATE TABLE transfers (
    id TEXT PRIMARY KEY,
    debit_account TEXT NOT NULL REFERENCES accounts (id),
    credit_account TEXT NOT NULL REFERENCES accounts (id),
    amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'posted', 'voided', 'expired')),
    posted INTEGER NOT NULL CHECK (posted >= 0 AND posted <= amount),
    purpose TEXT NOT NULL,
    attempt_ref BLOB,
    created_at INTEGER NOT NULL,
    settled_at INTEGER,
    CHECK (debit_account <> credit_account),
    CHECK ((state = 'posted') = (posted > 0)),
    CHECK ((state = 'pending') = (settled_at IS NULL))
) STRICT;
CREATE INDEX transfers_debit ON transfers (debit_account, created_at);
CREATE INDEX transfers_credit ON transfers (credit_account, created_at);

-- A transfer is settled once and otherwise stays as it was; a correction is a transfer of its own.
CREATE TRIGGER transfers_settle_once BEFORE UPDATE ON transfers
WHEN OLD.state <> 'pending' OR NEW.state = 'pending' OR NEW.id <> OLD.id OR NEW.debit_account <> OLD.debit_account
    OR NEW.credit_account <> OLD.credit_account OR NEW.amount <> OLD.amount OR NEW.currency <> OLD.currency
    OR NEW.purpose <> OLD.purpose OR NEW.attempt_ref IS NOT OLD.attempt_ref OR NEW.created_at <> OLD.created_at
BEGIN
    SELECT RAISE (ABORT, 'transfers_settle_once');
END;
CREATE TRIGGER transfers_stay BEFORE DELETE ON transfers
BEGIN
    SELECT RAISE (ABORT, 'transfers_stay');
END;
CREATE TRIGGER transfers_one_currency BEFORE INSERT ON transfers
WHEN (SELECT count(*) FROM accounts a
      WHERE a.id IN (NEW.debit_account, NEW.credit_account) AND a.currency = NEW.currency) <> 2
BEGIN
    SELECT RAISE (ABORT, 'transfers_one_currency');
END;

CREATE TABLE transactions (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    captured INTEGER NOT NULL CHECK (captured >= 0 AND captured <= amount),
    refunded INTEGER NOT NULL CHECK (refunded >= 0 AND refunded <= captured),
    user_id TEXT,
    provider TEXT,
    terminal TEXT,
    branch TEXT NOT NULL,
    reference TEXT,
    reason TEXT,
    evidence TEXT,
    confirm_by INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX transactions_terminal ON transactions (user_id, branch, terminal);
CREATE INDEX transactions_user ON transactions (user_id, created_at);
CREATE INDEX transactions_state ON transactions (state, created_at);

CREATE TABLE operations (
    id TEXT PRIMARY KEY,
    transaction_id TEXT NOT NULL REFERENCES transactions (id),
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    attempt_ref BLOB NOT NULL UNIQUE,
    provider TEXT NOT NULL,
    provider_ref TEXT,
    amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    transfer_id TEXT REFERENCES transfers (id),
    reason TEXT,
    sequence INTEGER NOT NULL UNIQUE,
    kept TEXT,
    about TEXT REFERENCES operations (id),
    tries INTEGER NOT NULL,
    next_try_at INTEGER NOT NULL,
    lease INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX operations_transaction ON operations (transaction_id, created_at);
CREATE INDEX operations_state ON operations (state, next_try_at);
-- At most one request of a payment may move its money: a second is refused by the database itself.
CREATE UNIQUE INDEX operations_one_charge ON operations (transaction_id)
WHERE kind IN ('sale', 'authorize') AND state NOT IN ('declined', 'not_sent', 'reversed');
-- What was set aside is taken or given free once.
CREATE UNIQUE INDEX operations_one_ending ON operations (transaction_id)
WHERE kind IN ('capture', 'void') AND state NOT IN ('declined', 'not_sent', 'reversed');

-- What was approved after it had been given up is undone once.
CREATE UNIQUE INDEX operations_one_reversal ON operations (about)
WHERE kind = 'reversal' AND state NOT IN ('declined', 'not_sent', 'reversed');

-- What a person, a terminal or a branch spent or took in spans of five minutes, payments under way included.
CREATE TABLE spending (
    subject TEXT NOT NULL,
    currency TEXT NOT NULL,
    bucket INTEGER NOT NULL,
    amount INTEGER NOT NULL CHECK (amount >= 0),
    count INTEGER NOT NULL CHECK (count >= 0),
    PRIMARY KEY (subject, currency, bucket)
) STRICT;

CREATE TABLE checkouts (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    transaction_id TEXT NOT NULL UNIQUE REFERENCES transactions (id),
    camera_id TEXT NOT NULL,
    reason TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX checkouts_state ON checkouts (state, created_at);

CREATE TABLE idempotency (
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    body_mac BLOB NOT NULL,
    status INTEGER,
    response BLOB,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (scope, key)
) STRICT;

-- Numbers that rise in commit order: taking one locks its row until the transaction ends.
CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT;
INSERT INTO counters (name, value) VALUES ('outbox', 0), ('audit', 0), ('operation', 0);

CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    -- The payment that it is about: its messages are counted.
    transaction_id TEXT
) STRICT;
CREATE INDEX outbox_transaction ON outbox (transaction_id, seq) WHERE transaction_id IS NOT NULL;

-- The record's bytes are what counts; the columns before it are for questions.
CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    record BLOB NOT NULL,
    previous_sha256 BLOB NOT NULL,
    sha256 BLOB NOT NULL
) STRICT;

-- Signed statements about all records up to one. What is not signed: peaks, from which the next one goes on.
CREATE TABLE audit_checkpoints (
    id INTEGER PRIMARY KEY,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL UNIQUE,
    root BLOB NOT NULL,
    chain_sha256 BLOB NOT NULL,
    at INTEGER NOT NULL,
    peaks BLOB NOT NULL,
    statement BLOB NOT NULL,
    signature BLOB NOT NULL,
    CHECK (first_seq <= last_seq)
) STRICT;

-- Roots that a provider was asked to write where nobody can take them back.
CREATE TABLE audit_anchors (
    checkpoint_id INTEGER PRIMARY KEY REFERENCES audit_checkpoints (id),
    provider TEXT NOT NULL,
    attempt_ref BLOB NOT NULL UNIQUE,
    kept TEXT,
    anchor_ref TEXT,
    reason TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

-- Written with the money's own commit, kept as they were signed.
CREATE TABLE receipts (
    transaction_id TEXT PRIMARY KEY REFERENCES transactions (id),
    receipt BLOB NOT NULL,
    signature BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE cameras (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    source_sealed BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE operators (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    failed_logins INTEGER NOT NULL,
    locked_until INTEGER,
    created_at INTEGER NOT NULL,
    disabled_at INTEGER
) STRICT;

CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    sha256 BLOB NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER
) STRICT;

CREATE TABLE facts (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- Addresses that hear of what happens. What is at or before `position` in the outbox has become deliveries.
CREATE TABLE webhooks (
    id TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    events TEXT NOT NULL,
    secret_sealed BLOB NOT NULL,
    secret_old_sealed BLOB,
    position INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- One message to one webhook. It is kept for a while after it arrived or was given up.
CREATE TABLE deliveries (
    webhook_id TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL REFERENCES outbox (seq),
    state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'dead')),
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    next_try_at INTEGER NOT NULL,
    ended_at INTEGER,
    last_status INTEGER,
    last_error TEXT,
    PRIMARY KEY (webhook_id, seq)
) STRICT;
CREATE INDEX deliveries_waiting ON deliveries (webhook_id, seq) WHERE state = 'waiting';

-- Messages of providers, each acted on once.
CREATE TABLE webhook_in (
    provider TEXT NOT NULL,
    event_id TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    applied_at INTEGER,
    PRIMARY KEY (provider, event_id)
) STRICT;
-- A payment by several people; its parts are payments of their own.
CREATE TABLE checkout_groups (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    policy TEXT NOT NULL,
    camera_id TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    reference TEXT,
    ending TEXT,
    reason TEXT,
    round INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX checkout_groups_state ON checkout_groups (state, created_at);

-- The parts, those of earlier rounds included. A person is in a group once.
CREATE TABLE checkout_legs (
    transaction_id TEXT PRIMARY KEY REFERENCES transactions (id),
    group_id TEXT NOT NULL REFERENCES checkout_groups (id),
    number INTEGER NOT NULL CHECK (number > 0),
    round INTEGER NOT NULL,
    weight INTEGER NOT NULL CHECK (weight > 0),
    user_id TEXT,
    confirmed INTEGER,
    in_force INTEGER NOT NULL CHECK (in_force IN (0, 1))
) STRICT;
CREATE INDEX checkout_legs_group ON checkout_legs (group_id, round, number);
CREATE UNIQUE INDEX checkout_legs_one_place ON checkout_legs (group_id, number) WHERE in_force = 1;
CREATE UNIQUE INDEX checkout_legs_one_face ON checkout_legs (group_id, user_id)
WHERE in_force = 1 AND user_id IS NOT NULL;

-- The hash is argon2id over a keyed digest of the PIN, sealed with the person's data key. A try is counted before it
-- is looked at, so that tries side by side count like those in a row.
CREATE TABLE pins (
    user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    hash_sealed BLOB NOT NULL,
    failures INTEGER NOT NULL CHECK (failures >= 0),
    locked_until INTEGER,
    updated_at INTEGER NOT NULL
) STRICT;

-- What a payer proved beside their face: good once, for just this charge, until it expires.
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
CREATE INDEX step_ups_transaction ON step_ups (transaction_id, proved_at);

-- What a provider knows a payer's money by. One for each person and provider.
CREATE TABLE instruments (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    provider TEXT NOT NULL,
    token_sealed BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    used_at INTEGER,
    PRIMARY KEY (user_id, provider)
) STRICT;

-- What waits for a second person. Whoever asked for it cannot decide.
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
-- One closed business day of one provider. Once it is closed, what belongs to it is fixed.
CREATE TABLE settlement_batches (
    id TEXT PRIMARY KEY,
    provider TEXT NOT NULL,
    day TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'closed', 'matched', 'with_breaks')),
    from_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL CHECK (until_at > from_at),
    closed_at INTEGER NOT NULL,
    closed_by TEXT NOT NULL,
    file_sha256 TEXT,
    file_lines INTEGER,
    file_at INTEGER,
    breaks_left INTEGER NOT NULL CHECK (breaks_left >= 0),
    UNIQUE (provider, day),
    CHECK ((file_sha256 IS NULL) = (state IN ('open', 'closed')))
) STRICT;
-- A file says something about one day; an empty one looks the same every day.
CREATE UNIQUE INDEX settlement_batches_one_file ON settlement_batches (provider, file_sha256)
WHERE file_lines > 0;
CREATE TRIGGER settlement_batches_are_fixed BEFORE UPDATE ON settlement_batches
WHEN OLD.state <> 'open' AND (NEW.state = 'open' OR NEW.id <> OLD.id OR NEW.provider <> OLD.provider
    OR NEW.day <> OLD.day OR NEW.from_at <> OLD.from_at OR NEW.until_at <> OLD.until_at
    OR NEW.closed_at <> OLD.closed_at OR NEW.closed_by <> OLD.closed_by
    OR (OLD.file_sha256 IS NOT NULL AND NEW.file_sha256 <> OLD.file_sha256))
BEGIN
    SELECT RAISE (ABORT, 'settlement_batches_are_fixed');
END;

-- Which batch a request that moved money is in. The key lets none be in two.
CREATE TABLE settlement_operations (
    operation_id TEXT PRIMARY KEY REFERENCES operations (id),
    batch_id TEXT NOT NULL REFERENCES settlement_batches (id)
) STRICT;
CREATE INDEX settlement_operations_batch ON settlement_operations (batch_id, operation_id);
CREATE TRIGGER settlement_operations_fit BEFORE INSERT ON settlement_operations
WHEN NOT EXISTS (
    SELECT 1 FROM settlement_batches b, operations o
    WHERE b.id = NEW.batch_id AND o.id = NEW.operation_id AND b.state = 'open' AND o.provider = b.provider
      AND o.state = 'approved' AND o.kind IN ('sale', 'capture', 'refund')
)
BEGIN
    SELECT RAISE (ABORT, 'settlement_operations_fit');
END;
CREATE TRIGGER settlement_operations_are_fixed BEFORE UPDATE ON settlement_operations
BEGIN
    SELECT RAISE (ABORT, 'settlement_operations_are_fixed');
END;
CREATE TRIGGER settlement_operations_stay BEFORE DELETE ON settlement_operations
BEGIN
    SELECT RAISE (ABORT, 'settlement_operations_stay');
END;

CREATE TABLE settlement_totals (
    batch_id TEXT NOT NULL REFERENCES settlement_batches (id),
    side TEXT NOT NULL CHECK (side IN ('ours', 'theirs')),
    currency TEXT NOT NULL,
    sale_count INTEGER NOT NULL,
    refund_count INTEGER NOT NULL,
    gross INTEGER NOT NULL,
    refunds INTEGER NOT NULL,
    fees INTEGER NOT NULL,
    PRIMARY KEY (batch_id, side, currency)
) STRICT;

-- The provider's lines in their order, then the requests of ours that no line names.
CREATE TABLE settlement_lines (
    batch_id TEXT NOT NULL REFERENCES settlement_batches (id),
    number INTEGER NOT NULL CHECK (number > 0),
    provider_ref TEXT NOT NULL,
    attempt TEXT,
    kind TEXT NOT NULL CHECK (kind IN ('sale', 'refund', 'fee')),
    amount INTEGER NOT NULL CHECK (amount > 0),
    fee INTEGER NOT NULL CHECK (fee >= 0),
    currency TEXT NOT NULL,
    at INTEGER NOT NULL,
    match_state TEXT NOT NULL CHECK (match_state IN (
        'matched', 'missing_ours', 'missing_theirs', 'amount_diff', 'duplicate_theirs')),
    operation_id TEXT REFERENCES operations (id),
    difference INTEGER NOT NULL,
    transfer_id TEXT REFERENCES transfers (id),
    resolved_at INTEGER,
    resolved_by TEXT,
    reason TEXT,
    PRIMARY KEY (batch_id, number)
) STRICT;
CREATE TRIGGER settlement_lines_are_fixed BEFORE UPDATE ON settlement_lines
WHEN OLD.resolved_at IS NOT NULL OR NEW.batch_id <> OLD.batch_id OR NEW.number <> OLD.number
    OR NEW.amount <> OLD.amount OR NEW.currency <> OLD.currency OR NEW.kind <> OLD.kind
    OR NEW.match_state <> OLD.match_state OR NEW.difference <> OLD.difference
BEGIN
    SELECT RAISE (ABORT, 'settlement_lines_are_fixed');
END;

-- The transfers of what the provider kept.
CREATE TABLE settlement_fees (
    batch_id TEXT NOT NULL REFERENCES settlement_batches (id),
    currency TEXT NOT NULL,
    transfer_id TEXT NOT NULL UNIQUE REFERENCES transfers (id),
    PRIMARY KEY (batch_id, currency)
) STRICT;

-- What belongs to no closed day yet is looked for by this.
CREATE INDEX operations_provider ON operations (provider, updated_at);
