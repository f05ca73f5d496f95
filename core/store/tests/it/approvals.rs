//! Four eyes: nothing above the tier goes back on one person's word, and what two agree on is done once.
use std::time::Duration;

use domain::{
    ApprovalId, TransactionId,
    approval::{Kind as Approval, Refused, State},
    limits::Limits,
    operation::{self, Event, Kind},
    transaction,
};
use store::{By, NewApproval, Outcome, Preparation, Prepared, Sanction, StoreError, refund_detail};
use uuid::Uuid;

use crate::{
    Claim,
    bench::{Bench, START, by, eur, later, preparation},
    claims,
    parallel::at_once,
};

pub(crate) const CLAIMS: &[Claim] = claims![
    a_tier_counts_all_that_goes_back,
    small_refunds_at_once_do_not_pass_the_tier_together,
    an_approved_refund_is_given_back_once,
    only_another_person_approves_in_time_and_for_what_was_asked,
    a_changed_approval_allows_nothing,
    a_refund_that_fails_leaves_its_approval_open,
    two_people_resolve_what_no_provider_answers_for,
];

const SALE: [Event; 2] = [Event::Submitted, Event::Approved];
const DAY: Duration = Duration::from_secs(86_400);
const TIER: Sanction = Sanction::Alone { amount_below: 500 };

fn as_(actor: &'static str) -> By<'static> {
    By { actor, at: START }
}

/// A payment of 10 euros that was taken.
fn paid(bench: &Bench) -> TransactionId {
    let payer = bench.payer(&Uuid::now_v7().to_string(), 1_000);
    let payment = bench.identified(payer, eur(1_000));
    bench.operate(payment, Kind::Sale, eur(1_000), &SALE);
    payment
}

fn refund(
    bench: &Bench,
    by: By<'_>,
    payment: TransactionId,
    minor: i64,
    sanction: Sanction,
) -> Result<Prepared, StoreError> {
    let limits = Limits { amount_max: 0, day_amount_max: 0, hour_count_max: 0 };
    let refund = Preparation { sanction, ..preparation(limits, payment, (Kind::Refund, eur(minor))) };
    bench.store.prepare_operation(by, &refund)
}

fn asked(bench: &Bench, payment: TransactionId, minor: i64) -> ApprovalId {
    let id = ApprovalId(Uuid::now_v7());
    let new = NewApproval {
        id,
        kind: Approval::Refund,
        subject: payment.to_string(),
        detail: refund_detail(eur(minor)),
        expires_at: START.plus(DAY),
    };
    assert_eq!(bench.store.add_approval(as_("a"), &new).unwrap().state(START), State::Awaiting);
    id
}

fn a_tier_counts_all_that_goes_back(bench: &Bench) {
    let payment = paid(bench);
    assert!(matches!(refund(bench, by(), payment, 500, TIER), Err(StoreError::ApprovalNeeded)));
    let first = refund(bench, by(), payment, 250, TIER).unwrap();
    // It counts while it is under way, and when it is done.
    assert!(matches!(refund(bench, by(), payment, 250, TIER), Err(StoreError::ApprovalNeeded)));
    SALE.iter().for_each(|event| drop(bench.settle(first.operation.id, *event).unwrap()));
    assert!(matches!(refund(bench, by(), payment, 250, TIER), Err(StoreError::ApprovalNeeded)));
    refund(bench, by(), payment, 249, TIER).unwrap();
}

fn small_refunds_at_once_do_not_pass_the_tier_together(bench: &Bench) {
    let payment = paid(bench);
    let results = at_once(12, |_| refund(bench, by(), payment, 100, TIER));
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 4);
    bench.assert_sound();
}

fn an_approved_refund_is_given_back_once(bench: &Bench) {
    let payment = paid(bench);
    let id = asked(bench, payment, 400);
    let results = at_once(8, |_| refund(bench, as_("b"), payment, 400, Sanction::Approved(id)));
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    for refused in results.into_iter().filter_map(Result::err) {
        assert!(matches!(refused, StoreError::Approval(Refused::Decided)), "{refused}");
    }
    let known = bench.store.approval(id).unwrap();
    assert_eq!((known.state(START), known.decided), (State::Approved, Some(("b".to_owned(), START))));
    assert!(matches!(bench.store.reject(as_("b"), id), Err(StoreError::Approval(Refused::Decided))));
    assert_eq!(bench.store.approvals(None, 10).unwrap().len(), 1);
    bench.assert_sound();
}

