//! Further factors: a PIN or a clerk's word where a face is not enough, good once and not for long.

use std::time::Duration;

use domain::{FaceId, UserId};
use http::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::checkout::{after, enrolled, look, open, show};
use crate::client::{Ask, Reply, delete, get, post, put};
use crate::harness::{Appliance, eur};

const PIN: &str = "837465091726";
const WRONG: &str = "837465091727";

fn fresh() -> String {
    Uuid::new_v4().to_string()
}

async fn set_pin(appliance: &Appliance, user: UserId, pin: &str) {
    appliance.admin(put(format!("/users/{user}/pin"), &json!({ "pin": pin }))).await.ok(204);
}

/// A checkout whose payer was found, as it stands then.
async fn found(appliance: &Appliance, subject: (UserId, FaceId), minor: i64) -> Value {
    let id = open(appliance, minor).await;
    show(appliance, look(appliance, Some(subject)));
    after(appliance, &id, "awaiting_payer").await
}

fn of<'a>(checkout: &'a Value, field: &str) -> &'a str {
    checkout[field].as_str().unwrap()
}

fn step_up(checkout: &Value, pin: &str, key: &str) -> Ask {
    post(format!("/checkouts/{}/step-up", of(checkout, "id")), &json!({ "pin": pin })).once(key)
}

async fn confirm(appliance: &Appliance, checkout: &Value) -> Reply {
    let path = format!("/checkouts/{}/confirm", of(checkout, "id"));
    appliance.admin(post(path, &json!({})).once(&fresh())).await
}

/// An appliance that asks for a factor from 10 euros on, and a person with face, money and PIN.
async fn asking(changes: &[(&str, &str)]) -> (Appliance, (UserId, FaceId)) {
    let tier = [("policy.step_up_amount_min", "1000")];
    let appliance = Appliance::start_with(&[&tier, changes].concat()).await;
    let subject = enrolled(&appliance).await;
    set_pin(&appliance, subject.0, PIN).await;
    (appliance, subject)
}

#[tokio::test]
async fn a_pin_at_a_kiosk_lets_a_larger_payment_go_on() {
    let (appliance, subject) = asking(&[]).await;
    let checkout = found(&appliance, subject, 1250).await;
    assert_eq!(
        (&checkout["state"], &checkout["reason"], &checkout["reasons"]),
        (&json!("awaiting_step_up"), &json!("amount"), &json!(["amount"]))
    );
    confirm(&appliance, &checkout).await.refused(409, "conflict");
    let kiosk = &appliance.key("kiosk").await;
    let tried = async |pin: &str, key: &str| appliance.send(step_up(&checkout, pin, key).token(kiosk)).await;
    tried(WRONG, "1").await.refused(422, "pin_wrong");
    let proved = tried(PIN, "1").await.ok(200);
    assert_eq!((&proved["state"], proved.get("reasons")), (&json!("awaiting_confirmation"), None));
    assert_eq!(appliance.wallet(&subject.0.to_string()).await, (5000, 5000, 0), "a PIN is not a yes");
    assert_eq!(confirm(&appliance, &checkout).await.ok(200)["state"], "paid");
    tried(PIN, "3").await.refused(409, "conflict");
    // A small payment asks for no PIN, and tells nothing of one.
    let small = found(&appliance, subject, 999).await;
    assert_eq!(small["state"], "awaiting_confirmation");
    for pin in [PIN, WRONG] {
        appliance.send(step_up(&small, pin, &fresh()).token(kiosk)).await.refused(409, "conflict");
    }
}

