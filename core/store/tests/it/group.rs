//! Group checkouts: their parts, one face for each, and what is shared anew.
use std::time::Duration;

use domain::{
    CheckoutId, Money, TransactionId, UserId,
    group::{Policy, Remedy, State, leg},
    operation::{Event, Kind},
    transaction,
};
use store::{Details, GroupLeg, GroupStep, NewCheckout, NewGroup, NewLeg, NewTransaction, StoreError};
use uuid::Uuid;

use crate::{
    Claim,
    bench::{BRANCH, Bench, MERCHANT, START, by, eur, later, place},
    claims,
};

pub(crate) const CLAIMS: &[Claim] = claims![
    a_group_opens_with_its_parts_which_are_the_whole,
    one_face_pays_one_part,
    one_checkout_at_a_time_waits_at_a_camera_be_it_of_one_or_of_several,
    a_part_is_confirmed_once_its_payer_is_known_and_in_time,
    a_yes_is_for_one_try,
    a_group_that_asks_its_provider_is_not_cancelled,
    a_change_that_the_table_refuses_writes_nothing,
    what_was_given_up_is_not_gone_back_on,
    what_is_shared_anew_is_still_the_whole_and_the_old_parts_stay_on_record,
    nothing_is_shared_anew_while_money_is_held,
    a_part_that_nobody_confirmed_can_be_given_to_somebody_else,
    a_return_is_on_record_before_it_is_made,
];

const APPROVED: [Event; 2] = [Event::Submitted, Event::Approved];

fn payment(amount: Money) -> NewTransaction {
    let id = TransactionId(Uuid::now_v7());
    let expires_at = START.plus(Duration::from_secs(60));
    NewTransaction { id, amount, reference: None, expires_at, place: place(), provider: None }
}

fn parts(minors: &[i64]) -> Vec<NewLeg> {
    let part = |(number, minor): (u32, &i64)| NewLeg {
        number,
        weight: *minor,
        user: None,
        transaction: payment(eur(*minor)),
    };
    (1..).zip(minors).map(part).collect()
}

fn new_group(camera: &str, whole: i64, minors: &[i64]) -> NewGroup {
    NewGroup {
        id: CheckoutId(Uuid::now_v7()),
        camera: camera.parse().unwrap(),
        amount: eur(whole),
        reference: Some("table 4".to_owned()),
        policy: Policy::AllOrNothing,
        expires_at: START.plus(Duration::from_secs(60)),
        legs: parts(minors),
    }
}

/// A group of 600 and 400, whose parts wait for their payers.
fn opened(bench: &Bench) -> CheckoutId {
    bench.store.add_group(by(), &new_group("till-1", 1_000, &[600, 400])).unwrap().id
}

fn legs(bench: &Bench, id: CheckoutId) -> Vec<GroupLeg> {
    let mut legs = bench.store.group_legs(id).unwrap();
    legs.retain(|leg| leg.row.in_force);
    legs
}

fn states(bench: &Bench, id: CheckoutId) -> Vec<leg::State> {
    legs(bench, id).iter().map(GroupLeg::state).collect()
}

fn recognise(bench: &Bench, leg: &GroupLeg, user: UserId) -> Result<(), StoreError> {
    let details = Details { user: Some(user), ..Details::default() };
    bench
        .store
        .step_transaction(by(), leg.row.transaction, transaction::Event::Identified, &details)
        .map(drop)
}

fn to(state: State) -> GroupStep {
    GroupStep { to: state, given_up: false, reason: None }
}

/// The same with two people who have a thousand each and were recognised.
fn gathered(bench: &Bench) -> (CheckoutId, [UserId; 2]) {
    let (id, users) = (opened(bench), ["ada", "bo"].map(|name| bench.payer(name, 1_000)));
    for (leg, user) in legs(bench, id).iter().zip(users) {
        recognise(bench, leg, user).unwrap();
    }
    bench.store.step_group(by(), id, &to(State::Confirming)).unwrap();
    (id, users)
}

