//! `/ws/events?after=seq`: sightings, checkouts, payments, cameras, plugins, as they happen.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use domain::CameraId;
use domain::role::Permission;
use http::StatusCode;
use pipeline::camera::Hold;
use serde::Deserialize;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

use super::hub::{Event, Subscription};
use super::socket::{self, Closing, Socket};
use crate::api::Problem;
use crate::api::extract::Query;
use crate::app::App;
use crate::auth::{Credential, Principal};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct After {
    after: Option<u64>,
    camera: Option<String>,
    /// Read by the guard.
    #[serde(rename = "token")]
    _token: Option<String>,
}

/// Upgrades and then streams events until one side ends it.
pub(crate) async fn follow(
    State(app): State<App>,
    principal: Principal,
    credential: Credential,
    Query(asked): Query<After>,
    mut request: Request,
) -> Result<Response, Problem> {
    let camera = asked.camera.as_deref().map(str::parse::<CameraId>).transpose();
    let camera = camera.map_err(|_| Problem::not_found("camera"))?;
    let wanted = Wanted::by(&principal, principal.narrowed(camera)?)?;
    let (response, handshake) = socket::accept(&app, &mut request)?;
    tokio::spawn(async move {
        let Some(socket) = handshake.open().await else { return };
        // Whoever follows one camera needs it: a till or a kiosk.
        let _hold = wanted.camera.as_deref().and_then(|camera| hold(&app, camera));
        let mut follower = Follower { socket, wanted, last_seen: 0, rests_until: Instant::now() };
        let closing = tokio::select! {
            closing = follower.stream(&app, asked.after) => closing,
            () = credential.lost(app.clone()) => Closing::Revoked,
        };
        // It learns where it stopped, and can come back with that number.
        let last_words = matches!(closing, Closing::TooSlow).then(|| resync(follower.last_seen, "too slow"));
        follower.socket.close(closing, last_words).await;
    });
    Ok(response.into_response())
}

/// Keeps what is decoded of a camera whole; none that does not run.
fn hold(app: &App, camera: &str) -> Option<Hold> {
    app.vision().ok()?.cameras().hold(&camera.parse().ok()?).ok()
}

/// Which events somebody gets.
struct Wanted {
    /// Those of this camera only.
    camera: Option<String>,
    /// Not those that are about people or the appliance.
    at_the_till_only: bool,
}

impl Wanted {
    /// Whoever may not see the system's state sees what happens at one camera: at a kiosk's own, for payers to see.
    fn by(principal: &Principal, camera: Option<CameraId>) -> Result<Self, Problem> {
        let at_the_till_only = !principal.may(Permission::SystemRead);
        if at_the_till_only && camera.is_none() {
            let detail =
                "follow one camera, by ?camera= or by a key that is for it; all events are for system.read";
            return Err(Problem::new(StatusCode::FORBIDDEN, "camera_needed", detail));
        }
        Ok(Self { camera: camera.map(|camera| camera.to_string()), at_the_till_only })
    }

    fn has(&self, event: &Event) -> bool {
        let there = self.camera.is_none() || event.camera == self.camera;
        let told = ["sighting", "camera.state"].contains(&event.kind.as_str());
        there && (!self.at_the_till_only || told || event.kind.starts_with("checkout."))
    }
}

/// All consoles together are written to no more often than this. What a write costs is the system's call, not the event: the more
/// consoles listen, the more events go out with one.
const WRITES_PER_SECOND_MAX: u32 = 20_000;
/// Events that go out with one write.
const GATHERED_MAX: usize = 64;

struct Follower {
    socket: Socket,
    wanted: Wanted,
    last_seen: u64,
    /// Events that come until then go out together.
    rests_until: Instant,
}

impl Follower {
    async fn stream(&mut self, app: &App, after: Option<u64>) -> Closing {
        let Subscription { missed, gap, from, mut live } = app.hub().subscribe(after);
        self.last_seen = from;
        let told = resync(from, "events after the asked number are no longer kept");
        if gap && let Err(closing) = self.socket.send(told).await {
            return closing;
        }
        for events in missed.chunks(GATHERED_MAX) {
            if let Err(closing) = self.tell(events).await {
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
                events = gathered(&mut live, self.rests_until) => match events {
                    Ok(events) => self.tell(&events).await,
                    Err(closing) => Err(closing),
                },
            };
            if let Err(closing) = sent {
                return closing;
            }
        }
    }

    async fn tell(&mut self, events: &[Arc<Event>]) -> Result<(), Closing> {
        for event in events {
            if self.wanted.has(event) {
                self.socket.feed(event.text.clone()).await?;
            }
            // What the socket has taken goes out before anything that is said later, even after a timeout.
            self.last_seen = event.seq;
        }
        self.socket.flush().await?;
        self.rests_until = Instant::now() + self.socket.share_of(WRITES_PER_SECOND_MAX);
        Ok(())
    }
}

/// The events that are there when the rest is over, or the next one. Dropped before it is done, it has taken none.
async fn gathered(live: &mut Receiver<Arc<Event>>, rests_until: Instant) -> Result<Vec<Arc<Event>>, Closing> {
    tokio::time::sleep_until(rests_until).await;
    let mut events = match live.recv().await {
        Ok(event) => vec![event],
        Err(RecvError::Lagged(_)) => return Err(Closing::TooSlow),
        Err(RecvError::Closed) => return Err(Closing::Stopping),
    };
    while events.len() < GATHERED_MAX
        && let Ok(event) = live.try_recv()
    {
        events.push(event);
    }
    Ok(events)
}

fn resync(seq: u64, reason: &str) -> String {
    serde_json::json!({ "type": "resync", "seq": seq, "reason": reason }).to_string()
}
