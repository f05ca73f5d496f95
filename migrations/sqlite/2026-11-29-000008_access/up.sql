-- What a key is bound to: some of its role's permissions, one camera, a client's certificate.
ALTER TABLE api_keys ADD COLUMN scopes TEXT;
ALTER TABLE api_keys ADD COLUMN camera TEXT;
ALTER TABLE api_keys ADD COLUMN certificate_sha256 BLOB;
-- One-time codes of staff: the secret, when it was proved, and the newest step whose code was taken.
ALTER TABLE operators ADD COLUMN totp_sealed BLOB;
ALTER TABLE operators ADD COLUMN totp_confirmed_at INTEGER;
ALTER TABLE operators ADD COLUMN totp_step INTEGER;
-- Sessions that began before this are over, as after a new password.
ALTER TABLE operators ADD COLUMN sessions_since INTEGER;
-- Payment by face is switched on away from the till: from when on, and the links by which people do it themselves.
ALTER TABLE users ADD COLUMN face_payment_from INTEGER;
CREATE TABLE face_payment_links (
    token_sha256 BLOB PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    code_tag BLOB NOT NULL,
    tries INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
