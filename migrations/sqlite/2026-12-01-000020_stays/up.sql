-- Whom a branch that holds only those whom it has seen has here: since when they count as here, how far they were ahead of anybody else
-- at the centre when it named them, and whether it knows somebody who looks like them.
CREATE TABLE stays (
    user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    since INTEGER NOT NULL,
    lead REAL,
    alike INTEGER NOT NULL CHECK (alike IN (0, 1))
) STRICT;
