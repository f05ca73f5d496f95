//! Four eyes: large refunds, and requests that no provider answers for.

use std::time::Duration;

use domain::operation::{Event, Kind};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::{Ask, delete, get, post};
use crate::harness::{Appliance, eur};

fn fresh() -> String {
    Uuid::new_v4().to_string()
}

fn step(kind: &str, id: &Value, step: &str, body: &Value) -> Ask {
    post(format!("/{kind}/{}/{step}", id.as_str().unwrap()), body).once(&fresh())
}

async fn opened(appliance: &Appliance, user: &str) -> Value {
    let new = json!({ "user_id": user, "amount": eur(1000) });
    appliance.admin(post("/transactions", &new).once(&fresh())).await.ok(201)["id"].clone()
}

/// An appliance where 5 euros go back on one person's word, and a payment of 10 euros.
async fn paid() -> (Appliance, String, Value) {
    let appliance = Appliance::start_with(&[("policy.refund_four_eyes_amount_min", "500")]).await;
    let user = appliance.payer("Ada", 5000).await;
    let id = opened(&appliance, &user).await;
    appliance.admin(step("transactions", &id, "confirm", &json!({}))).await.ok(200);
    (appliance, user, id)
}

#[tokio::test]
async fn a_large_refund_waits_for_another_person_and_happens_once() {
    let (appliance, user, payment) = paid().await;
    let refund = |minor: i64| step("transactions", &payment, "refunds", &json!({ "amount": eur(minor) }));
    appliance.admin(refund(400)).await.ok(200);
    // What went back counts: a large refund in small pieces is a large one.
    let asked = appliance.admin(refund(100)).await.ok(202);
    assert_eq!((&asked["state"], &asked["kind"]), (&json!("awaiting_approval"), &json!("refund")));
    assert_eq!((&asked["subject"], &asked["detail"]), (&payment, &eur(100)));
    assert_eq!(appliance.wallet(&user).await.0, 4400);
    let id = &asked["id"];
    let approve = || step("approvals", id, "approve", &json!({}));
    appliance.admin(approve()).await.refused(409, "same_person");
    appliance.admin(step("approvals", id, "reject", &json!({}))).await.refused(409, "same_person");
    let kiosk = appliance.key("kiosk").await;
    appliance.send(approve().token(&kiosk)).await.refused(403, "forbidden");

    let second = appliance.key("operator").await;
    let once = approve();
    let key = once.headers.iter().find(|(name, _)| name == "idempotency-key").unwrap().1.clone();
    let done = appliance.send(once.token(&second)).await;
    let again = appliance.send(approve().once(&key).token(&second)).await;
    assert_eq!((again.header("idempotent-replayed"), &again.body), ("true", &done.body));
    let done = done.ok(200);
    assert_eq!((&done["state"], &done["operation"]["state"]), (&json!("approved"), &json!("approved")));
    assert_eq!(&done["operation"]["id"], id);
    assert_eq!(appliance.wallet(&user).await.0, 4500);
    appliance.send(approve().token(&second)).await.refused(409, "approval_decided");
    assert_eq!(appliance.wallet(&user).await.0, 4500);
    let listed = appliance.admin(get("/approvals")).await.ok(200);
    assert_eq!((&listed["items"][0]["id"], &listed["items"][0]["state"]), (id, &json!("approved")));
    assert_ne!(listed["items"][0]["decided_by"], listed["items"][0]["requested_by"]);
    let audit = appliance.admin(get("/audit?limit=200")).await.text();
    assert!(audit.contains("approval.requested") && audit.contains("approval.approved"), "{audit}");
}

#[tokio::test]
async fn approvals_at_once_give_back_once() {
    let (appliance, user, payment) = paid().await;
    let all = step("transactions", &payment, "refunds", &json!({}));
    let asked = appliance.admin(all).await.ok(202);
    let second = &appliance.key("operator").await;
    let approve = || appliance.send(step("approvals", &asked["id"], "approve", &json!({})).token(second));
    let replies = futures_util::future::join_all((0..8).map(|_| approve())).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1);
    assert_eq!(appliance.wallet(&user).await, (5000, 5000, 0));
}

