//! `/ws/events?after=seq`: sightings, checkouts, payments, cameras, plugins, as they happen.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tokio::sync::broadcast::error::RecvError;

use super::hub::{Event, Subscription};
use super::socket::{self, Closing, Socket};
use crate::api::Problem;
use crate::api::extract::Query;
use crate::app::App;
use crate::auth::Credential;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct After {
    after: Option<u64>,
    /// Read by the guard.
    #[serde(rename = "token")]
    _token: Option<String>,
}

/// Upgrades and then streams events until one side ends it.
pub(crate) async fn follow(
    State(app): State<App>,
    credential: Credential,
    Query(asked): Query<After>,
    mut request: Request,
) -> Result<Response, Problem> {
    let (response, handshake) = socket::accept(&app, &mut request)?;
    tokio::spawn(async move {
        let Some(socket) = handshake.open().await else { return };
        let mut follower = Follower { socket, last_sent: 0 };
        let closing = tokio::select! {
            closing = follower.stream(&app, asked.after) => closing,
            () = credential.lost(app.clone()) => Closing::Revoked,
        };
        // It learns where it stopped, and can come back with that number.
        let last_words = matches!(closing, Closing::TooSlow).then(|| resync(follower.last_sent, "too slow"));
        follower.socket.close(closing, last_words).await;
    });
    Ok(response.into_response())
}

struct Follower {
    socket: Socket,
    last_sent: u64,
}

impl Follower {
    async fn stream(&mut self, app: &App, after: Option<u64>) -> Closing {
        let Subscription { missed, gap, from, mut live } = app.hub().subscribe(after);
        self.last_sent = from;
        let told = resync(from, "events after the asked number are no longer kept");
        if gap && let Err(closing) = self.socket.send(told).await {
            return closing;
        }
        for event in missed {
            if let Err(closing) = self.tell(&event).await {
                return closing;
            }
        }
        let mut pings = tokio::time::interval(self.socket.ping_interval());
        loop {
            let sent = tokio::select! {
                () = app.stopping() => return Closing::Stopping,
                _ = pings.tick() => self.socket.ping().await,
                // Nothing is expected from the client; what it says changes nothing.
                said = self.socket.next() => said.map(drop),
                event = live.recv() => match event {
                    Ok(event) => self.tell(&event).await,
                    Err(RecvError::Lagged(_)) => Err(Closing::TooSlow),
                    Err(RecvError::Closed) => Err(Closing::Stopping),
                },
            };
            if let Err(closing) = sent {
                return closing;
            }
        }
    }

    async fn tell(&mut self, event: &Event) -> Result<(), Closing> {
        // What the socket has taken goes out before anything that is said later, even after a timeout.
        self.last_sent = event.seq;
        self.socket.send(event.text.as_str()).await
    }
}

fn resync(seq: u64, reason: &str) -> String {
    serde_json::json!({ "type": "resync", "seq": seq, "reason": reason }).to_string()
}
