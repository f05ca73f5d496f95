//! Real networks on real pictures: enrolled, verified, identified, paid at a browser's camera.
//! The portraits are NASA's and the US Navy's, in the public domain (`pipeline/assets`).

use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use pipeline::still::StillLimits;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::{self, Message};

use crate::client::{Ask, Reply, delete, get, patch, post};
use crate::harness::{Appliance, eur};
use crate::moving::{self, Moving, Portrait};

pub(crate) const EILEEN: &[u8] = moving::EILEEN.jpeg;
pub(crate) const GRACE: &[u8] = moving::GRACE.jpeg;
pub(crate) const BOTH: &[u8] = include_bytes!("fixtures/two-people.jpg");
pub(crate) const GREY: &[u8] = include_bytes!("fixtures/grey.jpg");
pub(crate) const WEIGHTS: &str = concat!("\"", env!("CARGO_MANIFEST_DIR"), "/../../models/weights\"");

pub(crate) async fn seeing() -> Appliance {
    seeing_with(&[]).await
}

/// What an appliance needs to recognise people here.
pub(crate) const SEEING: [(&str, &str); 3] =
    [("recognition.enabled", "true"), ("compute.device", "cpu"), ("compute.weights_folder", WEIGHTS)];

pub(crate) async fn seeing_with(more: &[(&str, &str)]) -> Appliance {
    Appliance::start_with(&[&SEEING[..], more].concat()).await
}

pub(crate) fn picture(path: &str, jpeg: &'static [u8]) -> Ask {
    post(path, &json!({})).header("content-type", "image/jpeg").raw(jpeg)
}

