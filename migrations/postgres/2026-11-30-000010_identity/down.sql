DELETE FROM approvals WHERE kind NOT IN ('refund', 'resolve');
ALTER TABLE approvals DROP CONSTRAINT approvals_kind_check;
ALTER TABLE approvals ADD CONSTRAINT approvals_kind_check CHECK (kind IN ('refund', 'resolve'));
DELETE FROM step_ups WHERE factor NOT IN ('pin', 'staff');
ALTER TABLE step_ups DROP CONSTRAINT step_ups_factor_check;
ALTER TABLE step_ups ADD CONSTRAINT step_ups_factor_check CHECK (factor IN ('pin', 'staff'));
DROP TABLE identity_checks;
