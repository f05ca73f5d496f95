-- Several appliances with the same people: each change of a person that others follow, by its place in one order. A person has one
-- row of each kind, which moves to the end with every change: whoever reads on from a place finds everybody who changed since.
INSERT INTO counters (name, value) VALUES ('change', 0);
CREATE TABLE changes (
    user_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('person', 'spending')),
    seq INTEGER NOT NULL UNIQUE,
    PRIMARY KEY (user_id, kind)
) STRICT;
-- Whoever waits for a change waits for one of a person; what was spent is told along.
CREATE INDEX changes_kind ON changes (kind, seq);

-- Who here is a copy of a person at the centre, and as of which change; 0 for one that a centre which began anew has not named yet.
CREATE TABLE copies (
    user_id TEXT PRIMARY KEY,
    seq INTEGER NOT NULL,
    -- Whether the centre has a PIN of theirs: it stays there, where tries are counted.
    has_pin INTEGER NOT NULL CHECK (has_pin IN (0, 1))
) STRICT;

-- What people spent at other appliances, by who told of it: the key that signed the receipt, or the centre.
CREATE TABLE spending_elsewhere (
    source TEXT NOT NULL,
    user_id TEXT NOT NULL,
    currency TEXT NOT NULL,
    bucket INTEGER NOT NULL,
    amount INTEGER NOT NULL CHECK (amount >= 0),
    count INTEGER NOT NULL CHECK (count >= 0),
    PRIMARY KEY (source, user_id, currency, bucket)
) STRICT;
CREATE INDEX spending_elsewhere_user ON spending_elsewhere (user_id, currency, bucket);

-- The appliances that follow this one.
CREATE TABLE followers (
    key_id TEXT PRIMARY KEY REFERENCES api_keys (id),
    public_key TEXT,
    position INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    receipts INTEGER NOT NULL
) STRICT;

-- Their payments, by the keys that signed the receipts: each counts once, under whatever key of the interface it came.
CREATE TABLE follower_receipts (
    public_key TEXT NOT NULL,
    transaction_id TEXT NOT NULL,
    key_id TEXT NOT NULL REFERENCES followers (key_id),
    sha256 BLOB NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (public_key, transaction_id)
) STRICT;
CREATE INDEX follower_receipts_received ON follower_receipts (received_at);

-- When people last paid at another appliance: their face data is in use.
CREATE TABLE paid_elsewhere (
    user_id TEXT PRIMARY KEY,
    paid_at INTEGER NOT NULL
) STRICT;

-- Receipts that the centre has not got yet; there are such only where one is followed.
CREATE TABLE unsent_receipts (
    transaction_id TEXT PRIMARY KEY REFERENCES receipts (transaction_id)
) STRICT;
CREATE TRIGGER receipts_are_sent AFTER INSERT ON receipts
WHEN EXISTS (SELECT 1 FROM facts WHERE name = 'sync.feed')
BEGIN
    INSERT INTO unsent_receipts (transaction_id) VALUES (NEW.transaction_id);
END;

-- Everybody who is here already.
INSERT INTO changes (user_id, kind, seq) SELECT id, 'person', row_number() OVER (ORDER BY id) FROM users;
UPDATE counters SET value = (SELECT count(*) FROM changes) WHERE name = 'change';

-- Whatever writes them, these are what others have a copy of.
CREATE TRIGGER users_added_change AFTER INSERT ON users
BEGIN
    UPDATE counters SET value = value + 1 WHERE name = 'change';
    INSERT INTO changes (user_id, kind, seq)
    SELECT NEW.id, 'person', value FROM counters WHERE name = 'change'
    ON CONFLICT (user_id, kind) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER users_updated_change AFTER UPDATE ON users
BEGIN
    UPDATE counters SET value = value + 1 WHERE name = 'change';
    INSERT INTO changes (user_id, kind, seq)
    SELECT NEW.id, 'person', value FROM counters WHERE name = 'change'
    ON CONFLICT (user_id, kind) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER users_removed_change AFTER DELETE ON users
BEGIN
    UPDATE counters SET value = value + 1 WHERE name = 'change';
    INSERT INTO changes (user_id, kind, seq)
    SELECT OLD.id, 'person', value FROM counters WHERE name = 'change'
    ON CONFLICT (user_id, kind) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER consents_added_change AFTER INSERT ON consents
BEGIN
    UPDATE counters SET value = value + 1 WHERE name = 'change';
    INSERT INTO changes (user_id, kind, seq)
    SELECT NEW.user_id, 'person', value FROM counters WHERE name = 'change'
    ON CONFLICT (user_id, kind) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER consents_updated_change AFTER UPDATE OF withdrawn_at ON consents
BEGIN
    UPDATE counters SET value = value + 1 WHERE name = 'change';
    INSERT INTO changes (user_id, kind, seq)
    SELECT NEW.user_id, 'person', value FROM counters WHERE name = 'change'
    ON CONFLICT (user_id, kind) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER consents_removed_change AFTER DELETE ON consents
