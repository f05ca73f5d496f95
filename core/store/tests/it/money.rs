//! Payments: what each outcome does to the money, and what is refused.
use std::time::Duration;

use domain::{
    CheckoutId, Money, TransactionId, checkout,
    ledger::TransferState,
    operation::{Event, Kind, State},
    transaction,
};
use store::{Details, NewCheckout, NewTransaction, StoreError, TransactionFilter};
use uuid::Uuid;

use crate::{
    Claim,
    bench::{BRANCH, Bench, MERCHANT, START, by, eur, later, place},
    claims,
};

pub(crate) const CLAIMS: &[Claim] = claims![
    a_sale_sets_money_aside_and_then_moves_it,
    money_that_did_not_move_is_free_again,
    a_step_the_state_machine_refuses_writes_nothing,
    steps_that_move_money_are_taken_by_requests_only,
    too_little_money_writes_nothing,
    one_payment_has_one_charge,
    a_charge_is_for_the_whole_amount,
    money_of_one_currency_does_not_pay_another,
    an_authorized_payment_is_captured_or_voided,
    what_was_set_aside_is_asked_for_by_one_request_at_a_time,
    what_a_refund_may_have_given_back_is_not_given_back_again,
    refunds_end_where_the_payment_does,
    money_for_a_refund_that_did_not_happen_is_the_merchants_again,
    a_payment_whose_time_is_over_is_not_begun,
    a_lost_answer_keeps_the_money_aside_until_it_is_known,
    an_intent_outlives_the_process,
    a_checkout_follows_its_payment,
    one_checkout_at_a_time_waits_at_a_camera,
    payments_are_listed_newest_first,
];

const SALE: [Event; 2] = [Event::Submitted, Event::Approved];

fn a_sale_sets_money_aside_and_then_moves_it(bench: &Bench) {
    let payer = bench.payer("ada", 1_000);
    let payment = bench.identified(payer, eur(300));
    let prepared = bench.prepare(payment, Kind::Sale, eur(300)).unwrap();
    assert_eq!(prepared.transaction.state, transaction::State::Processing);
    assert_eq!(bench.holds(payer), (1_000, 700));
    assert_eq!(bench.holds(MERCHANT), (0, 0));
    let id = prepared.operation.id;
    assert_eq!(bench.store.reservation(id).unwrap(), Some(TransferState::Pending));
    bench.settle(id, Event::Submitted).unwrap();
    let settled = bench.settle(id, Event::Approved).unwrap();
    assert_eq!(settled.operation.state, State::Approved);
    assert_eq!(settled.transaction.state, transaction::State::Captured);
    assert_eq!(bench.store.reservation(id).unwrap(), Some(TransferState::Posted));
    assert_eq!(bench.holds(payer), (700, 700));
    assert_eq!(bench.holds(MERCHANT), (300, 300));
    bench.assert_sound();
}

fn money_that_did_not_move_is_free_again(bench: &Bench) {
    let payer = bench.payer("ada", 1_000);
    for (events, state) in [
        (&[Event::Submitted, Event::Declined][..], transaction::State::Declined),
        (&[Event::NotSent][..], transaction::State::RequiresConfirmation),
    ] {
        let payment = bench.identified(payer, eur(300));
        let settled = bench.operate(payment, Kind::Sale, eur(300), events);
        assert_eq!(settled.transaction.state, state);
        assert_eq!(bench.holds(payer), (1_000, 1_000));
        assert_eq!(bench.holds(MERCHANT), (0, 0));
    }
    bench.assert_sound();
}

