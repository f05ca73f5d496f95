//! Browsers that send their camera, and browsers that look at one, as video: with a real Chromium where there is one.
#![allow(clippy::print_stdout, reason = "a test that cannot run says why, and how long a browser takes")]

mod chromium;

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::client::{delete, get, patch, post};
use crate::harness::Appliance;
use crate::moving::{EILEEN, GRACE, Moving};
use crate::vision::seeing_with;
use chromium::{Chromium, offering, program};

const PATIENCE: Duration = Duration::from_secs(60);
const ON: [(&str, &str); 2] = [("webrtc.enabled", "true"), ("webrtc.listen", "\"127.0.0.1:0\"")];
const VIDEO: &str = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\n";

async fn on() -> Appliance {
    let appliance = seeing_with(&ON).await;
    appliance.clock_runs();
    appliance.admin(post("/cameras", &json!({ "id": "till-1", "source": "push:" }))).await.ok(201);
    appliance
}

/// Waits until a gauge or counter has this value.
async fn measured(appliance: &Appliance, line: &str) {
    let end = Instant::now() + PATIENCE;
    loop {
        let metrics = appliance.admin(get("/metrics")).await.text();
        if metrics.lines().any(|known| known == line) {
            return;
        }
        let near: Vec<_> = metrics.lines().filter(|known| known.contains("webrtc")).collect();
        assert!(Instant::now() < end, "no {line}, but {near:#?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn sends(codec: &str) {
    let Some(program) = program() else {
        println!("SKIP(no Chromium)");
        return;
    };
    let appliance = on().await;
    let kiosk = appliance.key("kiosk").await;
    let mut states = appliance.app.hub().subscribe(None).live;
    let film = Moving::of(&GRACE).resting();
    let query = format!("way=whip&codec={codec}");
    let asked = ("/cameras/till-1/whip", kiosk.as_str(), query.as_str());
    let mut browser = Chromium::open(program, &appliance, asked, &film).await;
    let session = browser.told("session").await;
    let session = session.as_str().unwrap();
    let answered = Instant::now();
    measured(&appliance, r#"facepay_webrtc_sessions{direction="in"} 1"#).await;
    let live = async {
        while appliance.admin(get("/cameras/till-1/health")).await.ok(200)["state"] != "live" {
            states.recv().await.unwrap();
        }
    };
    tokio::time::timeout(PATIENCE, live).await.expect("the camera lives");
    println!("{codec}: live {} ms after the answer", answered.elapsed().as_millis());
    let health = appliance.admin(get("/cameras/till-1/health")).await.ok(200);
    assert_eq!(health["codec"], codec.to_lowercase(), "{health}");
    assert!(health["width"].as_u64().is_some_and(|width| width >= 320), "{health}");

    // It is its session, and nobody else's.
    appliance.admin(delete(session)).await.refused(404, "webrtc_session_not_found");
    appliance.send(delete(session).token(&kiosk)).await.ok(204);
    appliance.send(delete(session).token(&kiosk)).await.refused(404, "webrtc_session_not_found");
    browser.lost().await;
    measured(&appliance, r#"facepay_webrtc_sessions{direction="in"} 0"#).await;
    measured(&appliance, r#"facepay_webrtc_sessions_ended_total{reason="deleted"} 1"#).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_vp8_of_a_browser_is_a_camera_until_its_session_is_deleted() {
    sends("VP8").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_h264_of_a_browser_is_a_camera_until_its_session_is_deleted() {
    sends("H264").await;
}

/// Pictures of a client over a WebSocket, for a camera that shows something.
async fn shown(appliance: &Appliance) -> tokio::task::JoinHandle<()> {
    let url =
        format!("ws://{}/ws/face-recognition?camera=till-1&token={}", appliance.address, appliance.admin);
    let (mut socket, _) = tokio_tungstenite::connect_async(url).await.unwrap();
    let film: Vec<Bytes> = Moving::of(&EILEEN).resting();
    tokio::spawn(async move {
        let mut beats = tokio::time::interval(Duration::from_millis(100));
        for picture in film.iter().cycle() {
            beats.tick().await;
            if socket.send(Message::Binary(picture.clone())).await.is_err() {
                return;
            }
            // Its answers are none of this test's business, but have to be read.
            while let Ok(Some(Ok(_))) = tokio::time::timeout(Duration::ZERO, socket.next()).await {}
        }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_looks_at_a_camera_until_its_key_is_revoked() {
    let Some(program) = program() else {
        println!("SKIP(no Chromium)");
        return;
    };
    let appliance = seeing_with(&[&ON[..], &[("ws.ping_interval_ms", "200")]].concat()).await;
    appliance.clock_runs();
    appliance.admin(post("/cameras", &json!({ "id": "till-1", "source": "push:" }))).await.ok(201);
    let _film = shown(&appliance).await;
    let minted = appliance.admin(post("/keys", &json!({ "name": "looker", "role": "kiosk" }))).await.ok(201);
    let asked = ("/cameras/till-1/whep", minted["key"].as_str().unwrap(), "way=whep");
    let mut browser = Chromium::open(program, &appliance, asked, &[]).await;
    let picture = browser.told("picture").await;
    println!("first picture shown {} ms after the page began", picture["after_ms"]);
    assert_eq!((&picture["width"], &picture["height"]), (&json!(480), &json!(360)), "{picture}");
    // A photograph, with light and shade, and not in the green of missing colours.
    let number = |value: &Value| value.as_i64().unwrap();
    assert!(number(&picture["brightest"]) - number(&picture["darkest"]) > 120, "{picture}");
    assert!(number(&picture["means"][1]) - number(&picture["means"][0]) < 40, "{picture}");
    measured(&appliance, r#"facepay_webrtc_sessions{direction="out"} 1"#).await;

    appliance.admin(delete(format!("/keys/{}", minted["id"].as_str().unwrap()))).await.ok(204);
    browser.lost().await;
    measured(&appliance, r#"facepay_webrtc_sessions_ended_total{reason="revoked"} 1"#).await;
    assert_eq!(appliance.admin(get("/cameras/till-1/health")).await.ok(200)["state"], "live");
}

#[tokio::test(flavor = "multi_thread")]
async fn offers_from_which_nothing_can_come_are_refused_by_name() {
    let appliance = on().await;
    let (whip, whep) = ("/cameras/till-1/whip", "/cameras/till-1/whep");
    let offer = |path: &str, offer: &str| appliance.admin(offering(path, offer.to_owned()));
    offer(whip, "").await.refused(422, "sdp_without_video");
    offer(whip, &VIDEO.replace("VP8", "AV1")).await.refused(422, "sdp_codec_unsupported");
    offer(whip, &format!("{VIDEO}a=recvonly\r\n")).await.refused(422, "sdp_direction_invalid");
    offer(whep, &format!("{VIDEO}a=sendonly\r\n")).await.refused(422, "sdp_direction_invalid");
    // Without keys and passwords it is no offer of a browser.
    offer(whip, VIDEO).await.refused(422, "sdp_invalid");
    offer(whip, &"v".repeat(70_000)).await.refused(413, "body_too_large");
    offer("/cameras/till-9/whip", VIDEO).await.refused(404, "camera_not_found");
    offer("/cameras/till-9/whep", VIDEO).await.refused(404, "camera_not_found");
    appliance.admin(offering(whip, vec![0xff; 8])).await.refused(422, "sdp_invalid");
    let json = post(whip, &json!({ "sdp": VIDEO }));
    appliance.admin(json).await.refused(415, "unsupported_media_type");
    appliance.admin(delete("/webrtc/1")).await.refused(404, "webrtc_session_not_found");
    appliance.admin(patch("/webrtc/1", &json!({}))).await.refused(405, "method_not_allowed");
    let clerk = appliance.key("auditor").await;
    appliance.send(offering(whip, VIDEO).token(&clerk)).await.refused(403, "forbidden");
    measured(&appliance, r#"facepay_webrtc_sessions{direction="in"} 0"#).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_port_is_open_unless_the_settings_say_so() {
    let appliance = Appliance::start().await;
    appliance.admin(offering("/cameras/till-1/whep", VIDEO)).await.refused(503, "webrtc_off");
    appliance.admin(offering("/cameras/till-1/whip", VIDEO)).await.refused(503, "webrtc_off");
}
