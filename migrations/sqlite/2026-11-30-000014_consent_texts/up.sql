-- The texts that people agree to. One that was written stays as it is: a new wording is a new version.
CREATE TABLE consent_texts (
    id TEXT PRIMARY KEY,
    version TEXT NOT NULL,
    language TEXT NOT NULL,
    text TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (version, language)
) STRICT;