fn a_step_the_state_machine_refuses_writes_nothing(bench: &Bench) {
    let payer = bench.payer("ada", 1_000);
    let payment = bench.identified(payer, eur(300));
    let prepared = bench.prepare(payment, Kind::Sale, eur(300)).unwrap();
    let before = bench.written();
    let refused = bench.settle(prepared.operation.id, Event::Approved);
    assert!(matches!(refused, Err(StoreError::Conflict(_))));
    let cancelled = transaction::Event::Cancelled;
    let refused = bench.store.step_transaction(by(), payment, cancelled, &Details::default());
    assert!(matches!(refused, Err(StoreError::Conflict(_))));
    assert_eq!(bench.written(), before);
    assert_eq!(bench.holds(payer), (1_000, 700));
    assert_eq!(bench.store.operations(payment).unwrap()[0].state, State::Prepared);
}

fn steps_that_move_money_are_taken_by_requests_only(bench: &Bench) {
    let payer = bench.payer("ada", 1_000);
    let waiting = bench.identified(payer, eur(300));
    let authorized = bench.identified(payer, eur(300));
    bench.operate(authorized, Kind::Authorize, eur(300), &SALE);
    let before = bench.written();
    for (payment, event) in [
        (waiting, transaction::Event::Confirmed),
        (authorized, transaction::Event::Captured),
        (authorized, transaction::Event::Voided),
        (authorized, transaction::Event::Expired),
    ] {
        let refused = bench.store.step_transaction(by(), payment, event, &Details::default());
        assert!(matches!(refused, Err(StoreError::Conflict(_))), "{event:?}");
    }
    assert_eq!(bench.written(), before);
    let cancelled = transaction::Event::Cancelled;
    bench.store.step_transaction(by(), waiting, cancelled, &Details::default()).unwrap();
}

fn too_little_money_writes_nothing(bench: &Bench) {
    let payer = bench.payer("ada", 299);
    let payment = bench.identified(payer, eur(300));
    let before = bench.written();
    let refused = bench.prepare(payment, Kind::Sale, eur(300));
    assert!(matches!(refused, Err(StoreError::InsufficientFunds { available: 299, asked: 300 })));
    assert_eq!(bench.written(), before);
    assert!(bench.store.operations(payment).unwrap().is_empty());
    let state = bench.store.transaction(payment).unwrap().state;
    assert_eq!(state, transaction::State::RequiresConfirmation);
    bench.assert_sound();
}

fn one_payment_has_one_charge(bench: &Bench) {
    let payer = bench.payer("ada", 1_000);
    let payment = bench.identified(payer, eur(300));
    bench.prepare(payment, Kind::Sale, eur(300)).unwrap();
    for kind in [Kind::Sale, Kind::Authorize, Kind::Capture, Kind::Void, Kind::Refund] {
        let again = bench.prepare(payment, kind, eur(300));
        assert!(matches!(again, Err(StoreError::Conflict(_))), "{kind}");
    }
    // The database refuses it too, whatever the program thinks of the payment's state.
    bench.sql("UPDATE transactions SET state = 'requires_confirmation'").unwrap();
    assert!(matches!(bench.prepare(payment, Kind::Sale, eur(300)), Err(StoreError::Conflict(_))));
    assert_eq!(bench.holds(payer), (1_000, 700));
}

fn a_charge_is_for_the_whole_amount(bench: &Bench) {
    let payer = bench.payer("ada", 1_000);
    let payment = bench.identified(payer, eur(300));
    for minor in [1, 299, 301] {
        assert!(matches!(bench.prepare(payment, Kind::Sale, eur(minor)), Err(StoreError::Conflict(_))));
    }
    assert_eq!(bench.holds(payer), (1_000, 1_000));
}

fn money_of_one_currency_does_not_pay_another(bench: &Bench) {
    let payer = bench.payer("ada", 1_000);
    let yen = Money::new(300, "JPY".parse().unwrap()).unwrap();
    let payment = bench.identified(payer, yen);
    let refused = bench.prepare(payment, Kind::Sale, yen);
    assert!(matches!(refused, Err(StoreError::InsufficientFunds { available: 0, asked: 300 })));
    assert!(matches!(bench.prepare(payment, Kind::Sale, eur(300)), Err(StoreError::Conflict(_))));
}

