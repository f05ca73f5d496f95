-- People who look alike to a recogniser, as pairs of their templates: a pair goes when either template goes.
CREATE TABLE look_alikes (
    face_id TEXT NOT NULL REFERENCES faces (id) ON DELETE CASCADE,
    other_face_id TEXT NOT NULL REFERENCES faces (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    other_user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    similarity REAL NOT NULL,
    found_at INTEGER NOT NULL,
    PRIMARY KEY (face_id, other_face_id),
    CHECK (user_id <> other_user_id)
) STRICT;
CREATE INDEX look_alikes_other_face ON look_alikes (other_face_id);
CREATE INDEX look_alikes_user ON look_alikes (user_id);
CREATE INDEX look_alikes_other_user ON look_alikes (other_user_id);

-- How alike this site's people look to a recogniser: counts of similarities, of nobody in particular.
CREATE TABLE calibrations (
    model_tag INTEGER PRIMARY KEY,
    people INTEGER NOT NULL CHECK (people > 0),
    bins TEXT NOT NULL,
    measured_at INTEGER NOT NULL
) STRICT;
