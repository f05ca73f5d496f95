-- Who was erased, by an id that names nobody any more: every appliance of this database destroys its share of their keys,
-- and a database that was restored from an older backup erases them again.
CREATE TABLE erasures (
    user_id TEXT PRIMARY KEY,
    erased_at BIGINT NOT NULL
);
