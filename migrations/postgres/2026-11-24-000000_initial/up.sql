-- People, consent, faces, money, access, audit. Times are microseconds since 1970 UTC; ids are UUID text;
-- amounts are whole minor units. Columns named *_sealed hold AES-256-GCM boxes.

CREATE TABLE users (
    id TEXT PRIMARY KEY,
    status TEXT NOT NULL CHECK (status IN ('active', 'blocked')),
    profile_sealed BYTEA NOT NULL,
    email_tag BYTEA UNIQUE,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- One data key for each person, wrapped by the appliance's key. Destroying the row erases the person.
CREATE TABLE subject_keys (
    user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    key_wrapped BYTEA NOT NULL
);

CREATE TABLE consents (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    text_version TEXT NOT NULL,
    text_sha256 TEXT NOT NULL,
    language TEXT NOT NULL,
    channel TEXT NOT NULL,
    operator TEXT NOT NULL,
    given_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL CHECK (expires_at > given_at),
    withdrawn_at BIGINT
);
CREATE INDEX consents_user ON consents (user_id, given_at);

CREATE TABLE faces (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    consent_id TEXT NOT NULL REFERENCES consents (id) ON DELETE CASCADE,
    model_tag BIGINT NOT NULL,
    dim INTEGER NOT NULL CHECK (dim > 0),
    template_sealed BYTEA NOT NULL,
    quality DOUBLE PRECISION NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX faces_user ON faces (user_id, created_at);
CREATE INDEX faces_model ON faces (model_tag, id);

-- No template without a live consent of that person; none survives its withdrawal.
CREATE FUNCTION faces_need_consent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM consents c
    WHERE c.id = NEW.consent_id AND c.user_id = NEW.user_id AND c.withdrawn_at IS NULL
      AND c.given_at <= NEW.created_at AND c.expires_at > NEW.created_at
    FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'faces_need_consent';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER faces_need_consent BEFORE INSERT ON faces
FOR EACH ROW EXECUTE FUNCTION faces_need_consent();
CREATE FUNCTION faces_are_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'faces_are_fixed';
END $$;
CREATE TRIGGER faces_are_fixed BEFORE UPDATE OF user_id, consent_id, template_sealed ON faces
FOR EACH ROW EXECUTE FUNCTION faces_are_fixed();
CREATE FUNCTION withdrawal_removes_faces() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM faces WHERE consent_id = NEW.id;
    RETURN NEW;
END $$;
CREATE TRIGGER withdrawal_removes_faces AFTER UPDATE OF withdrawn_at ON consents
FOR EACH ROW WHEN (NEW.withdrawn_at IS NOT NULL) EXECUTE FUNCTION withdrawal_removes_faces();
-- What somebody agreed to stays as it was; a withdrawal is final.
CREATE FUNCTION consents_are_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'consents_are_fixed';
END $$;
CREATE TRIGGER consents_are_fixed BEFORE UPDATE ON consents
FOR EACH ROW WHEN (
    OLD.withdrawn_at IS NOT NULL OR NEW.id <> OLD.id OR NEW.user_id <> OLD.user_id OR NEW.given_at <> OLD.given_at
    OR NEW.expires_at <> OLD.expires_at OR NEW.text_version <> OLD.text_version OR NEW.text_sha256 <> OLD.text_sha256
) EXECUTE FUNCTION consents_are_fixed();

-- The owner is a user's id or the name of a house account; it outlives the user, as books must.
CREATE TABLE accounts (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('wallet', 'merchant', 'issuing', 'clearing', 'fees', 'suspense')),
    owner TEXT NOT NULL,
    currency TEXT NOT NULL,
    posted BIGINT NOT NULL,
    pending_debits BIGINT NOT NULL CHECK (pending_debits >= 0),
    pending_credits BIGINT NOT NULL CHECK (pending_credits >= 0),
    created_at BIGINT NOT NULL,
    UNIQUE (kind, owner, currency),
    CHECK (kind NOT IN ('wallet', 'merchant') OR posted - pending_debits >= 0)
);

CREATE TABLE transfers (
    id TEXT PRIMARY KEY,
    debit_account TEXT NOT NULL REFERENCES accounts (id),
    credit_account TEXT NOT NULL REFERENCES accounts (id),
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'posted', 'voided', 'expired')),
    posted BIGINT NOT NULL CHECK (posted >= 0 AND posted <= amount),
    purpose TEXT NOT NULL,
    attempt_ref BYTEA,
    created_at BIGINT NOT NULL,
    settled_at BIGINT,
    CHECK (debit_account <> credit_account),
    CHECK ((state = 'posted') = (posted > 0)),
    CHECK ((state = 'pending') = (settled_at IS NULL))
);
CREATE INDEX transfers_debit ON transfers (debit_account, created_at);
CREATE INDEX transfers_credit ON transfers (credit_account, created_at);

