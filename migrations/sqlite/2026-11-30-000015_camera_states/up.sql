-- How cameras did: each change of state, the newest of each camera.
CREATE TABLE camera_states (
    branch TEXT NOT NULL,
    camera_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    state_before TEXT,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (branch, camera_id, at)
) STRICT;