BEGIN
    UPDATE counters SET value = value + 1 WHERE name = 'change';
    INSERT INTO changes (user_id, kind, seq)
    SELECT OLD.user_id, 'person', value FROM counters WHERE name = 'change'
    ON CONFLICT (user_id, kind) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER faces_added_change AFTER INSERT ON faces
BEGIN
    UPDATE counters SET value = value + 1 WHERE name = 'change';
    INSERT INTO changes (user_id, kind, seq)
    SELECT NEW.user_id, 'person', value FROM counters WHERE name = 'change'
    ON CONFLICT (user_id, kind) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER faces_removed_change AFTER DELETE ON faces
BEGIN
    UPDATE counters SET value = value + 1 WHERE name = 'change';
    INSERT INTO changes (user_id, kind, seq)
    SELECT OLD.user_id, 'person', value FROM counters WHERE name = 'change'
    ON CONFLICT (user_id, kind) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER pins_added_change AFTER INSERT ON pins
BEGIN
    UPDATE counters SET value = value + 1 WHERE name = 'change';
    INSERT INTO changes (user_id, kind, seq)
    SELECT NEW.user_id, 'person', value FROM counters WHERE name = 'change'
    ON CONFLICT (user_id, kind) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER pins_updated_change AFTER UPDATE OF hash_sealed ON pins
BEGIN
    UPDATE counters SET value = value + 1 WHERE name = 'change';
    INSERT INTO changes (user_id, kind, seq)
    SELECT NEW.user_id, 'person', value FROM counters WHERE name = 'change'
    ON CONFLICT (user_id, kind) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER pins_removed_change AFTER DELETE ON pins
BEGIN
    UPDATE counters SET value = value + 1 WHERE name = 'change';
    INSERT INTO changes (user_id, kind, seq)
    SELECT OLD.user_id, 'person', value FROM counters WHERE name = 'change'
    ON CONFLICT (user_id, kind) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER instruments_added_change AFTER INSERT ON instruments
BEGIN
    UPDATE counters SET value = value + 1 WHERE name = 'change';
    INSERT INTO changes (user_id, kind, seq)
    SELECT NEW.user_id, 'person', value FROM counters WHERE name = 'change'
    ON CONFLICT (user_id, kind) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER instruments_updated_change AFTER UPDATE OF token_sealed ON instruments
BEGIN
    UPDATE counters SET value = value + 1 WHERE name = 'change';
    INSERT INTO changes (user_id, kind, seq)
    SELECT NEW.user_id, 'person', value FROM counters WHERE name = 'change'
    ON CONFLICT (user_id, kind) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER instruments_removed_change AFTER DELETE ON instruments
BEGIN
    UPDATE counters SET value = value + 1 WHERE name = 'change';
    INSERT INTO changes (user_id, kind, seq)
    SELECT OLD.user_id, 'person', value FROM counters WHERE name = 'change'
    ON CONFLICT (user_id, kind) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER look_alikes_added_change AFTER INSERT ON look_alikes
BEGIN
    UPDATE counters SET value = value + 1 WHERE name = 'change';
    INSERT INTO changes (user_id, kind, seq)
    SELECT NEW.user_id, 'person', value FROM counters WHERE name = 'change'
    ON CONFLICT (user_id, kind) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER look_alikes_removed_change AFTER DELETE ON look_alikes
BEGIN
    UPDATE counters SET value = value + 1 WHERE name = 'change';
    INSERT INTO changes (user_id, kind, seq)
    SELECT OLD.user_id, 'person', value FROM counters WHERE name = 'change'
    ON CONFLICT (user_id, kind) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER spending_added_change AFTER INSERT ON spending
WHEN NEW.subject LIKE 'payer %'
BEGIN
    UPDATE counters SET value = value + 1 WHERE name = 'change';
    INSERT INTO changes (user_id, kind, seq)
    SELECT substr(NEW.subject, 7), 'spending', value FROM counters WHERE name = 'change'
    ON CONFLICT (user_id, kind) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER spending_updated_change AFTER UPDATE ON spending
WHEN NEW.subject LIKE 'payer %'
BEGIN
    UPDATE counters SET value = value + 1 WHERE name = 'change';
    INSERT INTO changes (user_id, kind, seq)
    SELECT substr(NEW.subject, 7), 'spending', value FROM counters WHERE name = 'change'
    ON CONFLICT (user_id, kind) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER spending_elsewhere_added_change AFTER INSERT ON spending_elsewhere
BEGIN
    UPDATE counters SET value = value + 1 WHERE name = 'change';
    INSERT INTO changes (user_id, kind, seq)
    SELECT NEW.user_id, 'spending', value FROM counters WHERE name = 'change'
    ON CONFLICT (user_id, kind) DO UPDATE SET seq = excluded.seq;
END;
CREATE TRIGGER spending_elsewhere_updated_change AFTER UPDATE ON spending_elsewhere
BEGIN
    UPDATE counters SET value = value + 1 WHERE name = 'change';
    INSERT INTO changes (user_id, kind, seq)
    SELECT NEW.user_id, 'spending', value FROM counters WHERE name = 'change'
    ON CONFLICT (user_id, kind) DO UPDATE SET seq = excluded.seq;
END;
