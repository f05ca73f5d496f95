-- Who was told that their face data goes soon, because they have neither paid nor consented for long.
CREATE TABLE retention_notices (
    user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    noticed_at INTEGER NOT NULL
) STRICT;
