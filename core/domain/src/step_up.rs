//! What a payer proved beside their face: good once, for one charge, for a short time.
use crate::{Money, Timestamp, name::named};

named! {
    /// How it was proved.
    Factor("factor") {
        /// By the payer's PIN.
        Pin = "pin",
        /// By staff that vouches for the payer.
        Staff = "staff",
        /// By an identity check for this payment.
        Identity = "identity",
    }
}

/// The charge that a proof is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// How much.
    pub amount: Money,
    /// Who gets it.
    pub payee: String,
    /// Where it is paid.
    pub terminal: String,
}

/// A further factor that was proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// What for.
    pub charge: Charge,
    /// When.
    pub proved_at: Timestamp,
    /// From when on it proves nothing.
    pub expires_at: Timestamp,
    /// Whether a charge rested on it before.
    pub used: bool,
}

/// Why what was proved about the payer does not carry a charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// The payer looked too long ago.
    #[error("the payer looked too long ago to be charged now; let them look again")]
    LookTooOld,
    /// The further factor was proved too long ago.
    #[error("the further factor was proved too long ago; prove it again")]
    Expired,
    /// The further factor was good for one charge.
    #[error("the further factor was used for a charge before; prove it again")]
    Used,
    /// The further factor was proved for another charge.
    #[error("the further factor was proved for another amount, payee or terminal; prove it for this one")]
    Mismatch,
}

impl Unfit {
    /// The stable code on the wire.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::LookTooOld | Self::Expired => "evidence_expired",
            Self::Used => "evidence_used",
            Self::Mismatch => "evidence_mismatch",
        }
    }
}

impl Proof {
    /// Whether `charge` may rest on this proof now.
    ///
    /// # Errors
    /// Why it may not.
    pub fn carries(&self, charge: &Charge, now: Timestamp) -> Result<(), Unfit> {
        if self.charge != *charge {
            Err(Unfit::Mismatch)
        } else if self.used {
            Err(Unfit::Used)
        } else if now < self.proved_at || now >= self.expires_at {
            Err(Unfit::Expired)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charge() -> Charge {
        let amount = Money::new(1250, "EUR".parse().unwrap()).unwrap();
        Charge { amount, payee: "house".to_owned(), terminal: "till-1".to_owned() }
    }

    #[test]
    fn a_proof_carries_its_own_charge_once_and_in_time() {
        type Change = fn(&mut Proof);
        let rows: Vec<(Change, i64, Result<(), Unfit>)> = vec![
            (|_| {}, 10, Ok(())),
            (|_| {}, 39, Ok(())),
            (|_| {}, 40, Err(Unfit::Expired)),
            (|_| {}, 9, Err(Unfit::Expired)),
            (|p| p.used = true, 10, Err(Unfit::Used)),
            (
                |p| p.charge.amount = Money::new(1251, "EUR".parse().unwrap()).unwrap(),
                10,
                Err(Unfit::Mismatch),
            ),
            (
                |p| p.charge.amount = Money::new(1250, "USD".parse().unwrap()).unwrap(),
                10,
                Err(Unfit::Mismatch),
            ),
            (|p| p.charge.payee = "other".to_owned(), 10, Err(Unfit::Mismatch)),
            (|p| p.charge.terminal = "till-2".to_owned(), 10, Err(Unfit::Mismatch)),
        ];
        for (index, (change, now, expected)) in rows.into_iter().enumerate() {
            let (proved_at, expires_at) = (Timestamp(10), Timestamp(40));
            let mut proof = Proof { charge: charge(), proved_at, expires_at, used: false };
            change(&mut proof);
            assert_eq!(proof.carries(&charge(), Timestamp(now)), expected, "row {index}");
        }
    }
}
