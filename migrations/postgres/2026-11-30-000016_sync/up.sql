-- Several appliances with the same people: each change of a person that others follow, by its place in one order. A person has one
-- row of each kind, which moves to the end with every change: whoever reads on from a place finds everybody who changed since.
INSERT INTO counters (name, value) VALUES ('change', 0);
CREATE TABLE changes (
    user_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('person', 'spending')),
    seq BIGINT NOT NULL UNIQUE,
    PRIMARY KEY (user_id, kind)
);
-- Whoever waits for a change waits for one of a person; what was spent is told along.
CREATE INDEX changes_kind ON changes (kind, seq);

-- Who here is a copy of a person at the centre, and as of which change; 0 for one that a centre which began anew has not named yet.
CREATE TABLE copies (
    user_id TEXT PRIMARY KEY,
    seq BIGINT NOT NULL,
    -- Whether the centre has a PIN of theirs: it stays there, where tries are counted.
    has_pin INTEGER NOT NULL CHECK (has_pin IN (0, 1))
);

-- What people spent at other appliances, by who told of it: the key that signed the receipt, or the centre.
CREATE TABLE spending_elsewhere (
    source TEXT NOT NULL,
    user_id TEXT NOT NULL,
    currency TEXT NOT NULL,
    bucket BIGINT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount >= 0),
    count INTEGER NOT NULL CHECK (count >= 0),
    PRIMARY KEY (source, user_id, currency, bucket)
);
CREATE INDEX spending_elsewhere_user ON spending_elsewhere (user_id, currency, bucket);

-- The appliances that follow this one.
CREATE TABLE followers (
    key_id TEXT PRIMARY KEY REFERENCES api_keys (id),
    public_key TEXT,
    position BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    receipts BIGINT NOT NULL
);

-- Their payments, by the keys that signed the receipts: each counts once, under whatever key of the interface it came.
CREATE TABLE follower_receipts (
    public_key TEXT NOT NULL,
    transaction_id TEXT NOT NULL,
    key_id TEXT NOT NULL REFERENCES followers (key_id),
    sha256 BYTEA NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (public_key, transaction_id)
);
CREATE INDEX follower_receipts_received ON follower_receipts (received_at);

-- When people last paid at another appliance: their face data is in use.
CREATE TABLE paid_elsewhere (
    user_id TEXT PRIMARY KEY,
    paid_at BIGINT NOT NULL
);

-- Receipts that the centre has not got yet; there are such only where one is followed.
CREATE TABLE unsent_receipts (
    transaction_id TEXT PRIMARY KEY REFERENCES receipts (transaction_id)
);
CREATE FUNCTION receipts_are_sent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO unsent_receipts (transaction_id) SELECT NEW.transaction_id FROM facts WHERE name = 'sync.feed';
    RETURN NULL;
END $$;
CREATE TRIGGER receipts_are_sent AFTER INSERT ON receipts FOR EACH ROW EXECUTE FUNCTION receipts_are_sent();

-- Everybody who is here already.
INSERT INTO changes (user_id, kind, seq) SELECT id, 'person', row_number() OVER (ORDER BY id) FROM users;
UPDATE counters SET value = (SELECT count(*) FROM changes) WHERE name = 'change';

-- Whatever writes them, these are what others have a copy of. The arguments are the column that names the person and the kind.
CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    person TEXT := to_jsonb(COALESCE(NEW, OLD)) ->> TG_ARGV[0];
    place BIGINT;
BEGIN
    UPDATE counters SET value = value + 1 WHERE name = 'change' RETURNING value INTO place;
    INSERT INTO changes (user_id, kind, seq) VALUES (regexp_replace(person, '^payer ', ''), TG_ARGV[1], place)
    ON CONFLICT (user_id, kind) DO UPDATE SET seq = excluded.seq;
    RETURN NULL;
END $$;
CREATE TRIGGER users_change AFTER INSERT OR UPDATE OR DELETE ON users FOR EACH ROW EXECUTE FUNCTION note_change('id', 'person');
CREATE TRIGGER consents_change AFTER INSERT OR UPDATE OF withdrawn_at OR DELETE ON consents FOR EACH ROW EXECUTE FUNCTION note_change('user_id', 'person');
CREATE TRIGGER faces_change AFTER INSERT OR DELETE ON faces FOR EACH ROW EXECUTE FUNCTION note_change('user_id', 'person');
CREATE TRIGGER pins_change AFTER INSERT OR UPDATE OF hash_sealed OR DELETE ON pins FOR EACH ROW EXECUTE FUNCTION note_change('user_id', 'person');
CREATE TRIGGER instruments_change AFTER INSERT OR UPDATE OF token_sealed OR DELETE ON instruments FOR EACH ROW EXECUTE FUNCTION note_change('user_id', 'person');
CREATE TRIGGER look_alikes_change AFTER INSERT OR DELETE ON look_alikes FOR EACH ROW EXECUTE FUNCTION note_change('user_id', 'person');
CREATE TRIGGER spending_change AFTER INSERT OR UPDATE ON spending FOR EACH ROW WHEN (NEW.subject LIKE 'payer %') EXECUTE FUNCTION note_change('subject', 'spending');
CREATE TRIGGER spending_elsewhere_change AFTER INSERT OR UPDATE ON spending_elsewhere FOR EACH ROW EXECUTE FUNCTION note_change('user_id', 'spending');
