-- An appliance keeps its gallery in its data folder between starts, in 4,096 parts by the ends of people's ids, each sealed
-- with a key of its own. The key is here, and goes in the transaction that changes a face of the part: a part with a key is
-- whole and current, and one without can't be opened by anybody.
CREATE TABLE gallery_parts (
    folder TEXT NOT NULL,
    model_tag INTEGER NOT NULL,
    part TEXT NOT NULL,
    key_wrapped BLOB NOT NULL,
    templates INTEGER NOT NULL CHECK (templates >= 0),
    written_at INTEGER NOT NULL,
    PRIMARY KEY (folder, model_tag, part)
) STRICT;
CREATE INDEX gallery_parts_part ON gallery_parts (part, model_tag);

-- How often faces of a part changed: a part that was written meanwhile gets no key.
CREATE TABLE gallery_changes (
    part TEXT PRIMARY KEY,
    changes INTEGER NOT NULL
) STRICT;
WITH RECURSIVE numbers (number) AS (SELECT 0 UNION ALL SELECT number + 1 FROM numbers WHERE number < 4095)
INSERT INTO gallery_changes (part, changes) SELECT printf('%03x', number), 0 FROM numbers;

CREATE INDEX faces_part ON faces (substr(user_id, 34, 3), model_tag);
-- SQLite, which keeps no statistics here, went through all faces of a recogniser to find those of one person.
DROP INDEX faces_user;
CREATE INDEX faces_user ON faces (user_id, model_tag);

CREATE TRIGGER a_new_face_takes_the_key AFTER INSERT ON faces
BEGIN
    UPDATE gallery_changes SET changes = changes + 1 WHERE part = substr(NEW.user_id, 34, 3);
    DELETE FROM gallery_parts WHERE part = substr(NEW.user_id, 34, 3) AND model_tag = NEW.model_tag;
END;
CREATE TRIGGER a_face_that_goes_takes_the_key AFTER DELETE ON faces
BEGIN
    UPDATE gallery_changes SET changes = changes + 1 WHERE part = substr(OLD.user_id, 34, 3);
    DELETE FROM gallery_parts WHERE part = substr(OLD.user_id, 34, 3) AND model_tag = OLD.model_tag;
END;
CREATE TRIGGER a_changed_face_takes_the_key AFTER UPDATE OF id, user_id, model_tag, dim, template_sealed ON faces
BEGIN
    UPDATE gallery_changes SET changes = changes + 1
    WHERE part IN (substr(OLD.user_id, 34, 3), substr(NEW.user_id, 34, 3));
    DELETE FROM gallery_parts
    WHERE part IN (substr(OLD.user_id, 34, 3), substr(NEW.user_id, 34, 3))
      AND model_tag IN (OLD.model_tag, NEW.model_tag);
END;
-- Without the person's key the faces are as good as gone.
CREATE TRIGGER a_lost_person_takes_the_key AFTER DELETE ON subject_keys
BEGIN
    UPDATE gallery_changes SET changes = changes + 1 WHERE part = substr(OLD.user_id, 34, 3);
    DELETE FROM gallery_parts WHERE part = substr(OLD.user_id, 34, 3);
END;
