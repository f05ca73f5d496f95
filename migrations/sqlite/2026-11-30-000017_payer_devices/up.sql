-- Devices on which payers are signed in: of the token its SHA-256, of the device a name that the person's key seals.
CREATE TABLE payer_devices (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token_sha256 BLOB NOT NULL UNIQUE,
    name_sealed BLOB NOT NULL,
    opened_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL
) STRICT;
CREATE INDEX payer_devices_user ON payer_devices (user_id);
