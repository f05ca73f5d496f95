//! `/ws/events?after=seq`: sightings, checkouts, payments, cameras, plugins, as they happen.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tokio::sync::broadcast::error::RecvError;

use super::hub::Subscription;
use super::socket::{self, Closing, Socket};
use crate::api::Problem;
use crate::api::extract::Query;
use crate::app::App;

const PING_EVERY: Duration = Duration::from_secs(20);

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
    Query(asked): Query<After>,
    mut request: Request,
) -> Result<Response, Problem> {
    let (response, handshake) = socket::accept(&app, &mut request)?;
    tokio::spawn(async move {
        let Some(mut socket) = handshake.open().await else { return };
        let closing = stream(&app, &mut socket, asked.after).await;
        socket.close(closing).await;
    });
    Ok(response.into_response())
}

async fn stream(app: &App, socket: &mut Socket, after: Option<u64>) -> Closing {
    let Subscription { missed, gap, mut live } = app.hub().subscribe(after);
    let resync = r#"{"type":"resync","reason":"events after the asked number are no longer kept"}"#;
    if gap && let Err(closing) = socket.send(resync).await {
        return closing;
    }
    for event in missed {
        if let Err(closing) = socket.send(event.text.as_str()).await {
            return closing;
        }
    }
    let mut pings = tokio::time::interval(PING_EVERY);
    loop {
        let sent = tokio::select! {
            () = app.stopping() => return Closing::Stopping,
            _ = pings.tick() => socket.ping().await,
            said = socket.next() => match said {
                // Nothing is expected from the client; what it says changes nothing.
                Ok(_) => Ok(()),
                Err(closing) => Err(closing),
            },
            event = live.recv() => match event {
                Ok(event) => socket.send(event.text.as_str()).await,
                Err(RecvError::Lagged(_)) => {
                    // It learns that it missed something, then reconnects with its last number.
                    let _ = socket.send(r#"{"type":"resync","reason":"too slow"}"#).await;
                    Err(Closing::TooSlow)
                }
                Err(RecvError::Closed) => Err(Closing::Stopping),
            },
        };
        if let Err(closing) = sent {
            return closing;
        }
    }
}
