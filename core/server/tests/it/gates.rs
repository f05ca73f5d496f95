//! The gate of paying reaches all places where somebody is to be recognised, and none where somebody is enrolled.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::client::post;
use crate::harness::eur;
use crate::vision::{EILEEN, enrol, picture, seeing_with};

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_good_enough_to_pay_is_enrolled_and_neither_named_nor_verified_nor_charged() {
    let appliance = seeing_with(&[("quality.payment.eye_distance_px_min", "900")]).await;
    let eileen = appliance.payer("Eileen", 5000).await;
    enrol(&appliance, &eileen, EILEEN).await.ok(201);
    let seen = appliance.admin(picture("/identify", EILEEN)).await.ok(200)["faces"][0].clone();
    assert_eq!((&seen["user"], &seen["faults"][0]["allowed"]), (&json!(null), &json!(900.0)), "{seen}");
    let verify = appliance.admin(picture(&format!("/users/{eileen}/verify"), EILEEN)).await;
    let image = STANDARD.encode(EILEEN);
    let new = json!({ "user_id": eileen, "amount": eur(900), "image": image });
    let pay = appliance.admin(post("/transactions", &new).once("pay")).await;
    for reply in [verify, pay] {
        let refused = reply.refused(422, "face_quality").json();
        assert_eq!(refused["faults"][0]["allowed"], json!(900.0), "{refused}");
    }
}
