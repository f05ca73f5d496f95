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
pending + Approved -> approved
pending + Declined -> declined
pending + AnswerLost -> unknown
pending + SyncStarted -> syncing
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
