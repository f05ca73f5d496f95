//! One upgraded connection: the handshake, bounded sending, the closing codes.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use futures_util::{SinkExt, StreamExt};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::sync::OwnedSemaphorePermit;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Bytes, Message, Utf8Bytes};

use crate::api::Problem;
use crate::app::App;
use crate::metrics::ReasonLabels;

/// The subprotocol that clients may name; a token may ride along as `facepay.token.<token>`.
const SUBPROTOCOL: &str = "facepay.v1";
const WRITE_BUFFER_BYTES_MAX: usize = 256 * 1024;

/// Why we close, with the code that the client sees (RFC 6455 §7.4.1).
#[derive(Debug, Clone, Copy)]
pub(crate) enum Closing {
    /// The appliance stops: 1001.
    Stopping,
    /// The client is too slow, or missed events: 1013, try again.
    TooSlow,
    /// The message makes no sense here: 1003.
    Unsupported,
    /// The key was revoked, the session is over or the account was shut: 1008.
    Revoked,
    /// The other side closed.
    Theirs,
}

impl Closing {
    /// Why we close, as metrics name it.
    pub(crate) const REASONS: [&str; 4] = ["stopping", "too_slow", "unsupported", "revoked"];

    fn frame(self) -> Option<(CloseCode, &'static str)> {
        match self {
            Self::Stopping => Some((CloseCode::Away, "stopping")),
            Self::TooSlow => Some((CloseCode::Again, "too_slow")),
            Self::Unsupported => Some((CloseCode::Unsupported, "unsupported")),
            Self::Revoked => Some((CloseCode::Policy, "revoked")),
            Self::Theirs => None,
        }
    }
}

/// An open socket. It counts against `ws.clients_max` until it is dropped.
pub(crate) struct Socket {
    stream: WebSocketStream<TokioIo<Upgraded>>,
    app: App,
    _permit: OwnedSemaphorePermit,
}

/// A handshake that was accepted; the socket opens when the 101 is out.
pub(crate) struct Handshake {
    upgrade: OnUpgrade,
    app: App,
    permit: OwnedSemaphorePermit,
}

/// Checks the handshake and answers 101.
pub(crate) fn accept(app: &App, request: &mut Request) -> Result<(Response, Handshake), Problem> {
    let headers = request.headers();
    let key = handshake_key(headers).ok_or_else(|| {
        Problem::new(StatusCode::UPGRADE_REQUIRED, "websocket_expected", "connect with a WebSocket client")
            .with_header(header::UPGRADE, HeaderValue::from_static("websocket"))
    })?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let answer = response.headers_mut();
    answer.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    answer.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    if let Ok(value) = HeaderValue::try_from(derive_accept_key(key.as_bytes())) {
        answer.insert(header::SEC_WEBSOCKET_ACCEPT, value);
    }
    if offers_subprotocol(headers) {
        answer.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
    }
    let upgrade = request
        .extensions_mut()
        .remove::<OnUpgrade>()
        .ok_or_else(|| Problem::bad_request("upgrade_impossible", "this connection cannot be upgraded"))?;
    let permit = app.socket_permit().ok_or_else(|| {
        Problem::unavailable("websockets_full", "ws.clients_max sockets are open; try again")
    })?;
    Ok((response, Handshake { upgrade, app: app.clone(), permit }))
}

fn handshake_key(headers: &HeaderMap) -> Option<String> {
    let names = |name, word: &str| {
        let value = headers.get(name).and_then(|v: &HeaderValue| v.to_str().ok()).unwrap_or_default();
        value.split(',').any(|part| part.trim().eq_ignore_ascii_case(word))
    };
    let asked = names(header::CONNECTION, "upgrade")
        && names(header::UPGRADE, "websocket")
        && names(header::SEC_WEBSOCKET_VERSION, "13");
    let key = headers.get(header::SEC_WEBSOCKET_KEY)?.to_str().ok()?;
    (asked && key.len() == 24).then(|| key.to_owned())
}

fn offers_subprotocol(headers: &HeaderMap) -> bool {
    let offered = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|v| v.to_str().ok());
    offered.flat_map(|list| list.split(',')).any(|name| name.trim() == SUBPROTOCOL)
}

