//! People, consents, erasure.

use std::time::Duration;

use serde_json::json;

use crate::client::{delete, get, patch, post};
use crate::harness::Appliance;

#[tokio::test]
async fn people_are_added_changed_listed_in_pages_and_erased() {
    let appliance = Appliance::start().await;
    let mut ids = Vec::new();
    for name in ["Ada", "Bo", "Cy"] {
        ids.push(appliance.person(name).await);
    }
    let change = json!({ "name": "Ada L.", "email": "ada@example.org", "status": "blocked" });
    let changed = appliance.admin(patch(format!("/users/{}", ids[0]), &change)).await.ok(200);
    assert_eq!((&changed["name"], &changed["status"]), (&json!("Ada L."), &json!("blocked")));

    let first = appliance.admin(get("/users?limit=2")).await.ok(200);
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = appliance.admin(get(format!("/users?limit=2&cursor={cursor}"))).await.ok(200);
    assert_eq!(rest["items"][0]["id"], json!(ids[2]));
    assert!(rest.get("next_cursor").is_none());

    let certificate = appliance.admin(delete(format!("/users/{}", ids[1]))).await.ok(200);
    assert_eq!(certificate["signature"].as_str().unwrap().len(), 128);
    appliance.admin(get(format!("/users/{}", ids[1]))).await.refused(404, "user_not_found");
    appliance.admin(delete(format!("/users/{}", ids[1]))).await.refused(404, "user_not_found");
}

#[tokio::test]
async fn a_consent_is_live_until_it_ends_or_is_withdrawn() {
    let appliance = Appliance::start().await;
    let user = appliance.payer("Ada", 0).await;
    let path = format!("/users/{user}/consents");
    let standing =
        || async { appliance.admin(get(path.clone())).await.ok(200)["items"][0]["standing"].clone() };
    assert_eq!(standing().await, "live");
    appliance.later(Duration::from_secs(366 * 86_400));
    assert_eq!(standing().await, "expired");

    let second = appliance.admin(post(path.clone(), &json!({ "version": "2", "text": "yes" }))).await.ok(201);
    let first = appliance.admin(get(format!("{path}?limit=1"))).await.ok(200);
    let rest = format!("{path}?cursor={}", first["next_cursor"].as_str().unwrap());
    assert_eq!(appliance.admin(get(rest)).await.ok(200)["items"][0]["id"], second["id"]);

    let one = format!("{path}/{}", second["id"].as_str().unwrap());
    appliance.admin(delete(one.clone())).await.ok(204);
    appliance.admin(delete(one)).await.refused(409, "conflict");
}

#[tokio::test]
async fn a_name_is_in_no_log_of_events_or_audit() {
    let appliance = Appliance::start().await;
    appliance.payer("Zebulon Quirk", 100).await;
    let audit = appliance.admin(get("/audit?limit=200")).await;
    assert!(audit.text().contains("user.added") && !audit.text().contains("Zebulon"), "{}", audit.text());
    let metrics = appliance.send(get("/metrics")).await.text();
    assert!(!metrics.contains("Zebulon"));
}

#[tokio::test]
async fn a_face_whose_consent_has_run_out_is_gone_after_the_next_start() {
    let appliance = Appliance::start().await;
    let user: domain::UserId = appliance.payer("Ada", 0).await.parse().unwrap();
    let at = appliance.app.now();
    let add = move |store: &store::Store| {
        let consent = store.consents(user)?[0].id;
        let id = domain::FaceId(uuid::Uuid::now_v7());
        let new = store::NewFace { id, user, consent, model_tag: 1, template: &[1.0, 0.0], quality: 1.0 };
        store.add_face(store::By { actor: "test", at }, &new)
    };
    appliance.app.store(add).await.unwrap();
    let faces = format!("/users/{user}/faces");
    assert_eq!(appliance.admin(get(&faces)).await.ok(200)["items"].as_array().unwrap().len(), 1);
    appliance.later(Duration::from_secs(366 * 86_400));
    let appliance = appliance.restarted(&[]).await;
    assert_eq!(appliance.admin(get(&faces)).await.ok(200)["items"], json!([]));
}
