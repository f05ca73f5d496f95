//! Payment by face, switched on away from the till.

use std::time::Duration;

use serde_json::{Value, json};

use crate::checkout::{after, enrolled, look, open, show};
use crate::client::{delete, get, post, put};
use crate::harness::Appliance;

const DAY: Duration = Duration::from_secs(86_400);
const PIN: &str = "739164";

/// How a look of `subject` ends, before anybody says yes.
async fn looked(appliance: &Appliance, subject: (domain::UserId, domain::FaceId)) -> (Value, Value) {
    let id = open(appliance, 1250).await;
    show(appliance, look(appliance, Some(subject)));
    let ended = after(appliance, &id, "awaiting_payer").await;
    if ended["state"] == "awaiting_confirmation" {
        let cancel = post(format!("/checkouts/{id}/cancel"), &json!({})).once(&format!("cancel-{id}"));
        appliance.admin(cancel).await.ok(200);
    }
    (ended["state"].clone(), ended["reason"].clone())
}

fn declined(reason: &str) -> (Value, Value) {
    (json!("declined"), json!(reason))
}

/// A member of staff, signed in.
async fn staff(appliance: &Appliance) -> String {
    let new = json!({ "name": "eve", "password": "correct horse", "role": "operator" });
    appliance.admin(post("/operators", &new)).await.ok(201);
    let login = json!({ "name": "eve", "password": "correct horse" });
    let session = appliance.send(post("/operators/login", &login)).await.ok(200);
    session["token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_face_pays_only_once_its_person_switched_that_on_before_staff_and_a_day_passed() {
    let appliance = Appliance::start_with(&[("policy.face_payment_opt_in", "true")]).await;
    let subject = enrolled(&appliance).await;
    let path = format!("/users/{}/face-payment", subject.0);
    assert_eq!(looked(&appliance, subject).await, declined("face_payment_off"));

    appliance.admin(put(format!("/users/{}/pin", subject.0), &json!({ "pin": PIN }))).await.ok(204);
    let switch = |pin: &str| post(&path, &json!({ "pin": pin }));
    appliance.admin(switch(PIN)).await.refused(403, "staff_only");
    let eve = staff(&appliance).await;
    appliance.send(switch("739165").token(&eve)).await.refused(422, "pin_wrong");
    let waiting = appliance.send(switch(PIN).token(&eve)).await.ok(200);
    assert_eq!(waiting["state"], "waiting");
    assert_eq!(looked(&appliance, subject).await, declined("face_payment_waiting"));
    appliance.later(DAY);
    assert_eq!(looked(&appliance, subject).await.0, "awaiting_confirmation");

    appliance.admin(delete(&path)).await.ok(204);
    assert_eq!(looked(&appliance, subject).await, declined("face_payment_off"), "off at once");
    let nobody = delete(format!("/users/{}/face-payment", uuid::Uuid::now_v7()));
    appliance.admin(nobody).await.refused(404, "user_not_found");
}

#[tokio::test]
async fn whoever_has_the_link_and_the_code_switches_it_on_once() {
    let appliance = Appliance::start_with(&[("policy.face_payment_opt_in", "true")]).await;
    let subject = enrolled(&appliance).await;
    let path = format!("/users/{}/face-payment", subject.0);
    let offer = async || appliance.admin(post(format!("{path}/link"), &json!({}))).await.ok(201);
    let used =
        |link: &Value, code: &Value| post("/face-payment", &json!({ "token": link["token"], "code": code }));
    let (first, link) = (offer().await, offer().await);
    let (code, wrong) = (link["code"].clone(), json!("x"));
    appliance.send(used(&first, &first["code"])).await.refused(404, "not_found");
    appliance.send(used(&link, &wrong)).await.refused(422, "code_wrong");
    let token = link["token"].as_str().unwrap();
    let stored = appliance.stored();
    for secret in [token, code.as_str().unwrap()] {
        assert!(!stored.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret} is kept");
    }
    assert_eq!(appliance.send(used(&link, &code)).await.ok(200)["state"], "waiting");
    appliance.send(used(&link, &code)).await.refused(404, "not_found");
    assert_eq!(appliance.admin(get(&path)).await.ok(200)["state"], "waiting");

    // Five wrong codes are the end of a link, and so is a day.
    let link = offer().await;
    for _ in 0..5 {
        appliance.send(used(&link, &wrong)).await.refused(422, "code_wrong");
    }
    appliance.send(used(&link, &link["code"])).await.refused(404, "not_found");
    let link = offer().await;
    appliance.later(DAY);
    appliance.send(used(&link, &link["code"])).await.refused(404, "not_found");
    appliance.assert_sound().await;
}

#[tokio::test]
async fn between_the_look_and_the_yes_it_can_be_switched_off() {
    let appliance =
        Appliance::start_with(&[("policy.face_payment_opt_in", "true"), ("policy.face_payment_wait_h", "0")])
            .await;
    let subject = enrolled(&appliance).await;
    let path = format!("/users/{}/face-payment", subject.0);
    let link = appliance.admin(post(format!("{path}/link"), &json!({}))).await.ok(201);
    let used = json!({ "token": link["token"], "code": link["code"] });
    assert_eq!(appliance.send(post("/face-payment", &used)).await.ok(200)["state"], "on");
    let id = open(&appliance, 1250).await;
    show(&appliance, look(&appliance, Some(subject)));
    assert_eq!(after(&appliance, &id, "awaiting_payer").await["state"], "awaiting_confirmation");
    appliance.admin(delete(&path)).await.ok(204);
    let ended = crate::checkout::confirm(&appliance, &id).await;
    assert_eq!((&ended["state"], &ended["reason"]), (&json!("declined"), &json!("face_payment_off")));
}

#[tokio::test]
async fn staff_that_vouches_for_somebody_needs_no_face_to_be_switched_on() {
    let appliance = Appliance::start_with(&[("policy.face_payment_opt_in", "true")]).await;
    let user = appliance.payer("Ada", 5000).await;
    let new = json!({ "user_id": user, "amount": crate::harness::eur(500) });
    let opened = appliance.admin(post("/transactions", &new).once("a")).await.ok(201);
    let confirm = format!("/transactions/{}/confirm", opened["id"].as_str().unwrap());
    let paid = appliance.admin(post(confirm, &json!({})).once("b")).await.ok(200);
    assert_eq!(paid["state"], "captured", "{paid}");
}
