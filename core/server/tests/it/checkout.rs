//! Paying at a camera, with looks put in where the pipeline would report them.

use std::sync::Arc;
use std::time::Duration;

use domain::decision::{Evidence, LivenessScore};
use domain::liveness::Challenge;
use domain::presence::{Area, Face, Position};
use domain::{ConsentId, FaceId, UserId};
use serde_json::{Value, json};
use server::app::evidence::Seen;
use uuid::Uuid;

use crate::client::{get, post};
use crate::harness::{Appliance, eur};

/// A person with an enrolled face, consent and 50 euros.
pub(crate) async fn enrolled(appliance: &Appliance) -> (UserId, FaceId) {
    enrolled_as(appliance, "Ada").await
}

pub(crate) async fn enrolled_as(appliance: &Appliance, name: &str) -> (UserId, FaceId) {
    let user: UserId = appliance.payer(name, 5000).await.parse().unwrap();
    let (face, at) = (FaceId(Uuid::now_v7()), appliance.app.now());
    let add = move |store: &store::Store| {
        let consent: ConsentId = store.consents(user)?[0].id;
        let template: Vec<f32> = [1.0, 0.0].into();
        let new = store::NewFace { id: face, user, consent, model_tag: 1, template: &template, quality: 1.0 };
        store.add_face(store::By { actor: "test", at }, &new)
    };
    appliance.app.store(add).await.unwrap();
    (user, face)
}

/// A fresh, clear, live look of that person at `till-1`.
pub(crate) fn look(appliance: &Appliance, subject: Option<(UserId, FaceId)>) -> Seen {
    let evidence = Evidence {
        captured_at: appliance.app.now(),
        camera_live: true,
        similarity: Some(0.9),
        margin: Some(0.5),
        liveness: vec![LivenessScore { score: 0.99, score_min: 0.5 }],
        challenge: Challenge::Open,
        faces_in_view: 1,
        place: Position::Payer,
        templates_searched: 100,
        claimed: false,
    };
    let (frame_sha256, faces) = (Some([7; 32]), vec![face(1, 0.3, 0.5)]);
    Seen {
        camera: "till-1".parse().unwrap(),
        track: 1,
        subject,
        model_tag: None,
        seq: None,
        frame_sha256,
        evidence,
        faces,
        challenge: None,
    }
}

/// A square face of `size`, `x` from the left, that has been in view for a second.
pub(crate) fn face(track: u64, size: f32, x: f32) -> Face {
    let area = Area { x: x - size / 2.0, y: 0.5 - size / 2.0, width: size, height: size };
    Face { track, area, dwell: Duration::from_secs(1) }
}

pub(crate) async fn open(appliance: &Appliance, minor: i64) -> String {
    let new = json!({ "camera": "till-1", "amount": eur(minor), "reference": "table 4" });
    let key = Uuid::new_v4().to_string();
    let opened = appliance.admin(post("/checkouts", &new).once(&key)).await.ok(201);
    assert_eq!(opened["state"], "awaiting_payer");
    opened["id"].as_str().unwrap().to_owned()
}

/// The checkout once it has left `state`, as its events tell.
pub(crate) async fn after(appliance: &Appliance, id: &str, state: &str) -> Value {
    loop {
        let mut events = appliance.app.hub().subscribe(None).live;
        let checkout = appliance.admin(get(format!("/checkouts/{id}"))).await.ok(200);
        if checkout["state"] != state {
            return checkout;
        }
        // Either the next event, or a look again after a while, should it have come in between.
        let _ = tokio::time::timeout(Duration::from_millis(200), events.recv()).await;
    }
}

pub(crate) async fn confirm(appliance: &Appliance, id: &str) -> Value {
    appliance.admin(post(format!("/checkouts/{id}/confirm"), &json!({})).once(id)).await.ok(200)
}

pub(crate) fn show(appliance: &Appliance, seen: Seen) {
    appliance.app.sightings().send(Arc::new(seen)).unwrap();
}

#[tokio::test]
async fn a_face_that_looks_and_says_yes_pays() {
    let appliance = Appliance::start().await;
    let subject = enrolled(&appliance).await;
    let id = open(&appliance, 1250).await;
    show(&appliance, look(&appliance, Some(subject)));
    let found = after(&appliance, &id, "awaiting_payer").await;
    assert_eq!(
        (&found["state"], &found["user_id"]),
        (&json!("awaiting_confirmation"), &json!(subject.0.to_string()))
    );
    assert_eq!(appliance.wallet(&subject.0.to_string()).await, (5000, 5000, 0), "being seen is not consent");
    let paid = confirm(&appliance, &id).await;
    assert_eq!(paid["state"], "paid", "{paid}");
    assert_eq!(appliance.wallet(&subject.0.to_string()).await, (3750, 3750, 0));
    let transaction = paid["transaction_id"].as_str().unwrap();
    let row = appliance.admin(get(format!("/transactions/{transaction}"))).await.ok(200);
    assert_eq!(row["state"], "captured");
}

