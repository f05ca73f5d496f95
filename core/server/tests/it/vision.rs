//! Real networks on real pictures: enrolled, verified, identified, paid at a browser's camera.
//! The portraits are NASA's and the US Navy's, in the public domain (`pipeline/assets`).

use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

use crate::client::{Ask, Reply, delete, get, post};
use crate::harness::{Appliance, eur};

const EILEEN: &[u8] = include_bytes!("../../../../pipeline/assets/eileen-collins.jpg");
const GRACE: &[u8] = include_bytes!("../../../../pipeline/assets/grace-hopper.jpg");
const BOTH: &[u8] = include_bytes!("fixtures/two-people.jpg");
const GREY: &[u8] = include_bytes!("fixtures/grey.jpg");
const WEIGHTS: &str = concat!("\"", env!("CARGO_MANIFEST_DIR"), "/../../models/weights\"");

async fn seeing() -> Appliance {
    let changes =
        [("recognition.enabled", "true"), ("compute.device", "cpu"), ("compute.weights_folder", WEIGHTS)];
    Appliance::start_with(&changes).await
}

fn picture(path: &str, jpeg: &'static [u8]) -> Ask {
    post(path, &json!({})).header("content-type", "image/jpeg").raw(jpeg)
}

async fn enrol(appliance: &Appliance, user: &str, jpeg: &'static [u8]) -> Reply {
    appliance.admin(picture(&format!("/users/{user}/faces"), jpeg)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_face_is_enrolled_recognised_and_forgotten() {
    let appliance = seeing().await;
    let eileen = appliance.payer("Eileen", 0).await;
    let grace = appliance.payer("Grace", 0).await;

    enrol(&appliance, &eileen, GREY).await.refused(422, "no_face");
    enrol(&appliance, &eileen, BOTH).await.refused(422, "several_faces");
    let enrolled = enrol(&appliance, &eileen, EILEEN).await.ok(201);
    assert!(!enrolled.to_string().contains("template"), "{enrolled}");
    enrol(&appliance, &grace, EILEEN).await.refused(409, "face_duplicate");

    let who = |jpeg| {
        let appliance = &appliance;
        async move { appliance.admin(picture("/identify", jpeg)).await.ok(200)["faces"][0].clone() }
    };
    assert_eq!(who(EILEEN).await["user"], json!(eileen));
    assert_eq!((&who(GRACE).await["user"], &who(GRACE).await["reason"]), (&Value::Null, &json!("no_match")));
    let verify = format!("/users/{eileen}/verify");
    assert_eq!(appliance.admin(picture(&verify, EILEEN)).await.ok(200)["verified"], true);
    assert_eq!(appliance.admin(picture(&verify, GRACE)).await.ok(200)["verified"], false);
    appliance.admin(picture(&format!("/users/{grace}/verify"), GRACE)).await.refused(422, "not_enrolled");

    // What was enrolled is known again after a restart, and unknown after erasure.
    let again =
        [("recognition.enabled", "true"), ("compute.device", "cpu"), ("compute.weights_folder", WEIGHTS)];
    let appliance = appliance.restarted(&again).await;
    let known = appliance.admin(picture("/identify", EILEEN)).await.ok(200);
    assert_eq!(known["faces"][0]["user"], json!(eileen));
    assert_eq!(appliance.admin(delete(format!("/users/{eileen}"))).await.ok(200)["templates"], 1);
    let gone = appliance.admin(picture("/identify", EILEEN)).await.ok(200);
    assert_eq!(gone["faces"][0]["user"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payer_is_proved_by_a_picture() {
    let appliance = seeing().await;
    let eileen = appliance.payer("Eileen", 50_000).await;
    enrol(&appliance, &eileen, EILEEN).await.ok(201);
    use base64::Engine;
    let pay = |jpeg: &[u8], key: &str| {
        let image = base64::engine::general_purpose::STANDARD.encode(jpeg);
        post("/transactions", &json!({ "user_id": eileen, "amount": eur(20_000), "image": image })).once(key)
    };
    let stranger = appliance.admin(pay(GRACE, "a")).await.ok(201);
    assert_eq!((&stranger["state"], &stranger["reason"]), (&json!("declined"), &json!("no_match")));
    let opened = appliance.admin(pay(EILEEN, "b")).await.ok(201);
    assert_eq!(opened["state"], "requires_confirmation", "{opened}");
    let confirm = format!("/transactions/{}/confirm", opened["id"].as_str().unwrap());
    assert_eq!(appliance.admin(post(confirm, &json!({})).once("c")).await.ok(200)["state"], "captured");
}

/// Feeds `jpeg` to a push camera as a browser would, until the returned task is dropped.
async fn browser(
    appliance: &Appliance,
    camera: &str,
    jpeg: &'static [u8],
) -> tokio::sync::mpsc::Receiver<Value> {
    let url =
        format!("ws://{}/ws/face-recognition?camera={camera}&token={}", appliance.address, appliance.admin);
    let (socket, _) = connect_async(url).await.unwrap();
    let (mut out, mut incoming) = socket.split();
    let (told, heard) = tokio::sync::mpsc::channel(256);
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(Duration::from_millis(100));
        loop {
            tokio::select! {
                _ = ticks.tick() => {
                    if out.send(Message::Binary(Bytes::from_static(jpeg))).await.is_err() {
                        return;
                    }
                }
                message = incoming.next() => match message {
                    Some(Ok(Message::Text(text))) => {
                        let value = serde_json::from_str(&text).unwrap();
                        if told.send(value).await.is_err() {
                            return;
                        }
                    }
                    Some(Ok(_)) => {}
                    _ => return,
                },
            }
        }
    });
    heard
}

/// The first message of this type.
async fn heard(messages: &mut tokio::sync::mpsc::Receiver<Value>, kind: &str) -> Value {
    loop {
        let message = tokio::time::timeout(Duration::from_secs(60), messages.recv()).await.unwrap().unwrap();
        if message["type"] == kind {
            return message;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_at_a_browser_camera_pays_and_a_stranger_does_not() {
    let appliance = seeing().await;
    appliance.clock_runs();
    let eileen = appliance.payer("Eileen", 5000).await;
    enrol(&appliance, &eileen, EILEEN).await.ok(201);
    for id in ["till-1", "till-2"] {
        appliance.admin(post("/cameras", &json!({ "id": id, "source": "push:" }))).await.ok(201);
    }
    let open = |camera: &'static str| {
        post("/checkouts", &json!({ "camera": camera, "amount": eur(1250) })).once(camera)
    };
    let wanted = appliance.admin(open("till-1")).await.ok(201);
    let other = appliance.admin(open("till-2")).await.ok(201);
    let mut at_one = browser(&appliance, "till-1", EILEEN).await;
    let mut at_two = browser(&appliance, "till-2", GRACE).await;

    let seen = heard(&mut at_one, "face_detection").await;
    assert_eq!(seen["faces"].as_array().unwrap().len(), 1, "{seen}");
    let matched = heard(&mut at_one, "face_match").await;
    assert_eq!(matched["user"], json!(eileen), "{matched}");
    let stranger = heard(&mut at_two, "face_match").await;
    assert_eq!(stranger["user"], Value::Null, "{stranger}");

    let path = format!("/checkouts/{}", wanted["id"].as_str().unwrap());
    let mut events = appliance.app.hub().subscribe(None).live;
    while appliance.admin(get(&path)).await.ok(200)["state"] == "awaiting_payer" {
        let next = tokio::time::timeout(Duration::from_secs(60), events.recv()).await;
        assert!(next.is_ok(), "nothing more was seen");
    }
    let paid = appliance.admin(post(format!("{path}/confirm"), &json!({})).once("yes")).await.ok(200);
    assert_eq!((&paid["state"], &paid["user_id"]), (&json!("paid"), &json!(eileen)), "{paid}");
    assert_eq!(appliance.wallet(&eileen).await, (3750, 3750, 0));
    let unpaid = appliance.admin(get(format!("/checkouts/{}", other["id"].as_str().unwrap()))).await.ok(200);
    assert_eq!(unpaid["state"], "awaiting_payer");
    assert_eq!(unpaid.get("user_id"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn cameras_come_and_go_and_never_show_their_password() {
    let appliance = seeing().await;
    let add = |id: &str, source: &str| post("/cameras", &json!({ "id": id, "source": source }));
    for (id, source, code) in [
        ("Till", "push:", "camera_id_invalid"),
        ("a", "http://10.0.0.1/", "source_scheme_unsupported"),
        ("a", "rtsp://169.254.169.254/", "source_address_refused"),
        ("a", "rtsp://127.0.0.1/", "source_address_refused"),
        ("a", "file:///etc/passwd", "source_path_refused"),
        ("a", "rtsp://", "source_malformed"),
    ] {
        appliance.admin(add(id, source)).await.refused(422, code);
    }
    let secret = "rtsp://admin:hunter2@10.255.255.1/stream?token=hunter2";
    let added = appliance.admin(add("door", secret)).await;
    assert!(!added.text().contains("hunter2"), "{}", added.text());
    added.ok(201);
    appliance.admin(add("door", "push:")).await.refused(409, "camera_exists");
    appliance.admin(add("till-1", "push:")).await.ok(201);
    appliance.admin(get("/cameras/till-1/snapshot")).await.refused(503, "camera_no_picture");
    let listed = appliance.admin(get("/cameras")).await;
    assert!(!listed.text().contains("hunter2"), "{}", listed.text());
    assert_eq!(listed.ok(200)["items"].as_array().unwrap().len(), 2);
    appliance.admin(delete("/cameras/door")).await.ok(204);
    appliance.admin(get("/cameras/door/health")).await.refused(404, "camera_not_found");
    appliance.admin(delete("/cameras/door")).await.refused(404, "camera_not_found");
    let checkout = post("/checkouts", &json!({ "camera": "door", "amount": eur(1) })).once("k");
    appliance.admin(checkout).await.refused(422, "camera_unknown");
}
