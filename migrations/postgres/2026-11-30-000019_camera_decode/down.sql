ALTER TABLE cameras DROP COLUMN key_frames;
