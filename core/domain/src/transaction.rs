//! A payment as the merchant sees it: one state machine, every step named.
//!
//! ```text
//! requires_identification ─► requires_step_up ─► requires_confirmation ─► processing ─┬► authorized ─► captured ─► (partially_)refunded
//!                                                                                     ├► captured        │
//!                                                                                     ├► declined        └► voided
//!                                                                                     └► in_doubt ─► whatever the provider's book says
//! ```
use crate::name::named;

named! {
    /// Where a payment stands.
    State("transaction state") {
        /// No payer is known yet.
        RequiresIdentification = "requires_identification",
        /// The payer must prove more than a face.
        RequiresStepUp = "requires_step_up",
        /// The payer is known and must say yes.
        RequiresConfirmation = "requires_confirmation",
        /// A request to the provider is under way.
        Processing = "processing",
        /// Money is set aside for the merchant.
        Authorized = "authorized",
        /// Money is the merchant's.
        Captured = "captured",
        /// Part of it went back.
        PartiallyRefunded = "partially_refunded",
        /// All of it went back.
        Refunded = "refunded",
        /// Set aside, then given free.
        Voided = "voided",
        /// Refused by a rule or by the provider; no money moved.
        Declined = "declined",
        /// Given up before any provider was asked.
        Cancelled = "cancelled",
        /// Ran out before any provider was asked, or before capture.
        Expired = "expired",
        /// The provider was asked and its answer is not known.
        InDoubt = "in_doubt",
    }
}

/// What happened to a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Event {
    /// A payer was recognised and nothing more is asked of them.
    Identified,
    /// A rule asks for a further factor.
    StepUpRequired,
    /// The further factor was proved.
    SteppedUp,
    /// The payer said yes (or policy spares the question); the provider is being asked.
    Confirmed,
    /// A rule of ours refused.
    PolicyDeclined,
    /// The payer or the merchant gave up.
    Cancelled,
    /// The time ran out.
    Expired,
    /// The provider set the money aside.
    Authorized,
    /// The provider moved the money.
    Captured,
    /// The provider refused.
    ProviderDeclined,
    /// Provably nothing reached the provider: the payer may confirm again.
    NotSent,
    /// The provider may have acted; its answer was lost.
    OutcomeUnknown,
    /// The provider gave the money free, or an unknown request was reversed.
    Voided,
    /// Some money went back and some is left.
    RefundedInPart,
    /// No money is left with the merchant.
    RefundedInFull,
}

impl Event {
    /// Every event, for tables and tests.
    pub const ALL: &[Self] = &[
        Self::Identified,
        Self::StepUpRequired,
        Self::SteppedUp,
        Self::Confirmed,
        Self::PolicyDeclined,
        Self::Cancelled,
        Self::Expired,
        Self::Authorized,
        Self::Captured,
        Self::ProviderDeclined,
        Self::NotSent,
        Self::OutcomeUnknown,
        Self::Voided,
        Self::RefundedInPart,
        Self::RefundedInFull,
    ];
}

/// A step that the state does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a payment that is {from} can't take the step {event:?}")]
pub struct Refused {
    /// Where the payment stands.
    pub from: State,
    /// What was tried.
    pub event: Event,
}

impl State {
    /// The state after `event`.
    ///
    /// # Errors
    /// When this state does not allow the event; nothing changes then.
    pub fn after(self, event: Event) -> Result<Self, Refused> {
        use State::{
            Authorized, Cancelled, Captured, Declined, Expired, InDoubt, PartiallyRefunded, Processing,
            Refunded, RequiresConfirmation, RequiresIdentification, RequiresStepUp, Voided,
        };
        Ok(match (self, event) {
            (RequiresIdentification, Event::Identified) | (RequiresStepUp, Event::SteppedUp) => {
                RequiresConfirmation
            }
            (RequiresIdentification | RequiresConfirmation, Event::StepUpRequired) => RequiresStepUp,
            (RequiresConfirmation, Event::Confirmed) => Processing,

            (RequiresIdentification | RequiresStepUp | RequiresConfirmation, Event::PolicyDeclined)
            | (Processing | InDoubt, Event::ProviderDeclined) => Declined,
            (RequiresIdentification | RequiresStepUp | RequiresConfirmation, Event::Cancelled) => Cancelled,
            (RequiresIdentification | RequiresStepUp | RequiresConfirmation | Authorized, Event::Expired) => {
                Expired
            }

            (Processing | InDoubt, Event::NotSent) => RequiresConfirmation,
            (Processing | InDoubt, Event::Authorized) => Authorized,
            (Processing | InDoubt | Authorized, Event::Captured) => Captured,
            (Processing | Authorized, Event::OutcomeUnknown) => InDoubt,
            (Processing | InDoubt | Authorized, Event::Voided) => Voided,

            (Captured | PartiallyRefunded, Event::RefundedInPart) => PartiallyRefunded,
            (Captured | PartiallyRefunded, Event::RefundedInFull) => Refunded,
            _ => return Err(Refused { from: self, event }),
        })
    }

    /// Whether no event leads out of this state.
    #[must_use]
    pub fn is_final(self) -> bool {
        Event::ALL.iter().all(|&event| self.after(event).is_err())
    }
}

#[cfg(test)]
mod tests;