impl Handshake {
    /// The open socket; `None` when the client went away during the handshake.
    pub(crate) async fn open(self) -> Option<Socket> {
        let upgraded = self.upgrade.await.ok()?;
        let message_bytes_max = self.app.settings().ws.message_bytes_max;
        let config = WebSocketConfig::default()
            .max_message_size(Some(message_bytes_max))
            .max_frame_size(Some(message_bytes_max))
            .read_buffer_size(16 * 1024)
            .write_buffer_size(16 * 1024)
            .max_write_buffer_size(WRITE_BUFFER_BYTES_MAX);
        let io = TokioIo::new(upgraded);
        let stream = WebSocketStream::from_raw_socket(io, Role::Server, Some(config)).await;
        self.app.metrics().ws_clients.inc();
        Some(Socket { stream, app: self.app, _permit: self.permit })
    }
}

/// What a client said.
pub(crate) enum Said {
    Text(Utf8Bytes),
    Binary(Bytes),
}

impl Socket {
    /// The next text or binary message; pings are answered on the way.
    pub(crate) async fn next(&mut self) -> Result<Said, Closing> {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => return Ok(Said::Text(text)),
                Some(Ok(Message::Binary(bytes))) => return Ok(Said::Binary(bytes)),
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(Closing::Theirs),
            }
        }
    }

    /// Sends within `ws.send_timeout_ms`, or gives the client up.
    pub(crate) async fn send(&mut self, text: impl Into<Utf8Bytes>) -> Result<(), Closing> {
        self.send_message(Message::Text(text.into())).await
    }

    /// Asks a silent client whether it is still there.
    pub(crate) async fn ping(&mut self) -> Result<(), Closing> {
        self.send_message(Message::Ping(Bytes::new())).await
    }

    /// Takes a message that goes out with what is sent next, or by [`Socket::flush`].
    pub(crate) async fn feed(&mut self, text: Utf8Bytes) -> Result<(), Closing> {
        in_time(self.limit(), self.stream.feed(Message::Text(text))).await
    }

    /// Sends what was taken.
    pub(crate) async fn flush(&mut self) -> Result<(), Closing> {
        in_time(self.limit(), self.stream.flush()).await
    }

    async fn send_message(&mut self, message: Message) -> Result<(), Closing> {
        in_time(self.limit(), self.stream.send(message)).await
    }

    /// How long a client may take over what it is sent.
    fn limit(&self) -> Duration {
        Duration::from_millis(self.app.settings().ws.send_timeout_ms)
    }

    /// How long one of all open sockets waits for its next turn when all together have `turns` in a second.
    pub(crate) fn share_of(&self, turns: u32) -> Duration {
        let open = u32::try_from(self.app.metrics().ws_clients.get()).unwrap_or_default();
        Duration::from_secs(1) * open / turns
    }

    /// How often to ping.
    pub(crate) fn ping_interval(&self) -> Duration {
        Duration::from_millis(self.app.settings().ws.ping_interval_ms)
    }

    /// Says why, after the last words if there are any, and closes.
    pub(crate) async fn close(mut self, closing: Closing, last_words: Option<String>) {
        let Some((code, reason)) = closing.frame() else { return };
        self.app.metrics().ws_evicted.get_or_create(&ReasonLabels { reason }).inc();
        let frame = CloseFrame { code, reason: Utf8Bytes::from_static(reason) };
        let limit = self.limit();
        let goodbye = async {
            if let Some(text) = last_words {
                self.stream.send(Message::Text(text.into())).await?;
            }
            self.stream.close(Some(frame)).await?;
            while let Some(Ok(_)) = self.stream.next().await {}
            Ok::<(), tokio_tungstenite::tungstenite::Error>(())
        };
        // The client may be gone or stuck already: it is waited for no longer than for any message.
        let _ = tokio::time::timeout(limit, goodbye).await;
    }
}

async fn in_time(
    limit: Duration,
    sending: impl Future<Output = Result<(), tokio_tungstenite::tungstenite::Error>>,
) -> Result<(), Closing> {
    match tokio::time::timeout(limit, sending).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(Closing::Theirs),
        Err(_) => Err(Closing::TooSlow),
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.app.metrics().ws_clients.dec();
    }
}
