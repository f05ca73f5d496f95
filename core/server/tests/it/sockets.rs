//! WebSockets: events followed, resumed, ended properly.

use futures_util::StreamExt;
use http::StatusCode;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::client::get;
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
    assert_eq!(event(&mut lost).await["type"], "resync");
    assert_eq!(event(&mut lost).await["seq"], first["seq"]);
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
