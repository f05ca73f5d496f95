-- The device that each camera is pinned to, and another that was found in its place until somebody accepts it.
CREATE TABLE camera_devices (
    camera_id TEXT PRIMARY KEY,
    pinned_sealed BLOB NOT NULL,
    found_sealed BLOB,
    updated_at INTEGER NOT NULL
) STRICT;
