//! A browser that is a camera: each answer says which of its pictures it is about.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::harness::Appliance;
use crate::moving::{GRACE, Moving};
use crate::vision::{GREY, seeing};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

const PATIENCE: Duration = Duration::from_secs(60);

async fn browser(appliance: &Appliance) -> Socket {
    let url = format!("ws://{}/ws/face-recognition?token={}", appliance.address, appliance.admin);
    connect_async(url).await.unwrap().0
}

/// The next message of this type.
async fn told(socket: &mut Socket, kind: &str) -> Value {
    loop {
        let message = tokio::time::timeout(PATIENCE, socket.next()).await.unwrap().unwrap().unwrap();
        if let Message::Text(text) = message {
            let message: Value = serde_json::from_str(&text).unwrap();
            if message["type"] == kind {
                return message;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_says_which_picture_it_is_about() {
    let appliance = seeing().await;
    appliance.clock_runs();
    let mut socket = browser(&appliance).await;
    socket.send(Message::Binary(Bytes::from_static(b"GIF89a"))).await.unwrap();
    let refused = told(&mut socket, "error").await;
    assert_eq!(
        (&refused["code"], &refused["frame"]),
        (&json!("picture_unsupported"), &json!(1)),
        "{refused}"
    );

    let frame = json!({ "type": "video_frame", "frame": "no base64!", "ts": 16.5 });
    socket.send(Message::text(frame.to_string())).await.unwrap();
    let refused = told(&mut socket, "error").await;
    assert_eq!((&refused["frame"], &refused["ts"]), (&json!(2), &json!(16.5)), "{refused}");

    let frame = json!({ "type": "video_frame", "frame": STANDARD.encode(GREY), "ts": 17 });
    socket.send(Message::text(frame.to_string())).await.unwrap();
    let seen = told(&mut socket, "face_detection").await;
    assert_eq!((&seen["frame"], &seen["ts"], &seen["faces"]), (&json!(3), &json!(17), &json!([])), "{seen}");

    let nobody = r#"{"type":"match_face"}"#;
    socket.send(Message::text(nobody)).await.unwrap();
    let refused = told(&mut socket, "error").await;
    assert_eq!((&refused["code"], refused.get("frame")), (&json!("no_match"), None), "{refused}");
}

/// Recognition has to keep up with the pictures.
mod by_the_clock {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_match_says_which_picture_decided() {
        let appliance = seeing().await;
        appliance.clock_runs();
        let mut socket = browser(&appliance).await;
        let mut beats = tokio::time::interval(Duration::from_millis(100));
        let (mut sent, mut seen) = (0_u64, Vec::new());
        let decided = 'looking: {
            for picture in Moving::of(&GRACE).resting().iter().cycle().take(600) {
                beats.tick().await;
                socket.send(Message::Binary(picture.clone())).await.unwrap();
                sent += 1;
                // What has come until the next picture is due.
                while let Ok(Some(Ok(message))) =
                    tokio::time::timeout(Duration::from_millis(50), socket.next()).await
                {
                    let Message::Text(text) = message else { continue };
                    let told: Value = serde_json::from_str(&text).unwrap();
                    let frame = told["frame"].as_u64().expect("the picture is known");
                    match told["type"].as_str() {
                        Some("face_detection") => seen.push(frame),
                        Some("face_match") => break 'looking frame,
                        _ => panic!("{told}"),
                    }
                }
            }
            panic!("nobody was recognised")
        };
        assert!(seen.is_sorted_by(|a, b| a < b) && decided <= sent, "{seen:?} {decided} {sent}");
        // Several agreeing pictures decide; the newest of them is the one that is named.
        assert!(decided >= seen[0] + 2, "{seen:?} {decided}");
    }
}
