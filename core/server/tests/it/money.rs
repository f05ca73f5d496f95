//! Money: moved once, counted exactly, never lost.

use serde_json::{Value, json};

use crate::client::{get, post};
use crate::harness::{Appliance, eur};

/// A payment that staff vouches for, confirmed.
async fn paid(appliance: &Appliance, user: &str, minor: i64, key: &str) -> Value {
    let opened = open(appliance, user, minor, key).await;
    let path = format!("/transactions/{}/confirm", opened["id"].as_str().unwrap());
    appliance.admin(post(path, &json!({})).once(key)).await.ok(200)
}

async fn open(appliance: &Appliance, user: &str, minor: i64, key: &str) -> Value {
    let new = json!({ "user_id": user, "amount": eur(minor), "reference": "coffee" });
    let opened = appliance.admin(post("/transactions", &new).once(key)).await.ok(201);
    assert_eq!(opened["state"], "requires_confirmation", "{opened}");
    opened
}

fn path(transaction: &Value, step: &str) -> String {
    format!("/transactions/{}/{step}", transaction["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_confirmed_payment_is_captured_and_has_a_receipt() {
    let appliance = Appliance::start().await;
    let user = appliance.payer("Ada", 5000).await;
    let payment = paid(&appliance, &user, 1250, "k1").await;
    assert_eq!(payment["state"], "captured", "{payment}");
    assert_eq!(appliance.wallet(&user).await, (3750, 3750, 0));
    let receipt =
        appliance.admin(get(format!("/receipts/{}", payment["id"].as_str().unwrap()))).await.ok(200);
    assert_eq!(receipt["amount_text"], "12.50 EUR");
    let listed = appliance.admin(get(format!("/transactions?user_id={user}&state=captured"))).await.ok(200);
    assert_eq!(listed["items"][0]["id"], payment["id"]);
}

#[tokio::test]
async fn the_same_key_pays_once_and_answers_twice_the_same() {
    let appliance = Appliance::start().await;
    let user = appliance.payer("Ada", 5000).await;
    let credit =
        |minor: i64| post(format!("/users/{user}/credits"), &json!({ "amount": eur(minor) })).once("once");
    let first = appliance.admin(credit(700)).await;
    let again = appliance.admin(credit(700)).await;
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    assert_eq!((first.header("idempotent-replayed"), again.header("idempotent-replayed")), ("", "true"));
    assert_eq!(appliance.wallet(&user).await.0, 5700);
    appliance.admin(credit(701)).await.refused(422, "idempotency_key_reused");

    let opened = open(&appliance, &user, 1000, "a").await;
    let confirm = || post(path(&opened, "confirm"), &json!({})).once("b");
    let (one, two) = tokio::join!(appliance.admin(confirm()), appliance.admin(confirm()));
    let codes = [one.status.as_u16(), two.status.as_u16()];
    assert!(codes.contains(&200) && codes.iter().all(|code| [200, 409].contains(code)), "{codes:?}");
    assert_eq!(appliance.wallet(&user).await.1, 4700);
    // Another key does not pay a second time either.
    appliance.admin(confirm().once("c")).await.refused(409, "conflict");
    assert_eq!(appliance.wallet(&user).await.1, 4700);
}

#[tokio::test]
async fn money_set_aside_is_captured_or_given_free() {
    let appliance = Appliance::start().await;
    let user = appliance.payer("Ada", 5000).await;
    let manual = json!({ "capture": "manual" });
    for (step, end, wallet) in [("capture", "captured", (4000, 4000, 0)), ("void", "voided", (4000, 4000, 0))]
    {
        let opened = open(&appliance, &user, 1000, step).await;
        let held = appliance.admin(post(path(&opened, "confirm"), &manual).once(step)).await.ok(200);
        assert_eq!(held["state"], "authorized");
        assert_eq!(appliance.wallet(&user).await.2, 1000);
        let ended = appliance.admin(post(path(&opened, step), &json!({})).once(step)).await.ok(200);
        assert_eq!(ended["state"], end);
        assert_eq!(appliance.wallet(&user).await, wallet, "{step}");
    }
}

#[tokio::test]
async fn no_more_goes_back_than_was_paid() {
    let appliance = Appliance::start().await;
    let user = appliance.payer("Ada", 5000).await;
    let payment = paid(&appliance, &user, 1000, "k").await;
    let refund = |body: Value, key: &str| post(path(&payment, "refunds"), &body).once(key);
    let part = appliance.admin(refund(json!({ "amount": eur(400) }), "r1")).await.ok(200);
    assert_eq!((&part["state"], &part["refunded"]["amount"]), (&json!("partially_refunded"), &json!(400)));
    appliance.admin(refund(json!({ "amount": eur(601) }), "r2")).await.refused(409, "conflict");
    let usd = json!({ "amount": { "amount": 1, "currency": "USD" } });
    appliance.admin(refund(usd, "r3")).await.refused(422, "wrong_currency");
    let all = appliance.admin(refund(json!({}), "r4")).await.ok(200);
    assert_eq!(all["state"], "refunded");
    assert_eq!(appliance.wallet(&user).await, (5000, 5000, 0));
    appliance.admin(refund(json!({}), "r5")).await.refused(409, "nothing_to_refund");
}

#[tokio::test]
async fn a_payment_that_the_rules_refuse_is_declined_with_its_reason() {
    let appliance =
        Appliance::start_with(&[("policy.sale_amount_max", "3000"), ("policy.hour_count_max", "1")]).await;
    let poor = appliance.payer("Bo", 100).await;
    let declined = paid(&appliance, &poor, 200, "poor").await;
    assert_eq!((&declined["state"], &declined["reason"]), (&json!("declined"), &json!("insufficient_funds")));
    assert_eq!(appliance.wallet(&poor).await, (100, 100, 0));

    let opened = |user: String, minor: i64, currency: &'static str, key: &'static str| {
        let amount = json!({ "amount": minor, "currency": currency });
        let ask = post("/transactions", &json!({ "user_id": user, "amount": amount })).once(key);
        let appliance = &appliance;
        async move {
            let row = appliance.admin(ask).await.ok(201);
            (row["state"].as_str().unwrap().to_owned(), row["reason"].as_str().unwrap_or_default().to_owned())
        }
    };
    let expect = |reason: &str| ("declined".to_owned(), reason.to_owned());
    let rich = appliance.payer("Ada", 9000).await;
    assert_eq!(opened(rich.clone(), 3001, "EUR", "a").await, expect("limit_amount"));
    assert_eq!(opened(rich.clone(), 100, "USD", "b").await, expect("wrong_currency"));
    let nobody = appliance.person("No consent").await;
    assert_eq!(opened(nobody, 100, "EUR", "c").await, expect("consent_missing"));
    assert_eq!(paid(&appliance, &rich, 100, "d").await["state"], "captured");
    assert_eq!(opened(rich.clone(), 100, "EUR", "e").await, expect("limit_velocity"));
    appliance.later(std::time::Duration::from_secs(366 * 86_400));
    assert_eq!(opened(rich, 100, "EUR", "f").await, expect("consent_missing"));
}

#[tokio::test]
async fn a_cancelled_or_overdue_payment_is_not_paid() {
    let appliance = Appliance::start().await;
    let user = appliance.payer("Ada", 5000).await;
    let opened = open(&appliance, &user, 1000, "a").await;
    appliance.admin(post(path(&opened, "void"), &json!({})).once("b")).await.ok(200);
    appliance.admin(post(path(&opened, "confirm"), &json!({})).once("c")).await.refused(409, "conflict");

    let late = open(&appliance, &user, 1000, "d").await;
    appliance.later(std::time::Duration::from_secs(61));
    let reply = appliance.admin(post(path(&late, "confirm"), &json!({})).once("e")).await;
    assert_eq!(reply.status, 409, "{}", reply.text());
    assert_eq!(appliance.wallet(&user).await, (5000, 5000, 0));
}

#[tokio::test]
async fn an_unproved_payer_is_refused_above_what_staff_may_take() {
    let appliance = Appliance::start_with(&[("policy.attended_amount_max", "500")]).await;
    let user = appliance.payer("Ada", 5000).await;
    let new = |minor: i64| post("/transactions", &json!({ "user_id": user, "amount": eur(minor) })).once("k");
    appliance.admin(new(501)).await.refused(422, "identification_required");
    let kiosk = appliance.key("kiosk").await;
    appliance.send(new(100).token(&kiosk)).await.refused(422, "identification_required");
}

/// What a crash between asking and answering leaves behind: the intent committed, the outcome not.
pub(crate) async fn cut_off(appliance: &Appliance, opened: &Value) {
    let transaction = opened["id"].as_str().unwrap().parse().unwrap();
    let operation = domain::OperationId(uuid::Uuid::now_v7());
    let at = appliance.app.now();
    let work = move |store: &store::Store| {
        let by = store::By { actor: "test", at };
        let intent = store::Preparation {
            id: operation,
            transaction,
            kind: domain::operation::Kind::Sale,
            provider: "org.facepay.payment-wallet".to_owned(),
            attempt_ref: [7; 16],
            amount: store.transaction(transaction)?.amount,
            source: store::Source::Wallet,
            merchant: "house".to_owned(),
            limits: domain::limits::Limits { amount_max: 1_000, day_amount_max: 1_000, hour_count_max: 1 },
            place_limits: domain::limits::PlaceLimits::default(),
            about: None,
            reason: None,
            lease: std::time::Duration::from_secs(60),
            sanction: store::Sanction::ENOUGH,
        };
        store.prepare_operation(by, &intent)?;
        let event = domain::operation::Event::Submitted;
        store.settle_operation(by, operation, &store::Outcome { event, provider_ref: None, reason: None })
    };
    appliance.app.store(work).await.unwrap();
}

async fn state(appliance: &Appliance, opened: &Value) -> Value {
    let path = format!("/transactions/{}", opened["id"].as_str().unwrap());
    appliance.admin(get(path)).await.ok(200)["state"].clone()
}

#[tokio::test]
async fn a_payment_cut_off_by_a_crash_is_settled_at_the_next_start() {
    let appliance = Appliance::start().await;
    let user = appliance.payer("Ada", 5000).await;
    let opened = open(&appliance, &user, 1000, "a").await;
    cut_off(&appliance, &opened).await;
    assert_eq!(appliance.wallet(&user).await, (4000, 5000, 1000));
    let appliance = appliance.restarted(&[]).await;
    // The wallet finishes nothing later, so nothing has happened: the payment may be confirmed anew.
    assert_eq!(state(&appliance, &opened).await, "requires_confirmation");
    assert_eq!(appliance.wallet(&user).await, (5000, 5000, 0));
    // Whatever was committed while the appliance started is published, too.
    let mut events = appliance.app.hub().subscribe(Some(0));
    let about_it = |text: &str| {
        text.contains("transaction.requires_confirmation") && text.contains(opened["id"].as_str().unwrap())
    };
    let heard = async { while !about_it(&events.live.recv().await.unwrap().text) {} };
    if !events.missed.iter().any(|event| about_it(&event.text)) {
        tokio::time::timeout(std::time::Duration::from_secs(10), heard).await.expect("an event");
    }
}

/// A round of what the appliance does by itself now and then.
async fn settle(appliance: &Appliance) {
    appliance.app.settle_due().await.unwrap();
    appliance.app.end_claims().await.unwrap();
}

#[tokio::test]
async fn what_was_left_behind_is_settled_while_the_appliance_runs() {
    let appliance = Appliance::start().await;
    let user = appliance.payer("Ada", 5000).await;
    let opened = open(&appliance, &user, 1000, "a").await;
    cut_off(&appliance, &opened).await;
    let at = appliance.app.now();
    let claim = move |store: &store::Store| store.claim("POST /x", "key", &[0; 32], at);
    assert_eq!(appliance.app.store(claim).await.unwrap(), store::Claim::Fresh);

    settle(&appliance).await;
    assert_eq!(state(&appliance, &opened).await, "processing", "it may still be at work");
    assert_eq!(appliance.app.store(claim).await.unwrap(), store::Claim::InFlight);
    appliance.later(std::time::Duration::from_secs(61));
    settle(&appliance).await;
    // Its time is over as well, which is noted sooner or later.
    let settled = state(&appliance, &opened).await;
    assert!(settled == "requires_confirmation" || settled == "expired", "{settled}");
    assert_eq!(appliance.wallet(&user).await, (5000, 5000, 0));
    let answer = appliance.app.store(claim).await.unwrap();
    assert!(matches!(&answer, store::Claim::Replay(saved) if saved.status == 409), "{answer:?}");
}