fn an_authorized_payment_is_captured_or_voided(bench: &Bench) {
    let payer = bench.payer("ada", 1_000);
    let captured = bench.identified(payer, eur(300));
    let voided = bench.identified(payer, eur(200));
    bench.operate(captured, Kind::Authorize, eur(300), &SALE);
    bench.operate(voided, Kind::Authorize, eur(200), &SALE);
    assert_eq!(bench.holds(payer), (1_000, 500));
    assert!(matches!(bench.prepare(captured, Kind::Capture, eur(301)), Err(StoreError::Conflict(_))));
    let done = bench.operate(captured, Kind::Capture, eur(300), &SALE);
    assert_eq!(done.transaction.state, transaction::State::Captured);
    let done = bench.operate(voided, Kind::Void, eur(200), &SALE);
    assert_eq!(done.transaction.state, transaction::State::Voided);
    assert_eq!(bench.holds(payer), (700, 700));
    assert_eq!(bench.holds(MERCHANT), (300, 300));
    assert!(matches!(bench.prepare(voided, Kind::Capture, eur(200)), Err(StoreError::Conflict(_))));
    bench.assert_sound();
}

fn what_was_set_aside_is_asked_for_by_one_request_at_a_time(bench: &Bench) {
    let payer = bench.payer("ada", 1_000);
    let payment = bench.identified(payer, eur(300));
    bench.operate(payment, Kind::Authorize, eur(300), &SALE);
    let capture = bench.operate(payment, Kind::Capture, eur(300), &[Event::Submitted]).operation.id;
    for kind in [Kind::Capture, Kind::Void] {
        let refused = bench.prepare(payment, kind, eur(300));
        assert!(matches!(refused, Err(StoreError::Conflict(_))), "{kind}");
    }
    bench.settle(capture, Event::NotSent).unwrap();
    let voided = bench.operate(payment, Kind::Void, eur(300), &SALE);
    assert_eq!(voided.transaction.state, transaction::State::Voided);
    assert_eq!(bench.holds(payer), (1_000, 1_000));
    bench.assert_sound();
}

fn what_a_refund_may_have_given_back_is_not_given_back_again(bench: &Bench) {
    let payer = bench.payer("ada", 1_000);
    let payment = bench.identified(payer, eur(300));
    bench.operate(payment, Kind::Sale, eur(300), &SALE);
    let lost = [Event::Submitted, Event::AnswerLost, Event::GaveUp];
    let lost = bench.operate(payment, Kind::Refund, eur(200), &lost);
    assert_eq!(lost.operation.state, State::ManualReview);
    assert!(matches!(bench.prepare(payment, Kind::Refund, eur(200)), Err(StoreError::Conflict(_))));
    bench.prepare(payment, Kind::Refund, eur(100)).unwrap();
}

fn money_for_a_refund_that_did_not_happen_is_the_merchants_again(bench: &Bench) {
    let payer = bench.payer("ada", 1_000);
    let payment = bench.identified(payer, eur(300));
    bench.operate(payment, Kind::Sale, eur(300), &SALE);
    for events in [
        &[Event::Submitted, Event::Declined][..],
        &[Event::NotSent],
        &[Event::Submitted, Event::AnswerLost, Event::ReverseStarted, Event::Reversed],
    ] {
        let under_way = bench.prepare(payment, Kind::Refund, eur(100)).unwrap();
        assert_eq!(bench.holds(MERCHANT), (300, 200), "set aside");
        for &event in events {
            bench.settle(under_way.operation.id, event).unwrap();
        }
        assert_eq!(bench.holds(MERCHANT), (300, 300), "{events:?}");
        let row = bench.store.transaction(payment).unwrap();
        assert_eq!((row.state, row.refunded_minor), (transaction::State::Captured, 0));
    }
    assert_eq!(bench.holds(payer), (700, 700));
    bench.assert_sound();
}

