//! Requests to providers beyond the plain sale: parts, money that is elsewhere, what is kept, what comes late, what a place
//! may take.
use std::time::Duration;

use domain::{
    OperationId,
    ledger::TransferState,
    limits::{Exceeded, PlaceLimits, Usage},
    operation::{Event, Kind, State},
    transaction,
};
use store::{AUTHORIZATION_EXPIRED, Outcome, Preparation, Source, StoreError};

use crate::{
    Claim,
    bench::{BRANCH, Bench, MERCHANT, UNLIMITED, by, eur, later, preparation},
    claims,
};

pub(crate) const CLAIMS: &[Claim] = claims![
    a_part_is_taken_and_the_rest_is_free_again,
    no_more_is_captured_than_was_set_aside,
    money_that_is_elsewhere_is_owed_by_its_provider,
    only_who_has_the_money_gives_it_back,
    what_a_plugin_keeps_is_there_for_the_next_question,
    requests_are_numbered_and_none_twice,
    an_open_request_is_due_ever_later,
    only_the_own_branch_is_looked_at_when_its_appliance_starts,
    what_nobody_took_in_time_expires,
    what_was_approved_late_is_undone_once,
    a_request_that_a_person_must_look_at_is_told,
    a_place_takes_no_more_than_its_limits,
    what_was_not_taken_does_not_count,
];

const SOLD: [Event; 2] = [Event::Submitted, Event::Approved];

fn a_part_is_taken_and_the_rest_is_free_again(bench: &Bench) {
    let payer = bench.payer("ada", 1_000);
    let payment = bench.identified(payer, eur(300));
    bench.operate(payment, Kind::Authorize, eur(300), &SOLD);
    let taken = bench.operate(payment, Kind::Capture, eur(120), &SOLD);
    assert_eq!(taken.transaction.state, transaction::State::Captured);
    assert_eq!((bench.holds(payer), bench.holds(MERCHANT)), ((880, 880), (120, 120)));
    assert_eq!(bench.store.transaction(payment).unwrap().captured_minor, 120);
    // No more goes back than was taken.
    assert!(bench.prepare(payment, Kind::Refund, eur(121)).is_err());
    let back = bench.operate(payment, Kind::Refund, eur(120), &SOLD);
    assert_eq!(back.transaction.state, transaction::State::Refunded);
    bench.assert_sound();
}

fn no_more_is_captured_than_was_set_aside(bench: &Bench) {
    let payer = bench.payer("ada", 1_000);
    let payment = bench.identified(payer, eur(300));
    bench.operate(payment, Kind::Authorize, eur(300), &SOLD);
    assert!(matches!(bench.prepare(payment, Kind::Capture, eur(301)), Err(StoreError::Conflict(_))));
    assert!(matches!(bench.prepare(payment, Kind::Void, eur(120)), Err(StoreError::Conflict(_))));
}

/// A sale whose money is with the provider.
fn elsewhere(bench: &Bench) -> Preparation {
    let payer = bench.person("ada");
    let payment = bench.identified(payer, eur(300));
    Preparation { source: Source::Provider, ..preparation(UNLIMITED, payment, (Kind::Sale, eur(300))) }
}

fn money_that_is_elsewhere_is_owed_by_its_provider(bench: &Bench) {
    let sale = elsewhere(bench);
    bench.store.prepare_operation(by(), &sale).unwrap();
    for event in SOLD {
        bench.settle(sale.id, event).unwrap();
    }
    assert_eq!((bench.holds(&sale.provider), bench.holds(MERCHANT)), ((-300, -300), (300, 300)));
    let refund = Preparation {
        source: Source::Provider,
        ..preparation(UNLIMITED, sale.transaction, (Kind::Refund, eur(100)))
    };
    bench.store.prepare_operation(by(), &refund).unwrap();
    for event in SOLD {
        bench.settle(refund.id, event).unwrap();
    }
    assert_eq!((bench.holds(&sale.provider), bench.holds(MERCHANT)), ((-200, -200), (200, 200)));
    bench.assert_sound();
}

fn only_who_has_the_money_gives_it_back(bench: &Bench) {
    let sale = elsewhere(bench);
    bench.store.prepare_operation(by(), &sale).unwrap();
    for event in SOLD {
        bench.settle(sale.id, event).unwrap();
    }
    let known = bench.store.transaction(sale.transaction).unwrap().provider;
    assert_eq!(known.as_ref(), Some(&sale.provider));
    let refund = preparation(UNLIMITED, sale.transaction, (Kind::Refund, eur(100)));
    let refund = Preparation { provider: "another".to_owned(), ..refund };
    let refused = bench.store.prepare_operation(by(), &refund);
    assert!(matches!(refused, Err(StoreError::Conflict(words)) if words.contains("has the money")));
}

