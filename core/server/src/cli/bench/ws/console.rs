//! Consoles on `/ws/events`: how long an event takes from its publication to each of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::{Load, Served, Socket, percentiles};

/// Says that it begins, until every console has heard it.
const BEGIN: &str = "bench.begin";
const TICK: &str = "bench.tick";
const END: &str = "bench.end";
/// How often and for how long it is said.
const BEGIN_EVERY: Duration = Duration::from_millis(20);
const BEGIN_WITHIN: Duration = Duration::from_secs(10);
/// A console that has not heard of the end by then will not.
const END_WITHIN: Duration = Duration::from_secs(10);

/// What the benchmark's own events say.
#[derive(Deserialize)]
struct Event<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    /// When it was published: since all were connected.
    #[serde(default)]
    at_us: u64,
}

/// What one console heard.
#[derive(Default)]
struct Heard {
    times: Vec<Duration>,
    evicted: bool,
}

/// Measures `load.consoles` for `load.span`.
pub(super) async fn round(served: &Served<'_>, load: &Load) -> Value {
    let (mut sockets, mut errors) = (Vec::with_capacity(load.consoles), 0_usize);
    for _ in 0..load.consoles {
        match served.connect("/ws/events").await {
            Ok(socket) => sockets.push(socket),
            Err(_) => errors += 1,
        }
    }
    let connected = sockets.len();
    let (connected_at, ready) = (Instant::now(), Arc::new(AtomicUsize::new(0)));
    let listening = sockets.into_iter().map(|socket| listen(socket, connected_at, ready.clone()));
    let mut consoles: JoinSet<Heard> = listening.collect();
    while ready.load(Ordering::Relaxed) < connected && connected_at.elapsed() < BEGIN_WITHIN {
        served.app().hub().publish(BEGIN, Map::new());
        tokio::time::sleep(BEGIN_EVERY).await;
    }
    let begun = Instant::now();
    let published = publish(served, load, connected_at, begun).await;
    let took = begun.elapsed().as_secs_f64();
    let (mut times, mut evicted) = (Vec::new(), 0_usize);
    let all = async {
        while let Some(heard) = consoles.join_next().await {
            let heard = heard.unwrap_or_default();
            times.extend(heard.times);
            evicted += usize::from(heard.evicted);
        }
    };
    // What is missing then counts as dropped.
    let _ = tokio::time::timeout(END_WITHIN, all).await;
    let dropped = (published * connected).saturating_sub(times.len());
    let (heard, spread) = (times.len(), percentiles(times));
    json!({
        "clients": connected,
        "seconds": took,
        "events": published,
        "requests_per_second": heard as f64 / took,
        "n": spread["n"],
        "p50_ms": spread["p50"], "p95_ms": spread["p95"], "p99_ms": spread["p99"], "max_ms": spread["max"],
        "errors": errors,
        "dropped": dropped,
        "evicted": evicted,
    })
}

/// Publishes events at an even pace, and then the last one; how many there were before it.
async fn publish(served: &Served<'_>, load: &Load, connected_at: Instant, begun: Instant) -> usize {
    let mut beats = tokio::time::interval(Duration::from_secs(1) / load.events_per_second);
    let mut published = 0;
    while begun.elapsed() < load.span {
        beats.tick().await;
        let at = u64::try_from(connected_at.elapsed().as_micros()).unwrap_or(u64::MAX);
        let body =
            json!({ "at_us": at, "camera": "till-1", "state": "live", "from": "stalled", "reason": "" });
        served.app().hub().publish(TICK, body.as_object().cloned().unwrap_or_default());
        published += 1;
    }
    served.app().hub().publish(END, Map::new());
    published
}

async fn listen(mut socket: Socket, connected_at: Instant, ready: Arc<AtomicUsize>) -> Heard {
    let (mut heard, mut is_ready) = (Heard::default(), false);
    while let Some(Ok(message)) = socket.next().await {
        let text = match message {
            Message::Text(text) => text,
            Message::Close(frame) => {
                heard.evicted = frame.is_some_and(|frame| frame.code == CloseCode::Again);
                break;
            }
            _ => continue,
        };
        let now = connected_at.elapsed();
        match serde_json::from_str::<Event<'_>>(&text) {
            Ok(event) if event.kind == BEGIN && !is_ready => {
                ready.fetch_add(1, Ordering::Relaxed);
                is_ready = true;
            }
            Ok(event) if event.kind == TICK => {
                heard.times.push(now.saturating_sub(Duration::from_micros(event.at_us)));
            }
            Ok(event) if event.kind == END => break,
            _ => {}
        }
    }
    heard
}
