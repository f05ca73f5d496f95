//! The whole tables of groups and legs, what is done next row by row, and that money is conserved in any order.
use leg::State as L;

use super::*;
use crate::operation::{self, Kind};
use crate::transaction;

mod simulation;

const NOW: Timestamp = Timestamp(1_000_000_000);

/// Every change; whatever is not here is refused.
const CHANGES: &str = "
gathering -> confirming authorizing capturing undoing in_doubt voided declined expired cancelled
confirming -> gathering authorizing capturing undoing in_doubt voided declined expired cancelled
authorizing -> gathering confirming capturing undoing in_doubt voided declined expired cancelled
capturing -> gathering undoing in_doubt paid partially_paid voided declined expired cancelled
undoing -> gathering in_doubt voided declined expired cancelled
in_doubt -> gathering confirming authorizing capturing undoing paid partially_paid voided declined expired cancelled
paid ->
partially_paid ->
voided ->
declined ->
expired ->
cancelled ->
";

#[test]
fn the_table_of_changes_is_exactly_this() {
    let row = |from: &State| {
        let to = State::ALL.iter().filter(|&&to| from.changed(to).is_ok());
        let names: Vec<&str> = to.map(|to| to.as_str()).collect();
        format!("{from} -> {}", names.join(" ")).trim_end().to_owned()
    };
    assert_eq!(State::ALL.iter().map(row).collect::<Vec<_>>().join("\n"), CHANGES.trim());
}

#[test]
fn nothing_leads_out_of_an_end() {
    for &state in State::ALL {
        let leads_on = State::ALL.iter().any(|&to| state.changed(to).is_ok());
        assert_eq!(leads_on, !state.is_final(), "{state}");
    }
}

/// Where a leg stands by its payment and the last thing that its provider was asked.
const LEGS: &str = "
requires_identification -> awaiting_payer
requires_step_up -> awaiting_step_up
requires_confirmation -> awaiting_confirmation
processing -> authorizing
authorized -> authorized
captured -> captured
partially_refunded -> captured
refunded -> refunded
voided -> voided
declined -> declined
cancelled -> cancelled
expired -> expired
in_doubt -> in_doubt
authorized, capture prepared -> capturing
authorized, capture submitting -> capturing
authorized, capture approved -> authorized
authorized, capture declined -> capture_refused
authorized, capture not_sent -> authorized
authorized, capture pending -> in_doubt
authorized, capture unknown -> in_doubt
authorized, capture syncing -> in_doubt
authorized, capture reversing -> in_doubt
authorized, capture reversed -> capture_refused
authorized, capture manual_review -> in_doubt
authorized, void prepared -> undoing
authorized, void submitting -> undoing
authorized, void approved -> authorized
authorized, void declined -> authorized
authorized, void not_sent -> authorized
authorized, void pending -> in_doubt
authorized, void unknown -> in_doubt
authorized, void syncing -> in_doubt
authorized, void reversing -> in_doubt
authorized, void reversed -> authorized
authorized, void manual_review -> in_doubt
captured, refund prepared -> undoing
captured, refund submitting -> undoing
captured, refund approved -> captured
captured, refund declined -> captured
captured, refund not_sent -> captured
captured, refund pending -> in_doubt
captured, refund unknown -> in_doubt
captured, refund syncing -> in_doubt
captured, refund reversing -> in_doubt
captured, refund reversed -> captured
captured, refund manual_review -> in_doubt
";

#[test]
fn the_table_of_legs_is_exactly_this() {
    let mut rows: Vec<String> = transaction::State::ALL
        .iter()
        .map(|&payment| format!("{payment} -> {}", L::of(payment, None, &[])))
        .collect();
    for (payment, kind) in [
        (transaction::State::Authorized, Kind::Capture),
        (transaction::State::Authorized, Kind::Void),
        (transaction::State::Captured, Kind::Refund),
    ] {
        for &state in operation::State::ALL {
            let asked = [(Kind::Authorize, operation::State::Approved), (kind, state)];
            rows.push(format!("{payment}, {kind} {state} -> {}", L::of(payment, Some(0), &asked)));
        }
    }
    assert_eq!(rows.join("\n"), LEGS.trim());
}

