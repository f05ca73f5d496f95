-- Which recogniser names people, and which other one has templates.
CREATE TABLE model_roles (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    phase TEXT NOT NULL CHECK (phase IN ('idle', 'shadowing', 'cut_over', 'rolled_back', 'settled')),
    active_tag BIGINT NOT NULL,
    other_tag BIGINT,
    -- The recogniser whose templates are being deleted, a page at a time.
    leaving_tag BIGINT,
    changed_at BIGINT NOT NULL,
    CHECK ((other_tag IS NULL) = (phase IN ('idle', 'settled'))),
    CHECK (other_tag IS NULL OR other_tag <> active_tag)
);

-- How often a candidate was asked about a person whom the recogniser in force was sure of, and what it said.
CREATE TABLE shadow_visits (
    user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    compared INTEGER NOT NULL CHECK (compared > 0),
    agreed INTEGER NOT NULL CHECK (agreed >= 0),
    named_others INTEGER NOT NULL CHECK (named_others >= 0),
    CHECK (agreed + named_others <= compared)
);

-- What a template was made of, and the template of the recogniser in force that it goes with, if it goes with one.
ALTER TABLE faces ADD COLUMN source TEXT NOT NULL DEFAULT 'enrolment'
    CHECK (source IN ('enrolment', 'visit', 'crop'));
ALTER TABLE faces ADD COLUMN origin_id TEXT;
CREATE INDEX faces_origin ON faces (origin_id);
