-- Whom a look-up named to which follower. It is told of their changes from then on, also after it let go of them: who is erased here
-- is erased there. Only on PostgreSQL people can be looked up.
CREATE TABLE visitors (
    key_id TEXT NOT NULL REFERENCES api_keys (id),
    user_id TEXT NOT NULL,
    told_at INTEGER NOT NULL,
    PRIMARY KEY (key_id, user_id)
) STRICT;