#[tokio::test]
async fn each_try_under_one_key_is_counted_and_none_is_compared_with_the_one_before() {
    let (appliance, subject) = asking(&[]).await;
    let checkout = found(&appliance, subject, 1250).await;
    let transaction = format!("/transactions/{}/step-up", of(&checkout, "transaction_id"));
    let by_checkout = appliance.admin(step_up(&checkout, WRONG, "one")).await.refused(422, "pin_wrong");
    assert!(!by_checkout.headers.contains_key("idempotent-replayed"));
    for _ in 0..2 {
        let ask = post(&transaction, &json!({ "pin": WRONG })).once("two");
        appliance.admin(ask).await.refused(422, "pin_wrong");
    }
    for (ask, body) in [(&transaction, PIN), (&transaction, WRONG)] {
        let ask = post(ask, &json!({ "pin": body })).once("two");
        appliance.admin(ask).await.refused(429, "pin_locked");
    }
    appliance.admin(step_up(&checkout, WRONG, "one")).await.refused(429, "pin_locked");
}

#[tokio::test]
async fn pins_that_are_none_are_refused_without_being_shown() {
    let appliance = Appliance::start().await;
    let user = appliance.person("Ada").await;
    let path = format!("/users/{user}/pin");
    for (pin, code) in [
        ("123", "pin_invalid"),
        ("8374650917263", "pin_invalid"),
        ("83 74", "pin_invalid"),
        ("123456", "pin_weak"),
        ("999999", "pin_weak"),
        ("2580", "pin_weak"),
    ] {
        let refused = appliance.admin(put(&path, &json!({ "pin": pin }))).await.refused(422, code);
        assert!(!refused.text().contains(pin), "{}", refused.text());
    }
    let number = appliance.admin(put(&path, &json!({ "pin": 837_465 }))).await.refused(422, "json_data");
    assert!(!number.text().contains("837"), "{}", number.text());
    let nobody = put(format!("/users/{}/pin", Uuid::now_v7()), &json!({ "pin": PIN }));
    appliance.admin(nobody).await.refused(404, "user_not_found");
    appliance.admin(delete(&path)).await.refused(404, "pin_not_found");
    appliance.admin(put(&path, &json!({ "pin": PIN }))).await.ok(204);
    appliance.admin(delete(&path)).await.ok(204);
    let get_it = Ask { method: Method::GET, ..delete(&path) };
    appliance.admin(get_it).await.refused(405, "method_not_allowed");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_guesses_at_once_three_are_looked_at() {
    let (appliance, subject) = asking(&[]).await;
    let checkout = found(&appliance, subject, 1250).await;
    let guess = || async {
        loop {
            let reply = appliance.admin(step_up(&checkout, WRONG, &fresh())).await;
            match reply.json()["code"].as_str() {
                Some("pin_busy") => assert_eq!(reply.header("retry-after"), "1"),
                Some("pin_wrong") => return true,
                Some("pin_locked") => return false,
                other => panic!("{other:?}"),
            }
        }
    };
    let guesses = futures_util::future::join_all((0..50).map(|_| guess())).await;
    assert_eq!(guesses.iter().filter(|looked_at| **looked_at).count(), 3);
    let locked = appliance.admin(step_up(&checkout, PIN, &fresh())).await.refused(429, "pin_locked");
    assert_eq!(locked.header("retry-after"), "900");
    // The lock outlives a restart, and its time.
    let appliance = appliance.restarted(&[("policy.step_up_amount_min", "1000")]).await;
    appliance.later(Duration::from_secs(899));
    let checkout = found(&appliance, subject, 1250).await;
    appliance.admin(step_up(&checkout, PIN, &fresh())).await.refused(429, "pin_locked");
    appliance.later(Duration::from_secs(1));
    appliance.admin(step_up(&checkout, PIN, &fresh())).await.ok(200);
}

#[tokio::test]
async fn a_pin_is_on_no_disk_and_in_no_answer() {
    let (appliance, subject) = asking(&[]).await;
    let checkout = found(&appliance, subject, 1250).await;
    let mut answers = String::new();
    for (pin, key) in [(WRONG, "wrong"), (PIN, "right")] {
        answers += &appliance.admin(step_up(&checkout, pin, key)).await.text();
    }
    let path = format!("/transactions/{}", of(&checkout, "transaction_id"));
    for path in ["/audit?limit=200", "/transactions", &path] {
        answers += &appliance.admin(get(path)).await.text();
    }
    assert!(answers.contains("pin.set") && answers.contains("pin.tried"), "{answers}");
    assert!(!answers.contains(PIN) && !answers.contains(WRONG), "{answers}");
    let stored = appliance.stored();
    let holds = |needle: &[u8]| stored.windows(needle.len()).any(|window| window == needle);
    assert!(holds(of(&checkout, "id").as_bytes()), "this is the database");
    for pin in [PIN, WRONG] {
        assert!(!holds(pin.as_bytes()));
        // Nor a digest that a list of all PINs could be compared with.
        assert!(!holds(&Sha256::digest(json!({ "pin": pin }).to_string())));
        assert!(!holds(&Sha256::digest(pin)));
    }
}

#[tokio::test]
async fn what_was_proved_is_good_for_one_payee_and_not_for_long() {
    let (appliance, subject) = asking(&[]).await;
    let checkout = found(&appliance, subject, 1250).await;
    appliance.admin(step_up(&checkout, PIN, &fresh())).await.ok(200);
    appliance.later(Duration::from_secs(30));
    confirm(&appliance, &checkout).await.refused(409, "evidence_expired");
    let again = appliance.admin(step_up(&checkout, PIN, &fresh())).await.ok(200);
    assert_eq!(again["state"], "awaiting_confirmation");
    let elsewhere = [("policy.merchant", "\"other\""), ("policy.step_up_amount_min", "1000")];
    let appliance = appliance.restarted(&elsewhere).await;
    confirm(&appliance, &checkout).await.refused(409, "evidence_mismatch");
    appliance.admin(step_up(&checkout, PIN, &fresh())).await.ok(200);
    assert_eq!(confirm(&appliance, &checkout).await.ok(200)["state"], "paid");
}

#[tokio::test]
async fn somebody_who_looked_long_ago_must_look_again() {
    let appliance = Appliance::start_with(&[("policy.confirm_within_ms", "5000")]).await;
    let subject = enrolled(&appliance).await;
    let checkout = found(&appliance, subject, 500).await;
    appliance.later(Duration::from_secs(5));
    confirm(&appliance, &checkout).await.refused(409, "evidence_expired");
    assert_eq!(appliance.wallet(&subject.0.to_string()).await, (5000, 5000, 0));
    let fresh = found(&appliance, subject, 500).await;
    assert_eq!(confirm(&appliance, &fresh).await.ok(200)["state"], "paid");
}

#[tokio::test]
async fn staff_vouches_for_who_has_no_pin_only_where_the_operator_lets_it() {
    let attest = |checkout: &Value| {
        let path = format!("/checkouts/{}/step-up", of(checkout, "id"));
        post(path, &json!({ "attested": true })).once(&fresh())
    };
    let appliance = Appliance::start_with(&[("policy.step_up_amount_min", "1000")]).await;
    let subject = enrolled(&appliance).await;
    let checkout = found(&appliance, subject, 1250).await;
    appliance.admin(step_up(&checkout, PIN, &fresh())).await.refused(409, "pin_missing");
    let kiosk = appliance.key("kiosk").await;
    appliance.send(attest(&checkout).token(&kiosk)).await.refused(403, "forbidden");
    appliance.admin(attest(&checkout)).await.ok(200);
    assert_eq!(confirm(&appliance, &checkout).await.ok(200)["state"], "paid");

    let (appliance, subject) = asking(&[("policy.step_up_without_pin", "\"decline\"")]).await;
    let checkout = found(&appliance, subject, 1250).await;
    appliance.admin(attest(&checkout)).await.refused(409, "pin_required");
    appliance.admin(delete(format!("/users/{}/pin", subject.0))).await.ok(204);
    let declined = found(&appliance, subject, 1250).await;
    assert_eq!((&declined["state"], &declined["reason"]), (&json!("declined"), &json!("pin_missing")));
}

#[tokio::test]
async fn policy_asks_for_a_factor_at_a_new_till_for_an_old_face_and_always() {
    let asks = async |changes: &[(&str, &str)], age_days: u64| {
        let appliance = Appliance::start_with(changes).await;
        let subject = enrolled(&appliance).await;
        appliance.later(Duration::from_secs(age_days * 86_400));
        let first = found(&appliance, subject, 500).await;
        let vouch = json!({ "attested": true });
        let path = format!("/checkouts/{}/step-up", of(&first, "id"));
        appliance.admin(post(path, &vouch).once("s")).await.ok(200);
        assert_eq!(confirm(&appliance, &first).await.ok(200)["state"], "paid");
        let second = found(&appliance, subject, 500).await;
        (first["reasons"].clone(), second["reasons"].clone())
    };
    let new_terminal = [("policy.step_up_new_terminal", "true")];
    assert_eq!(asks(&new_terminal, 0).await, (json!(["new_terminal"]), Value::Null));
    let age = [("policy.step_up_template_age_days", "30")];
    assert_eq!(asks(&age, 31).await, (json!(["template_age"]), json!(["template_age"])));
    let all = [("policy.step_up_always", "true"), new_terminal[0], age[0]];
    let every = json!(["template_age", "new_terminal", "policy"]);
    assert_eq!(asks(&all, 31).await, (every, json!(["template_age", "policy"])));
}

#[tokio::test]
async fn what_was_spent_between_the_look_and_the_yes_asks_for_a_factor() {
    let appliance = Appliance::start_with(&[("policy.step_up_day_amount_min", "2000")]).await;
    let subject = enrolled(&appliance).await;
    set_pin(&appliance, subject.0, PIN).await;
    let (first, second) = (found(&appliance, subject, 1250).await, found(&appliance, subject, 1250).await);
    assert_eq!(second["state"], "awaiting_confirmation");
    assert_eq!(confirm(&appliance, &first).await.ok(200)["state"], "paid");
    let asked = confirm(&appliance, &second).await.ok(200);
    assert_eq!((&asked["state"], &asked["reason"]), (&json!("awaiting_step_up"), &json!("spend")));
    assert_eq!(appliance.wallet(&subject.0.to_string()).await, (3750, 3750, 0));
    appliance.admin(step_up(&second, PIN, &fresh())).await.ok(200);
    assert_eq!(confirm(&appliance, &second).await.ok(200)["state"], "paid");
    let third = found(&appliance, subject, 100).await;
    assert_eq!(third["reasons"], json!(["spend"]));
}

#[tokio::test]
async fn where_the_law_asks_for_two_factors_a_clerks_word_alone_is_not_enough() {
    let appliance = Appliance::start_with(&[("policy.step_up_always", "true")]).await;
    let user = appliance.payer("Ada", 5000).await;
    let new = json!({ "user_id": user, "amount": eur(500) });
    let opened = appliance.admin(post("/transactions", &new).once("k")).await.ok(201);
    assert_eq!(
        (&opened["state"], &opened["reasons"]),
        (&json!("requires_step_up"), &json!(["policy"])),
        "{opened}"
    );
    set_pin(&appliance, user.parse().unwrap(), PIN).await;
    let path = format!("/transactions/{}", of(&opened, "id"));
    let both = json!({ "pin": PIN, "attested": true });
    let step_up = |body: &Value| post(format!("{path}/step-up"), body).once(&fresh());
    appliance.admin(step_up(&both)).await.refused(422, "factor_missing");
    let proved = appliance.admin(step_up(&json!({ "pin": PIN }))).await.ok(200);
    assert_eq!(proved["state"], "requires_confirmation");
    let paid = appliance.admin(post(format!("{path}/confirm"), &json!({})).once(&fresh())).await.ok(200);
    assert_eq!(paid["state"], "captured");
}

#[tokio::test]
async fn one_clerks_word_is_not_both_factors() {
    let appliance = Appliance::start_with(&[("policy.step_up_always", "true")]).await;
    let user = appliance.payer("Ada", 5000).await;
    set_pin(&appliance, user.parse().unwrap(), PIN).await;
    let new = json!({ "user_id": user, "amount": eur(500) });
    let opened = appliance.admin(post("/transactions", &new).once("k")).await.ok(201);
    let prove =
        |body: Value| post(format!("/transactions/{}/step-up", of(&opened, "id")), &body).once(&fresh());
    appliance.admin(prove(json!({ "attested": true }))).await.refused(409, "pin_required");
    let proved = appliance.admin(prove(json!({ "pin": PIN }))).await.ok(200);
    assert_eq!(proved["state"], "requires_confirmation");
}

#[tokio::test]
async fn a_payer_whom_staff_vouched_for_needs_a_pin_only_where_every_payment_does() {
    let tier = [("policy.step_up_amount_min", "1000"), ("policy.step_up_without_pin", "\"decline\"")];
    let always = [tier[1], ("policy.step_up_always", "true")];
    for (changes, state, reason) in
        [(&tier, "requires_confirmation", Value::Null), (&always, "declined", json!("pin_missing"))]
    {
        let appliance = Appliance::start_with(changes).await;
        let user = appliance.payer("Ada", 5000).await;
        let new = json!({ "user_id": user, "amount": eur(1250) });
        let opened = appliance.admin(post("/transactions", &new).once("k")).await.ok(201);
        assert_eq!((&opened["state"], &opened["reason"]), (&json!(state), &reason));
    }
}

#[tokio::test]
async fn an_instrument_is_found_under_its_providers_short_name_as_well() {
    let appliance = Appliance::start().await;
    let user = appliance.payer("Ada", 5000).await;
    let [short, full] =
        ["payment-wallet", "org.facepay.payment-wallet"].map(|id| format!("/users/{user}/instruments/{id}"));
    let kept = appliance.admin(put(&short, &json!({ "token": "pm_1" }))).await.ok(200);
    assert_eq!(kept["provider"], "org.facepay.payment-wallet");
    for path in [&short, &full] {
        assert_eq!(appliance.admin(get(path)).await.ok(200), kept);
    }
    appliance.admin(delete(&short)).await.ok(204);
    appliance.admin(get(&full)).await.refused(404, "instrument_not_found");
}

#[tokio::test]
async fn an_instrument_is_kept_shown_without_its_token_and_erased_with_its_person() {
    let appliance = Appliance::start().await;
    let user = appliance.payer("Ada", 5000).await;
    let path = format!("/users/{user}/instruments/org.facepay.payment-wallet");
    appliance.admin(get(&path)).await.refused(404, "instrument_not_found");
    let token = |text: &str| put(&path, &json!({ "token": text }));
    appliance.admin(token("")).await.refused(422, "token_invalid");
    appliance.admin(token(&"x".repeat(501))).await.refused(422, "token_invalid");
    let odd = put(format!("/users/{user}/instruments/A%20B"), &json!({ "token": "pm_1" }));
    appliance.admin(odd).await.refused(422, "provider_invalid");
    let kept = appliance.admin(token("pm_4242424242")).await;
    let shown = appliance.admin(get(&path)).await;
    assert!(!kept.text().contains("pm_") && !shown.text().contains("pm_"), "{}", shown.text());
    assert_eq!(shown.ok(200), kept.ok(200));
    let new = json!({ "user_id": user, "amount": eur(500) });
    let opened = appliance.admin(post("/transactions", &new).once("k")).await.ok(201);
    let confirm = format!("/transactions/{}/confirm", of(&opened, "id"));
    appliance.admin(post(confirm, &json!({})).once("c")).await.ok(200);
    assert!(appliance.admin(get(&path)).await.ok(200)["used_at"].is_string());
    assert!(!appliance.stored().windows(13).any(|window| window == b"pm_4242424242"));
    appliance.admin(delete(&path)).await.ok(204);
    appliance.admin(delete(&path)).await.refused(404, "instrument_not_found");
    appliance.admin(token("pm_4242424242")).await.ok(200);
    appliance.admin(delete(format!("/users/{user}"))).await.ok(200);
    appliance.admin(get(&path)).await.refused(404, "instrument_not_found");
    appliance.admin(token("pm_4242424242")).await.refused(404, "user_not_found");
}