fn what_a_plugin_keeps_is_there_for_the_next_question(bench: &Bench) {
    let sale = elsewhere(bench);
    bench.store.prepare_operation(by(), &sale).unwrap();
    bench.store.keep(by(), sale.id, r#"{"nonce":1}"#).unwrap();
    bench.store.keep(by(), sale.id, r#"{"nonce":2}"#).unwrap();
    let known = bench.store.operation_by_attempt(&sale.attempt_ref).unwrap();
    assert_eq!((known.id, known.kept.as_deref()), (sale.id, Some(r#"{"nonce":2}"#)));
    let unknown = bench.store.keep(by(), OperationId(uuid::Uuid::now_v7()), "{}");
    assert!(matches!(unknown, Err(StoreError::NotFound(_))));
    assert!(bench.store.operation_by_attempt(&[9; 16]).is_err());
    bench.assert_sound();
}

fn requests_are_numbered_and_none_twice(bench: &Bench) {
    let payer = bench.payer("ada", 1_000);
    let numbers: Vec<i64> = (0..3)
        .map(|_| {
            let payment = bench.identified(payer, eur(1));
            bench.prepare(payment, Kind::Sale, eur(1)).unwrap().operation.sequence
        })
        .collect();
    assert_eq!(numbers, [1, 2, 3]);
}

fn an_open_request_is_due_ever_later(bench: &Bench) {
    let payer = bench.payer("ada", 1_000);
    let sale = bench.prepare(bench.identified(payer, eur(1)), Kind::Sale, eur(1)).unwrap().operation;
    let due_in = |branch: &str, after_s: u64| {
        let at = later(Duration::from_secs(after_s)).at;
        bench.store.operations_due(at, (branch, Duration::from_secs(600))).unwrap().len()
    };
    let due = |after_s: u64| due_in(BRANCH, after_s);
    assert_eq!((due(59), due(60)), (0, 1), "whoever prepared it has its lease");
    assert_eq!((due_in("another", 659), due_in("another", 660)), (0, 1), "its appliance is gone");
    bench.store.settle_operation(later(Duration::from_secs(40)), sale.id, &submitted()).unwrap();
    assert_eq!((due(99), due(100)), (0, 1), "whoever submits it has it anew");
    bench.settle(sale.id, Event::AnswerLost).unwrap();
    assert_eq!((due(0), due(1)), (0, 1));
    bench.settle(sale.id, Event::SyncStarted).unwrap();
    bench.settle(sale.id, Event::AnswerLost).unwrap();
    assert_eq!((due(1), due(2)), (0, 1));
    bench.store.put_off(by().at, sale.id, Duration::from_secs(9)).unwrap();
    assert_eq!((due(8), due(9)), (0, 1));
    assert_eq!(bench.store.operations(sale.transaction).unwrap()[0].tries, 3);
    bench.settle(sale.id, Event::SyncStarted).unwrap();
    bench.settle(sale.id, Event::Declined).unwrap();
    assert_eq!(due(1_000_000), 0);
}

fn submitted() -> Outcome {
    Outcome { event: Event::Submitted, provider_ref: None, reason: None }
}

fn only_the_own_branch_is_looked_at_when_its_appliance_starts(bench: &Bench) {
    let payer = bench.payer("ada", 1_000);
    bench.prepare(bench.identified(payer, eur(1)), Kind::Sale, eur(1)).unwrap();
    assert_eq!(bench.store.operations_in_flight(BRANCH).unwrap().len(), 1);
    assert!(bench.store.operations_in_flight("another").unwrap().is_empty());
}

fn what_nobody_took_in_time_expires(bench: &Bench) {
    let payer = bench.payer("ada", 1_000);
    let payment = bench.identified(payer, eur(300));
    bench.operate(payment, Kind::Authorize, eur(300), &SOLD);
    let before = |s: u64| bench.store.stale_authorizations(later(Duration::from_secs(s)).at).unwrap();
    assert_eq!((before(0), before(1)), (vec![], vec![payment]));
    let void = Preparation {
        reason: Some(AUTHORIZATION_EXPIRED.to_owned()),
        ..preparation(UNLIMITED, payment, (Kind::Void, eur(300)))
    };
    bench.store.prepare_operation(by(), &void).unwrap();
    bench.settle(void.id, Event::Submitted).unwrap();
    bench.settle(void.id, Event::GaveUp).unwrap();
    assert_eq!(before(1), vec![], "a person must look at it, and nothing else may try");
    for event in [Event::SyncStarted, Event::Approved] {
        bench.settle(void.id, event).unwrap();
    }
    let row = bench.store.transaction(payment).unwrap();
    assert_eq!(
        (row.state, row.reason.as_deref()),
        (transaction::State::Expired, Some(AUTHORIZATION_EXPIRED))
    );
    assert_eq!(bench.store.reservation(void.id).unwrap(), Some(TransferState::Expired));
    assert_eq!(bench.holds(payer), (1_000, 1_000));
    bench.assert_sound();
}

fn what_was_approved_late_is_undone_once(bench: &Bench) {
    let sale = elsewhere(bench);
    bench.store.prepare_operation(by(), &sale).unwrap();
    for event in [Event::Submitted, Event::AnswerLost, Event::ReverseStarted, Event::Reversed] {
        bench.settle(sale.id, event).unwrap();
    }
    let undo = || Preparation {
        about: Some(sale.id),
        ..preparation(UNLIMITED, sale.transaction, (Kind::Reversal, eur(300)))
    };
    let first = bench.store.prepare_operation(by(), &undo()).unwrap().operation;
    assert_eq!((first.about, first.transfer), (Some(sale.id), None));
    assert!(matches!(bench.store.prepare_operation(by(), &undo()), Err(StoreError::Conflict(_))));
    let told = bench.store.outbox(0, 100).unwrap();
    assert_eq!(told.iter().filter(|message| message.kind == "incident.late_approval").count(), 1);
    for event in SOLD {
        bench.settle(first.id, event).unwrap();
    }
    assert_eq!(bench.store.transaction(sale.transaction).unwrap().state, transaction::State::Voided);
    bench.assert_sound();
}

fn a_request_that_a_person_must_look_at_is_told(bench: &Bench) {
    let payer = bench.payer("ada", 1_000);
    let lost = [Event::Submitted, Event::AnswerLost, Event::GaveUp];
    let left = bench.operate(bench.identified(payer, eur(300)), Kind::Sale, eur(300), &lost).operation;
    assert_eq!(left.state, State::ManualReview);
    let told = bench.store.outbox(0, 100).unwrap();
    let incident = told.iter().find(|message| message.kind == "incident.manual_review").unwrap();
    assert!(incident.payload.contains(&left.id.to_string()));
    assert_eq!(bench.holds(payer), (1_000, 700), "the money stays aside");
}

fn a_place_takes_no_more_than_its_limits(bench: &Bench) {
    let payer = bench.payer("ada", 10_000);
    let within = |place_limits: PlaceLimits| {
        let payment = bench.identified(payer, eur(300));
        let sale = Preparation { place_limits, ..preparation(UNLIMITED, payment, (Kind::Sale, eur(300))) };
        bench.store.prepare_operation(by(), &sale).map(|prepared| prepared.operation.id)
    };
    let terminal = |max| PlaceLimits { terminal_day_amount_max: Some(max), branch_day_amount_max: None };
    let branch = |max| PlaceLimits { terminal_day_amount_max: None, branch_day_amount_max: Some(max) };
    within(terminal(300)).unwrap();
    assert!(matches!(within(terminal(599)), Err(StoreError::Limit(Exceeded::Terminal { max: 599 }))));
    assert!(matches!(within(branch(599)), Err(StoreError::Limit(Exceeded::Branch { max: 599 }))));
    let second = within(branch(600)).unwrap();
    bench.settle(second, Event::NotSent).unwrap();
    within(terminal(600)).unwrap();
}

fn what_was_not_taken_does_not_count(bench: &Bench) {
    let payer = bench.payer("ada", 10_000);
    let usage = || bench.store.usage(payer, "EUR".parse().unwrap(), by().at).unwrap();
    let nothing = Usage::default();
    for events in [&[Event::NotSent][..], &[Event::Submitted, Event::Declined]] {
        bench.operate(bench.identified(payer, eur(300)), Kind::Sale, eur(300), events);
        assert_eq!(usage(), nothing);
    }
    let held = bench.identified(payer, eur(300));
    bench.operate(held, Kind::Authorize, eur(300), &SOLD);
    assert_eq!(usage(), Usage { day_amount: 300, hour_count: 1 });
    bench.operate(held, Kind::Void, eur(300), &SOLD);
    assert_eq!(usage(), nothing);
    let part = bench.identified(payer, eur(300));
    bench.operate(part, Kind::Authorize, eur(300), &SOLD);
    bench.operate(part, Kind::Capture, eur(100), &SOLD);
    assert_eq!(usage(), Usage { day_amount: 100, hour_count: 1 });
    bench.operate(part, Kind::Refund, eur(100), &SOLD);
    assert_eq!(
        usage(),
        Usage { day_amount: 100, hour_count: 1 },
        "what was given back was spent all the same"
    );
    assert!(bench.store.settle_operation(by(), OperationId(uuid::Uuid::now_v7()), &submitted()).is_err());
}