fn only_another_person_approves_in_time_and_for_what_was_asked(bench: &Bench) {
    let payment = paid(bench);
    let (id, other) = (asked(bench, payment, 400), paid(bench));
    let before = bench.written();
    let allowed = Sanction::Approved(id);
    let same = refund(bench, as_("a"), payment, 400, allowed);
    assert!(matches!(same, Err(StoreError::Approval(Refused::SamePerson))));
    assert!(matches!(bench.store.reject(as_("a"), id), Err(StoreError::Approval(Refused::SamePerson))));
    let late = By { actor: "b", ..later(DAY) };
    let expired = refund(bench, late, payment, 400, allowed);
    assert!(matches!(expired, Err(StoreError::Approval(Refused::Expired))));
    for (payment, minor) in [(payment, 401), (other, 400)] {
        let mistaken = refund(bench, as_("b"), payment, minor, allowed);
        assert!(matches!(mistaken, Err(StoreError::Conflict(_))));
    }
    let unknown = refund(bench, as_("b"), payment, 400, Sanction::Approved(ApprovalId(Uuid::now_v7())));
    assert!(matches!(unknown, Err(StoreError::NotFound("approval"))));
    assert_eq!(bench.written(), before);
    // The database itself knows that four eyes are two people.
    let by_hand = format!(
        "UPDATE approvals SET decided_by = 'a', decided_at = 1, decision = 'approved' WHERE id = '{id}'"
    );
    assert!(bench.sql(&by_hand).is_err());
    assert_eq!(bench.store.reject(as_("b"), id).unwrap().state(START), State::Rejected);
    let rejected = refund(bench, as_("c"), payment, 400, allowed);
    assert!(matches!(rejected, Err(StoreError::Approval(Refused::Decided))));
}

fn a_changed_approval_allows_nothing(bench: &Bench) {
    let payment = paid(bench);
    let id = asked(bench, payment, 400);
    bench.sql(&format!("UPDATE approvals SET detail = '{}'", refund_detail(eur(900)))).unwrap();
    let refused = refund(bench, as_("b"), payment, 900, Sanction::Approved(id));
    assert!(matches!(refused, Err(StoreError::Corrupt(_))));
}

fn a_refund_that_fails_leaves_its_approval_open(bench: &Bench) {
    let payment = paid(bench);
    let id = asked(bench, payment, 900);
    let first = refund(bench, by(), payment, 200, Sanction::ENOUGH).unwrap();
    let too_much = refund(bench, as_("b"), payment, 900, Sanction::Approved(id));
    assert!(matches!(too_much, Err(StoreError::Conflict(_))));
    assert_eq!(bench.store.approval(id).unwrap().state(START), State::Awaiting);
    bench.settle(first.operation.id, Event::NotSent).unwrap();
    refund(bench, as_("b"), payment, 900, Sanction::Approved(id)).unwrap();
}

fn two_people_resolve_what_no_provider_answers_for(bench: &Bench) {
    let lost = [Event::Submitted, Event::AnswerLost, Event::GaveUp];
    for (event, operation_state, payment_state, left) in [
        (Event::ResolvedApproved, operation::State::Approved, transaction::State::Captured, (700, 700)),
        (Event::ResolvedDeclined, operation::State::Declined, transaction::State::Declined, (1_000, 1_000)),
        (Event::ResolvedReversed, operation::State::Reversed, transaction::State::Voided, (1_000, 1_000)),
    ] {
        let payer = bench.payer(&Uuid::now_v7().to_string(), 1_000);
        let payment = bench.identified(payer, eur(300));
        let open = bench.operate(payment, Kind::Sale, eur(300), &lost).operation;
        let review = bench.store.operation_page(Some(operation::State::ManualReview), None, 10).unwrap();
        assert_eq!(review.iter().map(|row| row.id).collect::<Vec<_>>(), [open.id]);
        let id = ApprovalId(Uuid::now_v7());
        let new = NewApproval {
            id,
            kind: Approval::Resolve,
            subject: open.id.to_string(),
            detail: "{}".to_owned(),
            expires_at: START.plus(DAY),
        };
        bench.store.add_approval(as_("a"), &new).unwrap();
        let alone = bench.store.resolve_operation(as_("a"), id, event);
        assert!(matches!(alone, Err(StoreError::Approval(Refused::SamePerson))));
        let without = Outcome { event, provider_ref: None, reason: None };
        let refused = bench.store.settle_operation(as_("b"), open.id, &without);
        assert!(matches!(refused, Err(StoreError::Conflict(_))));
        assert_eq!(bench.holds(payer), (1_000, 700), "the money stays aside until two agree");
        let settled = bench.store.resolve_operation(as_("b"), id, event).unwrap();
        assert_eq!((settled.operation.state, settled.transaction.state), (operation_state, payment_state));
        assert_eq!(bench.holds(payer), left);
        assert!(bench.store.resolve_operation(as_("b"), id, event).is_err());
        // What was found out is no refund's approval.
        let refunded = refund(bench, as_("b"), payment, 1, Sanction::Approved(id));
        assert!(matches!(refunded, Err(StoreError::Conflict(_))));
    }
    // A provider that may still answer is asked, not people.
    let payer = bench.payer("ada", 1_000);
    let payment = bench.identified(payer, eur(300));
    let open = bench.operate(payment, Kind::Sale, eur(300), &lost[..2]).operation;
    let id = ApprovalId(Uuid::now_v7());
    let (subject, detail) = (open.id.to_string(), "{}".to_owned());
    let new = NewApproval { id, kind: Approval::Resolve, subject, detail, expires_at: START.plus(DAY) };
    bench.store.add_approval(as_("a"), &new).unwrap();
    let refused = bench.store.resolve_operation(as_("b"), id, Event::ResolvedApproved);
    assert!(matches!(refused, Err(StoreError::Conflict(_))));
    assert_eq!(bench.store.approval(id).unwrap().state(START), State::Awaiting);
    bench.assert_sound();
}
