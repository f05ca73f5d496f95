//! What is refused, with which status and which stable code.

use http::Method;
use serde_json::{Value, json};
use store::Claim;

use crate::client::{Ask, delete, get, patch, post};
use crate::harness::{Appliance, eur};

async fn check(appliance: &Appliance, ask: Ask, status: u16, code: &str) {
    appliance.admin(ask).await.refused(status, code);
}

const UNKNOWN: &str = "01938f5e-7a6b-7c01-8000-00000000002a";

#[tokio::test]
async fn malformed_requests_are_refused_by_name() {
    let appliance = &Appliance::start().await;
    let rows = [
        (get("/nowhere"), 404, "path_not_found"),
        (get("/webcam/stream?url=push:"), 400, "query_invalid"),
        (Ask { method: Method::PUT, ..get("/users") }, 405, "method_not_allowed"),
        (post("/users", &json!({})).raw("{"), 400, "json_syntax"),
        (post("/users", &json!({})).header("content-type", "text/plain"), 415, "unsupported_media_type"),
        (post("/users", &json!({ "name": "Ada", "colour": 1 })), 422, "json_data"),
        (post("/users", &json!({ "name": 7 })), 422, "json_data"),
        (post("/users", &json!({ "name": "" })), 422, "name_invalid"),
        (post("/users", &json!({ "name": "a\nb" })), 422, "name_invalid"),
        (post("/users", &json!({ "name": "Ada", "email": "nobody" })), 422, "email_invalid"),
        (get("/users?limit=many"), 400, "query_invalid"),
        (get("/users?colour=red"), 400, "query_invalid"),
        (get("/users?cursor=x"), 400, "cursor_invalid"),
        (get("/users/not-an-id"), 404, "user_not_found"),
        (get(format!("/users/{UNKNOWN}")), 404, "user_not_found"),
        (delete(format!("/users/{UNKNOWN}")), 404, "user_not_found"),
        (patch(format!("/users/{UNKNOWN}"), &json!({ "name": "B" })), 404, "user_not_found"),
        (get("/transactions?state=paid"), 400, "state_unknown"),
        (get(format!("/transactions/{UNKNOWN}")), 404, "transaction_not_found"),
        (get(format!("/checkouts/{UNKNOWN}")), 404, "checkout_not_found"),
        (get(format!("/receipts/{UNKNOWN}")), 404, "transaction_not_found"),
        (delete(format!("/keys/{UNKNOWN}")), 404, "key_not_found"),
        (post("/keys", &json!({ "name": "k", "role": "emperor" })), 422, "role_unknown"),
        (
            post("/operators", &json!({ "name": "a", "password": "short", "role": "admin" })),
            422,
            "password_weak",
        ),
        (post("/identify", &json!({})), 422, "pictures_ambiguous"),
        (post("/identify", &json!({ "image": "%%%" })), 422, "base64_invalid"),
        (post("/identify", &json!({ "images": [] })), 422, "picture_missing"),
        (post("/identify", &json!({})).header("content-type", "image/gif"), 415, "unsupported_media_type"),
        (post("/webhooks", &json!({ "url": "ftp://localhost/" })), 422, "webhook_url_refused"),
        (post("/webhooks", &json!({ "url": "http://10.0.0.9/" })), 422, "webhook_url_refused"),
        (post("/webhooks", &json!({ "url": "http://localhost/", "events": ["*"] })), 422, "events_invalid"),
        (delete(format!("/webhooks/{UNKNOWN}")), 404, "webhook_not_found"),
        (delete(format!("/webhooks/{UNKNOWN}/secrets")), 404, "webhook_not_found"),
        (post(format!("/webhooks/{UNKNOWN}/test"), &json!({})), 404, "webhook_not_found"),
        (post(format!("/webhooks/{UNKNOWN}/secrets"), &json!({})), 404, "webhook_not_found"),
        (post(format!("/webhooks/{UNKNOWN}/replay"), &json!({ "dead": true })), 404, "webhook_not_found"),
        (post(format!("/webhooks/{UNKNOWN}/replay"), &json!({})), 422, "replay_ambiguous"),
        (get(format!("/webhooks/{UNKNOWN}/deliveries")), 404, "webhook_not_found"),
        (get(format!("/webhooks/{UNKNOWN}/deliveries?state=x")), 400, "state_unknown"),
        (post("/webhooks/in/payment-wallet", &json!({})), 404, "provider_not_found"),
        (get("/cameras"), 503, "recognition_off"),
    ];
    for (ask, status, code) in rows {
        check(appliance, ask, status, code).await;
    }
}