#[test]
fn a_yes_is_for_one_try_and_a_refused_capture_is_not_forgotten() {
    let waiting = transaction::State::RequiresConfirmation;
    let not_sent = (Kind::Authorize, operation::State::NotSent);
    assert_eq!(L::of(waiting, Some(0), &[]), L::Confirmed);
    assert_eq!(L::of(waiting, Some(0), &[not_sent]), L::AwaitingConfirmation);
    assert_eq!(L::of(waiting, Some(1), &[not_sent]), L::Confirmed);
    let held = transaction::State::Authorized;
    let (capture, void) =
        ((Kind::Capture, operation::State::Declined), (Kind::Void, operation::State::Declined));
    assert_eq!(L::of(held, Some(0), &[capture, void]), L::CaptureRefused);
    let unsent = [(Kind::Capture, operation::State::NotSent); leg::CAPTURE_TRIES_MAX as usize];
    assert_eq!(L::of(held, Some(0), &unsent[1..]), L::Authorized);
    assert_eq!(L::of(held, Some(0), &unsent), L::CaptureRefused);
}

#[test]
fn every_name_survives_its_text_form() {
    assert!(State::ALL.iter().all(|state| state.as_str().parse() == Ok(*state)));
    assert!(L::ALL.iter().all(|state| state.as_str().parse() == Ok(*state)));
    assert!(Policy::ALL.iter().all(|policy| policy.as_str().parse() == Ok(*policy)));
}

fn legs(states: &[L]) -> Vec<Leg> {
    let captured = |state: &L| matches!(state, L::Captured | L::Capturing | L::CaptureRefused | L::Refunded);
    let tries = |state| Tries { captures: u32::from(captured(state)), ..Tries::default() };
    states.iter().map(|state| Leg { state: *state, tries: tries(state) }).collect()
}

#[test]
fn each_group_knows_what_to_do_next() {
    use Policy::{AllOrNothing as A, Partial as P, Redistribute as R};
    use Remedy::{Cancel, Refund, Void};
    let all = [A, R, P];
    let rows: Vec<(&[Policy], &[L], State, Next)> = vec![
        (&all, &[L::AwaitingConfirmation, L::AwaitingPayer], State::Gathering, Next::Wait),
        (&all, &[L::Confirmed, L::AwaitingStepUp], State::Confirming, Next::Wait),
        (&all, &[L::Confirmed, L::AwaitingConfirmation], State::Confirming, Next::Wait),
        (&all, &[L::Confirmed, L::Confirmed], State::Authorizing, Next::Authorize(vec![0, 1])),
        (&all, &[L::Authorized, L::Confirmed], State::Authorizing, Next::Authorize(vec![1])),
        (&all, &[L::Authorized, L::Authorizing], State::Authorizing, Next::Wait),
        (&all, &[L::Authorized, L::InDoubt], State::InDoubt, Next::Wait),
        (&all, &[L::Authorized, L::Undoing], State::InDoubt, Next::Wait),
        (&all, &[L::Authorized, L::Authorized], State::Capturing, Next::Capture(vec![0, 1])),
        (&all, &[L::Captured, L::Authorized], State::Capturing, Next::Capture(vec![1])),
        (&all, &[L::Captured, L::Capturing], State::Capturing, Next::Wait),
        (&all, &[L::Captured, L::InDoubt], State::InDoubt, Next::Wait),
        (&all, &[L::Captured, L::Captured], State::Paid, Next::End),
        // Somebody says no.
        (&[A], &[L::Declined, L::Confirmed], State::Undoing, Next::Undo(vec![(1, Cancel)])),
        (&[A], &[L::Declined, L::Cancelled], State::Declined, Next::End),
        (&[A], &[L::Declined, L::Authorized], State::Undoing, Next::Undo(vec![(1, Void)])),
        (&[A], &[L::Declined, L::Undoing], State::Undoing, Next::Wait),
        (&[A], &[L::Declined, L::Authorized, L::InDoubt], State::InDoubt, Next::Undo(vec![(1, Void)])),
        (&[A], &[L::Declined, L::Voided], State::Voided, Next::End),
        (&[A], &[L::Expired, L::Expired], State::Expired, Next::End),
        (&[P], &[L::Declined, L::AwaitingConfirmation], State::Confirming, Next::Wait),
        (&[P], &[L::Declined, L::Confirmed], State::Authorizing, Next::Authorize(vec![1])),
        (&[P], &[L::Declined, L::Authorized], State::Capturing, Next::Capture(vec![1])),
        (&[P], &[L::Declined, L::Captured], State::PartiallyPaid, Next::End),
        (&[P], &[L::Declined, L::Cancelled], State::Declined, Next::End),
        (&[R], &[L::Declined, L::Confirmed], State::Gathering, Next::Redistribute(vec![1])),
        (&[R], &[L::Declined, L::Authorized, L::Confirmed], State::Undoing, Next::Undo(vec![(1, Void)])),
        (&[R], &[L::Declined, L::Undoing], State::Undoing, Next::Wait),
        (&[R], &[L::Declined, L::Authorizing], State::Undoing, Next::Wait),
        (&[R], &[L::Declined, L::InDoubt], State::InDoubt, Next::Wait),
        (&[R], &[L::Declined, L::Voided, L::Confirmed], State::Gathering, Next::Redistribute(vec![1, 2])),
        (&[R], &[L::Declined, L::Cancelled], State::Declined, Next::End),
        (&[R], &[L::Expired, L::Confirmed], State::Undoing, Next::Undo(vec![(1, Cancel)])),
        // The provider refuses what it had set aside.
        (
            &[A, R],
            &[L::Captured, L::CaptureRefused],
            State::Undoing,
            Next::Undo(vec![(0, Refund), (1, Void)]),
        ),
        (&[A, R], &[L::Refunded, L::Voided], State::Voided, Next::End),
        (&[P], &[L::Captured, L::CaptureRefused], State::Capturing, Next::Undo(vec![(1, Void)])),
        (&[P], &[L::Captured, L::Voided], State::PartiallyPaid, Next::End),
        (&[P], &[L::CaptureRefused, L::Declined], State::Undoing, Next::Undo(vec![(0, Void)])),
    ];
    for (policies, states, state, next) in rows {
        for &policy in policies {
            let found = assess(policy, None, &legs(states), NOW);
            assert_eq!((found.state, found.next), (state, next.clone()), "{policy} {states:?}");
        }
    }
}