#[tokio::test]
async fn a_small_amount_is_paid_by_looking_only_where_the_operator_allows_it() {
    let appliance = Appliance::start_with(&[("policy.tap_free_amount_max", "500")]).await;
    let subject = enrolled(&appliance).await;
    let id = open(&appliance, 500).await;
    show(&appliance, look(&appliance, Some(subject)));
    let mut state = after(&appliance, &id, "awaiting_payer").await;
    while ["awaiting_confirmation", "paying"].contains(&state["state"].as_str().unwrap()) {
        let now = state["state"].as_str().unwrap().to_owned();
        state = after(&appliance, &id, &now).await;
    }
    assert_eq!(state["state"], "paid");
}

#[tokio::test]
async fn a_look_that_proves_too_little_leaves_the_checkout_waiting() {
    let appliance = Appliance::start().await;
    let subject = enrolled(&appliance).await;
    let id = open(&appliance, 1250).await;
    // The poor looks are another person's, so that whoever is found tells which look was taken.
    let other = enrolled_as(&appliance, "Bo").await;
    let with = |change: fn(&mut Evidence)| {
        let mut seen = look(&appliance, Some(other));
        change(&mut seen.evidence);
        seen
    };
    let mut poor = vec![
        look(&appliance, None),
        Seen { camera: "till-2".parse().unwrap(), ..look(&appliance, Some(other)) },
        with(|e| e.similarity = Some(0.3)),
        with(|e| e.similarity = Some(f32::NAN)),
        with(|e| e.liveness.clear()),
        with(|e| e.liveness[0].score = 0.1),
        with(|e| e.camera_live = false),
    ];
    let mut stale = look(&appliance, Some(other));
    stale.evidence.captured_at = stale.evidence.captured_at.minus(Duration::from_secs(5));
    poor.push(stale);
    let among = |faces: Vec<Face>| Seen { faces, ..look(&appliance, Some(other)) };
    poor.push(among(vec![]));
    poor.push(among(vec![face(1, 0.3, 0.4), face(2, 0.29, 0.6)]));
    poor.push(among(vec![face(1, 0.15, 0.4), face(2, 0.3, 0.6)]));
    poor.push(among(vec![Face { dwell: Duration::from_millis(149), ..face(1, 0.3, 0.5) }]));
    for seen in poor {
        show(&appliance, seen);
    }
    // The looks are weighed in order: the good one finds its payer only if no other did.
    show(&appliance, look(&appliance, Some(subject)));
    let found = after(&appliance, &id, "awaiting_payer").await;
    assert_eq!(
        (&found["state"], &found["user_id"]),
        (&json!("awaiting_confirmation"), &json!(subject.0.to_string()))
    );
}

#[tokio::test]
async fn a_look_alike_needs_a_further_factor() {
    let appliance = Appliance::start().await;
    let subject = enrolled(&appliance).await;
    let id = open(&appliance, 1250).await;
    let mut seen = look(&appliance, Some(subject));
    seen.evidence.margin = Some(0.01);
    show(&appliance, seen);
    let waiting = after(&appliance, &id, "awaiting_payer").await;
    assert_eq!((&waiting["state"], &waiting["reason"]), (&json!("awaiting_step_up"), &json!("look_alike")));
    let refused = appliance.admin(post(format!("/checkouts/{id}/confirm"), &json!({})).once("early")).await;
    refused.refused(409, "conflict");
    let step_up = format!("/transactions/{}/step-up", waiting["transaction_id"].as_str().unwrap());
    let kiosk = appliance.key("kiosk").await;
    let vouch = json!({ "attested": true });
    appliance.send(post(&step_up, &vouch).once("k").token(&kiosk)).await.refused(403, "forbidden");
    appliance.admin(post(&step_up, &json!({ "attended": true })).once("a")).await.refused(422, "json_data");
    appliance.admin(post(&step_up, &json!({})).once("e")).await.refused(422, "factor_missing");
    appliance.admin(post(&step_up, &vouch).once("s")).await.ok(200);
    assert_eq!(confirm(&appliance, &id).await["state"], "paid");
}