#[tokio::test]
async fn a_refusal_says_what_is_wrong_and_not_how_it_was_parsed() {
    let appliance = &Appliance::start().await;
    for (ask, part) in [
        (post("/users", &json!({ "name": "Ada", "colour": 1 })), "unknown field `colour`"),
        (post("/users", &json!({})).raw("{"), "EOF while parsing"),
        (get("/users?colour=red"), "unknown field `colour`"),
    ] {
        let detail = appliance.admin(ask).await.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(part) && !detail.contains("eserialize"), "{detail}");
    }
}

#[tokio::test]
async fn pictures_are_refused_by_what_is_wrong_with_them() {
    let appliance = &Appliance::start().await;
    let jpeg = include_bytes!("fixtures/grey.jpg").as_slice();
    let mut flat = jpeg.to_vec();
    let mut vast = jpeg.to_vec();
    // Height and width follow the frame header's marker, length and precision.
    let frame = jpeg.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    flat[frame + 5..frame + 9].copy_from_slice(&[0, 0, 0, 0]);
    vast[frame + 5..frame + 9].copy_from_slice(&[0x4e, 0x20, 0x4e, 0x20]);
    for (bytes, code) in [
        (b"this is not a picture".as_slice(), "not_a_picture"),
        (&jpeg[..jpeg.len() / 2], "picture_truncated"),
        (&flat, "picture_empty"),
        (&vast, "picture_too_large"),
    ] {
        let ask = || post("/identify", &json!({})).header("content-type", "image/jpeg").raw(bytes.to_vec());
        check(appliance, ask(), 422, code).await;
    }
}

#[tokio::test]
async fn impossible_amounts_are_refused_and_move_nothing() {
    let appliance = &Appliance::start().await;
    let user = &appliance.payer("Ada", 1000).await;
    let rows: [(Value, &str); 8] = [
        (eur(0), "amount_not_positive"),
        (eur(-5), "amount_not_positive"),
        (json!({ "amount": 12.5, "currency": "EUR" }), "amount_not_whole"),
        (json!({ "amount": 1e30, "currency": "EUR" }), "amount_not_whole"),
        (eur(i64::MAX), "amount_too_large"),
        (json!({ "amount": "5", "currency": "EUR" }), "json_data"),
        (json!({ "amount": 5, "currency": "EURO" }), "currency_unknown"),
        (json!({ "amount": 5, "currency": "EUR", "tip": 1 }), "json_data"),
    ];
    for (amount, code) in rows {
        let body = json!({ "amount": amount });
        check(appliance, post(format!("/users/{user}/credits"), &body).once("k"), 422, code).await;
        let body = json!({ "amount": amount, "user_id": user });
        check(appliance, post("/transactions", &body).once("k"), 422, code).await;
        let body = json!({ "amount": amount, "camera": "till-1" });
        check(appliance, post("/checkouts", &body).once("k"), 422, code).await;
    }
    assert_eq!(appliance.wallet(user).await, (1000, 1000, 0));
    assert_eq!(appliance.admin(get("/transactions")).await.ok(200)["items"], json!([]));
}

#[tokio::test]
async fn a_request_about_money_needs_a_usable_key() {
    let appliance = &Appliance::start().await;
    let user = appliance.person("Ada").await;
    let credit = || post(format!("/users/{user}/credits"), &json!({ "amount": eur(5) }));
    check(appliance, credit(), 400, "idempotency_key_missing").await;
    check(appliance, credit().once(""), 400, "idempotency_key_invalid").await;
    check(appliance, credit().once("a b"), 400, "idempotency_key_invalid").await;
    check(appliance, credit().once(&"x".repeat(256)), 400, "idempotency_key_invalid").await;
    for step in ["confirm", "capture", "void", "refunds", "sync", "step-up"] {
        let ask = post(format!("/transactions/{UNKNOWN}/{step}"), &json!({}));
        check(appliance, ask, 400, "idempotency_key_missing").await;
    }
    let unknown = post(format!("/users/{UNKNOWN}/credits"), &json!({ "amount": eur(5) })).once("k");
    check(appliance, unknown, 404, "user_not_found").await;
}

