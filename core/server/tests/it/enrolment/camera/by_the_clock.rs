//! Somebody who moves before the camera as they are asked to: the pictures must keep pace with the clock.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use pipeline::simulate::attack::Act;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;

use super::super::kinds;
use crate::client::{Reply, post};
use crate::harness::Appliance;
use crate::moving::{self, Moving};
use crate::vision::{EILEEN, GREY, seeing_with};

/// What a browser sends, one picture after the other and again.
type Showing = Arc<Mutex<Arc<Vec<Bytes>>>>;

/// A browser that sends what is to be shown, the next picture once the one before was looked at, until it is dropped: by the
/// clock alone a busy machine would see each time the same one of a few pictures.
async fn feeder(appliance: &Appliance, camera: &str, showing: Showing) -> JoinSet<()> {
    let url =
        format!("ws://{}/ws/face-recognition?camera={camera}&token={}", appliance.address, appliance.admin);
    let (mut socket, _) = tokio_tungstenite::connect_async(url).await.unwrap();
    let mut feeding = JoinSet::new();
    feeding.spawn(async move {
        let mut ticks = tokio::time::interval(Duration::from_millis(100));
        for turn in 0_usize.. {
            ticks.tick().await;
            let pictures = Arc::clone(&showing.lock().unwrap());
            let picture = pictures[turn % pictures.len()].clone();
            if socket.send(Message::Binary(picture)).await.is_err() {
                return;
            }
            let looked_at = async {
                while let Some(Ok(message)) = socket.next().await {
                    if message.to_text().is_ok_and(|text| text.contains("\"face_detection\"")) {
                        return;
                    }
                }
            };
            // A picture that nobody looked at is nothing to wait for.
            let _ = tokio::time::timeout(Duration::from_secs(1), looked_at).await;
        }
    });
    feeding
}

/// Enrols `user` before a camera, at which `first` is shown, and whatever `then` says of the next wanted pose. What was
/// answered, and all that was told on the way.
async fn enrolled_before_a_camera(
    appliance: &Appliance,
    user: &str,
    first: Vec<Bytes>,
    then: impl Fn(&str) -> Option<Arc<Vec<Bytes>>>,
) -> (Reply, Vec<Value>) {
    appliance.clock_runs();
    appliance.admin(post("/cameras", &json!({ "id": "till-1", "source": "push:" }))).await.ok(201);
    let showing: Showing = Arc::new(Mutex::new(Arc::new(first)));
    let _feeding = feeder(appliance, "till-1", showing.clone()).await;
    let mut events = appliance.app.hub().subscribe(None).live;
    let mut told = Vec::new();
    let follow = async {
        loop {
            // One that fell behind hears the next.
            let Ok(event) = events.recv().await else { continue };
            let event: Value = serde_json::from_str(&event.text).unwrap();
            if event["type"] != "enrolment.progress" {
                continue;
            }
            if let Some(pictures) = event["wanted"][0].as_str().and_then(&then) {
                *showing.lock().unwrap() = pictures;
            }
            told.push(event);
        }
    };
    let ask = appliance.admin(post(format!("/users/{user}/faces"), &json!({ "camera": "till-1" })));
    let reply = tokio::select! { reply = ask => reply, () = follow => unreachable!("it follows for ever") };
    (reply, told)
}

