-- An appliance keeps its gallery in its data folder between starts, in 4,096 parts by the ends of people's ids, each sealed
-- with a key of its own. The key is here, and goes in the transaction that changes a face of the part: a part with a key is
-- whole and current, and one without can't be opened by anybody.
CREATE TABLE gallery_parts (
    folder TEXT NOT NULL,
    model_tag BIGINT NOT NULL,
    part TEXT NOT NULL,
    key_wrapped BYTEA NOT NULL,
    templates BIGINT NOT NULL CHECK (templates >= 0),
    written_at BIGINT NOT NULL,
    PRIMARY KEY (folder, model_tag, part)
);
CREATE INDEX gallery_parts_part ON gallery_parts (part, model_tag);

-- How often faces of a part changed: a part that was written meanwhile gets no key.
CREATE TABLE gallery_changes (
    part TEXT PRIMARY KEY,
    changes BIGINT NOT NULL
);
INSERT INTO gallery_changes (part, changes)
SELECT lpad(to_hex(number), 3, '0'), 0 FROM generate_series(0, 4095) AS numbers (number);

CREATE INDEX faces_part ON faces (substr(user_id, 34, 3), model_tag);
-- SQLite, which keeps no statistics here, went through all faces of a recogniser to find those of one person.
DROP INDEX faces_user;
CREATE INDEX faces_user ON faces (user_id, model_tag);

-- The count comes first: whoever is about to store a key for the part holds that row, and the key is seen and goes when the
-- wait is over.
CREATE FUNCTION a_face_takes_the_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE gallery_changes SET changes = changes + 1 WHERE part = substr(OLD.user_id, 34, 3);
        DELETE FROM gallery_parts WHERE part = substr(OLD.user_id, 34, 3) AND model_tag = OLD.model_tag;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        UPDATE gallery_changes SET changes = changes + 1 WHERE part = substr(NEW.user_id, 34, 3);
        DELETE FROM gallery_parts WHERE part = substr(NEW.user_id, 34, 3) AND model_tag = NEW.model_tag;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER a_new_face_takes_the_key AFTER INSERT ON faces
FOR EACH ROW EXECUTE FUNCTION a_face_takes_the_key();
CREATE TRIGGER a_face_that_goes_takes_the_key AFTER DELETE ON faces
FOR EACH ROW EXECUTE FUNCTION a_face_takes_the_key();
CREATE TRIGGER a_changed_face_takes_the_key AFTER UPDATE OF id, user_id, model_tag, dim, template_sealed ON faces
FOR EACH ROW EXECUTE FUNCTION a_face_takes_the_key();
-- Without the person's key the faces are as good as gone.
CREATE FUNCTION a_lost_person_takes_the_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE gallery_changes SET changes = changes + 1 WHERE part = substr(OLD.user_id, 34, 3);
    DELETE FROM gallery_parts WHERE part = substr(OLD.user_id, 34, 3);
    RETURN NULL;
END $$;
CREATE TRIGGER a_lost_person_takes_the_key AFTER DELETE ON subject_keys
FOR EACH ROW EXECUTE FUNCTION a_lost_person_takes_the_key();
-- A table that is emptied at once tells of no row.
CREATE FUNCTION no_face_takes_all_keys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE gallery_changes SET changes = changes + 1;
    DELETE FROM gallery_parts;
    RETURN NULL;
END $$;
CREATE TRIGGER no_face_takes_all_keys AFTER TRUNCATE ON faces
FOR EACH STATEMENT EXECUTE FUNCTION no_face_takes_all_keys();