#[tokio::test]
async fn consents_that_would_mean_nothing_are_refused() {
    let appliance = &Appliance::start().await;
    let path = &format!("/users/{}/consents", appliance.person("Ada").await);
    let consent = |version: &str, text: &str, expires_at: &str| {
        post(path, &json!({ "version": version, "text": text, "expires_at": expires_at }))
    };
    let future = "2999-01-01T00:00:00Z";
    check(appliance, consent("1", "yes", "2020-01-01T00:00:00Z"), 422, "consent_expired").await;
    check(appliance, consent("1", "yes", "tomorrow"), 422, "time_invalid").await;
    check(appliance, consent("1", " ", future), 422, "consent_text_invalid").await;
    check(appliance, consent("", "yes", future), 422, "consent_field_invalid").await;
    let unknown = post(format!("/users/{UNKNOWN}/consents"), &json!({ "version": "1", "text": "yes" }));
    check(appliance, unknown, 404, "user_not_found").await;
}

#[tokio::test]
async fn a_face_without_a_live_consent_is_not_enrolled() {
    let appliance = &Appliance::start().await;
    let user = appliance.person("Ada").await;
    let ask = || post(format!("/users/{user}/faces"), &json!({ "image": "aGVsbG8=" }));
    check(appliance, ask(), 422, "consent_missing").await;
    let consent = post(format!("/users/{user}/consents"), &json!({ "version": "1", "text": "yes" }));
    appliance.admin(consent).await.ok(201);
    check(appliance, ask(), 422, "not_a_picture").await;
    appliance.later(std::time::Duration::from_secs(366 * 86_400));
    check(appliance, ask(), 422, "consent_missing").await;
}

#[tokio::test]
async fn a_body_above_the_limit_is_refused() {
    let appliance = &Appliance::start_with(&[("server.body_bytes_max", "1000")]).await;
    let name = "x".repeat(2000);
    check(appliance, post("/users", &json!({ "name": name })), 413, "body_too_large").await;
    let credit = json!({ "amount": eur(5), "padding": name });
    check(appliance, post(format!("/users/{UNKNOWN}/credits"), &credit).once("k"), 413, "body_too_large")
        .await;
}

#[tokio::test]
async fn a_request_whose_twin_is_under_way_is_told_to_come_back() {
    let appliance = &Appliance::start().await;
    let user = appliance.person("Ada").await;
    let body = json!({ "amount": eur(5) });
    let key = appliance.admin(get("/keys")).await.ok(200)["items"][0]["id"].as_str().unwrap().to_owned();
    let scope = format!("key:{key} POST /users/{user}/credits");
    let mac = appliance.app.body_mac(&scope, "k", body.to_string().as_bytes());
    let now = appliance.app.now();
    let claim = appliance.app.store(move |store| store.claim(&scope, "k", &mac, now)).await.unwrap();
    assert_eq!(claim, Claim::Fresh);
    let ask = post(format!("/users/{user}/credits"), &body).once("k");
    let told = appliance.admin(ask).await.refused(409, "idempotency_in_flight");
    assert_eq!(told.header("retry-after"), "1");
}

#[tokio::test]
async fn no_body_and_an_empty_object_are_the_same_request() {
    let appliance = &Appliance::start().await;
    let user = appliance.payer("Ada", 1000).await;
    let new = json!({ "user_id": user, "amount": eur(5) });
    let opened = appliance.admin(post("/transactions", &new).once("a")).await.ok(201);
    let path = format!("/transactions/{}/void", opened["id"].as_str().unwrap());
    let first = appliance.admin(post(&path, &json!({})).once("b")).await;
    let again = appliance.admin(Ask { method: Method::POST, ..get(&path) }.once("b")).await;
    assert_eq!(again.header("idempotent-replayed"), "true", "{}", again.text());
    assert_eq!((again.status, again.json()), (first.status, first.json()));
}
