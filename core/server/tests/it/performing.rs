//! A challenge from end to end: prompts go out on a socket, pictures of a face that answers them come in, a payment comes
//! out. The face is a portrait on an egg: what a program can do that hears the prompts, and so the limit of this layer.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use pipeline::simulate::attack::Act;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::client::{get, post};
use crate::harness::{Appliance, eur};
use crate::moving::{GRACE, Moving};
use crate::vision::{enrol, seeing_with};

/// One picture after the other comes no sooner: a camera has ten a second.
const PICTURE: Duration = Duration::from_millis(110);
/// Pictures at rest between a prompt and the movement: people take longer to react, nobody less.
const REACTION: usize = 4;
/// Strengths of a movement from its beginning to its end.
const COURSE: [f32; 6] = [0.4, 0.8, 1.0, 1.0, 0.7, 0.3];

/// How a face answers prompts.
type Answering = fn(&str) -> Act;

fn obey(gesture: &str) -> Act {
    let none = Act::default();
    match gesture {
        "turn_left" => Act { yaw_deg: 36.0, ..none },
        "turn_right" => Act { yaw_deg: -45.0, ..none },
        "nod" => Act { nod_deg: 17.0, ..none },
        "blink" => Act { closed: 1.0, ..none },
        "smile" => Act { smile: 1.1, ..none },
        other => panic!("unknown gesture {other}"),
    }
}

fn turn_the_other_way(gesture: &str) -> Act {
    let asked = obey(gesture);
    Act { yaw_deg: -asked.yaw_deg, ..asked }
}

fn tilt_the_sheet(gesture: &str) -> Act {
    let asked = obey(gesture);
    Act { yaw_deg: asked.yaw_deg.signum() * 60.0, ..asked }
}

fn ignore(_: &str) -> Act {
    Act::default()
}

fn scaled(act: Act, strength: f32) -> Act {
    Act {
        yaw_deg: act.yaw_deg * strength,
        nod_deg: act.nod_deg * strength,
        closed: act.closed * strength,
        smile: act.smile * strength,
        ..act
    }
}

/// Somebody at a browser's camera.
struct Performer {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// All pictures, made beforehand: the face at rest, and each answer.
    resting: Vec<Bytes>,
    answers: HashMap<String, Vec<Bytes>>,
    next: VecDeque<Bytes>,
    sent: usize,
    /// The challenges' phases, as they were told, each with its gesture or its reason.
    told: Vec<String>,
}

impl Performer {
    async fn at(appliance: &Appliance, moving: &Moving, answering: Answering) -> Self {
        let url =
            format!("ws://{}/ws/face-recognition?camera=till-1&token={}", appliance.address, appliance.admin);
        let (socket, _) = connect_async(url).await.unwrap();
        let gestures = ["turn_left", "turn_right", "nod", "blink", "smile"];
        let answer = |gesture: &str| {
            let course = COURSE.iter().zip(100..);
            course
                .map(|(strength, index)| moving.picture(scaled(answering(gesture), *strength), index))
                .collect()
        };
        let answers = gestures.map(|gesture| (gesture.to_owned(), answer(gesture))).into_iter().collect();
        let (next, told) = (VecDeque::new(), Vec::new());
        Self { socket, resting: moving.resting(), answers, next, sent: 0, told }
    }

    /// Sends a picture, then hears what is said until it was looked at, or for a second.
    async fn go_on(&mut self) {
        let rest = self.resting[self.sent % self.resting.len()].clone();
        let picture = self.next.pop_front().unwrap_or(rest);
        self.sent += 1;
        self.socket.send(Message::Binary(picture)).await.unwrap();
        let pause = tokio::time::sleep(PICTURE);
        let seen = tokio::time::timeout(Duration::from_secs(1), self.hear());
        // Either came first: a picture that nobody looked at is nothing to wait for.
        let (_, _) = tokio::join!(pause, seen);
    }

    async fn hear(&mut self) {
        while let Some(Ok(message)) = self.socket.next().await {
            let Message::Text(text) = message else { continue };
            let message: Value = serde_json::from_str(&text).unwrap();
            if message["type"] == "challenge" {
                self.challenged(&message);
            }
            if message["type"] == "face_detection" {
                return;
            }
        }
    }

