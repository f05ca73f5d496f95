//! `facepay bench load`: a day's crowd at once. Consoles that follow the events, clients that do not read what they are sent, and
//! requests at a fixed rate, for as long as it takes to see whether memory grows; then the appliance is stopped, and it is measured how
//! it lets go of everybody. Appliance and clients are one process: both ends are in the figures.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::UserId;
use futures_util::StreamExt;
use parking_lot::Mutex;
use serde_json::{Map, Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use super::api::{PEOPLE, Request, STOPS_WITHIN};
use super::figures::percentiles;
use super::{payments, process, ws};
use crate::app::App;
use crate::cli::appliance::{Appliance, alone_in};
use crate::cli::{Failure, offline};
use crate::client::{Client, ClientError};
use crate::metrics::ReasonLabels;
use crate::settings::Settings;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// How much is asked of the appliance.
pub(super) struct Load {
    pub(super) consoles: usize,
    /// Clients that follow the events and never read.
    pub(super) slow: usize,
    pub(super) requests_per_second: u32,
    pub(super) span: Duration,
}

/// The event by which consoles measure, so often a second.
const TICK: &str = "bench.tick";
const TICKS_PER_SECOND: u32 = 2;
/// Where somebody doesn't read, it comes so often and with so much beside it that what they don't read adds up: 640 KiB a second
/// for everybody.
const PADDED_PER_SECOND: u32 = 20;
const PADDING_BYTES: usize = 32 << 10;
/// What the kernel keeps for one who doesn't read.
const UNREAD_BYTES: u32 = 4 << 10;
/// Who sends requests.
const REQUESTERS: usize = 16;
/// Requests that may be under way: an appliance that is late has more of them, and is to answer them, not to refuse.
const REQUESTS_MAX: usize = 1_024;
/// A console that was not let go of by then won't be.
const LET_GO_WITHIN: Duration = Duration::from_secs(30);
/// How often it is looked whether one who doesn't read is still connected.
const LOOKS_EVERY: Duration = Duration::from_millis(100);
/// What is used while everything starts is not growth: memory is looked at after this share of the time.
const SETTLED_AFTER: f64 = 0.25;

/// Loads an appliance of its own for `load.span`, and stops it.
pub(super) fn load(mut settings: Settings, load: &Load) -> Result<Value, Failure> {
    ws::files_suffice(load.consoles + load.slow + REQUESTS_MAX)?;
    let folder = tempfile::tempdir_in(".")?;
    alone_in(&mut settings, &folder.path().canonicalize()?);
    settings.server.listen = SocketAddr::from(([127, 0, 0, 1], 0));
    settings.server.connections_max = load.consoles + load.slow + REQUESTS_MAX;
    settings.ws.clients_max = load.consoles + load.slow;
    settings.recognition.enabled = false;
    payments::unlimited(&mut settings);
    let runtime = offline::runtime()?;
    let report = runtime.block_on(async {
        let appliance = Appliance::start(settings).await?;
        measured(appliance, load).await
    });
    runtime.shutdown_timeout(STOPS_WITHIN);
    report
}

async fn measured(appliance: Appliance, load: &Load) -> Result<Value, Failure> {
    let key = appliance.set_up("bench").await?;
    let mut people = Vec::with_capacity(PEOPLE);
    for _ in 0..PEOPLE {
        people.push(payments::payer(appliance.app()).await?);
    }
    let url = format!("{}/ws/events?token={key}", appliance.base().replacen("http", "ws", 1));
    let began = Instant::now();
    let mut consoles = JoinSet::new();
    for _ in 0..load.consoles {
        let socket = tokio_tungstenite::connect_async(&url).await;
        consoles.spawn(follow(socket.map_err(|error| Failure::failed(error.to_string()))?.0, began));
    }
    let mut slow = Vec::with_capacity(load.slow);
    for _ in 0..load.slow {
        slow.push(unread(&appliance, &url).await?);
    }
    let ticking = tokio::spawn(tick(appliance.app().clone(), began, load.slow > 0));
    let watching = tokio::spawn(watch(began, load.span));
    let evicting = tokio::spawn(evicted(appliance.app().clone(), slow, load.span));
    let asked = ask(&appliance.base(), &key, &people, load).await;
    let memory = watching.await.unwrap_or_default();
    let slow = evicting.await.unwrap_or_default();
    ticking.abort();
    let drain = Instant::now();
    appliance.stop().await;
    let stopped_ms = drain.elapsed().as_secs_f64() * 1e3;
    let heard = let_go(consoles, load.consoles).await;
    Ok(json!({
        "clients": load.consoles,
        "seconds": load.span.as_secs_f64(),
        "requests_per_second": asked["per_second"],
        "p50_ms": asked["ms"]["p50"], "p95_ms": asked["ms"]["p95"], "p99_ms": asked["ms"]["p99"],
        "max_ms": asked["ms"]["max"],
        "errors": asked["errors"],
        "dropped": heard["missed"],
        "evicted": heard["evicted"],
        "rss_mb": memory["end_mb"],
        "requests": asked,
        "events": heard,
        "slow": slow,
        "memory": memory,
        "stopped_ms": stopped_ms,
    }))
}

/// What one console heard.
#[derive(Default)]
struct Heard {
    times: Vec<Duration>,
    missed: bool,
    close: Option<CloseCode>,
}

async fn follow(mut socket: Socket, began: Instant) -> Heard {
    let mut heard = Heard::default();
    while let Some(Ok(message)) = socket.next().await {
        match message {
            Message::Text(text) => {
                let now = began.elapsed();
                // Most are of sales: to take them apart would cost more than to send them.
                if !text.contains(TICK) {
                    continue;
                }
                let Ok(event) = serde_json::from_str::<Value>(&text) else { continue };
                if event["type"] == TICK {
                    let at = Duration::from_micros(event["at_us"].as_u64().unwrap_or_default());
                    heard.times.push(now.saturating_sub(at));
                }
                heard.missed |= event["type"] == "resync";
            }
            Message::Close(frame) => heard.close = frame.map(|frame| frame.code),
            _ => {}
        }
    }
    heard
}

/// A client that takes in next to nothing.
async fn unread(appliance: &Appliance, url: &str) -> Result<Socket, Failure> {
    let failed = |error: &dyn std::error::Error| Failure::failed(error.to_string());
    let address = appliance.base().trim_start_matches("http://").parse().map_err(|error| failed(&error))?;
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(UNREAD_BYTES)?;
    let stream = socket.connect(address).await?;
    let opened = tokio_tungstenite::client_async(url, MaybeTlsStream::Plain(stream)).await;
    Ok(opened.map_err(|error| failed(&error))?.0)
}

/// Publishes what is measured by, for ever.
async fn tick(app: App, began: Instant, padded: bool) {
    let (bytes, per_second) = if padded { (PADDING_BYTES, PADDED_PER_SECOND) } else { (0, TICKS_PER_SECOND) };
    let padding = "x".repeat(bytes);
    let mut beats = tokio::time::interval(Duration::from_secs(1) / per_second);
    loop {
        beats.tick().await;
        let at = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        let body = json!({ "at_us": at, "padding": padding });
        app.hub().publish(TICK, body.as_object().cloned().unwrap_or_else(Map::new));
    }
}

/// Waits until those who don't read are let go of. They can't tell: what ends a connection comes behind what they don't read.
async fn evicted(app: App, slow: Vec<Socket>, span: Duration) -> Value {
    let (began, mut last) = (Instant::now(), None);
    let gone = || app.metrics().ws_evicted.get_or_create(&ReasonLabels { reason: "too_slow" }).get();
    let mut evicted = 0;
    while evicted < slow.len() as u64 && began.elapsed() < span {
        tokio::time::sleep(LOOKS_EVERY).await;
        if gone() > evicted {
            (evicted, last) = (gone(), Some(began.elapsed()));
        }
    }
    json!({ "clients": slow.len(), "evicted": evicted, "after_s": last.map(|last| last.as_secs_f64()) })
}

/// Asks at a fixed rate, whether earlier requests were answered or not; times are from when each was due.
async fn ask(base: &str, key: &str, people: &[UserId], load: &Load) -> Value {
    let clients: Vec<_> =
        (0..REQUESTERS).map(|_| Arc::new(Client::new(base, Some(key.to_owned())))).collect();
    let (began, errors) = (Instant::now(), Arc::new(Mutex::new(BTreeMap::<String, usize>::new())));
    let mut asking = JoinSet::new();
    let mut times = Vec::new();
    let pause = Duration::from_secs(1) / load.requests_per_second.max(1);
    let turns = Request::ROUND.into_iter().cycle().zip(clients.iter().cycle()).zip(people.iter().cycle());
    for (number, ((request, client), person)) in turns.enumerate() {
        let due = began + pause * u32::try_from(number).unwrap_or(u32::MAX);
        if load.requests_per_second == 0 || due >= began + load.span {
            break;
        }
        tokio::time::sleep_until(due.into()).await;
        let (client, person, errors) = (client.clone(), *person, errors.clone());
        asking.spawn(async move {
            if let Err(error) = request.send(&client, person).await {
                *errors.lock().entry(kind(&error)).or_default() += 1;
            }
            due.elapsed()
        });
        while let Some(done) = asking.try_join_next() {
            times.extend(done.ok());
        }
    }
    tokio::time::sleep_until((began + load.span).into()).await;
    while let Some(done) = asking.join_next().await {
        times.extend(done.ok());
    }
    let per_second = times.len() as f64 / began.elapsed().as_secs_f64();
    let failures = std::mem::take(&mut *errors.lock());
    let errors: usize = failures.values().sum();
    json!({ "per_second": per_second, "errors": errors, "failures": failures, "ms": percentiles(times) })
}

/// What went wrong, without who and what it was about.
fn kind(error: &ClientError) -> String {
    match error {
        ClientError::Refused { status, detail, .. } => {
            format!("{} {}", status.as_u16(), detail.split(':').next().unwrap_or_default())
        }
        ClientError::Unreachable { .. } => "unreachable".to_owned(),
    }
}

/// Looks at this process's memory once a second.
async fn watch(began: Instant, span: Duration) -> Value {
    let mut beats = tokio::time::interval(Duration::from_secs(1));
    let mut samples = Vec::new();
    while began.elapsed() < span {
        beats.tick().await;
        samples.extend(process::resident_mb().map(|mb| (began.elapsed().as_secs_f64() / 3_600.0, mb)));
    }
    let settled = &samples[(samples.len() as f64 * SETTLED_AFTER) as usize..];
    json!({
        "begin_mb": samples.first().map(|sample| sample.1),
        "end_mb": samples.last().map(|sample| sample.1),
        "slope_mb_per_h": slope(settled),
    })
}

/// The slope of the line that lies closest to the points (least squares); nothing where there is none.
fn slope(points: &[(f64, f64)]) -> Option<f64> {
    let n = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / n;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let along: f64 = points.iter().map(|point| (point.0 - x).powi(2)).sum();
    let up: f64 = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum();
    (along > 0.0).then(|| up / along)
}

/// Waits until every console was let go of.
async fn let_go(mut consoles: JoinSet<Heard>, connected: usize) -> Value {
    let (began, mut times) = (Instant::now(), Vec::new());
    let (mut missed, mut evicted, mut with_1001) = (0, 0, 0);
    let all = async {
        while let Some(heard) = consoles.join_next().await {
            let heard = heard.unwrap_or_default();
            times.extend(heard.times);
            missed += usize::from(heard.missed);
            evicted += usize::from(heard.close == Some(CloseCode::Again));
            with_1001 += usize::from(heard.close == Some(CloseCode::Away));
        }
    };
    let all_gone = tokio::time::timeout(LET_GO_WITHIN, all).await.is_ok();
    json!({
        "consoles": connected,
        "ms": percentiles(times),
        "missed": missed,
        "evicted": evicted,
        "closed_1001": with_1001,
        "all_gone": all_gone,
        "gone_ms": began.elapsed().as_secs_f64() * 1e3,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slope_is_that_of_the_line_between_the_points() {
        assert_eq!(slope(&[(0.0, 10.0), (1.0, 12.0), (2.0, 14.0)]), Some(2.0));
        assert_eq!(slope(&[(0.0, 5.0), (1.0, 5.0)]), Some(0.0));
        assert_eq!(slope(&[(1.0, 5.0)]), None);
    }
}
