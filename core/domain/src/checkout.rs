//! A payment waiting for a face: from the amount at the till to paid, declined or given up.
use crate::{name::named, transaction};

named! {
    /// Where a checkout stands.
    State("checkout state") {
        /// Nobody was recognised yet.
        AwaitingPayer = "awaiting_payer",
        /// The payer is known and must prove a further factor.
        AwaitingStepUp = "awaiting_step_up",
        /// The payer is known and must say yes.
        AwaitingConfirmation = "awaiting_confirmation",
        /// The provider is being asked.
        Paying = "paying",
        /// Paid.
        Paid = "paid",
        /// Refused by a rule or by the provider.
        Declined = "declined",
        /// The provider's answer is not known yet.
        InDoubt = "in_doubt",
        /// Nobody paid in time.
        Expired = "expired",
        /// Given up by the merchant or the payer.
        Cancelled = "cancelled",
    }
}

/// What happened to a checkout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Event {
    /// A payer was recognised and must confirm.
    PayerFound,
    /// A payer was recognised and must prove a further factor.
    StepUpRequired,
    /// The further factor was proved.
    SteppedUp,
    /// Confirmed, or policy spares the question.
    Confirmed,
    /// The provider took the money.
    Paid,
    /// A rule or the provider refused.
    Declined,
    /// Provably nothing reached the provider: confirm again.
    NotSent,
    /// The provider's answer was lost.
    OutcomeUnknown,
    /// The deadline passed.
    Expired,
    /// Given up.
    Cancelled,
}

impl State {
    /// Whether the checkout is over; `InDoubt` is not, recovery settles it.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Paid | Self::Declined | Self::Expired | Self::Cancelled)
    }

    /// The state after `event`.
    ///
    /// # Errors
    /// When this state does not allow the event; nothing changes then.
    pub fn after(self, event: Event) -> Result<Self, Refused> {
        let waiting = matches!(self, Self::AwaitingPayer | Self::AwaitingStepUp | Self::AwaitingConfirmation);
        Ok(match (self, event) {
            (Self::AwaitingPayer, Event::PayerFound) | (Self::AwaitingStepUp, Event::SteppedUp) => {
                Self::AwaitingConfirmation
            }
            (Self::AwaitingPayer | Self::AwaitingConfirmation, Event::StepUpRequired) => Self::AwaitingStepUp,
            (Self::AwaitingConfirmation, Event::Confirmed) => Self::Paying,
            (Self::Paying | Self::InDoubt, Event::Paid) => Self::Paid,
            (Self::Paying | Self::InDoubt, Event::NotSent) => Self::AwaitingConfirmation,
            (Self::Paying, Event::OutcomeUnknown) => Self::InDoubt,
            (Self::Paying | Self::InDoubt, Event::Declined) => Self::Declined,
            (_, Event::Declined) if waiting => Self::Declined,
            (_, Event::Expired) if waiting => Self::Expired,
            (_, Event::Cancelled) if waiting => Self::Cancelled,
            _ => return Err(Refused { from: self, event }),
        })
    }
}

impl Event {
    /// What a step of the payment means for the checkout that it belongs to; `None` when nothing.
    #[must_use]
    pub fn of_payment(event: transaction::Event) -> Option<Self> {
        use transaction::Event as Payment;
        Some(match event {
            Payment::Identified => Self::PayerFound,
            Payment::StepUpRequired => Self::StepUpRequired,
            Payment::SteppedUp => Self::SteppedUp,
            Payment::Confirmed => Self::Confirmed,
            Payment::Captured => Self::Paid,
            Payment::PolicyDeclined | Payment::ProviderDeclined | Payment::Voided => Self::Declined,
            Payment::NotSent => Self::NotSent,
            Payment::OutcomeUnknown => Self::OutcomeUnknown,
            Payment::Cancelled => Self::Cancelled,
            Payment::Expired => Self::Expired,
            Payment::Authorized | Payment::RefundedInPart | Payment::RefundedInFull => return None,
        })
    }
}

/// A step that the state does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a checkout that is {from} can't take the step {event:?}")]
pub struct Refused {
    /// Where the checkout stands.
    pub from: State,
    /// What was tried.
    pub event: Event,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_way_ends_paid() {
        let events = [Event::PayerFound, Event::Confirmed, Event::Paid];
        let end = events.iter().try_fold(State::AwaitingPayer, |state, &event| state.after(event));
        assert_eq!(end, Ok(State::Paid));
    }

    #[test]
    fn nobody_pays_without_confirming() {
        for &state in State::ALL {
            let pays = state.after(Event::Paid).is_ok();
            assert_eq!(pays, matches!(state, State::Paying | State::InDoubt), "{state}");
        }
    }

    #[test]
    fn a_checkout_that_is_paying_cannot_be_cancelled_or_expire() {
        for state in [State::Paying, State::InDoubt, State::Paid] {
            assert!(state.after(Event::Cancelled).is_err(), "{state}");
            assert!(state.after(Event::Expired).is_err(), "{state}");
        }
    }

    #[test]
    fn a_checkout_allows_every_step_that_its_payment_allows_before_the_money_moved() {
        let payments = [
            (State::AwaitingPayer, transaction::State::RequiresIdentification),
            (State::AwaitingStepUp, transaction::State::RequiresStepUp),
            (State::AwaitingConfirmation, transaction::State::RequiresConfirmation),
            (State::Paying, transaction::State::Processing),
        ];
        for (checkout, payment) in payments {
            for &event in transaction::Event::ALL {
                let follows = Event::of_payment(event).map(|step| checkout.after(step));
                if payment.after(event).is_ok() {
                    assert!(follows.is_none_or(|step| step.is_ok()), "{checkout} {event:?}");
                }
            }
        }
    }

    #[test]
    fn every_state_survives_its_text_form() {
        for &state in State::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
    }
}
