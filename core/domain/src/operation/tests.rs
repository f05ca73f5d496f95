//! The whole table of a request's life, and claims about it.
use super::*;

/// Every allowed step; whatever is not here is refused.
const TABLE: &str = "
prepared + Submitted -> submitting
prepared + NotSent -> not_sent
submitting + Approved -> approved
submitting + Declined -> declined
submitting + NotSent -> not_sent
submitting + Pending -> pending
submitting + AnswerLost -> unknown
submitting + GaveUp -> manual_review
pending + Approved -> approved
pending + Declined -> declined
pending + AnswerLost -> unknown
pending + SyncStarted -> syncing
pending + ReverseStarted -> reversing
pending + GaveUp -> manual_review
unknown + SyncStarted -> syncing
unknown + ReverseStarted -> reversing
unknown + GaveUp -> manual_review
syncing + Approved -> approved
syncing + Declined -> declined
syncing + NotSent -> not_sent
syncing + Pending -> pending
syncing + AnswerLost -> unknown
syncing + ReverseStarted -> reversing
syncing + GaveUp -> manual_review
reversing + Reversed -> reversed
reversing + GaveUp -> manual_review
manual_review + SyncStarted -> syncing
manual_review + ResolvedApproved -> approved
manual_review + ResolvedDeclined -> declined
manual_review + ResolvedReversed -> reversed
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
fn an_unknown_answer_never_turns_into_a_free_retry_without_asking() {
    assert!(State::Unknown.after(Event::NotSent).is_err());
    assert!(State::Unknown.after(Event::Approved).is_err());
}

#[test]
fn nothing_leads_out_of_a_closed_request() {
    for &state in State::ALL {
        let closed = Event::ALL.iter().all(|&event| state.after(event).is_err());
        assert_eq!(closed, !state.is_unsettled(), "{state}");
    }
}

#[test]
fn every_state_and_kind_survives_its_text_form() {
    for &state in State::ALL {
        assert_eq!(state.as_str().parse(), Ok(state));
    }
    for &kind in Kind::ALL {
        assert_eq!(kind.as_str().parse(), Ok(kind));
    }
}

const ALL_ANSWERS: Answers = Answers { sync: true, reverse: true, repeat: true };
const NO_ANSWERS: Answers = Answers { sync: false, reverse: false, repeat: false };
const PATIENCE: Patience =
    Patience { settle: Duration::from_secs(600), pending: Duration::from_secs(86_400) };

fn next(kind: Kind, state: State, age_s: u64, answers: Answers) -> Next {
    Open { kind, state, age: Duration::from_secs(age_s), tries: 0 }.next(answers, PATIENCE)
}

#[test]
fn what_is_open_is_asked_after_then_undone_then_left_to_a_person() {
    let only_reverse = Answers { reverse: true, ..NO_ANSWERS };
    let only_repeat = Answers { repeat: true, ..NO_ANSWERS };
    for (kind, state, age_s, answers, expected) in [
        (Kind::Sale, State::Prepared, 9, NO_ANSWERS, Next::Close),
        (Kind::Sale, State::Unknown, 0, ALL_ANSWERS, Next::Sync),
        (Kind::Sale, State::Syncing, 599, ALL_ANSWERS, Next::Sync),
        (Kind::Sale, State::Unknown, 600, ALL_ANSWERS, Next::Reverse),
        (Kind::Sale, State::Unknown, 0, only_reverse, Next::Reverse),
        (Kind::Authorize, State::Unknown, 0, only_repeat, Next::Review),
        (Kind::Sale, State::Pending, 86_399, ALL_ANSWERS, Next::Sync),
        (Kind::Sale, State::Pending, 86_399, only_reverse, Next::Wait),
        (Kind::Sale, State::Pending, 86_400, ALL_ANSWERS, Next::Reverse),
        (Kind::Sale, State::Reversing, 86_399, ALL_ANSWERS, Next::Reverse),
        (Kind::Sale, State::Reversing, 864_000, ALL_ANSWERS, Next::Reverse),
        (Kind::Capture, State::Unknown, 600, ALL_ANSWERS, Next::Repeat),
        (Kind::Void, State::Unknown, 0, only_repeat, Next::Repeat),
        (Kind::Refund, State::Unknown, 600, only_reverse, Next::Review),
        (Kind::Reversal, State::Unknown, 600, ALL_ANSWERS, Next::Repeat),
    ] {
        assert_eq!(next(kind, state, age_s, answers), expected, "{kind} {state} {age_s}");
    }
}

#[test]
fn undoing_is_tried_for_long_and_then_left_to_a_person() {
    let after = |tries| {
        let open = Open { kind: Kind::Sale, state: State::Reversing, age: Duration::ZERO, tries };
        open.next(ALL_ANSWERS, PATIENCE)
    };
    assert_eq!((after(299), after(300)), (Next::Reverse, Next::Review));
}

#[test]
fn a_charge_is_never_asked_for_a_second_time() {
    for &state in State::ALL.iter().filter(|state| state.is_open()) {
        for age_s in [0, 599, 600, 86_399, 86_400, u64::MAX] {
            for kind in [Kind::Sale, Kind::Authorize] {
                assert_ne!(next(kind, state, age_s, ALL_ANSWERS), Next::Repeat, "{kind} {state}");
            }
        }
    }
}

#[test]
fn asking_slows_down_and_never_stops() {
    let waits: Vec<u64> = (0..8).map(|tries| asked_again_after(tries).as_secs()).collect();
    assert_eq!(waits, [1, 2, 5, 15, 60, 300, 300, 300]);
    assert_eq!(asked_again_after(u32::MAX).as_secs(), 300);
}
