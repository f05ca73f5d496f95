//! What a crash or a lost answer leaves of a group is driven on to the whole or to nothing.

use std::time::Duration;

use domain::operation::{Event, Kind};
use domain::{CheckoutId, OperationId, TransactionId, group};
use serde_json::json;
use store::{By, GroupLeg, Store};
use uuid::Uuid;

use super::{Subject, answer, equal, gather, left, once, open, states, three};
use crate::client::{get, post};
use crate::harness::Appliance;

/// The intent to ask the provider, and how far it came.
fn asked(store: &Store, by: By<'_>, id: TransactionId, kind: Kind, events: &[Event]) {
    let operation = OperationId(Uuid::now_v7());
    let intent = store::Preparation {
        id: operation,
        transaction: id,
        kind,
        provider: "org.facepay.payment-wallet".to_owned(),
        attempt_ref: *Uuid::new_v4().as_bytes(),
        amount: store.transaction(id).unwrap().amount,
        source: store::Source::Wallet,
        merchant: "house".to_owned(),
        limits: domain::limits::Limits { amount_max: 9_000, day_amount_max: 9_000, hour_count_max: 9 },
        place_limits: domain::limits::PlaceLimits::default(),
        about: None,
        reason: None,
        sanction: store::Sanction::ENOUGH,
        lease: Duration::from_secs(60),
    };
    store.prepare_operation(by, &intent).unwrap();
    for &event in events {
        let outcome = store::Outcome { event, provider_ref: None, reason: None };
        store.settle_operation(by, operation, &outcome).unwrap();
    }
}

const DONE: [Event; 2] = [Event::Submitted, Event::Approved];
const CUT_OFF: [Event; 1] = [Event::Submitted];

fn open_legs(store: &Store) -> (CheckoutId, Vec<GroupLeg>) {
    let id = store.open_groups("main").unwrap()[0].id;
    (id, store.group_legs(id).unwrap())
}

fn step(store: &Store, by: By<'_>, id: CheckoutId, to: group::State) {
    let step = store::GroupStep { to, given_up: false, reason: None };
    store.step_group(by, id, &step).unwrap();
}

/// Everybody said yes, and the appliance died when the parts had been asked for like this.
fn died(store: &Store, by: By<'_>, parts: [&[(Kind, &[Event])]; 3]) {
    let (id, legs) = open_legs(store);
    for leg in &legs {
        store.confirm_leg(by, leg.row.transaction).unwrap();
    }
    step(store, by, id, group::State::Authorizing);
    for (leg, asks) in legs.iter().zip(parts) {
        asks.iter().filter(|(kind, _)| *kind == Kind::Authorize).for_each(|(kind, events)| {
            asked(store, by, leg.row.transaction, *kind, events);
        });
    }
    if parts.iter().any(|asks| asks.len() > 1) {
        step(store, by, id, group::State::Capturing);
    }
    for (leg, asks) in legs.iter().zip(parts) {
        asks.iter().filter(|(kind, _)| *kind != Kind::Authorize).for_each(|(kind, events)| {
            asked(store, by, leg.row.transaction, *kind, events);
        });
    }
}

const AUTHORIZED: &[(Kind, &[Event])] = &[(Kind::Authorize, &DONE)];
const CAPTURED: &[(Kind, &[Event])] = &[(Kind::Authorize, &DONE), (Kind::Capture, &DONE)];
const CAPTURING: &[(Kind, &[Event])] = &[(Kind::Authorize, &DONE), (Kind::Capture, &CUT_OFF)];

async fn all_known(policy: &str) -> (Appliance, [Subject; 3], String) {
    all_known_with(policy, &[]).await
}

async fn all_known_with(policy: &str, changes: &[(&str, &str)]) -> (Appliance, [Subject; 3], String) {
    let appliance = Appliance::start_with(changes).await;
    let people = three(&appliance).await;
    let id = open(&appliance, 1000, equal(), policy).await;
    gather(&appliance, &id, &people).await;
    (appliance, people, id)
}

#[tokio::test]
async fn a_crash_before_all_is_taken_ends_with_the_whole() {
    for parts in [
        [&[][..], &[], &[]],
        [AUTHORIZED, &[], &[]],
        [AUTHORIZED, AUTHORIZED, AUTHORIZED],
        [CAPTURED, AUTHORIZED, AUTHORIZED],
        [CAPTURED, CAPTURING, AUTHORIZED],
    ] {
        let (appliance, people, id) = all_known("all_or_nothing").await;
        let appliance = appliance.crashed(&[], |store, by| died(store, by, parts)).await;
        // The wallet says that a capture that was cut off never was: it is tried again a little later.
        appliance.later(Duration::from_secs(5));
        let ended = once(&appliance, &id, |checkout| checkout["state"] == "paid").await;
        assert_eq!(states(&ended), ["captured"; 3], "{parts:?}");
        assert_eq!(left(&appliance, &people).await, [4666, 4667, 4667], "{parts:?}");
    }
}

#[tokio::test]
async fn a_leg_cut_off_while_it_was_set_aside_is_asked_for_anew_or_everybody_has_their_money_back() {
    for says_yes in [true, false] {
        let (appliance, people, id) = all_known("all_or_nothing").await;
        let parts = [AUTHORIZED, &[(Kind::Authorize, &CUT_OFF[..])][..], AUTHORIZED];
        let appliance = appliance.crashed(&[], |store, by| died(store, by, parts)).await;
        // The wallet finishes nothing later: nothing has happened, and the payer is asked once more.
        let waiting = once(&appliance, &id, |checkout| checkout["state"] == "confirming").await;
        assert_eq!(states(&waiting), ["authorized", "awaiting_confirmation", "authorized"]);
        if says_yes {
            assert_eq!(answer(&appliance, &id, 2, "confirm").await["state"], "paid");
            assert_eq!(left(&appliance, &people).await, [4666, 4667, 4667]);
        } else {
            let ended = answer(&appliance, &id, 2, "cancel").await;
            assert_eq!(
                (&ended["state"], states(&ended)),
                (&json!("voided"), vec!["voided", "cancelled", "voided"])
            );
            assert_eq!(left(&appliance, &people).await, [5000; 3]);
        }
    }
}

