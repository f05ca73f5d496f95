//! A larger payment waits until its payer has done what they were asked to do, for this very checkout.

use std::time::Duration;

use pipeline::{ChallengeAnswer, Nonce};
use serde_json::{Value, json};
use server::app::evidence::Seen;

use crate::checkout::{after, enrolled, enrolled_as, look, open, show};
use crate::client::get;
use crate::harness::Appliance;

/// What the checkout asks of its payer, once it does.
async fn asked(appliance: &Appliance, id: &str) -> Value {
    loop {
        let checkout = appliance.admin(get(format!("/checkouts/{id}"))).await.ok(200);
        assert_eq!(checkout["state"], "awaiting_payer", "{checkout}");
        if checkout["challenge"].is_object() {
            return checkout["challenge"].clone();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn nonce(challenge: &Value) -> Nonce {
    let mut bytes = [0; 16];
    hex::decode_to_slice(challenge["nonce"].as_str().unwrap(), &mut bytes).unwrap();
    Nonce(bytes)
}

/// The look of somebody who passed this challenge, with so much depth in their turn.
fn answered(seen: Seen, nonce: Nonce, depth: f32) -> Seen {
    let answer = ChallengeAnswer { nonce, gestures: Vec::new(), depth, depth_min: 0.09 };
    Seen { challenge: Some(answer), ..seen }
}

#[tokio::test]
async fn from_the_amount_on_only_the_answer_to_this_checkouts_challenge_pays() {
    let appliance = Appliance::start_with(&[("challenge.amount_min", "1250")]).await;
    let subject = enrolled(&appliance).await;
    let other = enrolled_as(&appliance, "Bert").await;
    let id = open(&appliance, 1250).await;
    // Had one of these been taken, Bert would be the payer: no answer, another checkout's, and one to a challenge that
    // was put to somebody else.
    show(&appliance, look(&appliance, Some(other)));
    show(&appliance, answered(look(&appliance, Some(other)), Nonce([9; 16]), 0.2));
    show(&appliance, look(&appliance, Some(subject)));
    show(&appliance, answered(look(&appliance, Some(other)), nonce(&asked(&appliance, &id).await), 0.05));
    let found = loop {
        let right = nonce(&asked(&appliance, &id).await);
        show(&appliance, answered(look(&appliance, Some(subject)), right, 0.2));
        let found = after(&appliance, &id, "awaiting_payer");
        // Looks that were shown before may have changed what is asked.
        if let Ok(found) = tokio::time::timeout(Duration::from_millis(500), found).await {
            break found;
        }
    };
    assert_eq!(found["user_id"], json!(subject.0.to_string()), "{found}");
    assert_eq!(found["state"], "awaiting_confirmation", "{found}");
}

#[tokio::test]
async fn below_the_amount_nobody_is_asked_to_move() {
    let appliance = Appliance::start_with(&[("challenge.amount_min", "1251")]).await;
    let subject = enrolled(&appliance).await;
    let id = open(&appliance, 1250).await;
    show(&appliance, look(&appliance, Some(subject)));
    assert_eq!(after(&appliance, &id, "awaiting_payer").await["state"], "awaiting_confirmation");
}

#[tokio::test]
async fn a_larger_amount_asks_for_more_gestures_fewer_tries_and_the_pin() {
    let tiers = "[{ amount_min = 2000, gestures = 5, tries_max = 1, pin = true }]";
    let changes = [("challenge.amount_min", "1000"), ("challenge.gestures", "2"), ("challenge.tiers", tiers)];
    for (minor, count, tries_left, state) in
        [(1999, 2, 3, "awaiting_confirmation"), (2000, 5, 1, "awaiting_step_up")]
    {
        let appliance = Appliance::start_with(&changes).await;
        let subject = enrolled(&appliance).await;
        let id = open(&appliance, minor).await;
        show(&appliance, look(&appliance, Some(subject)));
        // The face has left in the meantime, as far as the cameras know: such a try does not count.
        let asked = asked(&appliance, &id).await;
        assert_eq!((&asked["count"], &asked["tries_left"]), (&json!(count), &json!(tries_left)), "{asked}");
        let found = loop {
            let right = nonce(&self::asked(&appliance, &id).await);
            show(&appliance, answered(look(&appliance, Some(subject)), right, 0.2));
            let found = after(&appliance, &id, "awaiting_payer");
            if let Ok(found) = tokio::time::timeout(Duration::from_millis(500), found).await {
                break found;
            }
        };
        assert_eq!(found["state"], state, "{found}");
        if state == "awaiting_step_up" {
            assert_eq!(found["reason"], "amount", "{found}");
        }
    }
}
