//! Checks of who people are: what an identity provider found, and which payment a finding carries.
use crate::{Timestamp, name::named};

named! {
    /// What a check is for.
    Purpose("purpose of an identity check") {
        /// To know a person from now on.
        Enrolment = "enrolment",
        /// To carry one payment, as a factor beside the face.
        Payment = "payment",
    }
}

named! {
    /// Where a check stands.
    State("state of an identity check") {
        /// The provider is being asked.
        Asked = "asked",
        /// The issuer vouches for the person.
        Verified = "verified",
        /// It does not.
        Refused = "refused",
        /// The provider has not decided.
        Pending = "pending",
        /// It provably never reached the provider.
        NotSent = "not_sent",
        /// Nobody knows.
        Unknown = "unknown",
    }
}

named! {
    /// How surely an issuer vouches: the levels of Regulation (EU) 910/2014, article 8.
    Assurance("assurance level") {
        /// Limited confidence.
        Low = "low",
        /// Substantial confidence.
        Substantial = "substantial",
        /// Higher than that.
        High = "high",
    }
}

impl State {
    /// Whether the provider may still be asked what became of it.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Unknown)
    }

    /// Whether what was found about a check in this state may bring it to `next`. A verdict is final.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        (self == Self::Asked || self.is_open()) && next != Self::Asked
    }
}

/// A check that is offered as a further factor of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offered {
    /// What it was for.
    pub purpose: Purpose,
    /// What came of it.
    pub state: State,
    /// How surely the issuer vouches, where it does.
    pub assurance: Option<Assurance>,
    /// When the check began.
    pub begun_at: Timestamp,
    /// Whether it is of the payer, and found whom the same provider found when the payer was enrolled.
    pub is_payer: bool,
    /// Whether a payment rested on it before.
    pub used: bool,
}

/// Why a check carries no payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It verified nobody, or nobody yet.
    #[error("this identity check verified nobody; see its state")]
    NotVerified,
    /// It was for something else.
    #[error("this identity check was for the enrolment; check anew for this payment")]
    OtherPurpose,
    /// It began before the payment was asked for.
    #[error("this identity check is older than the payment; check anew")]
    TooOld,
    /// Whoever was verified is somebody else.
    #[error(
        "whom this identity check verified is not known to be the payer; verify the payer for the enrolment first"
    )]
    NotPayer,
    /// The issuer does not vouch surely enough.
    #[error("this identity check is of too low an assurance to carry a payment: identity.step_up_assurance")]
    TooLow,
    /// It carried a payment before.
    #[error("this identity check carried a payment before; check anew")]
    Used,
}

impl Unfit {
    /// The stable code on the wire.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotVerified => "identity_not_verified",
            Self::OtherPurpose => "identity_other_purpose",
            Self::TooOld => "identity_too_old",
            Self::NotPayer => "identity_not_payer",
            Self::TooLow => "identity_too_low",
            Self::Used => "evidence_used",
        }
    }
}

impl Offered {
    /// Whether a payment that was opened at `opened_at` may rest on this check.
    ///
    /// # Errors
    /// Why it may not.
    pub fn carries(&self, opened_at: Timestamp, least: Assurance) -> Result<(), Unfit> {
        if self.state != State::Verified {
            Err(Unfit::NotVerified)
        } else if self.purpose != Purpose::Payment {
            Err(Unfit::OtherPurpose)
        } else if self.begun_at < opened_at {
            Err(Unfit::TooOld)
        } else if !self.is_payer {
            Err(Unfit::NotPayer)
        } else if self.assurance.is_none_or(|level| level < least) {
            Err(Unfit::TooLow)
        } else if self.used {
            Err(Unfit::Used)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_carries_a_payment_of_its_own_once() {
        type Change = fn(&mut Offered);
        let rows: [(Change, Result<(), Unfit>); 10] = [
            (|_| {}, Ok(())),
            (|check| check.assurance = Some(Assurance::High), Ok(())),
            (|check| check.state = State::Unknown, Err(Unfit::NotVerified)),
            (|check| check.state = State::Asked, Err(Unfit::NotVerified)),
            (|check| check.purpose = Purpose::Enrolment, Err(Unfit::OtherPurpose)),
            (|check| check.begun_at = Timestamp(99), Err(Unfit::TooOld)),
            (|check| check.is_payer = false, Err(Unfit::NotPayer)),
            (|check| check.assurance = Some(Assurance::Low), Err(Unfit::TooLow)),
            (|check| check.assurance = None, Err(Unfit::TooLow)),
            (|check| check.used = true, Err(Unfit::Used)),
        ];
        for (index, (change, expected)) in rows.into_iter().enumerate() {
            let mut check = Offered {
                purpose: Purpose::Payment,
                state: State::Verified,
                assurance: Some(Assurance::Substantial),
                begun_at: Timestamp(100),
                is_payer: true,
                used: false,
            };
            change(&mut check);
            assert_eq!(check.carries(Timestamp(100), Assurance::Substantial), expected, "row {index}");
        }
    }

    #[test]
    fn a_verdict_is_final() {
        for &state in State::ALL {
            for &next in State::ALL {
                let open = matches!(state, State::Asked | State::Pending | State::Unknown);
                assert_eq!(state.may_become(next), open && next != State::Asked, "{state} to {next}");
            }
        }
    }
}
