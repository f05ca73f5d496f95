-- The device that each camera is pinned to, and another that was found in its place until somebody accepts it.
CREATE TABLE camera_devices (
    camera_id TEXT PRIMARY KEY,
    pinned_sealed BYTEA NOT NULL,
    found_sealed BYTEA,
    updated_at BIGINT NOT NULL
);
