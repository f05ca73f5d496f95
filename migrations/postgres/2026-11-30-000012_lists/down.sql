DROP INDEX audit_subject;
DROP INDEX checkout_groups_camera;
DROP INDEX checkouts_camera;
DROP INDEX transactions_created;
DROP INDEX users_updated;