fn a_group_opens_with_its_parts_which_are_the_whole(bench: &Bench) {
    let before = bench.written();
    for minors in [&[600, 399][..], &[600, 401]] {
        let refused = bench.store.add_group(by(), &new_group("till-1", 1_000, minors));
        assert!(matches!(refused, Err(StoreError::Conflict(_))));
    }
    assert_eq!(bench.written(), before);
    let id = opened(bench);
    let group = bench.store.group(id).unwrap().unwrap();
    assert_eq!((group.state, group.policy, group.round), (State::Gathering, Policy::AllOrNothing, 0));
    assert_eq!((group.amount, group.reference.as_deref()), (eur(1_000), Some("table 4")));
    assert_eq!(states(bench, id), [leg::State::AwaitingPayer; 2]);
    assert_eq!(bench.store.open_groups(BRANCH).unwrap().len(), 1);
    assert!(bench.store.open_groups("elsewhere").unwrap().is_empty(), "another appliance drives it");
    let kinds: Vec<String> = bench.store.outbox(0, 100).unwrap().into_iter().map(|row| row.kind).collect();
    assert_eq!(kinds, ["checkout.leg", "checkout.leg", "checkout.gathering"]);
    assert!(bench.store.group(CheckoutId(Uuid::now_v7())).unwrap().is_none());
    bench.assert_sound();
}

fn one_face_pays_one_part(bench: &Bench) {
    let (id, ada) = (opened(bench), bench.payer("ada", 1_000));
    let legs = legs(bench, id);
    recognise(bench, &legs[0], ada).unwrap();
    let before = bench.written();
    assert!(matches!(recognise(bench, &legs[1], ada), Err(StoreError::Conflict(_))));
    assert_eq!(bench.written(), before);
    assert_eq!(states(bench, id), [leg::State::AwaitingConfirmation, leg::State::AwaitingPayer]);
    assert_eq!(bench.store.leg_of(legs[0].row.transaction).unwrap().unwrap().user, Some(ada));
}

fn one_checkout_at_a_time_waits_at_a_camera_be_it_of_one_or_of_several(bench: &Bench) {
    let single = |camera: &str| {
        let new = NewCheckout {
            id: CheckoutId(Uuid::now_v7()),
            camera: camera.parse().unwrap(),
            transaction: payment(eur(5)),
        };
        bench.store.add_checkout(by(), &new)
    };
    let group = |camera: &str| bench.store.add_group(by(), &new_group(camera, 10, &[5, 5]));
    group("till-1").unwrap();
    single("till-2").unwrap();
    for camera in ["till-1", "till-2"] {
        assert!(matches!(single(camera), Err(StoreError::Conflict(_))), "{camera}");
        assert!(matches!(group(camera), Err(StoreError::Conflict(_))), "{camera}");
    }
}

fn a_part_is_confirmed_once_its_payer_is_known_and_in_time(bench: &Bench) {
    let (id, ada) = (opened(bench), bench.payer("ada", 1_000));
    let first = legs(bench, id).remove(0);
    let early = bench.store.confirm_leg(by(), first.row.transaction);
    assert!(matches!(early, Err(StoreError::Conflict(_))), "nobody is known");
    recognise(bench, &first, ada).unwrap();
    let late = bench.store.confirm_leg(later(Duration::from_secs(60)), first.row.transaction);
    assert!(matches!(late, Err(StoreError::Conflict(_))), "its time is over");
    bench.store.confirm_leg(by(), first.row.transaction).unwrap();
    assert_eq!(states(bench, id), [leg::State::Confirmed, leg::State::AwaitingPayer]);
    assert_eq!(bench.holds(ada), (1_000, 1_000), "a yes alone moves nothing");
    let alone = bench.identified(ada, eur(5));
    assert!(matches!(bench.store.confirm_leg(by(), alone), Err(StoreError::NotFound("leg"))));
}