/// A person who turns their head as they are asked to, by so many degrees to the left and to the right.
fn turning(moving: &Moving, left_deg: f32, right_deg: f32) -> impl Fn(&str) -> Option<Arc<Vec<Bytes>>> {
    let held = |yaw_deg| Arc::new(moving.held(Act { yaw_deg, ..Act::default() }));
    let poses = [("left", held(left_deg)), ("right", held(-right_deg))];
    move |wanted| poses.iter().find(|(pose, _)| *pose == wanted).map(|(_, pictures)| pictures.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_turns_as_asked_is_enrolled_straight_and_from_both_sides() {
    let appliance = seeing_with(&[("recognition.enrolment_camera_ms_max", "25000")]).await;
    let grace = appliance.payer("Grace", 0).await;
    let moving = Moving::of(&moving::GRACE);
    let turns = turning(&moving, 24.0, 30.0);
    let (reply, told) = enrolled_before_a_camera(&appliance, &grace, moving.resting(), turns).await;
    assert_eq!(reply.status, 201, "{} {told:?}", reply.text());
    let enrolled = reply.json();
    let poses = json!({ "done": ["straight", "left", "right"], "missing": [] });
    assert_eq!(enrolled["poses"], poses, "{enrolled} {told:?}");
    let (members, mean) = kinds(&appliance, &grace).await;
    assert_eq!((members, mean.is_some()), (3, true), "{enrolled}");
    let mut asked: Vec<&str> = told.iter().filter_map(|event| event["advice"].as_str()).collect();
    asked.dedup();
    let [straight, left, right] = ["straight at the camera", "to the left", "to the right"];
    assert!(
        asked.iter().zip([straight, left, right]).all(|(asked, part)| asked.ends_with(part)),
        "{asked:?}"
    );
    let aside = STANDARD.encode(moving.picture(Act { yaw_deg: 20.0, ..Act::default() }, 77));
    let who = appliance.admin(post("/identify", &json!({ "image": aside }))).await.ok(200);
    assert_eq!(who["faces"][0]["user"], json!(grace), "{who}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_out_of_view_for_a_moment_goes_on_where_they_were() {
    let appliance = seeing_with(&[("recognition.enrolment_camera_ms_max", "25000")]).await;
    let grace = appliance.payer("Grace", 0).await;
    let moving = Moving::of(&moving::GRACE);
    let left = moving.held(Act { yaw_deg: 24.0, ..Act::default() });
    // Long enough that the track is given up.
    let away = std::iter::repeat_n(Bytes::from_static(GREY), 15);
    let back = Arc::new(away.chain(left.iter().cycle().take(60).cloned()).collect::<Vec<_>>());
    let shown = |wanted: &str| (wanted == "left").then(|| back.clone());
    let (reply, told) = enrolled_before_a_camera(&appliance, &grace, moving.resting(), shown).await;
    let poses = json!({ "done": ["straight", "left"], "missing": ["right"] });
    assert_eq!(reply.json()["poses"], poses, "{} {told:?}", reply.text());
    assert!(told.iter().any(|event| event["reasons"] == json!(["no_face"])), "{told:?}");
    let began = told.iter().skip_while(|event| event["done"] == json!([]));
    assert!(began.clone().all(|event| event["done"][0] == "straight"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_that_is_turned_as_asked_shows_no_second_pose_and_is_told_why() {
    let appliance = seeing_with(&[("recognition.enrolment_camera_ms_max", "25000")]).await;
    let grace = appliance.payer("Grace", 0).await;
    let sheet = Moving::flat(&moving::GRACE);
    let turns = turning(&sheet, 30.0, 30.0);
    let (reply, told) = enrolled_before_a_camera(&appliance, &grace, sheet.resting(), turns).await;
    assert_eq!(reply.status, 201, "{} {told:?}", reply.text());
    let poses = json!({ "done": ["straight"], "missing": ["left", "right"] });
    assert_eq!(reply.json()["poses"], poses, "{told:?}");
    let after = told.iter().filter(|event| event["done"] == json!(["straight"]));
    let why: Vec<&Value> = after.map(|event| &event["reasons"]).collect();
    assert!(why.contains(&&json!(["turned_too_little"])), "{why:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_newest_picture_lacks_is_told_with_what_to_do() {
    let changes =
        [("recognition.enrolment_camera_ms_max", "6000"), ("quality.enrolment.eye_distance_px_min", "900")];
    let appliance = seeing_with(&changes).await;
    let grace = appliance.payer("Grace", 0).await;
    let resting = Moving::of(&moving::GRACE).resting();
    let (reply, told) = enrolled_before_a_camera(&appliance, &grace, resting, |_| None).await;
    let refused = reply.refused(422, "face_quality").json();
    let event = told.iter().find(|event| event["reasons"] == json!(["too_small"]));
    let event = event.unwrap_or_else(|| panic!("{told:?}"));
    for faults in [&event["faults"], &refused["faults"]] {
        let fault = &faults[0];
        let named = (&fault["component"], &fault["allowed"], &fault["advice"]);
        assert_eq!(named, (&json!("inter_eye_distance"), &json!(900.0), &json!("Come closer.")), "{faults}");
    }
    let same = told.iter().filter(|event| event["reasons"] == json!(["too_small"])).count();
    assert!(same <= 2, "a figure that changes in every picture is no news: {same}");
    assert_eq!(kinds(&appliance, &grace).await, (0, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_steps_in_before_the_camera_is_not_enrolled_with_the_one_before() {
    let appliance = seeing_with(&[("recognition.enrolment_camera_ms_max", "8000")]).await;
    let grace = appliance.payer("Grace", 0).await;
    // Eileen is the first who looks straight; from then on it is Grace.
    let resting = Moving::of(&moving::EILEEN).resting();
    let other = Arc::new(Moving::of(&moving::GRACE).resting());
    let shown = |wanted: &str| (wanted != "straight").then(|| other.clone());
    let (reply, _) = enrolled_before_a_camera(&appliance, &grace, resting, shown).await;
    let who = appliance.admin(post("/identify", &json!({ "image": STANDARD.encode(EILEEN) }))).await.ok(200);
    assert_eq!(who["faces"][0]["reason"], "no_match", "{}", reply.text());
}