    fn challenged(&mut self, message: &Value) {
        let text = |key: &str| message[key].as_str().unwrap_or_default().to_owned();
        let about = if message["phase"] == "prompt" { text("gesture") } else { text("reason") };
        self.told.push(format!("{} {about}", text("phase")).trim().to_owned());
        if message["phase"] == "prompt" {
            let rest = self.resting.iter().take(REACTION).cloned();
            self.next = rest.chain(self.answers[&about].clone()).collect();
        }
    }

    /// Goes on until the checkout has left `awaiting_payer`.
    async fn until_decided(&mut self, appliance: &Appliance, path: &str) -> Value {
        for _ in 0..600 {
            self.go_on().await;
            let checkout = appliance.admin(get(path)).await.ok(200);
            // The checkout may be decided before its camera is told.
            let is_told = self.told.last().is_some_and(|told| !told.starts_with("prompt"));
            if checkout["state"] != "awaiting_payer" && is_told {
                return checkout;
            }
        }
        panic!("nothing was decided: {:?}", self.told)
    }
}

/// An appliance that challenges everybody, with Grace enrolled and a checkout open for her.
async fn challenging(gestures: &str, step_ms_max: &str) -> (Appliance, String, String) {
    let changes = [
        ("challenge.amount_min", "1"),
        ("challenge.gestures", gestures),
        ("challenge.step_ms_max", step_ms_max),
        ("challenge.tries_max", "1"),
        ("checkout.deadline_ms_default", "300000"),
    ];
    let appliance = seeing_with(&changes).await;
    appliance.clock_runs();
    let grace = appliance.payer("Grace", 5000).await;
    enrol(&appliance, &grace, GRACE.jpeg).await.ok(201);
    appliance.admin(post("/cameras", &json!({ "id": "till-1", "source": "push:" }))).await.ok(201);
    let new = json!({ "camera": "till-1", "amount": eur(1250) });
    let opened = appliance.admin(post("/checkouts", &new).once("open")).await.ok(201);
    let path = format!("/checkouts/{}", opened["id"].as_str().unwrap());
    (appliance, grace, path)
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_what_the_camera_asks_pays_and_the_receipt_says_what_was_done() {
    let (appliance, grace, path) = challenging("5", "30000").await;
    let mut performer = Performer::at(&appliance, &Moving::of(&GRACE), obey).await;
    let found = performer.until_decided(&appliance, &path).await;
    assert_eq!(found["state"], "awaiting_confirmation", "{found} {:?}", performer.told);
    assert_eq!(found["user_id"], json!(grace));
    assert_eq!(performer.told.last().map(String::as_str), Some("passed"), "{:?}", performer.told);
    let paid = appliance.admin(post(format!("{path}/confirm"), &json!({})).once("yes")).await.ok(200);
    assert_eq!(paid["state"], "paid", "{paid}");
    assert_eq!(appliance.wallet(&grace).await, (3750, 3750, 0));
    let transaction = paid["transaction_id"].as_str().unwrap();
    let receipt = appliance.admin(get(format!("/receipts/{transaction}"))).await.ok(200);
    let text = receipt.to_string();
    for prompt in performer.told.iter().filter_map(|told| told.strip_prefix("prompt ")) {
        assert!(text.contains(prompt), "{prompt} is not in {text}");
    }
    assert_eq!(performer.told.len(), 6, "{:?}", performer.told);
}

/// What becomes of somebody who answers so, and is asked for one turn.
async fn refused(moving: Moving, answering: Answering, step_ms_max: &str) -> Vec<String> {
    let (appliance, grace, path) = challenging("1", step_ms_max).await;
    let mut performer = Performer::at(&appliance, &moving, answering).await;
    let found = performer.until_decided(&appliance, &path).await;
    assert_eq!(
        (&found["state"], &found["reason"]),
        (&json!("declined"), &json!("challenge_failed")),
        "{found}"
    );
    assert_eq!(appliance.wallet(&grace).await, (5000, 5000, 0));
    performer.told
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_turns_the_wrong_way_does_nothing_or_is_flat_does_not_pay() {
    for (moving, answering, step_ms_max, expected) in [
        (Moving::of(&GRACE), turn_the_other_way as Answering, "30000", "failed wrong_gesture"),
        (Moving::of(&GRACE), ignore, "4000", "failed late"),
        // A sheet that is turned by 60 degrees hardly seems to turn: no mesh takes it for a turned head.
        (Moving::flat(&GRACE), tilt_the_sheet, "10000", "failed late"),
    ] {
        let told = refused(moving, answering, step_ms_max).await;
        assert_eq!(told.last().map(String::as_str), Some(expected), "{told:?}");
    }
}