#[tokio::test]
async fn a_refund_that_nobody_approves_in_time_or_somebody_rejects_does_not_happen() {
    let (appliance, user, payment) = paid().await;
    let ask = || step("transactions", &payment, "refunds", &json!({}));
    let second = &appliance.key("operator").await;
    let rejected = appliance.admin(ask()).await.ok(202);
    let reject = step("approvals", &rejected["id"], "reject", &json!({}));
    assert_eq!(appliance.send(reject.token(second)).await.ok(200)["state"], "rejected");
    let approve = |id: &Value| appliance.send(step("approvals", id, "approve", &json!({})).token(second));
    approve(&rejected["id"]).await.refused(409, "approval_decided");
    let late = appliance.admin(ask()).await.ok(202);
    appliance.later(Duration::from_secs(24 * 3_600));
    approve(&late["id"]).await.refused(409, "approval_expired");
    let listed = appliance.admin(get("/approvals?limit=1")).await.ok(200);
    assert_eq!(listed["items"][0]["state"], "expired");
    approve(&json!(fresh())).await.refused(404, "approval_not_found");
    assert_eq!(appliance.wallet(&user).await.0, 4000);
}

/// A sale whose provider answers no question any more.
async fn in_review(appliance: &Appliance, payment: &Value) -> String {
    let transaction = payment.as_str().unwrap().parse().unwrap();
    let (id, at) = (domain::OperationId(Uuid::now_v7()), appliance.app.now());
    let work = move |store: &store::Store| {
        let by = store::By { actor: "test", at };
        let intent = store::Preparation {
            id,
            transaction,
            kind: Kind::Sale,
            provider: "org.facepay.payment-wallet".to_owned(),
            attempt_ref: *Uuid::new_v4().as_bytes(),
            amount: store.transaction(transaction)?.amount,
            source: store::Source::Wallet,
            merchant: "house".to_owned(),
            limits: domain::limits::Limits { amount_max: 9_000, day_amount_max: 9_000, hour_count_max: 9 },
            place_limits: domain::limits::PlaceLimits::default(),
            sanction: store::Sanction::ENOUGH,
            about: None,
            reason: None,
            lease: Duration::from_secs(60),
        };
        store.prepare_operation(by, &intent)?;
        for event in [Event::Submitted, Event::AnswerLost, Event::GaveUp] {
            let outcome = store::Outcome { event, provider_ref: None, reason: None };
            store.settle_operation(by, id, &outcome)?;
        }
        Ok(())
    };
    appliance.app.store(work).await.unwrap();
    id.to_string()
}

#[tokio::test]
async fn what_no_provider_answers_for_is_resolved_by_two_people() {
    let appliance = Appliance::start().await;
    let user = appliance.payer("Ada", 5000).await;
    let second = &appliance.key("operator").await;
    for (outcome, state, wallet) in [
        ("approved", "captured", (4000, 4000, 0)),
        ("declined", "declined", (4000, 4000, 0)),
        ("reversed", "voided", (4000, 4000, 0)),
    ] {
        let payment = opened(&appliance, &user).await;
        let id = json!(in_review(&appliance, &payment).await);
        let listed = appliance.admin(get("/operations?state=manual_review")).await.ok(200);
        assert_eq!(
            (&listed["items"][0]["id"], &listed["items"][0]["transaction_id"]),
            (&id, &payment),
            "{listed}"
        );
        let found = json!({ "outcome": outcome, "reason": "the bank's statement" });
        let asked = appliance.admin(step("operations", &id, "resolve", &found)).await.ok(202);
        assert_eq!((&asked["state"], &asked["detail"]), (&json!("awaiting_approval"), &found));
        let approve = || step("approvals", &asked["id"], "approve", &json!({}));
        appliance.admin(approve()).await.refused(409, "same_person");
        let done = appliance.send(approve().token(second)).await.ok(200);
        assert_eq!((&done["state"], &done["operation"]["state"]), (&json!("approved"), &json!(outcome)));
        let path = format!("/transactions/{}", payment.as_str().unwrap());
        assert_eq!(appliance.admin(get(path)).await.ok(200)["state"], state);
        assert_eq!(appliance.wallet(&user).await, wallet, "{outcome}");
        let again = step("operations", &id, "resolve", &found);
        appliance.admin(again).await.refused(409, "not_in_review");
    }
    let unknown = json!(fresh());
    let found = json!({ "outcome": "approved", "reason": "x" });
    appliance
        .admin(step("operations", &unknown, "resolve", &found))
        .await
        .refused(404, "operation_not_found");
    for (body, code) in [
        (json!({ "outcome": "lost", "reason": "x" }), "outcome_unknown"),
        (json!({ "outcome": "approved", "reason": " " }), "reason_invalid"),
    ] {
        appliance.admin(step("operations", &unknown, "resolve", &body)).await.refused(422, code);
    }
    appliance.admin(get("/operations?state=lost")).await.refused(400, "state_unknown");
}

