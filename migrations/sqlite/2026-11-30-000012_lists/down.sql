DROP INDEX audit_subject;
DROP INDEX checkout_groups_camera;
DROP INDEX checkouts_camera;
DROP INDEX transactions_reference;
DROP INDEX transactions_state;
CREATE INDEX transactions_state ON transactions (state, created_at);
DROP INDEX transactions_created;
DROP INDEX users_updated;
