//! Enrolment before a camera: poses that are asked for, living people only, and nobody among somebody else's pictures.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;

use super::kinds;
use crate::client::{Reply, get, post};
use crate::harness::Appliance;
use crate::moving::{self, Moving};
use crate::vision::{EILEEN, GREY, browser, browser_with, seeing_with};

#[tokio::test(flavor = "multi_thread")]
async fn before_a_camera_several_poses_are_asked_for_and_what_came_is_taken() {
    let appliance = seeing_with(&[("recognition.enrolment_camera_ms_max", "10000")]).await;
    appliance.clock_runs();
    let eileen = appliance.payer("Eileen", 0).await;
    appliance.admin(post("/cameras", &json!({ "id": "till-1", "source": "push:" }))).await.ok(201);
    let path = format!("/users/{eileen}/faces");
    let at = |camera: &str| post(path.clone(), &json!({ "camera": camera }));
    appliance.admin(at("nowhere")).await.refused(404, "camera_not_found");
    appliance.admin(get("/cameras/till-1/enrolment")).await.refused(404, "enrolment_not_found");

    let mut events = appliance.app.hub().subscribe(None).live;
    let _browser = browser(&appliance, "camera=till-1&", &moving::EILEEN).await;
    let told = async {
        loop {
            let event = events.recv().await.unwrap();
            let event: Value = serde_json::from_str(&event.text).unwrap();
            if event["type"] == "enrolment.progress" && event["done"] == json!(["straight"]) {
                break event;
            }
        }
    };
    let meanwhile = async {
        let event = told.await;
        assert_eq!((&event["wanted"], &event["user"]), (&json!(["left", "right"]), &json!(eileen)));
        assert_eq!(event["advice"], "turn your head a little to the left");
        let progress = appliance.admin(get("/cameras/till-1/enrolment")).await.ok(200);
        assert_eq!((&progress["done"], &progress["advice"]), (&json!(["straight"]), &event["advice"]));
        appliance.admin(at("till-1")).await.refused(409, "enrolment_running");
    };
    let (enrolled, ()) = tokio::join!(appliance.admin(at("till-1")), meanwhile);
    let enrolled = enrolled.ok(201);
    assert_eq!(
        enrolled["poses"],
        json!({ "done": ["straight"], "missing": ["left", "right"] }),
        "{enrolled}"
    );
    assert_eq!(kinds(&appliance, &eileen).await, (1, None));
    appliance.admin(get("/cameras/till-1/enrolment")).await.refused(404, "enrolment_not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn before_a_camera_with_nobody_in_view_nobody_is_enrolled() {
    let appliance = seeing_with(&[("recognition.enrolment_camera_ms_max", "1000")]).await;
    appliance.clock_runs();
    let eileen = appliance.payer("Eileen", 0).await;
    appliance.admin(post("/cameras", &json!({ "id": "till-1", "source": "push:" }))).await.ok(201);
    let _browser = browser_with(&appliance, "camera=till-1&", vec![Bytes::from_static(GREY)]).await;
    let ask = post(format!("/users/{eileen}/faces"), &json!({ "camera": "till-1" }));
    appliance.admin(ask).await.refused(422, "no_face");
    assert_eq!(kinds(&appliance, &eileen).await, (0, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photograph_that_is_held_up_is_not_enrolled() {
    let appliance = seeing_with(&[("recognition.enrolment_camera_ms_max", "4000")]).await;
    appliance.clock_runs();
    let eileen = appliance.payer("Eileen", 0).await;
    appliance.admin(post("/cameras", &json!({ "id": "till-1", "source": "push:" }))).await.ok(201);
    let _browser = browser_with(&appliance, "camera=till-1&", vec![Bytes::from_static(EILEEN)]).await;
    let ask = post(format!("/users/{eileen}/faces"), &json!({ "camera": "till-1" }));
    let refused = appliance.admin(ask).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    assert_eq!(kinds(&appliance, &eileen).await, (0, None));
}

/// What a browser sends, one picture after the other and again.
type Showing = Arc<Mutex<Arc<Vec<Bytes>>>>;

/// A browser that sends what is to be shown, until it is dropped.
async fn feeder(appliance: &Appliance, camera: &str, showing: Showing) -> JoinSet<()> {
    let url =
        format!("ws://{}/ws/face-recognition?camera={camera}&token={}", appliance.address, appliance.admin);
    let (mut socket, _) = tokio_tungstenite::connect_async(url).await.unwrap();
    let mut feeding = JoinSet::new();
    feeding.spawn(async move {
        let mut ticks = tokio::time::interval(Duration::from_millis(100));
        for turn in 0_usize.. {
            tokio::select! {
                _ = ticks.tick() => {
                    let pictures = Arc::clone(&showing.lock().unwrap());
                    let picture = pictures[turn % pictures.len()].clone();
                    if socket.send(Message::Binary(picture)).await.is_err() {
                        return;
                    }
                }
                message = socket.next() => if message.is_none_or(|message| message.is_err()) { return },
            }
        }
    });
    feeding
}

/// Enrols `user` before a camera, at which whatever `then` says of the next wanted pose is shown.
async fn enrolled_before_a_camera(
    appliance: &Appliance,
    user: &str,
    then: impl Fn(&str) -> Option<Arc<Vec<Bytes>>>,
) -> Reply {
    appliance.clock_runs();
    appliance.admin(post("/cameras", &json!({ "id": "till-1", "source": "push:" }))).await.ok(201);
    let resting = Arc::new(Moving::of(&moving::EILEEN).resting());
    let showing: Showing = Arc::new(Mutex::new(resting));
    let _feeding = feeder(appliance, "till-1", showing.clone()).await;
    let mut events = appliance.app.hub().subscribe(None).live;
    let follow = async {
        loop {
            // One that fell behind hears the next.
            let Ok(event) = events.recv().await else { continue };
            let event: Value = serde_json::from_str(&event.text).unwrap();
            let wanted = event["wanted"][0].as_str().filter(|_| event["type"] == "enrolment.progress");
            if let Some(pictures) = wanted.and_then(&then) {
                *showing.lock().unwrap() = pictures;
            }
        }
    };
    let ask = appliance.admin(post(format!("/users/{user}/faces"), &json!({ "camera": "till-1" })));
    tokio::select! { reply = ask => reply, () = follow => unreachable!("it follows for ever") }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_steps_in_before_the_camera_is_not_enrolled_with_the_one_before() {
    let appliance = seeing_with(&[("recognition.enrolment_camera_ms_max", "8000")]).await;
    let grace = appliance.payer("Grace", 0).await;
    // Eileen is the first who looks straight; from then on it is Grace.
    let other = Arc::new(Moving::of(&moving::GRACE).resting());
    let shown = |wanted: &str| (wanted != "straight").then(|| other.clone());
    let reply = enrolled_before_a_camera(&appliance, &grace, shown).await;
    let who = appliance.admin(post("/identify", &json!({ "image": STANDARD.encode(EILEEN) }))).await.ok(200);
    assert_eq!(who["faces"][0]["reason"], "no_match", "{}", reply.text());
}