#[tokio::test]
async fn a_person_who_may_not_pay_is_declined() {
    let appliance = Appliance::start().await;
    let subject = enrolled(&appliance).await;
    let blocked = json!({ "status": "blocked" });
    appliance.admin(crate::client::patch(format!("/users/{}", subject.0), &blocked)).await.ok(200);
    let id = open(&appliance, 1250).await;
    show(&appliance, look(&appliance, Some(subject)));
    let ended = after(&appliance, &id, "awaiting_payer").await;
    assert_eq!((&ended["state"], &ended["reason"]), (&json!("declined"), &json!("payer_blocked")));
}

#[tokio::test]
async fn a_withdrawn_consent_stops_the_payment() {
    let appliance = Appliance::start().await;
    let subject = enrolled(&appliance).await;
    let path = format!("/users/{}/consents", subject.0);
    let consent = appliance.admin(get(&path)).await.ok(200)["items"][0]["id"].as_str().unwrap().to_owned();
    appliance.admin(crate::client::delete(format!("{path}/{consent}"))).await.ok(204);
    let id = open(&appliance, 1250).await;
    show(&appliance, look(&appliance, Some(subject)));
    let ended = after(&appliance, &id, "awaiting_payer").await;
    assert_eq!((&ended["state"], &ended["reason"]), (&json!("declined"), &json!("consent_missing")));
}

#[tokio::test]
async fn a_checkout_ends_with_its_time_or_when_it_is_given_up() {
    let appliance = Appliance::start().await;
    let id = open(&appliance, 1250).await;
    appliance.later(Duration::from_secs(61));
    assert_eq!(after(&appliance, &id, "awaiting_payer").await["state"], "expired");

    let other = open(&appliance, 1250).await;
    let cancelled =
        appliance.admin(post(format!("/checkouts/{other}/cancel"), &json!({})).once("c")).await.ok(200);
    assert_eq!(cancelled["state"], "cancelled");
    appliance
        .admin(post(format!("/checkouts/{other}/confirm"), &json!({})).once("d"))
        .await
        .refused(409, "conflict");
}

#[tokio::test]
async fn a_look_from_before_the_checkout_pays_nothing() {
    let appliance = Appliance::start().await;
    let subject = enrolled(&appliance).await;
    let early = look(&appliance, Some(subject));
    appliance.later(Duration::from_millis(100));
    let id = open(&appliance, 1250).await;
    show(&appliance, early);
    let other = enrolled_as(&appliance, "Bo").await;
    show(&appliance, look(&appliance, Some(other)));
    let found = after(&appliance, &id, "awaiting_payer").await;
    assert_eq!(found["user_id"], json!(other.0.to_string()), "the look that came after it");
}

#[tokio::test]
async fn a_second_checkout_at_a_camera_waits_until_the_first_has_its_payer() {
    let appliance = Appliance::start().await;
    let subject = enrolled(&appliance).await;
    let first = open(&appliance, 1250).await;
    let new = json!({ "camera": "till-1", "amount": eur(9) });
    appliance.admin(post("/checkouts", &new).once("second")).await.refused(409, "conflict");
    show(&appliance, look(&appliance, Some(subject)));
    after(&appliance, &first, "awaiting_payer").await;
    appliance.admin(post("/checkouts", &new).once("second")).await.ok(201);
}

#[tokio::test]
async fn what_changes_between_the_look_and_the_yes_still_counts() {
    let appliance = Appliance::start_with(&[("policy.day_amount_max", "2000")]).await;
    let subject = enrolled(&appliance).await;
    let found = async |minor: i64| {
        let id = open(&appliance, minor).await;
        show(&appliance, look(&appliance, Some(subject)));
        assert_eq!(after(&appliance, &id, "awaiting_payer").await["state"], "awaiting_confirmation");
        id
    };
    let (first, second) = (found(1250).await, found(1250).await);
    assert_eq!(confirm(&appliance, &first).await["state"], "paid");
    let over = confirm(&appliance, &second).await;
    assert_eq!((&over["state"], &over["reason"]), (&json!("declined"), &json!("limit_day")));

    let path = format!("/users/{}", subject.0);
    let (third, fourth) = (found(100).await, found(100).await);
    let consents = format!("{path}/consents");
    let consent =
        appliance.admin(get(&consents)).await.ok(200)["items"][0]["id"].as_str().unwrap().to_owned();
    appliance.admin(crate::client::delete(format!("{consents}/{consent}"))).await.ok(204);
    let withdrawn = confirm(&appliance, &third).await;
    assert_eq!((&withdrawn["state"], &withdrawn["reason"]), (&json!("declined"), &json!("consent_missing")));
    assert_eq!(appliance.wallet(&subject.0.to_string()).await, (3750, 3750, 0));
    appliance.admin(crate::client::delete(path)).await.ok(200);
    let erased = confirm(&appliance, &fourth).await;
    assert_eq!((&erased["state"], &erased["reason"]), (&json!("declined"), &json!("consent_missing")));
}
