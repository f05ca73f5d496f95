//! What payers see and do of their own, on devices of their own, and that none of it is anybody else's.

use std::time::Duration;

use ed25519_dalek::{Signature, VerifyingKey};
use serde_json::{Value, json};

use crate::access::staff;
use crate::checkout::enrolled;
use crate::client::{Ask, delete, get, patch, post, put};
use crate::harness::{Appliance, eur};

const DAY: Duration = Duration::from_secs(86_400);
const PIN: &str = "739164";

/// A link of somebody's with its code.
async fn link(appliance: &Appliance, user: impl std::fmt::Display) -> Value {
    appliance.admin(post(format!("/users/{user}/face-payment/link"), &json!({}))).await.ok(201)
}

fn opening(link: &Value, code: &Value) -> Ask {
    post("/payer/devices", &json!({ "token": link["token"], "code": code, "name": "Firefox, Android" }))
}

/// The token of a device on which somebody is signed in.
pub(crate) async fn device(appliance: &Appliance, user: impl std::fmt::Display) -> String {
    let link = link(appliance, user).await;
    let opened = appliance.send(opening(&link, &link["code"])).await.ok(201);
    opened["token"].as_str().unwrap().to_owned()
}

/// A payment that staff vouches for; its id.
async fn paid(appliance: &Appliance, user: impl std::fmt::Display, minor: i64, key: &str) -> String {
    let new = json!({ "user_id": user.to_string(), "amount": eur(minor), "reference": key });
    let opened = appliance.admin(post("/transactions", &new).once(key)).await.ok(201);
    let id = opened["id"].as_str().unwrap().to_owned();
    let confirm = post(format!("/transactions/{id}/confirm"), &json!({})).once(&format!("{key}-yes"));
    assert_eq!(appliance.admin(confirm).await.ok(200)["state"], "captured");
    id
}