#[test]
fn what_was_ended_ends_as_that_after_everybody_has_their_money_back() {
    for policy in Policy::ALL {
        let cancelled = |states: &[L]| assess(*policy, Some(State::Cancelled), &legs(states), NOW);
        let freed = cancelled(&[L::Authorized, L::Cancelled]);
        assert_eq!(freed.next, Next::Undo(vec![(0, Remedy::Void)]));
        let over = cancelled(&[L::Voided, L::Cancelled]);
        assert_eq!(over, Assessment { state: State::Cancelled, given_up: true, next: Next::End });
    }
}

#[test]
fn what_was_given_up_is_not_gone_back_on_whatever_the_legs_say_later() {
    // The capture of the first was refused; while it is given free, nothing shows that any more.
    let refused = assess(Policy::AllOrNothing, None, &legs(&[L::CaptureRefused, L::Authorized]), NOW);
    assert!(refused.given_up);
    for policy in Policy::ALL {
        let later = assess(*policy, Some(State::Voided), &legs(&[L::Undoing, L::Authorized]), NOW);
        assert_eq!((later.state, later.next), (State::Undoing, Next::Undo(vec![(1, Remedy::Void)])));
        let over = assess(*policy, Some(State::Voided), &legs(&[L::Voided, L::Voided]), NOW);
        assert_eq!((over.state, over.next), (State::Voided, Next::End));
    }
}

#[test]
fn a_return_that_is_refused_is_tried_ever_more_slowly_until_a_person_must_look() {
    let tried = |returns, seconds| {
        let tries = Tries { returns, captures: 1, last: Some(NOW) };
        let legs = [Leg { state: L::Captured, tries }, Leg { state: L::Voided, tries: Tries::default() }];
        assess(Policy::AllOrNothing, None, &legs, NOW.plus(Duration::from_secs(seconds)))
    };
    let again = Next::Undo(vec![(0, Remedy::Refund)]);
    for (returns, waits) in [(1, 1), (2, 2), (4, 8), (7, 60)] {
        let early = Assessment { state: State::Undoing, given_up: true, next: Next::Wait };
        assert_eq!(tried(returns, waits - 1), early, "{returns}");
        assert_eq!(tried(returns, waits).next, again, "{returns}");
    }
    let stuck = Assessment { state: State::InDoubt, given_up: true, next: Next::Wait };
    assert_eq!(tried(RETURN_TRIES_MAX, 1_000_000), stuck);
}