-- A transfer is settled once and otherwise stays as it was; a correction is a transfer of its own.
CREATE FUNCTION transfers_settle_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'transfers_settle_once';
END $$;
CREATE TRIGGER transfers_settle_once BEFORE UPDATE ON transfers
FOR EACH ROW WHEN (
    OLD.state <> 'pending' OR NEW.state = 'pending' OR NEW.id <> OLD.id OR NEW.debit_account <> OLD.debit_account
    OR NEW.credit_account <> OLD.credit_account OR NEW.amount <> OLD.amount OR NEW.currency <> OLD.currency
    OR NEW.purpose <> OLD.purpose OR NEW.attempt_ref IS DISTINCT FROM OLD.attempt_ref OR NEW.created_at <> OLD.created_at
) EXECUTE FUNCTION transfers_settle_once();
CREATE FUNCTION transfers_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'transfers_stay';
END $$;
CREATE TRIGGER transfers_stay BEFORE DELETE ON transfers FOR EACH ROW EXECUTE FUNCTION transfers_stay();
CREATE FUNCTION transfers_one_currency() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM accounts a
        WHERE a.id IN (NEW.debit_account, NEW.credit_account) AND a.currency = NEW.currency) <> 2 THEN
        RAISE EXCEPTION 'transfers_one_currency';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER transfers_one_currency BEFORE INSERT ON transfers FOR EACH ROW EXECUTE FUNCTION transfers_one_currency();

CREATE TABLE transactions (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    captured BIGINT NOT NULL CHECK (captured >= 0 AND captured <= amount),
    refunded BIGINT NOT NULL CHECK (refunded >= 0 AND refunded <= captured),
    user_id TEXT,
    provider TEXT,
    terminal TEXT,
    branch TEXT NOT NULL,
    reference TEXT,
    reason TEXT,
    evidence TEXT,
    confirm_by BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX transactions_terminal ON transactions (user_id, branch, terminal);
CREATE INDEX transactions_user ON transactions (user_id, created_at);
CREATE INDEX transactions_state ON transactions (state, created_at);

CREATE TABLE operations (
    id TEXT PRIMARY KEY,
    transaction_id TEXT NOT NULL REFERENCES transactions (id),
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    attempt_ref BYTEA NOT NULL UNIQUE,
    provider TEXT NOT NULL,
    provider_ref TEXT,
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    transfer_id TEXT REFERENCES transfers (id),
    reason TEXT,
    sequence BIGINT NOT NULL UNIQUE,
    kept TEXT,
    about TEXT REFERENCES operations (id),
    tries INTEGER NOT NULL,
    next_try_at BIGINT NOT NULL,
    lease BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
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
    bucket BIGINT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount >= 0),
    count INTEGER NOT NULL CHECK (count >= 0),
    PRIMARY KEY (subject, currency, bucket)
);

