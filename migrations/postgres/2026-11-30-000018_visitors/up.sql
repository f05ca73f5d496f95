-- Whom a look-up named to which follower. It is told of their changes from then on, also after it let go of them: who is erased here
-- is erased there.
CREATE TABLE visitors (
    key_id TEXT NOT NULL REFERENCES api_keys (id),
    user_id TEXT NOT NULL,
    told_at BIGINT NOT NULL,
    PRIMARY KEY (key_id, user_id)
);

-- Where people can be looked up, who is blocked can't be from that commit on. The table is there only where PostgreSQL has pgvector and
-- the settings want it; the program makes it. Who is erased, and what is replaced, goes from it by its reference.
CREATE FUNCTION blocking_removes_vectors() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_regclass('face_vectors') IS NOT NULL THEN
        DELETE FROM face_vectors WHERE user_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER blocking_removes_vectors AFTER UPDATE OF status ON users
FOR EACH ROW WHEN (NEW.status <> 'active') EXECUTE FUNCTION blocking_removes_vectors();