/// What the audit chain has, of these acts.
async fn audited(appliance: &Appliance, action: &str) -> Vec<Value> {
    let page = appliance.admin(get(format!("/audit?limit=200&action={action}"))).await.ok(200);
    page["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_link_and_its_code_sign_one_device_in_once() {
    let appliance = Appliance::start().await;
    let user = appliance.payer("Zebulon Quirk", 500).await;
    let first = link(&appliance, &user).await;
    let wrong = json!("x");
    appliance.send(opening(&first, &wrong)).await.refused(422, "code_wrong");
    let unnamed = json!({ "token": first["token"], "code": first["code"], "name": "\u{7}" });
    appliance.send(post("/payer/devices", &unnamed)).await.refused(422, "name_invalid");
    let opened = appliance.send(opening(&first, &first["code"])).await.ok(201);
    let token = opened["token"].as_str().unwrap();
    assert!(token.starts_with("fpp_") && token.len() >= 47, "256 random bits: {token}");
    appliance.send(opening(&first, &first["code"])).await.refused(404, "not_found");

    let own = appliance.send(get("/payer").token(token)).await.ok(200);
    assert_eq!((&own["user_id"], &own["device_id"]), (&json!(user), &opened["id"]));
    assert_eq!(
        (&own["name"], &own["status"], &own["pin"]),
        (&json!("Zebulon Quirk"), &json!("active"), &json!(false))
    );
    assert_eq!((&own["faces"]["count"], &own["face_payment"]["state"]), (&json!(0), &json!("off")));
    assert_eq!(own["wallets"][0]["available"]["amount"], 500);
    assert!(own.get("csrf").is_none(), "there is no cookie: {own}");

    // Neither the token nor the device's name is to be read in the database, or in the chain.
    let stored = appliance.stored();
    for secret in [token, "Firefox, Android"] {
        assert!(!stored.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret} is kept");
    }
    let records = audited(&appliance, "payer_device.").await;
    assert_eq!((&records[0]["actor"], &records[0]["subject"]), (&json!("link"), &json!(user)));

    // Five wrong codes are the end of a link, whatever it is tried at.
    let second = link(&appliance, &user).await;
    for _ in 0..5 {
        appliance.send(opening(&second, &wrong)).await.refused(422, "code_wrong");
    }
    appliance.send(opening(&second, &second["code"])).await.refused(404, "not_found");
    appliance.assert_sound().await;
}

#[tokio::test]
async fn the_limits_say_what_is_spent_of_them() {
    let appliance =
        Appliance::start_with(&[("policy.day_amount_max", "3000"), ("policy.hour_count_max", "7")]).await;
    let user = appliance.payer("Ada", 5_000).await;
    let token = device(&appliance, &user).await;
    paid(&appliance, &user, 1_250, "a").await;
    paid(&appliance, &user, 250, "b").await;
    let own = appliance.send(get("/payer").token(&token)).await.ok(200);
    let [limit] = &own["limits"].as_array().unwrap()[..] else { panic!("one currency: {own}") };
    assert_eq!((&limit["day_max"], &limit["day_spent"]), (&eur(3_000), &eur(1_500)));
    assert_eq!((&limit["hour_count_max"], &limit["hour_count"]), (&json!(7), &json!(2)));
    assert_eq!(limit["payment_max"], eur(50_000));
}

#[tokio::test]
async fn a_payer_sees_and_touches_nothing_of_anybody_else() {
    let appliance = Appliance::start().await;
    let (ada, bob) = (appliance.payer("Ada", 5_000).await, appliance.payer("Bob", 5_000).await);
    let (hers, his) = (device(&appliance, &ada).await, device(&appliance, &bob).await);
    let (her_payment, his_payment) =
        (paid(&appliance, &ada, 300, "a").await, paid(&appliance, &bob, 400, "b").await);
    let listed =
        async |path: &str, token: &str| appliance.send(get(path).token(token)).await.ok(200)["items"].clone();
    let consents = listed("/payer/consents", &his).await;
    let devices = listed("/payer/devices", &his).await;
    let (consent, device) = (consents[0]["id"].as_str().unwrap(), devices[0]["id"].as_str().unwrap());

    // By their ids, each of which is somebody's.
    let as_ada = async |ask: Ask| appliance.send(ask.token(&hers)).await;
    as_ada(get(format!("/payer/receipts/{his_payment}"))).await.refused(404, "transaction_not_found");
    as_ada(delete(format!("/payer/consents/{consent}"))).await.refused(404, "consent_not_found");
    as_ada(delete(format!("/payer/devices/{device}"))).await.refused(404, "device_not_found");
    as_ada(get(format!("/payer/receipts?cursor={his_payment}"))).await.ok(200);
    let receipts = listed("/payer/receipts", &hers).await;
    assert_eq!(receipts.as_array().unwrap().len(), 1, "{receipts}");
    assert_eq!(receipts[0]["transaction_id"], json!(her_payment));
    assert_eq!(listed("/payer/consents", &hers).await.as_array().unwrap().len(), 1);
    assert_eq!(listed("/payer/devices", &hers).await.as_array().unwrap().len(), 1);

    // By the routes of staff: not even for herself.
    for path in [
        format!("/users/{ada}"),
        format!("/users/{bob}/consents"),
        format!("/receipts/{her_payment}"),
        "/transactions".to_owned(),
        "/audit".to_owned(),
    ] {
        as_ada(get(path)).await.refused(403, "forbidden");
    }
    as_ada(delete(format!("/users/{bob}"))).await.refused(403, "forbidden");
    as_ada(get("/operators/me")).await.refused(403, "staff_only");
    as_ada(get("/keys/me")).await.refused(403, "key_only");

    // And nobody of the staff is a payer.
    appliance.admin(get("/payer")).await.refused(403, "payer_only");
    let (_, eve) = staff(&appliance, "admin").await;
    appliance.send(post("/payer/erasure", &json!({})).token(&eve)).await.refused(403, "payer_only");
    for path in ["/keys", "/operators"] {
        let new = json!({ "name": "payer", "role": "payer", "password": "correct horse" });
        let new = if path == "/keys" { json!({ "name": "payer", "role": "payer" }) } else { new };
        appliance.admin(post(path, &new)).await.refused(422, "role_unknown");
    }
    // After all that his are as they were.
    assert_eq!(listed("/payer/consents", &his).await, consents);
    assert_eq!(listed("/payer/devices", &his).await[0]["id"], devices[0]["id"]);
}

#[tokio::test]
async fn own_receipts_come_in_pages_as_they_were_signed() {
    let appliance = Appliance::start().await;
    let user = appliance.payer("Ada", 5_000).await;
    let token = device(&appliance, &user).await;
    let mut ids = Vec::new();
    for (nth, key) in ["a", "b", "c"].into_iter().enumerate() {
        appliance.later(Duration::from_secs(60));
        ids.push(paid(&appliance, &user, 100 + nth as i64, key).await);
    }
    // One that was never paid has no receipt, and is not in the list.
    let open = json!({ "user_id": user, "amount": eur(100) });
    let open = appliance.admin(post("/transactions", &open).once("open")).await.ok(201);
    let ask = async |path: String| appliance.send(get(path).token(&token)).await;
    let not_paid = format!("/payer/receipts/{}", open["id"].as_str().unwrap());
    ask(not_paid).await.refused(409, "receipt_not_ready");

    let first = ask("/payer/receipts?limit=2".to_owned()).await.ok(200);
    let rest =
        ask(format!("/payer/receipts?cursor={}", first["next_cursor"].as_str().unwrap())).await.ok(200);
    assert!(rest.get("next_cursor").is_none());
    let all =
        [first["items"].as_array().unwrap().clone(), rest["items"].as_array().unwrap().clone()].concat();
    let listed: Vec<&Value> = all.iter().map(|receipt| &receipt["transaction_id"]).collect();
    assert_eq!(listed, ids.iter().rev().collect::<Vec<_>>());
    for receipt in &all {
        let id = receipt["transaction_id"].as_str().unwrap();
        assert_eq!(
            *receipt,
            appliance.admin(get(format!("/receipts/{id}"))).await.ok(200),
            "as staff gets it"
        );
        assert_eq!(*receipt, ask(format!("/payer/receipts/{id}")).await.ok(200));
        assert!(is_signed(receipt["receipt"].as_str().unwrap(), receipt));
    }
    ask("/payer/receipts?cursor=x".to_owned()).await.refused(400, "cursor_invalid");
}

/// Whether an answer's signature is of this text.
fn is_signed(text: &str, answer: &Value) -> bool {
    let bytes = |name: &str| hex::decode(answer[name].as_str().unwrap()).unwrap();
    let key = VerifyingKey::from_bytes(&bytes("key").try_into().unwrap()).unwrap();
    let signature = Signature::from_bytes(&bytes("signature").try_into().unwrap());
    key.verify_strict(text.as_bytes(), &signature).is_ok()
}

#[tokio::test]
async fn a_device_lasts_as_long_as_it_is_used() {
    let appliance = Appliance::start_with(&[("auth.payer_device_days", "10")]).await;
    let user = appliance.payer("Ada", 0).await;
    let token = device(&appliance, &user).await;
    let ask = async || appliance.send(get("/payer").token(&token)).await;
    for _ in 0..3 {
        appliance.later(9 * DAY);
        ask().await.ok(200);
    }
    appliance.later(10 * DAY);
    ask().await.refused(401, "unauthenticated");
    let devices = appliance.admin(get(format!("/users/{user}/devices"))).await.ok(200);
    assert_eq!(devices["items"], json!([]), "one that opens nothing is not shown");
}

#[tokio::test]
async fn devices_end_by_their_person_by_staff_and_with_a_block() {
    let appliance = Appliance::start().await;
    let user = appliance.payer("Ada", 0).await;
    let (one, other) = (device(&appliance, &user).await, device(&appliance, &user).await);
    let gone = async |token: &str| {
        appliance.send(get("/payer").token(token)).await.refused(401, "unauthenticated");
    };
    let devices = appliance.send(get("/payer/devices").token(&one)).await.ok(200)["items"].clone();
    let named = |this: bool| {
        let items = devices.as_array().unwrap();
        items.iter().find(|device| device["this"] == this).unwrap()["id"].as_str().unwrap().to_owned()
    };
    assert_eq!(devices[0]["name"], "Firefox, Android");
    // The other of hers, then this one.
    appliance.send(delete(format!("/payer/devices/{}", named(false))).token(&one)).await.ok(204);
    gone(&other).await;
    appliance.send(delete(format!("/payer/devices/{}", named(true))).token(&one)).await.ok(204);
    gone(&one).await;

    let path = format!("/users/{user}/devices");
    let tokens = [device(&appliance, &user).await, device(&appliance, &user).await];
    assert_eq!(appliance.admin(get(&path)).await.ok(200)["items"].as_array().unwrap().len(), 2);
    let auditor = appliance.key("auditor").await;
    appliance.send(delete(&path).token(&auditor)).await.refused(403, "forbidden");
    appliance.admin(delete(&path)).await.ok(204);
    for token in &tokens {
        gone(token).await;
    }
    let nobody = format!("/users/{}/devices", uuid::Uuid::now_v7());
    appliance.admin(delete(nobody)).await.refused(404, "user_not_found");

    let token = device(&appliance, &user).await;
    appliance.admin(patch(format!("/users/{user}"), &json!({ "status": "blocked" }))).await.ok(200);
    gone(&token).await;
    // What is kept of somebody is theirs to see, blocked or not: staff hands over another link.
    let token = device(&appliance, &user).await;
    assert_eq!(appliance.send(get("/payer").token(&token)).await.ok(200)["status"], "blocked");
}

#[tokio::test]
async fn a_person_has_eight_devices_and_the_one_unused_for_longest_makes_room() {
    let appliance = Appliance::start().await;
    let user = appliance.payer("Ada", 0).await;
    let mut tokens = Vec::new();
    for _ in 0..8 {
        appliance.later(Duration::from_secs(60));
        tokens.push(device(&appliance, &user).await);
    }
    // The first is used again, so that the second is the one.
    appliance.later(Duration::from_secs(3_600));
    appliance.send(get("/payer").token(&tokens[0])).await.ok(200);
    tokens.push(device(&appliance, &user).await);
    for (nth, token) in tokens.iter().enumerate() {
        let status = appliance.send(get("/payer").token(token)).await.status.as_u16();
        assert_eq!(status, if nth == 1 { 401 } else { 200 }, "device {nth}");
    }
}

#[tokio::test]
async fn a_withdrawal_takes_the_face_along_and_asks_for_nothing() {
    let appliance = Appliance::start().await;
    let (user, _) = enrolled(&appliance).await;
    appliance.admin(put(format!("/users/{user}/pin"), &json!({ "pin": PIN }))).await.ok(204);
    let kept = json!({ "version": "2026-11", "language": "en", "text": "I agree, word for word." });
    appliance.admin(post("/consent-texts", &kept)).await.ok(201);
    let given = json!({ "version": "2026-11", "text": "I agree, word for word." });
    appliance.admin(post(format!("/users/{user}/consents"), &given)).await.ok(201);
    let token = device(&appliance, user).await;
    let ask = async |ask: Ask| appliance.send(ask.token(&token)).await;

    assert_eq!(ask(get("/payer")).await.ok(200)["faces"]["count"], 1);
    let consents = ask(get("/payer/consents")).await.ok(200)["items"].clone();
    assert_eq!(consents[1]["text"], "I agree, word for word.", "the text that is kept");
    assert!(consents[0].get("text").is_none(), "only the digest is: {consents}");
    let first = format!("/payer/consents/{}", consents[0]["id"].as_str().unwrap());
    ask(delete(&first)).await.ok(204);
    ask(delete(&first)).await.refused(409, "conflict");
    let own = ask(get("/payer")).await.ok(200);
    assert_eq!(own["faces"], json!({ "count": 0 }));
    let standings: Vec<Value> = ask(get("/payer/consents")).await.ok(200)["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|consent| consent["standing"].clone())
        .collect();
    assert_eq!(standings, ["withdrawn", "live"]);
    let records = audited(&appliance, "consent.withdrawn").await;
    let by = format!("payer:{}", own["device_id"].as_str().unwrap());
    assert_eq!((records.len(), &records[0]["actor"]), (1, &json!(by)));
    appliance.assert_sound().await;
}

#[tokio::test]
async fn an_erasure_by_its_person_needs_their_pin_and_nobodys_yes() {
    let appliance = Appliance::start_with(&[("auth.four_eyes", "[\"erase\"]")]).await;
    let user = appliance.payer("Zebulon Quirk", 500).await;
    paid(&appliance, &user, 200, "a").await;
    appliance.admin(put(format!("/users/{user}/pin"), &json!({ "pin": PIN }))).await.ok(204);
    let token = device(&appliance, &user).await;
    let erasure = |body: Value| post("/payer/erasure", &body).token(&token);
    appliance.send(erasure(json!({}))).await.refused(409, "pin_required");
    appliance.send(erasure(json!({ "pin": "739165" }))).await.refused(422, "pin_wrong");
    assert_eq!(appliance.send(get("/payer").token(&token)).await.ok(200)["name"], "Zebulon Quirk");

    let certificate = appliance.send(erasure(json!({ "pin": PIN }))).await.ok(200);
    let statement = certificate["statement"].as_str().unwrap();
    assert!(is_signed(statement, &certificate));
    let said: Value = serde_json::from_str(statement).unwrap();
    assert_eq!((&said["type"], &said["user_id"]), (&json!("facepay.erasure/1"), &json!(user)));
    appliance.send(get("/payer").token(&token)).await.refused(401, "unauthenticated");
    appliance.admin(get(format!("/users/{user}"))).await.refused(404, "user_not_found");
    let erased = audited(&appliance, "user.erased").await;
    assert!(erased[0]["actor"].as_str().unwrap().starts_with("payer:"), "{erased:?}");
    appliance.assert_sound().await;
}

#[tokio::test]
async fn wrong_pins_on_a_device_lock_as_they_do_at_the_till() {
    let appliance = Appliance::start().await;
    let user = appliance.payer("Ada", 0).await;
    appliance.admin(put(format!("/users/{user}/pin"), &json!({ "pin": PIN }))).await.ok(204);
    let token = device(&appliance, &user).await;
    let erasure = |pin: &str| post("/payer/erasure", &json!({ "pin": pin })).token(&token);
    for _ in 0..3 {
        appliance.send(erasure("739165")).await.refused(422, "pin_wrong");
    }
    appliance.send(erasure(PIN)).await.refused(429, "pin_locked");
    appliance.admin(get(format!("/users/{user}"))).await.ok(200);
}

#[tokio::test]
async fn payment_by_face_is_switched_by_its_person_on_a_device() {
    let appliance = Appliance::start_with(&[("policy.face_payment_opt_in", "true")]).await;
    let user = appliance.payer("Ada", 0).await;
    let token = device(&appliance, &user).await;
    let ask = async |ask: Ask| appliance.send(ask.token(&token)).await;
    let on = |body: Value| post("/payer/face-payment", &body);
    assert_eq!(ask(on(json!({}))).await.ok(200)["state"], "waiting");
    let own = ask(get("/payer")).await.ok(200);
    assert_eq!(
        (&own["face_payment"]["state"], &own["face_payment_asked"]),
        (&json!("waiting"), &json!(true))
    );
    ask(delete("/payer/face-payment")).await.ok(204);
    appliance.admin(put(format!("/users/{user}/pin"), &json!({ "pin": PIN }))).await.ok(204);
    ask(on(json!({}))).await.refused(409, "pin_required");
    assert_eq!(ask(get("/payer")).await.ok(200)["face_payment"]["state"], "off");
    ask(on(json!({ "pin": PIN }))).await.ok(200);
    appliance.later(DAY);
    assert_eq!(ask(get("/payer")).await.ok(200)["face_payment"]["state"], "on");
    let records = audited(&appliance, "face_payment.on").await;
    assert!(
        records.iter().all(|record| record["record"].as_str().unwrap().contains("\"channel\":\"device\""))
    );
}

#[tokio::test]
async fn a_payers_browser_has_a_cookie_of_its_own_that_only_its_page_can_use() {
    let appliance = Appliance::start().await;
    let user = appliance.payer("Ada", 0).await;
    let link = link(&appliance, &user).await;
    let body = json!({ "token": link["token"], "code": link["code"], "name": "Safari", "cookie": true });
    let opened = appliance.send(post("/payer/devices", &body)).await;
    let set = opened.header("set-cookie").to_owned();
    assert!(
        set.starts_with("__Host-facepay-payer=fpp_") && set.contains("HttpOnly; SameSite=Strict"),
        "{set}"
    );
    assert!(set.contains("Max-Age=7776000"), "90 days: {set}");
    let opened = opened.ok(201);
    assert!(opened.get("token").is_none());
    let cookie = set.split(';').next().unwrap();
    let ask = async |ask: Ask| appliance.send(ask.header("cookie", cookie)).await;

    let shown = ask(get("/payer")).await;
    assert_eq!(shown.header("set-cookie").split(';').next(), Some(cookie), "it lasts as long as it is used");
    let csrf = shown.ok(200)["csrf"].as_str().unwrap().to_owned();
    assert_eq!(opened["csrf"], json!(csrf));
    ask(delete("/payer/face-payment")).await.refused(403, "cross_site");
    ask(delete("/payer/face-payment").header("x-csrf-token", &csrf)).await.ok(204);
    // It is no cookie of staff.
    ask(get("/operators/me")).await.refused(401, "unauthenticated");
    let ended = delete(format!("/payer/devices/{}", opened["id"].as_str().unwrap()));
    let ended = ask(ended.header("x-csrf-token", &csrf)).await;
    assert!(ended.header("set-cookie").starts_with("__Host-facepay-payer=; Path=/; Max-Age=0"));
    ended.ok(204);
    ask(get("/payer")).await.refused(401, "unauthenticated");
}
