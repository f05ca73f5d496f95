-- Whether only the key frames of a camera are decoded.
ALTER TABLE cameras ADD COLUMN key_frames INTEGER NOT NULL DEFAULT 0 CHECK (key_frames IN (0, 1));