#[tokio::test]
async fn an_erasure_waits_for_another_admin_where_four_eyes_are_asked_for() {
    let appliance = Appliance::start_with(&[("auth.four_eyes", "[\"erase\"]")]).await;
    let user = appliance.payer("Ada", 0).await;
    let path = format!("/users/{user}");
    let asked = appliance.admin(delete(&path)).await.ok(202);
    assert_eq!((&asked["kind"], &asked["subject"]), (&json!("erase"), &json!(user)));
    let id = &asked["id"];
    let approve = || step("approvals", id, "approve", &json!({}));
    appliance.admin(approve()).await.refused(409, "same_person");
    let operator = appliance.key("operator").await;
    appliance.send(approve().token(&operator)).await.refused(403, "forbidden");
    appliance.admin(get(&path)).await.ok(200);
    let second = appliance.key("admin").await;
    let done = appliance.send(approve().token(&second)).await.ok(200);
    assert_eq!((&done["state"], &done["certificate"]["user_id"]), (&json!("approved"), &json!(user)));
    appliance.admin(get(&path)).await.refused(404, "user_not_found");
    appliance.send(approve().token(&second)).await.refused(409, "approval_decided");
    appliance.admin(delete(&path)).await.refused(404, "user_not_found");

    let other = appliance.payer("Bob", 0).await;
    let asked = appliance.admin(delete(format!("/users/{other}"))).await.ok(202);
    let reject = step("approvals", &asked["id"], "reject", &json!({})).token(&second);
    appliance.send(reject).await.ok(200);
    appliance
        .send(step("approvals", &asked["id"], "approve", &json!({})).token(&second))
        .await
        .refused(409, "approval_decided");
    appliance.admin(get(format!("/users/{other}"))).await.ok(200);
    appliance.assert_sound().await;
}

#[tokio::test]
async fn a_plugin_is_changed_by_two_and_taken_out_of_use_by_one() {
    let appliance = Appliance::start_with(&[("auth.four_eyes", "[\"plugin\"]")]).await;
    let second = appliance.key("admin").await;
    let generation =
        async || appliance.admin(get("/plugins")).await.ok(200)["items"][0]["generation"].clone();
    let asked = appliance.admin(post("/plugins/payment-wallet/reload", &json!({}))).await.ok(202);
    assert_eq!((&asked["kind"], &asked["detail"]), (&json!("plugin"), &json!({ "change": "reload" })));
    assert_eq!(generation().await, 1);
    appliance.send(step("approvals", &asked["id"], "approve", &json!({})).token(&second)).await.ok(200);
    assert_eq!(generation().await, 2);
    let reason = json!({ "reason": "recalled" });
    appliance.admin(post("/plugins/payment-wallet/disable", &reason)).await.ok(200);
    appliance.admin(post("/plugins/payment-wallet/enable", &json!({}))).await.ok(202);
    appliance.admin(delete(format!("/users/{}", appliance.payer("Ada", 0).await))).await.ok(200);
}
