//! What becomes of an enrolment that waits: not what another face, a short consent or one pair of eyes would make of it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{decide, enrol, in_review, kinds, thrice};
use crate::client::{get, post};
use crate::harness::Appliance;
use crate::vision::{EILEEN, GRACE, seeing};

/// Runs the command line on a running appliance's folder, perhaps with somebody's key.
pub(super) async fn beside(
    appliance: &Appliance,
    key: Option<&str>,
    arguments: &[&str],
) -> (Option<i32>, String) {
    let mut command = crate::cli::facepay(appliance.folder());
    let folder = appliance.folder().display().to_string();
    command
        .env("FACEPAY__DATA__FOLDER", format!("\"{folder}\""))
        .env("FACEPAY__DATABASE__URL", format!("\"sqlite:{folder}/facepay.db\""))
        .envs(key.map(|key| ("FACEPAY_KEY", key)))
        .args(arguments);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&said).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_enrolled_does_not_decide_on_the_command_line_either() {
    let (appliance, _, twin, id) = in_review().await;
    for how in ["approve", "reject"] {
        let (exit, said) = beside(&appliance, Some(&appliance.admin), &["users", "reviews", how, &id]).await;
        assert_eq!((exit, said.contains("same_person")), (Some(1), true), "{how}: {said}");
    }
    let second = appliance.key("operator").await;
    let (exit, said) =
        beside(&appliance, Some(&second), &["users", "reviews", "reject", &id, "--json"]).await;
    assert_eq!((exit, said.contains("\"rejected\"")), (Some(0), true), "{said}");
    let shown = appliance.admin(get(format!("/enrolments/{id}"))).await.ok(200);
    assert_eq!((&shown["state"], kinds(&appliance, &twin).await.0), (&json!("rejected"), 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_face_is_not_approved_for_whom_another_was_enrolled_meanwhile() {
    let (appliance, _, twin, id) = in_review().await;
    enrol(&appliance, &twin, &[GRACE]).await.ok(201);
    let second = appliance.key("operator").await;
    appliance.send(decide(&id, "approve", "a").token(&second)).await.refused(409, "face_differs");
    assert_eq!(kinds(&appliance, &twin).await, (1, None));
    let who = appliance.admin(post("/identify", &json!({ "image": STANDARD.encode(GRACE) }))).await.ok(200);
    assert_eq!(who["faces"][0]["user"], json!(twin));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enrolment_waits_no_longer_than_the_consent_lasts() {
    let appliance = seeing().await;
    let eileen = appliance.payer("Eileen", 0).await;
    let twin = appliance.person("Twin").await;
    let ends = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1);
    let consent = json!({ "version": "1", "text": "I agree.", "expires_at": ends.to_string() });
    appliance.admin(post(format!("/users/{twin}/consents"), &consent)).await.ok(201);
    let [a, b, _] = thrice(EILEEN);
    enrol(&appliance, &eileen, &[&a]).await.ok(201);
    let refused = enrol(&appliance, &twin, &[&b]).await.refused(409, "face_duplicate").json();
    let id = refused["enrolment_id"].as_str().unwrap();
    let shown = appliance.admin(get(format!("/enrolments/{id}"))).await.ok(200);
    let until: jiff::Timestamp = shown["expires_at"].as_str().unwrap().parse().unwrap();
    assert!(until <= ends, "{until} {ends}");
}