fn a_yes_is_for_one_try(bench: &Bench) {
    let (id, _) = gathered(bench);
    let first = legs(bench, id).remove(0).row.transaction;
    bench.store.confirm_leg(by(), first).unwrap();
    bench.operate(first, Kind::Authorize, eur(600), &[Event::NotSent]);
    assert_eq!(states(bench, id)[0], leg::State::AwaitingConfirmation);
    bench.store.confirm_leg(by(), first).unwrap();
    assert_eq!(states(bench, id)[0], leg::State::Confirmed);
}

fn a_group_that_asks_its_provider_is_not_cancelled(bench: &Bench) {
    let (id, [ada, _]) = gathered(bench);
    bench.store.step_group(by(), id, &to(State::Authorizing)).unwrap();
    assert!(matches!(bench.store.cancel_group(by(), id), Err(StoreError::Conflict(_))));
    // Back among the payers, with the money of one set aside: that is given free by whoever drives it on.
    let first = legs(bench, id).remove(0).row.transaction;
    bench.operate(first, Kind::Authorize, eur(600), &APPROVED);
    bench.store.step_group(by(), id, &to(State::Confirming)).unwrap();
    let cancelled = bench.store.cancel_group(by(), id).unwrap();
    assert_eq!(cancelled.ending, Some(State::Cancelled));
    assert_eq!(states(bench, id), [leg::State::Authorized, leg::State::Cancelled]);
    assert_eq!(bench.holds(ada), (1_000, 400));
    bench.assert_sound();
}

fn a_change_that_the_table_refuses_writes_nothing(bench: &Bench) {
    let id = opened(bench);
    let before = bench.written();
    assert!(matches!(bench.store.step_group(by(), id, &to(State::Paid)), Err(StoreError::Conflict(_))));
    assert_eq!(bench.written(), before);
    let why = GroupStep { reason: Some("insufficient_funds".to_owned()), ..to(State::Declined) };
    bench.store.step_group(by(), id, &why).unwrap();
    let over = bench.store.group(id).unwrap().unwrap();
    assert_eq!((over.state, over.reason.as_deref()), (State::Declined, Some("insufficient_funds")));
    assert!(bench.store.open_groups(BRANCH).unwrap().is_empty());
    let before = bench.written();
    let again = bench.store.step_group(by(), id, &to(State::Gathering));
    assert!(matches!(again, Err(StoreError::Conflict(_))));
    assert_eq!(bench.written(), before);
}

fn what_was_given_up_is_not_gone_back_on(bench: &Bench) {
    let (id, _) = gathered(bench);
    let up = GroupStep { given_up: true, reason: Some("capture_refused".to_owned()), ..to(State::Undoing) };
    bench.store.step_group(by(), id, &up).unwrap();
    let later = GroupStep { reason: Some("other".to_owned()), ..to(State::InDoubt) };
    let row = bench.store.step_group(by(), id, &later).unwrap();
    assert_eq!((row.ending, row.reason.as_deref()), (Some(State::Voided), Some("capture_refused")));
    let first = legs(bench, id).remove(0).row.transaction;
    assert!(matches!(bench.store.confirm_leg(by(), first), Err(StoreError::Conflict(_))));
    let shared = bench.store.share_group(by(), id, 0, &parts(&[600, 400]));
    assert!(matches!(shared, Err(StoreError::Conflict(_))));
}

fn what_is_shared_anew_is_still_the_whole_and_the_old_parts_stay_on_record(bench: &Bench) {
    let (id, [ada, _]) = gathered(bench);
    let (first, second) = (legs(bench, id).remove(0), legs(bench, id).remove(1));
    let cancelled = transaction::Event::Cancelled;
    bench.store.step_transaction(by(), second.row.transaction, cancelled, &Details::default()).unwrap();
    let share = |minor: i64, round: i64| {
        let new = NewLeg { number: 1, weight: 600, user: Some(ada), transaction: payment(eur(minor)) };
        bench.store.share_group(by(), id, round, &[new])
    };
    let before = bench.written();
    assert!(matches!(share(999, 0), Err(StoreError::Conflict(_))), "not the whole");
    assert!(matches!(share(1_000, 1), Err(StoreError::Conflict(_))), "another round");
    assert_eq!(bench.written(), before);
    let group = share(1_000, 0).unwrap();
    assert_eq!((group.state, group.round), (State::Gathering, 1));
    assert_eq!(states(bench, id), [leg::State::AwaitingPayer]);
    let all = bench.store.group_legs(id).unwrap();
    let rounds: Vec<(i64, bool)> = all.iter().map(|leg| (leg.row.round, leg.row.in_force)).collect();
    assert_eq!(rounds, [(0, false), (0, false), (1, true)]);
    let old = bench.store.transaction(first.row.transaction).unwrap();
    let shared = (transaction::State::Cancelled, Some("shared_anew"));
    assert_eq!((old.state, old.reason.as_deref()), shared);
    // The part is hers, and nobody else's.
    let stranger = bench.payer("cyd", 1_000);
    assert!(matches!(recognise(bench, &all[2], stranger), Err(StoreError::Conflict(_))));
    recognise(bench, &all[2], ada).unwrap();
    bench.assert_sound();
}