fn a_payment_whose_time_is_over_is_not_begun(bench: &Bench) {
    let payer = bench.payer("ada", 1_000);
    let payment = bench.identified(payer, eur(300));
    let before = bench.written();
    let late = later(Duration::from_secs(60));
    assert!(matches!(bench.prepare_at(late, payment, eur(300)), Err(StoreError::Conflict(_))));
    assert_eq!(bench.written(), before);
    bench.prepare(payment, Kind::Sale, eur(300)).unwrap();
    let confirmed = bench.store.audit(0, 100).unwrap();
    assert!(confirmed.iter().any(|record| record.action == "transaction.confirmed"), "the yes is on record");
}

fn refunds_end_where_the_payment_does(bench: &Bench) {
    let payer = bench.payer("ada", 1_000);
    let payment = bench.identified(payer, eur(300));
    bench.operate(payment, Kind::Sale, eur(300), &SALE);
    let part = bench.operate(payment, Kind::Refund, eur(100), &SALE);
    assert_eq!(part.transaction.state, transaction::State::PartiallyRefunded);
    bench.prepare(payment, Kind::Refund, eur(150)).unwrap();
    let open = bench.prepare(payment, Kind::Refund, eur(51));
    assert!(matches!(open, Err(StoreError::Conflict(_))), "what is on its way back counts as gone");
    let rest = bench.operate(payment, Kind::Refund, eur(50), &SALE);
    assert_eq!(rest.transaction.state, transaction::State::PartiallyRefunded);
    let first = bench.store.operations_in_flight(BRANCH).unwrap()[0].id;
    bench.settle(first, Event::Submitted).unwrap();
    let last = bench.settle(first, Event::Approved).unwrap();
    assert_eq!(last.transaction.state, transaction::State::Refunded);
    assert_eq!((bench.holds(payer), bench.holds(MERCHANT)), ((1_000, 1_000), (0, 0)));
    bench.assert_sound();
}

fn a_lost_answer_keeps_the_money_aside_until_it_is_known(bench: &Bench) {
    let payer = bench.payer("ada", 1_000);
    for (found, state, holds) in [
        (Event::Approved, transaction::State::Captured, (700, 700)),
        (Event::Declined, transaction::State::Declined, (700, 700)),
    ] {
        let payment = bench.identified(payer, eur(300));
        let lost = bench.operate(payment, Kind::Sale, eur(300), &[Event::Submitted, Event::AnswerLost]);
        assert_eq!(lost.transaction.state, transaction::State::InDoubt);
        let in_flight = bench.store.operations_in_flight(BRANCH).unwrap();
        assert_eq!(in_flight.iter().map(|open| open.id).collect::<Vec<_>>(), [lost.operation.id]);
        assert_eq!(bench.store.reservation(lost.operation.id).unwrap(), Some(TransferState::Pending));
        // Asked once in vain, then answered.
        for event in [Event::SyncStarted, Event::AnswerLost, Event::SyncStarted] {
            bench.settle(lost.operation.id, event).unwrap();
        }
        let known = bench.settle(lost.operation.id, found).unwrap();
        assert_eq!((known.transaction.state, bench.holds(payer)), (state, holds));
        assert!(bench.store.operations_in_flight(BRANCH).unwrap().is_empty());
    }
    bench.assert_sound();
}

fn an_intent_outlives_the_process(bench: &Bench) {
    let payer = bench.payer("ada", 1_000);
    let payment = bench.identified(payer, eur(300));
    let prepared = bench.prepare(payment, Kind::Sale, eur(300)).unwrap();
    bench.settle(prepared.operation.id, Event::Submitted).unwrap();
    let store = bench.reopened(bench.key.clone()).unwrap();
    let open = store.operations_in_flight(BRANCH).unwrap();
    assert_eq!(open[0].attempt_ref, prepared.operation.attempt_ref);
    assert_eq!(open[0].state, State::Submitting);
    assert_eq!(store.transaction(payment).unwrap().state, transaction::State::Processing);
}

