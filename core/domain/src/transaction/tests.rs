//! The whole table of a payment's life, and claims about it.
use super::*;

/// Every allowed step; whatever is not here is refused.
const TABLE: &str = "
requires_identification + Identified -> requires_confirmation
requires_identification + StepUpRequired -> requires_step_up
requires_identification + PolicyDeclined -> declined
requires_identification + Cancelled -> cancelled
requires_identification + Expired -> expired
requires_step_up + SteppedUp -> requires_confirmation
requires_step_up + PolicyDeclined -> declined
requires_step_up + Cancelled -> cancelled
requires_step_up + Expired -> expired
requires_confirmation + StepUpRequired -> requires_step_up
requires_confirmation + Confirmed -> processing
requires_confirmation + PolicyDeclined -> declined
requires_confirmation + Cancelled -> cancelled
requires_confirmation + Expired -> expired
processing + Authorized -> authorized
processing + Captured -> captured
processing + ProviderDeclined -> declined
processing + NotSent -> requires_confirmation
processing + OutcomeUnknown -> in_doubt
processing + Voided -> voided
authorized + Expired -> expired
authorized + Captured -> captured
authorized + OutcomeUnknown -> in_doubt
authorized + Voided -> voided
captured + RefundedInPart -> partially_refunded
captured + RefundedInFull -> refunded
partially_refunded + RefundedInPart -> partially_refunded
partially_refunded + RefundedInFull -> refunded
in_doubt + Authorized -> authorized
in_doubt + Captured -> captured
in_doubt + ProviderDeclined -> declined
in_doubt + NotSent -> requires_confirmation
in_doubt + Voided -> voided
";

#[test]
fn the_table_is_exactly_this() {
    let steps = State::ALL.iter().flat_map(|&from| {
        Event::ALL
            .iter()
            .filter_map(move |&event| from.after(event).ok().map(|to| format!("{from} + {event:?} -> {to}")))
    });
    assert_eq!(steps.collect::<Vec<_>>().join("\n"), TABLE.trim());
}

#[test]
fn a_voided_payment_cannot_be_captured() {
    assert!(State::Voided.after(Event::Captured).is_err());
    assert!(State::Voided.is_final());
}

#[test]
fn a_payment_in_doubt_cannot_be_cancelled_or_expire() {
    assert!(State::InDoubt.after(Event::Cancelled).is_err());
    assert!(State::InDoubt.after(Event::Expired).is_err());
}

#[test]
fn no_money_moves_without_confirmation() {
    for &from in State::ALL {
        for event in [Event::Authorized, Event::Captured] {
            if from.after(event).is_ok() {
                assert!(matches!(from, State::Processing | State::Authorized | State::InDoubt), "{from}");
            }
        }
    }
}

#[test]
fn every_state_survives_its_text_form() {
    for &state in State::ALL {
        assert_eq!(state.as_str().parse(), Ok(state));
    }
    assert!("paid".parse::<State>().is_err());
}