pub(crate) async fn enrol(appliance: &Appliance, user: &str, jpeg: &'static [u8]) -> Reply {
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
    enrol(&appliance, &eileen, GRACE).await.refused(409, "face_differs");

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
    let appliance = appliance.restarted(&SEEING).await;
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
        post("/transactions", &json!({ "user_id": eileen, "amount": eur(9_900), "image": image })).once(key)
    };
    let stranger = appliance.admin(pay(GRACE, "a")).await.ok(201);
    assert_eq!((&stranger["state"], &stranger["reason"]), (&json!("declined"), &json!("no_match")));
    let opened = appliance.admin(pay(EILEEN, "b")).await.ok(201);
    assert_eq!(opened["state"], "requires_confirmation", "{opened}");
    let confirm = format!("/transactions/{}/confirm", opened["id"].as_str().unwrap());
    assert_eq!(appliance.admin(post(confirm, &json!({})).once("c")).await.ok(200)["state"], "captured");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_good_enough_to_pay_may_not_be_so_to_enrol_and_is_told_what_to_do() {
    let appliance = seeing_with(&[("quality.enrolment.eye_distance_px_min", "900")]).await;
    let eileen = appliance.payer("Eileen", 0).await;
    let refused = enrol(&appliance, &eileen, EILEEN).await.refused(422, "face_quality").json();
    assert_eq!(refused["reasons"], json!(["too_small"]), "{refused}");
    let fault = &refused["faults"][0];
    let named = (&fault["component"], &fault["unit"], &fault["bound"], &fault["advice"]);
    assert_eq!(
        named,
        (&json!("inter_eye_distance"), &json!("px"), &json!("at_least"), &json!("Come closer."))
    );
    assert!(fault["allowed"] == 900.0 && fault["measured"].as_f64().is_some_and(|px| px < 900.0), "{fault}");

    let seen = appliance.admin(picture("/identify", EILEEN)).await.ok(200)["faces"][0].clone();
    assert_eq!((&seen["reason"], &seen["faults"]), (&json!("no_match"), &json!([])), "{seen}");
    let components = seen["components"].as_array().unwrap();
    let scored = components.iter().filter(|one| one["score"].as_u64().is_some_and(|score| score <= 100));
    assert_eq!((components.len(), scored.count()), (23, 23), "{seen}");
    let eyes = components.iter().find(|one| one["component"] == "inter_eye_distance").unwrap();
    assert_eq!((&eyes["allowed_min"], &eyes["allowed_max"]), (&json!(24.0), &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kiosk_hears_what_the_payer_can_do() {
    let appliance = seeing_with(&[("quality.payment.eye_distance_px_min", "900")]).await;
    appliance.clock_runs();
    let mut browser = browser(&appliance, "", &moving::GRACE).await;
    let seen = loop {
        let seen = heard(&mut browser, "face_detection").await;
        if !seen["faces"].as_array().unwrap().is_empty() {
            break seen;
        }
    };
    let face = &seen["faces"][0];
    assert_eq!((&face["state"], &face["reasons"]), (&json!("refused"), &json!(["too_small"])), "{face}");
    assert_eq!(face["faults"][0]["advice"], "Come closer.", "{face}");
}

/// A browser at a camera of its own, or at a push camera.
pub(crate) struct Browser {
    told: mpsc::Receiver<Value>,
    says: mpsc::Sender<&'static str>,
}

/// Feeds a portrait that sways as a browser would, until the browser is dropped.
pub(crate) async fn browser(appliance: &Appliance, camera: &str, portrait: &Portrait) -> Browser {
    browser_with(appliance, camera, Moving::of(portrait).resting()).await
}

/// Feeds these pictures again and again.
pub(crate) async fn browser_with(appliance: &Appliance, camera: &str, pictures: Vec<Bytes>) -> Browser {
    let url = format!("ws://{}/ws/face-recognition?{camera}token={}", appliance.address, appliance.admin);
    let (socket, _) = connect_async(url).await.unwrap();
    let (mut out, mut incoming) = socket.split();
    let (told, heard) = mpsc::channel(256);
    let (says, mut said) = mpsc::channel(4);
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(Duration::from_millis(100));
        let mut pictures = pictures.into_iter().cycle();
        loop {
            tokio::select! {
                _ = ticks.tick() => {
                    let Some(jpeg) = pictures.next() else { return };
                    if out.send(Message::Binary(jpeg)).await.is_err() {
                        return;
                    }
                }
                text = said.recv() => {
                    let Some(text) = text else { return };
                    out.send(Message::text(text)).await.unwrap();
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
    Browser { told: heard, says }
}

/// The first message of this type.
pub(crate) async fn heard(browser: &mut Browser, kind: &str) -> Value {
    loop {
        let next = tokio::time::timeout(Duration::from_secs(60), browser.told.recv());
        let message = next.await.unwrap().unwrap();
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
    let mut at_one = browser(&appliance, "camera=till-1&", &moving::EILEEN).await;
    let mut at_two = browser(&appliance, "camera=till-2&", &moving::GRACE).await;

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
async fn a_photograph_that_is_sent_again_and_again_pays_nothing() {
    let appliance = seeing().await;
    appliance.clock_runs();
    let eileen = appliance.payer("Eileen", 5000).await;
    enrol(&appliance, &eileen, EILEEN).await.ok(201);
    let mut browser = browser_with(&appliance, "", vec![Bytes::from_static(EILEEN)]).await;
    for _ in 0..20 {
        let message = tokio::time::timeout(Duration::from_secs(60), browser.told.recv()).await;
        let message = message.unwrap().unwrap();
        assert_ne!(message["type"], "face_match", "{message}");
        assert!(
            ["refused", "undecided"].contains(&message["faces"][0]["state"].as_str().unwrap()),
            "{message}"
        );
    }
    let metrics = appliance.send(get("/metrics")).await.text();
    let counted = metrics.lines().find(|line| line.starts_with(DUPLICATES)).unwrap();
    assert!(!counted.ends_with(" 0"), "{counted}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_stays_in_view_is_matched_again_when_asked() {
    let appliance = seeing().await;
    appliance.clock_runs();
    let mut browser = browser(&appliance, "", &moving::GRACE).await;
    heard(&mut browser, "face_match").await;
    browser.says.send(r#"{"type":"clear_face_cache"}"#).await.unwrap();
    assert_eq!(heard(&mut browser, "face_match").await["user"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_a_camera_only_where_a_client_delivers_the_pictures() {
    let appliance = seeing().await;
    let door = json!({ "id": "door", "source": "rtsp://10.255.255.1/" });
    appliance.admin(post("/cameras", &door)).await.ok(201);
    let kiosk = appliance.key("kiosk").await;
    let _own =
        connect_async(format!("ws://{}/ws/face-recognition?token={kiosk}", appliance.address)).await.unwrap();
    let listed = appliance.admin(get("/cameras")).await.ok(200);
    let own = listed["items"][1]["id"].as_str().unwrap();
    assert!(own.starts_with("socket-"), "{listed}");
    for (camera, status) in [("door", 422), (own, 404), ("nowhere", 404)] {
        let url = format!("ws://{}/ws/face-recognition?camera={camera}&token={kiosk}", appliance.address);
        match connect_async(url).await {
            Err(tungstenite::Error::Http(response)) => assert_eq!(response.status(), status, "{camera}"),
            other => panic!("{camera}: {:?}", other.is_ok()),
        }
    }
}

const DUPLICATES: &str = "facepay_faces_refused_total{reason=\"duplicate_frames\"}";

/// The metrics of `docs` that other programs read.
const NAMES: [&str; 18] = [
    "facepay_stage_duration_seconds_count{stage=\"detection\"}",
    "facepay_frame_age_seconds_count{camera=\"till-1\"}",
    "facepay_frames_total{camera=\"till-1\",result=\"analysed\"}",
    "facepay_camera_state{camera=\"till-1\",state=\"connecting\"}",
    "facepay_camera_key_frames{camera=\"till-1\"}",
    "facepay_batch_size_count",
    "facepay_match_similarity_count",
    DUPLICATES,
    "facepay_transactions_total{state=\"captured\"}",
    "facepay_enrolments_total{result=\"review\"}",
    "facepay_http_request_duration_seconds_count{route=\"/metrics\",method=\"GET\",code=\"200\"}",
    "facepay_ws_clients",
    "facepay_ws_evicted_total{reason=\"too_slow\"}",
    "facepay_plugin_faults_total{plugin=\"org.facepay.detection-blazeface\",kind=\"faulted\"}",
    "facepay_audit_chain_ok",
    "facepay_outbox_lag_seconds",
    "facepay_build_info",
    "facepay_compute_device_info",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_metric_is_there_from_the_start_and_a_cameras_go_with_it() {
    let appliance = seeing().await;
    appliance.admin(post("/cameras", &json!({ "id": "till-1", "source": "push:" }))).await.ok(201);
    let text = appliance.send(get("/metrics")).await.text();
    for name in NAMES {
        assert!(text.lines().any(|line| line.starts_with(name)), "{name}\n{text}");
    }
    let own = browser_with(&appliance, "", vec![Bytes::from_static(GREY)]).await;
    let with_own = appliance.send(get("/metrics")).await.text();
    assert!(with_own.contains("camera=\"socket\"") && !with_own.contains("socket-"), "{with_own}");
    drop(own);
    appliance.admin(delete("/cameras/till-1")).await.ok(204);
    assert!(!appliance.send(get("/metrics")).await.text().contains("till-1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_the_key_that_opened_it() {
    let appliance = seeing_with(&[("ws.ping_interval_ms", "20")]).await;
    appliance.admin(post("/cameras", &json!({ "id": "till-1", "source": "push:" }))).await.ok(201);
    let minted = appliance.admin(post("/keys", &json!({ "name": "till", "role": "kiosk" }))).await.ok(201);
    let key = minted["key"].as_str().unwrap();
    let head = format!(
        "GET /cameras/till-1/stream HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {key}\r\n\r\n"
    );
    let mut socket = TcpStream::connect(appliance.address).await.unwrap();
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 15];
    socket.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, b"HTTP/1.1 200 OK");
    appliance.admin(delete(format!("/keys/{}", minted["id"].as_str().unwrap()))).await.ok(204);
    socket.read_to_end(&mut answer).await.unwrap();
    assert!(answer.ends_with(b"\r\n0\r\n\r\n"), "the last chunk of a whole answer");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_camera_that_cannot_start_is_listed_with_its_reason() {
    let list = r#"[{ id = "hall", source = "rtsp://joe:hunter2@169.254.169.254/" }, { id = "socket-9", source = "push:" }]"#;
    let appliance = seeing_with(&[("cameras.list", list)]).await;
    let listed = appliance.admin(get("/cameras")).await;
    assert!(!listed.text().contains("hunter2"), "{}", listed.text());
    let listed = listed.ok(200);
    for (index, id) in ["hall", "socket-9"].into_iter().enumerate() {
        let camera = &listed["items"][index];
        assert_eq!((&camera["id"], &camera["health"]["state"]), (&json!(id), &json!("refused")), "{listed}");
        assert_ne!(camera["health"]["reason"], "");
    }
    assert_eq!(appliance.admin(get("/cameras/hall")).await.ok(200), listed["items"][0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_camera_goes_on_when_its_new_source_is_refused() {
    let appliance = seeing().await;
    appliance.admin(post("/cameras", &json!({ "id": "door", "source": "push:" }))).await.ok(201);
    let change = |source: &str| patch("/cameras/door", &json!({ "source": source }));
    appliance.admin(change("rtsp://169.254.169.254/")).await.refused(422, "source_address_refused");
    assert_eq!(appliance.admin(get("/cameras/door")).await.ok(200)["source"], "push:");
    let moved = appliance.admin(change("rtsp://10.255.255.1/")).await.ok(200);
    assert_eq!(moved["source"], "rtsp://10.255.255.1:554/");
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
        ("socket-1", "push:", "camera_id_reserved"),
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

#[tokio::test(flavor = "multi_thread")]
async fn newest_pictures_of_several_cameras_come_in_one_answer() {
    let appliance = seeing().await;
    for id in ["door", "hall", "till-1"] {
        appliance.admin(post("/cameras", &json!({ "id": id, "source": "push:" }))).await.ok(201);
    }
    let mut at_hall = browser_with(&appliance, "camera=hall&", vec![Bytes::from_static(GREY)]).await;
    let mut at_till = browser(&appliance, "camera=till-1&", &moving::EILEEN).await;
    heard(&mut at_hall, "face_detection").await;
    heard(&mut at_till, "face_detection").await;
    let asked = "/snapshots?cameras=till-1,door,nowhere,No%20Name,hall,,till-1&width=32";
    let reply = appliance.admin(get(asked)).await;
    assert_eq!((reply.status.as_u16(), reply.header("cache-control")), (200, "no-store"));
    let boundary = reply.header("content-type").strip_prefix("multipart/mixed; boundary=").unwrap();
    let (open, close) = (format!("--{boundary}\r\n"), format!("--{boundary}--\r\n"));
    assert!(reply.body.starts_with(open.as_bytes()) && reply.body.ends_with(close.as_bytes()));
    let parts = parts(&reply.body);
    let places: Vec<&str> = parts.iter().map(|(head, _)| named(head, "content-location")).collect();
    assert_eq!(places, ["cameras/hall/snapshot", "cameras/till-1/snapshot"]);
    for (head, jpeg) in &parts {
        assert!(named(head, "last-modified").ends_with(" GMT"), "{head}");
        assert!(named(head, "x-frame-age-ms").parse::<u32>().is_ok(), "{head}");
        let picture = pipeline::still::decode(jpeg, &StillLimits::default()).unwrap();
        assert_eq!(picture.width(), 32, "{head}");
    }
    let none = appliance.admin(get("/snapshots?cameras=door")).await;
    assert_eq!((none.status.as_u16(), none.text()), (200, close));
    appliance.admin(get("/snapshots")).await.refused(400, "query_invalid");
}

/// The heads and bodies of a multipart answer's parts.
fn parts(mut body: &[u8]) -> Vec<(String, &[u8])> {
    let mut parts = Vec::new();
    while let Some(end) = body.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
        let head = String::from_utf8(body[..end].to_vec()).unwrap();
        let len: usize = named(&head, "content-length").parse().unwrap();
        parts.push((head, &body[end + 4..end + 4 + len]));
        body = &body[end + 4 + len..];
    }
    parts
}

/// What a part's head says of this.
fn named<'a>(head: &'a str, name: &str) -> &'a str {
    let value = head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    value.unwrap_or_else(|| panic!("no {name}: {head}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_decoded_of_a_camera_is_set_kept_and_shown() {
    let appliance = seeing().await;
    let hall = json!({ "id": "hall", "source": "rtsp://10.255.255.1/", "decode": "key-frames" });
    let added = appliance.admin(post("/cameras", &hall)).await.ok(201);
    assert_eq!((&added["decode"], &added["health"]["decodes"]), (&json!("key-frames"), &json!("key-frames")));
    let metric = |value: u8| format!("facepay_camera_key_frames{{camera=\"hall\"}} {value}");
    assert!(appliance.send(get("/metrics")).await.text().contains(&metric(1)));
    let change = |change: Value| patch("/cameras/hall", &change);
    let renamed = appliance.admin(change(json!({ "name": "Hall" }))).await.ok(200);
    assert_eq!((&renamed["name"], &renamed["decode"]), (&json!("Hall"), &json!("key-frames")));
    let changed = appliance.admin(change(json!({ "decode": "all" }))).await.ok(200);
    assert_eq!((&changed["decode"], &changed["health"]["reconnects"]), (&json!("all"), &json!(0)));
    assert!(appliance.send(get("/metrics")).await.text().contains(&metric(0)));
    appliance.admin(change(json!({ "decode": "some" }))).await.refused(422, "json_data");
    // Pushed pictures have no key frames; the camera goes on as it was.
    let both = json!({ "source": "push:", "decode": "key-frames" });
    appliance.admin(change(both)).await.refused(422, "camera_config_invalid");
    let found = appliance.admin(get("/cameras/hall")).await.ok(200);
    assert_eq!((&found["decode"], &found["source"]), (&json!("all"), &json!("rtsp://10.255.255.1:554/")));
    appliance.admin(change(json!({ "decode": "key-frames" }))).await.ok(200);

    let listed = r#"[{ id = "door", source = "rtsp://10.255.255.2/", decode = "key-frames" }]"#;
    let again = [
        ("recognition.enabled", "true"),
        ("compute.device", "cpu"),
        ("compute.weights_folder", WEIGHTS),
        ("cameras.list", listed),
    ];
    let appliance = appliance.restarted(&again).await;
    let kept = appliance.admin(get("/cameras")).await.ok(200);
    for (index, id) in ["door", "hall"].into_iter().enumerate() {
        let camera = &kept["items"][index];
        assert_eq!((&camera["id"], &camera["decode"]), (&json!(id), &json!("key-frames")), "{kept}");
    }
}
