-- What lists are asked for: who changed since, payments of a span of time, checkouts of a camera, all that is recorded about one thing.
CREATE INDEX users_updated ON users (updated_at, id);
CREATE INDEX transactions_created ON transactions (created_at, id);
DROP INDEX transactions_state;
CREATE INDEX transactions_state ON transactions (state, created_at, id);
CREATE INDEX transactions_reference ON transactions (reference, created_at, id) WHERE reference IS NOT NULL;
CREATE INDEX checkouts_camera ON checkouts (camera_id, id);
CREATE INDEX checkout_groups_camera ON checkout_groups (camera_id, id);
CREATE INDEX audit_subject ON audit (subject, seq);