fn a_checkout_follows_its_payment(bench: &Bench) {
    let payer = bench.payer("ada", 1_000);
    let payment = TransactionId(Uuid::now_v7());
    let expires_at = START.plus(Duration::from_secs(60));
    let new = NewCheckout {
        id: CheckoutId(Uuid::now_v7()),
        camera: "till-1".parse().unwrap(),
        transaction: NewTransaction {
            id: payment,
            amount: eur(300),
            reference: None,
            expires_at,
            place: place(),
            provider: None,
        },
    };
    let opened = bench.store.add_checkout(by(), &new).unwrap();
    assert_eq!(opened.state, checkout::State::AwaitingPayer);
    assert_eq!(bench.store.open_checkouts(BRANCH).unwrap().len(), 1);
    assert!(bench.store.open_checkouts("elsewhere").unwrap().is_empty(), "another appliance has it");
    let details = Details { user: Some(payer), ..Details::default() };
    bench.store.step_transaction(by(), payment, transaction::Event::Identified, &details).unwrap();
    bench.operate(payment, Kind::Sale, eur(300), &SALE);
    assert_eq!(bench.store.checkout(new.id).unwrap().state, checkout::State::Paid);
    assert!(bench.store.open_checkouts(BRANCH).unwrap().is_empty());
    let kinds: Vec<String> = bench.store.outbox(0, 100).unwrap().into_iter().map(|row| row.kind).collect();
    assert!(kinds.contains(&"checkout.paid".to_owned()), "{kinds:?}");
    assert!(kinds.contains(&"transaction.captured".to_owned()), "{kinds:?}");
}

fn one_checkout_at_a_time_waits_at_a_camera(bench: &Bench) {
    let open = |camera: &str| {
        let payment = TransactionId(Uuid::now_v7());
        let expires_at = START.plus(Duration::from_secs(60));
        let new = NewCheckout {
            id: CheckoutId(Uuid::now_v7()),
            camera: camera.parse().unwrap(),
            transaction: NewTransaction {
                id: payment,
                amount: eur(300),
                reference: None,
                expires_at,
                place: place(),
                provider: None,
            },
        };
        bench.store.add_checkout(by(), &new).map(|_| payment)
    };
    let first = open("till-1").unwrap();
    let before = bench.written();
    assert!(matches!(open("till-1"), Err(StoreError::Conflict(_))), "one look would mean both");
    assert_eq!(bench.written(), before);
    open("till-2").unwrap();
    let cancelled = transaction::Event::Cancelled;
    bench.store.step_transaction(by(), first, cancelled, &Details::default()).unwrap();
    open("till-1").unwrap();
}

fn payments_are_listed_newest_first(bench: &Bench) {
    let (ada, bob) = (bench.payer("ada", 1_000), bench.payer("bob", 1_000));
    let old = bench.identified(ada, eur(1));
    let other = bench.identified(bob, eur(1));
    let new = bench.identified(ada, eur(1));
    let list = |filter: &TransactionFilter| -> Vec<TransactionId> {
        bench.store.transactions(filter).unwrap().iter().map(|row| row.id).collect()
    };
    let all = TransactionFilter { limit: 10, ..TransactionFilter::default() };
    assert_eq!(list(&all), [new, other, old]);
    assert_eq!(list(&TransactionFilter { user: Some(ada), ..all.clone() }), [new, old]);
    assert_eq!(list(&TransactionFilter { before: Some(other), ..all.clone() }), [old]);
    assert!(list(&TransactionFilter { state: Some(transaction::State::Captured), ..all }).is_empty());
    let overdue = bench.store.overdue_transactions(START.plus(Duration::from_secs(60))).unwrap();
    assert_eq!(overdue.len(), 3);
}
