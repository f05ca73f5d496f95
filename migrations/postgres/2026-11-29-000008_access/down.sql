DROP TABLE face_payment_links;
ALTER TABLE users DROP COLUMN face_payment_from;
ALTER TABLE operators DROP COLUMN sessions_since;
ALTER TABLE operators DROP COLUMN totp_step;
ALTER TABLE operators DROP COLUMN totp_confirmed_at;
ALTER TABLE operators DROP COLUMN totp_sealed;
ALTER TABLE api_keys DROP COLUMN certificate_sha256;
ALTER TABLE api_keys DROP COLUMN camera;
ALTER TABLE api_keys DROP COLUMN scopes;
