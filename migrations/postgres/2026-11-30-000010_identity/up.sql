-- Checks of who people are by identity providers. What an issuer attests is sealed with the person's own key; the key that a
-- provider has for the person is kept as a tag, by which the same person is found again.
CREATE TABLE identity_checks (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    provider TEXT NOT NULL,
    kind TEXT NOT NULL,
    purpose TEXT NOT NULL CHECK (purpose IN ('enrolment', 'payment')),
    state TEXT NOT NULL CHECK (state IN ('asked', 'verified', 'refused', 'pending', 'not_sent', 'unknown')),
    attempt_ref BYTEA NOT NULL UNIQUE,
    provider_ref TEXT,
    code TEXT,
    assurance TEXT CHECK (assurance IN ('low', 'substantial', 'high')),
    reference_tag BYTEA,
    attested_sealed BYTEA,
    kept_sealed BYTEA,
    begun_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    used_at BIGINT,
    CHECK ((state = 'verified') = (assurance IS NOT NULL AND reference_tag IS NOT NULL AND attested_sealed IS NOT NULL))
);
CREATE INDEX identity_checks_of_user ON identity_checks (user_id, id);
CREATE INDEX identity_checks_of_reference ON identity_checks (reference_tag);
CREATE INDEX identity_checks_asked ON identity_checks (updated_at) WHERE state = 'asked';

-- A further factor may be such a check.
ALTER TABLE step_ups DROP CONSTRAINT step_ups_factor_check;
ALTER TABLE step_ups ADD CONSTRAINT step_ups_factor_check CHECK (factor IN ('pin', 'staff', 'identity'));
-- A second person also allows an erasure, and changes of plugins and recognisers.
ALTER TABLE approvals DROP CONSTRAINT approvals_kind_check;
ALTER TABLE approvals ADD CONSTRAINT approvals_kind_check CHECK (kind IN ('refund', 'resolve', 'erase', 'plugin', 'model'));