CREATE TABLE checkouts (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    transaction_id TEXT NOT NULL UNIQUE REFERENCES transactions (id),
    camera_id TEXT NOT NULL,
    reason TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX checkouts_state ON checkouts (state, created_at);

CREATE TABLE idempotency (
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    body_mac BYTEA NOT NULL,
    status INTEGER,
    response BYTEA,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (scope, key)
);

-- Numbers that rise in commit order: taking one locks its row until the transaction ends.
CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES ('outbox', 0), ('audit', 0), ('operation', 0);

CREATE TABLE outbox (
    seq BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    -- The payment that it is about: its messages are counted.
    transaction_id TEXT
);
CREATE INDEX outbox_transaction ON outbox (transaction_id, seq) WHERE transaction_id IS NOT NULL;

-- The record's bytes are what counts; the columns before it are for questions.
CREATE TABLE audit (
    seq BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    record BYTEA NOT NULL,
    previous_sha256 BYTEA NOT NULL,
    sha256 BYTEA NOT NULL
);

-- Signed statements about all records up to one. What is not signed: peaks, from which the next one goes on.
CREATE TABLE audit_checkpoints (
    id BIGINT PRIMARY KEY,
    first_seq BIGINT NOT NULL,
    last_seq BIGINT NOT NULL UNIQUE,
    root BYTEA NOT NULL,
    chain_sha256 BYTEA NOT NULL,
    at BIGINT NOT NULL,
    peaks BYTEA NOT NULL,
    statement BYTEA NOT NULL,
    signature BYTEA NOT NULL,
    CHECK (first_seq <= last_seq)
);

-- Roots that a provider was asked to write where nobody can take them back.
CREATE TABLE audit_anchors (
    checkpoint_id BIGINT PRIMARY KEY REFERENCES audit_checkpoints (id),
    provider TEXT NOT NULL,
    attempt_ref BYTEA NOT NULL UNIQUE,
    kept TEXT,
    anchor_ref TEXT,
    reason TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Written with the money's own commit, kept as they were signed.
CREATE TABLE receipts (
    transaction_id TEXT PRIMARY KEY REFERENCES transactions (id),
    receipt BYTEA NOT NULL,
    signature BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE cameras (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    source_sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE operators (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    failed_logins INTEGER NOT NULL,
    locked_until BIGINT,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    sha256 BYTEA NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT
);

CREATE TABLE facts (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- Addresses that hear of what happens. What is at or before `position` in the outbox has become deliveries.
CREATE TABLE webhooks (
    id TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    events TEXT NOT NULL,
    secret_sealed BYTEA NOT NULL,
    secret_old_sealed BYTEA,
    position BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

-- One message to one webhook. It is kept for a while after it arrived or was given up.
CREATE TABLE deliveries (
    webhook_id TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    seq BIGINT NOT NULL REFERENCES outbox (seq),
    state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'dead')),
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    next_try_at BIGINT NOT NULL,
    ended_at BIGINT,
    last_status BIGINT,
    last_error TEXT,
    PRIMARY KEY (webhook_id, seq)
);
CREATE INDEX deliveries_waiting ON deliveries (webhook_id, seq) WHERE state = 'waiting';

-- Messages of providers, each acted on once.
CREATE TABLE webhook_in (
    provider TEXT NOT NULL,
    event_id TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    applied_at BIGINT,
    PRIMARY KEY (provider, event_id)
);
-- A payment by several people; its parts are payments of their own.
CREATE TABLE checkout_groups (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    policy TEXT NOT NULL,
    camera_id TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    reference TEXT,
    ending TEXT,
    reason TEXT,
    round BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX checkout_groups_state ON checkout_groups (state, created_at);

-- The parts, those of earlier rounds included. A person is in a group once.
CREATE TABLE checkout_legs (
    transaction_id TEXT PRIMARY KEY REFERENCES transactions (id),
    group_id TEXT NOT NULL REFERENCES checkout_groups (id),
    number BIGINT NOT NULL CHECK (number > 0),
    round BIGINT NOT NULL,
    weight BIGINT NOT NULL CHECK (weight > 0),
    user_id TEXT,
    confirmed BIGINT,
    in_force BIGINT NOT NULL CHECK (in_force IN (0, 1))
);
CREATE INDEX checkout_legs_group ON checkout_legs (group_id, round, number);
CREATE UNIQUE INDEX checkout_legs_one_place ON checkout_legs (group_id, number) WHERE in_force = 1;
CREATE UNIQUE INDEX checkout_legs_one_face ON checkout_legs (group_id, user_id)
WHERE in_force = 1 AND user_id IS NOT NULL;

-- The hash is argon2id over a keyed digest of the PIN, sealed with the person's data key. A try is counted before it
-- is looked at, so that tries side by side count like those in a row.
CREATE TABLE pins (
    user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    hash_sealed BYTEA NOT NULL,
    failures INTEGER NOT NULL CHECK (failures >= 0),
    locked_until BIGINT,
    updated_at BIGINT NOT NULL
);

-- What a payer proved beside their face: good once, for just this charge, until it expires.
CREATE TABLE step_ups (
    id TEXT PRIMARY KEY,
    transaction_id TEXT NOT NULL REFERENCES transactions (id),
    factor TEXT NOT NULL CHECK (factor IN ('pin', 'staff')),
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    payee TEXT NOT NULL,
    terminal TEXT NOT NULL,
    proved_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL CHECK (expires_at > proved_at),
    used_at BIGINT
);
CREATE INDEX step_ups_transaction ON step_ups (transaction_id, proved_at);

-- What a provider knows a payer's money by. One for each person and provider.
CREATE TABLE instruments (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    provider TEXT NOT NULL,
    token_sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (user_id, provider)
);

-- What waits for a second person. Whoever asked for it cannot decide.
CREATE TABLE approvals (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('refund', 'resolve')),
    subject TEXT NOT NULL,
    body_sha256 BYTEA NOT NULL,
    detail TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    requested_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    decided_by TEXT,
    decided_at BIGINT,
    decision TEXT CHECK (decision IN ('approved', 'rejected')),
    CHECK (decided_by IS NULL OR decided_by <> requested_by),
    CHECK ((decided_by IS NULL) = (decision IS NULL) AND (decided_at IS NULL) = (decision IS NULL))
);
-- One closed business day of one provider. Once it is closed, what belongs to it is fixed.
CREATE TABLE settlement_batches (
    id TEXT PRIMARY KEY,
    provider TEXT NOT NULL,
    day TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'closed', 'matched', 'with_breaks')),
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL CHECK (until_at > from_at),
    closed_at BIGINT NOT NULL,
    closed_by TEXT NOT NULL,
    file_sha256 TEXT,
    file_lines BIGINT,
    file_at BIGINT,
    breaks_left BIGINT NOT NULL CHECK (breaks_left >= 0),
    UNIQUE (provider, day),
    CHECK ((file_sha256 IS NULL) = (state IN ('open', 'closed')))
);
-- A file says something about one day; an empty one looks the same every day.
CREATE UNIQUE INDEX settlement_batches_one_file ON settlement_batches (provider, file_sha256)
WHERE file_lines > 0;
CREATE FUNCTION settlement_batches_are_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'settlement_batches_are_fixed';
END $$;
CREATE TRIGGER settlement_batches_are_fixed BEFORE UPDATE ON settlement_batches
FOR EACH ROW WHEN (OLD.state <> 'open' AND (NEW.state = 'open' OR NEW.id <> OLD.id OR NEW.provider <> OLD.provider
    OR NEW.day <> OLD.day OR NEW.from_at <> OLD.from_at OR NEW.until_at <> OLD.until_at
    OR NEW.closed_at <> OLD.closed_at OR NEW.closed_by <> OLD.closed_by
    OR (OLD.file_sha256 IS NOT NULL AND NEW.file_sha256 <> OLD.file_sha256)))
EXECUTE FUNCTION settlement_batches_are_fixed();

-- Which batch a request that moved money is in. The key lets none be in two.
CREATE TABLE settlement_operations (
    operation_id TEXT PRIMARY KEY REFERENCES operations (id),
    batch_id TEXT NOT NULL REFERENCES settlement_batches (id)
);
CREATE INDEX settlement_operations_batch ON settlement_operations (batch_id, operation_id);
CREATE FUNCTION settlement_operations_fit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM settlement_batches b, operations o
    WHERE b.id = NEW.batch_id AND o.id = NEW.operation_id AND b.state = 'open' AND o.provider = b.provider
      AND o.state = 'approved' AND o.kind IN ('sale', 'capture', 'refund')
    FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'settlement_operations_fit';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER settlement_operations_fit BEFORE INSERT ON settlement_operations
FOR EACH ROW EXECUTE FUNCTION settlement_operations_fit();
CREATE FUNCTION settlement_operations_are_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'settlement_operations_are_fixed';
END $$;
CREATE TRIGGER settlement_operations_are_fixed BEFORE UPDATE OR DELETE ON settlement_operations
FOR EACH ROW EXECUTE FUNCTION settlement_operations_are_fixed();

CREATE TABLE settlement_totals (
    batch_id TEXT NOT NULL REFERENCES settlement_batches (id),
    side TEXT NOT NULL CHECK (side IN ('ours', 'theirs')),
    currency TEXT NOT NULL,
    sale_count BIGINT NOT NULL,
    refund_count BIGINT NOT NULL,
    gross BIGINT NOT NULL,
    refunds BIGINT NOT NULL,
    fees BIGINT NOT NULL,
    PRIMARY KEY (batch_id, side, currency)
);

-- The provider's lines in their order, then the requests of ours that no line names.
CREATE TABLE settlement_lines (
    batch_id TEXT NOT NULL REFERENCES settlement_batches (id),
    number BIGINT NOT NULL CHECK (number > 0),
    provider_ref TEXT NOT NULL,
    attempt TEXT,
    kind TEXT NOT NULL CHECK (kind IN ('sale', 'refund', 'fee')),
    amount BIGINT NOT NULL CHECK (amount > 0),
    fee BIGINT NOT NULL CHECK (fee >= 0),
    currency TEXT NOT NULL,
    at BIGINT NOT NULL,
    match_state TEXT NOT NULL CHECK (match_state IN (
        'matched', 'missing_ours', 'missing_theirs', 'amount_diff', 'duplicate_theirs')),
    operation_id TEXT REFERENCES operations (id),
    difference BIGINT NOT NULL,
    transfer_id TEXT REFERENCES transfers (id),
    resolved_at BIGINT,
    resolved_by TEXT,
    reason TEXT,
    PRIMARY KEY (batch_id, number)
);
CREATE FUNCTION settlement_lines_are_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'settlement_lines_are_fixed';
END $$;
CREATE TRIGGER settlement_lines_are_fixed BEFORE UPDATE ON settlement_lines
FOR EACH ROW WHEN (OLD.resolved_at IS NOT NULL OR NEW.batch_id <> OLD.batch_id OR NEW.number <> OLD.number
    OR NEW.amount <> OLD.amount OR NEW.currency <> OLD.currency OR NEW.kind <> OLD.kind
    OR NEW.match_state <> OLD.match_state OR NEW.difference <> OLD.difference)
EXECUTE FUNCTION settlement_lines_are_fixed();

-- The transfers of what the provider kept.
CREATE TABLE settlement_fees (
    batch_id TEXT NOT NULL REFERENCES settlement_batches (id),
    currency TEXT NOT NULL,
    transfer_id TEXT NOT NULL UNIQUE REFERENCES transfers (id),
    PRIMARY KEY (batch_id, currency)
);

-- What belongs to no closed day yet is looked for by this.
CREATE INDEX operations_provider ON operations (provider, updated_at);