fn nothing_is_shared_anew_while_money_is_held(bench: &Bench) {
    let (id, [ada, _]) = gathered(bench);
    let first = legs(bench, id).remove(0).row.transaction;
    bench.operate(first, Kind::Authorize, eur(600), &APPROVED);
    let new = NewLeg { number: 1, weight: 1, user: Some(ada), transaction: payment(eur(1_000)) };
    let before = bench.written();
    let refused = bench.store.share_group(by(), id, 0, std::slice::from_ref(&new));
    assert!(matches!(refused, Err(StoreError::Conflict(_))));
    assert_eq!(bench.written(), before);
    bench.operate(first, Kind::Void, eur(600), &APPROVED);
    bench.store.share_group(by(), id, 0, &[new]).unwrap();
    assert_eq!((bench.holds(ada), bench.holds(MERCHANT)), ((1_000, 1_000), (0, 0)));
    bench.assert_sound();
}

fn a_part_that_nobody_confirmed_can_be_given_to_somebody_else(bench: &Bench) {
    let (id, [_, bo]) = gathered(bench);
    let first = legs(bench, id).remove(0).row.transaction;
    let other = payment(eur(601));
    assert!(matches!(bench.store.replace_leg(by(), first, &other), Err(StoreError::Conflict(_))), "amount");
    bench.store.replace_leg(by(), first, &payment(eur(600))).unwrap();
    assert_eq!(states(bench, id), [leg::State::AwaitingPayer, leg::State::AwaitingConfirmation]);
    assert_eq!(bench.store.transaction(first).unwrap().state, transaction::State::Cancelled);
    let gone = bench.store.confirm_leg(by(), first);
    assert!(matches!(gone, Err(StoreError::Conflict(_))), "it does not count any more");
    let fresh = legs(bench, id).remove(0);
    assert!(matches!(recognise(bench, &fresh, bo), Err(StoreError::Conflict(_))), "he pays the other part");
    let cyd = bench.payer("cyd", 1_000);
    recognise(bench, &fresh, cyd).unwrap();
    bench.store.confirm_leg(by(), fresh.row.transaction).unwrap();
    let late = bench.store.replace_leg(by(), fresh.row.transaction, &payment(eur(600)));
    assert!(matches!(late, Err(StoreError::Conflict(_))), "she said yes");
}

fn a_return_is_on_record_before_it_is_made(bench: &Bench) {
    let (id, _) = gathered(bench);
    let leg = legs(bench, id).remove(0);
    bench.store.note_return(by(), &leg.row, Remedy::Refund, "capture_refused").unwrap();
    let last = bench.store.audit(0, 100).unwrap().pop().unwrap();
    assert_eq!((last.action.as_str(), last.subject), ("group.compensated", id.to_string()));
    assert!(last.detail.contains("\"kind\":\"refund\"") && last.detail.contains("capture_refused"));
    let told = bench.store.outbox(0, 100).unwrap().pop().unwrap();
    assert_eq!(told.kind, "checkout.compensation");
    let same = last.detail.trim_end_matches('}');
    assert!(told.payload.starts_with(same) && told.payload.contains("\"camera\":\""), "{}", told.payload);
}
