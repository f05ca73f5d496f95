//! A camera is pinned to the device that was first found: another one pays nothing until somebody accepts it.

use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::client::{get, patch, post};
use crate::harness::Appliance;
use crate::moving::{EILEEN, Moving};
use crate::vision::seeing;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

fn pictures() -> &'static [Bytes] {
    static PICTURES: OnceLock<Vec<Bytes>> = OnceLock::new();
    PICTURES.get_or_init(|| Moving::of(&EILEEN).resting())
}

async fn client(appliance: &Appliance, key: &str) -> Socket {
    let url = format!("ws://{}/ws/face-recognition?camera=till-1&token={key}", appliance.address);
    connect_async(url).await.unwrap().0
}

/// Pushes moving pictures until the camera is in this state; the camera.
async fn shown(appliance: &Appliance, socket: &mut Socket, state: &str) -> Value {
    for picture in pictures().iter().cycle().take(300).cloned() {
        socket.send(Message::Binary(picture)).await.unwrap();
        // The answer to a picture, or a moment without one.
        let _ = tokio::time::timeout(Duration::from_millis(100), socket.next()).await;
        let camera = appliance.admin(get("/cameras/till-1")).await.ok(200);
        if camera["health"]["state"] == state {
            return camera;
        }
    }
    panic!("the camera never was {state}")
}

/// The first error that a client is told.
async fn refused(socket: &mut Socket) -> Value {
    loop {
        let message = tokio::time::timeout(Duration::from_secs(30), socket.next()).await;
        if let Message::Text(text) = message.unwrap().unwrap().unwrap() {
            let message: Value = serde_json::from_str(&text).unwrap();
            if message["type"] == "error" {
                return message;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_client_at_a_camera_pays_nothing_until_it_is_accepted_even_after_a_restart() {
    let appliance = seeing().await;
    appliance.clock_runs();
    appliance.admin(post("/cameras", &json!({ "id": "till-1", "source": "push:" }))).await.ok(201);
    let accept = || post("/cameras/till-1/accept", &json!({}));
    let (first, second) = (appliance.key("kiosk").await, appliance.key("kiosk").await);
    let mut own = client(&appliance, &first).await;
    shown(&appliance, &mut own, "live").await;
    appliance.admin(accept()).await.refused(409, "camera_not_replaced");
    // One client at a time, but the same one may come back before its old connection is known to be gone.
    assert_eq!(refused(&mut client(&appliance, &second).await).await["code"], "camera_busy");
    let mut again = client(&appliance, &first).await;
    shown(&appliance, &mut again, "live").await;
    drop((own, again));

    let mut other = loop {
        let mut other = client(&appliance, &second).await;
        other.send(Message::Binary(pictures()[0].clone())).await.unwrap();
        // The connection before it is gone when the camera is free.
        let answer = tokio::time::timeout(Duration::from_millis(500), other.next()).await;
        let busy = matches!(&answer, Ok(Some(Ok(Message::Text(text)))) if text.contains("camera_busy"));
        if !busy {
            break other;
        }
    };
    let camera = shown(&appliance, &mut other, "replaced").await;
    assert!(camera["health"]["reason"].as_str().unwrap().ends_with("client"), "{camera}");
    drop(other);

    let again = [
        ("recognition.enabled", "true"),
        ("compute.device", "cpu"),
        ("compute.weights_folder", crate::vision::WEIGHTS),
    ];
    let appliance = appliance.restarted(&again).await;
    let mut own = client(&appliance, &first).await;
    shown(&appliance, &mut own, "replaced").await;
    // That the first one is back hides nothing; accepted is whatever is there.
    appliance.admin(accept()).await.ok(200);
    shown(&appliance, &mut own, "live").await;
    drop(own);
    // Whoever saves the source anew pins it anew.
    appliance.admin(patch("/cameras/till-1", &json!({ "source": "push:" }))).await.ok(200);
    let mut other = client(&appliance, &second).await;
    shown(&appliance, &mut other, "live").await;
}
