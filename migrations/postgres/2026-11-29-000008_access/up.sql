-- What a key is bound to: some of its role's permissions, one camera, a client's certificate.
ALTER TABLE api_keys ADD COLUMN scopes TEXT;
ALTER TABLE api_keys ADD COLUMN camera TEXT;
ALTER TABLE api_keys ADD COLUMN certificate_sha256 BYTEA;
-- One-time codes of staff: the secret, when it was proved, and the newest step whose code was taken.
ALTER TABLE operators ADD COLUMN totp_sealed BYTEA;
ALTER TABLE operators ADD COLUMN totp_confirmed_at BIGINT;
ALTER TABLE operators ADD COLUMN totp_step BIGINT;
-- Sessions that began before this are over, as after a new password.
ALTER TABLE operators ADD COLUMN sessions_since BIGINT;
-- Payment by face is switched on away from the till: from when on, and the links by which people do it themselves.
ALTER TABLE users ADD COLUMN face_payment_from BIGINT;
CREATE TABLE face_payment_links (
    token_sha256 BYTEA PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    code_tag BYTEA NOT NULL,
    tries INTEGER NOT NULL,
    expires_at BIGINT NOT NULL
);
