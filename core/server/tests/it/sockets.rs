//! WebSockets: events followed, resumed, ended properly.

use futures_util::StreamExt;
use http::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::client::{delete, get, post};
use crate::harness::Appliance;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn connect(appliance: &Appliance, path: &str) -> Result<Socket, Error> {
    connect_async(format!("ws://{}{path}", appliance.address)).await.map(|(socket, _)| socket)
}

/// The next event, pings aside.
async fn event(socket: &mut Socket) -> Value {
    loop {
        match socket.next().await.unwrap().unwrap() {
            Message::Text(text) => return serde_json::from_str(&text).unwrap(),
            Message::Ping(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

fn refused(result: Result<Socket, Error>) -> StatusCode {
    match result.err() {
        Some(Error::Http(response)) => response.status(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn events_are_followed_and_resumed() {
    let appliance = Appliance::start().await;
    let token = &appliance.admin;
    let mut socket = connect(&appliance, &format!("/ws/events?token={token}")).await.unwrap();
    appliance.payer("Ada", 100).await;
    let first = event(&mut socket).await;
    assert_eq!(first["type"], "wallet.funded");
    drop(socket);

    appliance.payer("Bo", 200).await;
    let seq = first["seq"].as_u64().unwrap();
    let mut again = connect(&appliance, &format!("/v1/ws/events?after={seq}&token={token}")).await.unwrap();
    let second = event(&mut again).await;
    assert_eq!((second["type"].as_str(), second["seq"].as_u64()), (Some("wallet.funded"), Some(seq + 1)));

    let mut lost = connect(&appliance, &format!("/ws/events?after=1&token={token}")).await.unwrap();
    let resync = event(&mut lost).await;
    assert_eq!(resync["type"], "resync");
    // What is kept begins with the plugins that were loaded.
    let oldest = event(&mut lost).await;
    assert_eq!((oldest["type"].as_str(), oldest["state"].as_str()), (Some("plugin.state"), Some("active")));
    assert_eq!(oldest["seq"].as_u64(), resync["seq"].as_u64().map(|seq| seq + 1));
    assert_eq!(event(&mut lost).await["seq"], first["seq"]);
}

/// A message as one of the appliance's parts publishes it.
fn about(camera: &str) -> serde_json::Map<String, Value> {
    serde_json::Map::from_iter([("camera".to_owned(), camera.into())])
}

#[tokio::test]
async fn a_kiosk_follows_what_happens_at_its_own_camera_and_nothing_else() {
    let appliance = Appliance::start().await;
    let key = async |role: &str, camera: Option<&str>| {
        let new = json!({ "name": role, "role": role, "camera": camera });
        appliance.admin(post("/keys", &new)).await.ok(201)["key"].as_str().unwrap().to_owned()
    };
    let (bound, free, staff) =
        (key("kiosk", Some("till-1")).await, key("kiosk", None).await, key("operator", Some("till-1")).await);
    let path = |key: &str, more: &str| format!("/ws/events?{more}token={key}");
    assert_eq!(refused(connect(&appliance, &path(&free, "")).await), 403);
    assert_eq!(refused(connect(&appliance, &path(&bound, "camera=till-2&")).await), 403);
    let at_the_till = ["sighting", "camera.state", "checkout.paid"];
    let heard_at_the_till = [&at_the_till[..], &["enrolment.progress"]].concat();
    let everything = [&heard_at_the_till[..], &["wallet.funded"]].concat();
    for (path, kinds) in [
        (path(&bound, ""), &at_the_till[..]),
        (path(&free, "camera=till-1&"), &at_the_till[..]),
        (path(&staff, ""), &heard_at_the_till[..]),
        (path(&appliance.admin, "camera=till-1&"), &heard_at_the_till[..]),
        (path(&appliance.admin, ""), &everything[..]),
    ] {
        let mut socket = connect(&appliance, &path).await.unwrap();
        for kind in ["sighting", "camera.state", "checkout.paid", "enrolment.progress"] {
            if kinds.len() < everything.len() {
                appliance.app.hub().publish(kind, about("till-2"));
            }
            appliance.app.hub().publish(kind, about("till-1"));
        }
        appliance.app.hub().publish("wallet.funded", tick(""));
        appliance.app.hub().publish("camera.state", about("till-1"));
        for kind in kinds.iter().chain(&["camera.state"]) {
            let event = event(&mut socket).await;
            assert_eq!(event["type"], *kind, "{path}: {event}");
            assert!(event["camera"] == "till-1" || *kind == "wallet.funded", "{event}");
        }
    }
}

/// Everything up to the closing code: the last number of an event, the last text, the code.
async fn to_the_end(mut socket: Socket) -> (u64, Value, Option<CloseCode>) {
    let (mut last_event, mut last) = (0, Value::Null);
    while let Some(Ok(message)) = socket.next().await {
        match message {
            Message::Text(text) => last = serde_json::from_str(&text).unwrap(),
            Message::Close(frame) => return (last_event, last, frame.map(|frame| frame.code)),
            _ => continue,
        }
        if last["type"] != "resync" {
            last_event = last["seq"].as_u64().unwrap();
        }
    }
    (last_event, last, None)
}

fn tick(padding: &str) -> serde_json::Map<String, Value> {
    serde_json::Map::from_iter([("padding".to_owned(), padding.into())])
}

fn check_resync(end: (u64, Value, Option<CloseCode>)) {
    let (last_event, last, code) = end;
    assert_eq!((last["type"].as_str(), code), (Some("resync"), Some(CloseCode::Again)), "{last}");
    assert_eq!(last["seq"].as_u64(), Some(last_event), "it goes on after what it got");
}

#[tokio::test]
async fn events_that_come_together_go_out_together_in_their_order_and_none_is_lost() {
    let appliance = Appliance::start().await;
    let path = format!("/ws/events?token={}", appliance.admin);
    let mut socket = connect(&appliance, &path).await.unwrap();
    appliance.app.hub().publish("tick", tick(""));
    let mut last = event(&mut socket).await["seq"].as_u64().unwrap();
    for together in [1, 500, 2, 1_000] {
        (0..together).for_each(|_| appliance.app.hub().publish("tick", tick("of many")));
        for _ in 0..together {
            let next = event(&mut socket).await["seq"].as_u64();
            assert_eq!(next, Some(last + 1));
            last += 1;
        }
    }
}

#[tokio::test]
async fn a_client_that_misses_events_is_told_where_to_resume_and_closed() {
    let appliance = Appliance::start().await;
    let path = format!("/ws/events?token={}", appliance.admin);
    let mut socket = connect(&appliance, &path).await.unwrap();
    appliance.app.hub().publish("tick", tick(""));
    let first = event(&mut socket).await["seq"].as_u64().unwrap();
    // On this one thread nothing is sent meanwhile, and more come than wait for one listener.
    (0..1_100).for_each(|_| appliance.app.hub().publish("tick", tick("")));
    let (_, last, code) = to_the_end(socket).await;
    assert_eq!((last["type"].as_str(), code), (Some("resync"), Some(CloseCode::Again)), "{last}");
    assert_eq!(last["seq"].as_u64(), Some(first));
}

#[tokio::test]
async fn a_client_that_takes_too_long_is_told_where_to_resume_and_closed() {
    let appliance = Appliance::start_with(&[("ws.send_timeout_ms", "5000")]).await;
    let path = format!("/ws/events?token={}", appliance.admin);
    let socket = connect(&appliance, &path).await.unwrap();
    // More than the buffers on the way hold, and nobody reads.
    let padding = "x".repeat(200_000);
    (0..200).for_each(|_| appliance.app.hub().publish("tick", tick(&padding)));
    let evicted = "facepay_ws_evicted_total{reason=\"too_slow\"} 1";
    while !appliance.send(get("/metrics")).await.text().contains(evicted) {}
    check_resync(to_the_end(socket).await);
}

#[tokio::test]
async fn a_revoked_key_and_a_shut_account_lose_their_sockets() {
    let appliance = Appliance::start_with(&[("ws.ping_interval_ms", "20")]).await;
    let minted = appliance.admin(post("/keys", &json!({ "name": "till", "role": "operator" }))).await.ok(201);
    let path = format!("/ws/events?token={}", minted["key"].as_str().unwrap());
    let socket = connect(&appliance, &path).await.unwrap();
    appliance.admin(delete(format!("/keys/{}", minted["id"].as_str().unwrap()))).await.ok(204);
    assert_eq!(to_the_end(socket).await.2, Some(CloseCode::Policy));

    let new = json!({ "name": "ada", "password": "correct horse", "role": "operator" });
    let ada = appliance.admin(post("/operators", &new)).await.ok(201);
    let login = post("/operators/login", &json!({ "name": "ada", "password": "correct horse" }));
    let session = appliance.send(login).await.ok(200);
    let path = format!("/ws/events?token={}", session["token"].as_str().unwrap());
    let socket = connect(&appliance, &path).await.unwrap();
    appliance.admin(delete(format!("/operators/{}", ada["id"].as_str().unwrap()))).await.ok(204);
    assert_eq!(to_the_end(socket).await.2, Some(CloseCode::Policy));
}

#[tokio::test]
async fn a_token_may_come_in_the_header_or_the_subprotocol() {
    let appliance = Appliance::start().await;
    let request = |name: &'static str, value: String| {
        let mut request = format!("ws://{}/ws/events", appliance.address).into_client_request().unwrap();
        request.headers_mut().insert(name, value.parse().unwrap());
        request
    };
    let bearer = request("authorization", format!("Bearer {}", appliance.admin));
    connect_async(bearer).await.unwrap();
    let protocol =
        request("sec-websocket-protocol", format!("facepay.v1, facepay.token.{}", appliance.admin));
    let (_, response) = connect_async(protocol).await.unwrap();
    assert_eq!(response.headers()["sec-websocket-protocol"], "facepay.v1");
}

#[tokio::test]
async fn a_socket_without_credentials_role_or_handshake_is_refused() {
    let appliance = Appliance::start_with(&[("ws.clients_max", "1")]).await;
    assert_eq!(refused(connect(&appliance, "/ws/events").await), 401);
    let kiosk = appliance.key("kiosk").await;
    assert_eq!(refused(connect(&appliance, &format!("/ws/events?token={kiosk}")).await), 403);
    appliance.admin(get("/ws/events")).await.refused(426, "websocket_expected");
    let path = format!("/ws/events?token={}", appliance.admin);
    let _held = connect(&appliance, &path).await.unwrap();
    assert_eq!(refused(connect(&appliance, &path).await), 503);
}

#[tokio::test]
async fn a_stopping_appliance_says_goodbye_with_1001() {
    let mut appliance = Appliance::start().await;
    let mut socket = connect(&appliance, &format!("/ws/events?token={}", appliance.admin)).await.unwrap();
    let goodbye = tokio::spawn(async move {
        while let Some(Ok(message)) = socket.next().await {
            if let Message::Close(frame) = message {
                return frame.map(|frame| frame.code);
            }
        }
        None
    });
    appliance.stop().await;
    assert_eq!(goodbye.await.unwrap(), Some(CloseCode::Away));
}