/// The wallet takes no more euros: what was set aside is not taken, but still goes back.
const NO_EUROS: (&str, &str) = ("plugins.settings.payment-wallet.currencies", "[\"USD\"]");

#[tokio::test]
async fn a_capture_that_is_refused_gives_everybody_their_money_back_but_under_partial() {
    let taken = [CAPTURED, AUTHORIZED, AUTHORIZED];
    for policy in ["all_or_nothing", "redistribute"] {
        let (appliance, people, id) = all_known(policy).await;
        let appliance = appliance.crashed(&[NO_EUROS], |store, by| died(store, by, taken)).await;
        let ended = once(&appliance, &id, |checkout| checkout["state"] == "voided").await;
        assert_eq!(
            (states(&ended), &ended["reason"]),
            (vec!["refunded", "voided", "voided"], &json!("currency_not_enabled"))
        );
        let undone = ended["compensations"].as_array().unwrap();
        let mut kinds: Vec<&str> = undone.iter().map(|c| c["kind"].as_str().unwrap()).collect();
        kinds.sort_unstable();
        assert_eq!(kinds, ["refund", "void", "void"], "{policy}");
        assert_eq!(left(&appliance, &people).await, [5000; 3], "{policy}");
    }
    let (appliance, people, id) = all_known("partial").await;
    let appliance = appliance.crashed(&[NO_EUROS], |store, by| died(store, by, taken)).await;
    let ended = once(&appliance, &id, |checkout| checkout["state"] == "partially_paid").await;
    assert_eq!(states(&ended), ["captured", "voided", "voided"]);
    assert_eq!(left(&appliance, &people).await, [4666, 5000, 5000]);
}

#[tokio::test]
async fn a_group_gives_back_what_it_took_without_a_second_person() {
    let (appliance, people, id) = all_known("all_or_nothing").await;
    let four_eyes = ("policy.refund_four_eyes_amount_min", "1");
    let taken = [CAPTURED, AUTHORIZED, AUTHORIZED];
    let appliance = appliance.crashed(&[NO_EUROS, four_eyes], |store, by| died(store, by, taken)).await;
    let ended = once(&appliance, &id, |checkout| checkout["state"] == "voided").await;
    assert_eq!(states(&ended), ["refunded", "voided", "voided"]);
    assert_eq!(left(&appliance, &people).await, [5000; 3]);
    let approvals = appliance.admin(get("/approvals")).await.ok(200);
    assert_eq!(approvals["items"], json!([]));
}

/// The second leg's provider was asked for its money and did not answer.
async fn lose_the_second(appliance: &Appliance) -> TransactionId {
    let at = appliance.app.now();
    let lost = move |store: &Store| {
        let by = By { actor: "test", at };
        let (_, legs) = open_legs(store);
        let second = legs[1].row.transaction;
        store.confirm_leg(by, second)?;
        asked(store, by, second, Kind::Authorize, &[Event::Submitted, Event::AnswerLost]);
        Ok(second)
    };
    appliance.app.store(lost).await.unwrap()
}

#[tokio::test]
async fn a_group_in_doubt_takes_no_place_of_another_checkout() {
    let (appliance, _, id) = all_known_with("all_or_nothing", &[("checkout.open_count_max", "1")]).await;
    let new = json!({ "camera": "till-1", "amount": { "amount": 100, "currency": "EUR" } });
    let another = |key: &str| post("/checkouts", &new).once(key);
    appliance.admin(another("a")).await.refused(503, "checkouts_full");
    lose_the_second(&appliance).await;
    answer(&appliance, &id, 1, "confirm").await;
    assert_eq!(answer(&appliance, &id, 3, "confirm").await["state"], "in_doubt");
    appliance.admin(another("b")).await.ok(201);
}

#[tokio::test]
async fn a_leg_in_doubt_holds_the_others_until_it_is_known_what_became_of_it() {
    let (appliance, people, id) = all_known("all_or_nothing").await;
    let second = lose_the_second(&appliance).await;
    answer(&appliance, &id, 1, "confirm").await;
    let held = answer(&appliance, &id, 3, "confirm").await;
    assert_eq!(
        (&held["state"], states(&held)),
        (&json!("in_doubt"), vec!["confirmed", "in_doubt", "confirmed"])
    );
    let cancel = post(format!("/checkouts/{id}/cancel"), &json!({})).once("c");
    appliance.admin(cancel).await.refused(409, "conflict");
    let (available, posted, reserved) = appliance.wallet(&people[1].0.to_string()).await;
    assert_eq!((available, posted, reserved), (4667, 5000, 333));
    appliance.assert_sound().await;

    let sync = post(format!("/transactions/{second}/sync"), &json!({})).once("s");
    appliance.admin(sync).await.ok(200);
    once(&appliance, &id, |checkout| checkout["state"] == "confirming").await;
    assert_eq!(answer(&appliance, &id, 2, "confirm").await["state"], "paid");
    assert_eq!(left(&appliance, &people).await, [4666, 4667, 4667]);
}
