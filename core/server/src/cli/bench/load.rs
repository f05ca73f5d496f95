//! `facepay bench load`: a day's crowd at once. Consoles that follow the events, clients that do not read what they are sent, and
//! requests at a fixed rate, for as long as it takes to see whether memory grows; then the appliance is stopped, and it is measured how
//! it lets go of everybody. The clients are another process: memory and processor time are the appliance's alone.

pub(super) mod crowd;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use self::crowd::{Crowd, Target};
use super::api::{PEOPLE, STOPS_WITHIN};
use super::{payments, process, ws};
use crate::app::App;
use crate::cli::appliance::{Appliance, alone_in};
use crate::cli::{Failure, offline};
use crate::metrics::ReasonLabels;
use crate::settings::Settings;

/// How much is asked of the appliance.
pub(super) struct Load {
    pub(super) consoles: usize,
    /// Clients that follow the events and never read.
    pub(super) slow: usize,
    pub(super) requests_per_second: u32,
    pub(super) span: Duration,
}

impl Load {
    /// By the command line's numbers.
    pub(super) fn new(consoles: u16, slow: u16, requests_per_second: u16, seconds: u32) -> Self {
        let span = Duration::from_secs(seconds.into());
        Self {
            consoles: consoles.into(),
            slow: slow.into(),
            requests_per_second: requests_per_second.into(),
            span,
        }
    }
}

/// The event by which consoles measure, so often a second.
const TICK: &str = "bench.tick";
const TICKS_PER_SECOND: u32 = 2;
/// Where somebody doesn't read, it comes so often and with so much beside it that what they don't read adds up: 640 KiB a second
/// for everybody.
const PADDED_PER_SECOND: u32 = 20;
const PADDING_BYTES: usize = 32 << 10;
/// Requests that may be under way: an appliance that is late has more of them, and is to answer them, not to refuse.
const REQUESTS_MAX: usize = 1_024;
/// How often it is looked whether one who doesn't read is still connected.
const LOOKS_EVERY: Duration = Duration::from_millis(100);
/// What is used while everything starts is not growth: memory is looked at after this share of the time.
const SETTLED_AFTER: f64 = 0.25;

/// Loads an appliance of its own for `load.span`, and stops it.
pub(super) fn load(mut settings: Settings, load: &Load) -> Result<Value, Failure> {
    // Both processes inherit the limit, and each has one end of every connection.
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
    let mut target =
        Target { base: appliance.base(), key: appliance.set_up("bench").await?, people: Vec::new() };
    for _ in 0..PEOPLE {
        target.people.push(payments::payer(appliance.app()).await?.to_string());
    }
    let (crowd, _connected) = Crowd::start(load, &target)?.says().await?;
    let (began, cpu_before) = (Instant::now(), process::cpu_time());
    let ticking = tokio::spawn(tick(appliance.app().clone(), load.slow > 0));
    let watching = tokio::spawn(watch(began, load.span));
    let evicting = tokio::spawn(evicted(appliance.app().clone(), load.slow, load.span));
    let (crowd, asked) = crowd.says().await?;
    let cpu = process::cpu_time().zip(cpu_before).map(|(now, before)| now.saturating_sub(before));
    let cpu_cores = cpu.map(|cpu| cpu.as_secs_f64() / began.elapsed().as_secs_f64());
    let memory = watching.await.unwrap_or_default();
    let slow = evicting.await.unwrap_or_default();
    ticking.abort();
    let drain = Instant::now();
    appliance.stop().await;
    let stopped_ms = drain.elapsed().as_secs_f64() * 1e3;
    let (_crowd, mut heard) = crowd.says().await?;
    heard["gone_ms"] = json!(drain.elapsed().as_secs_f64() * 1e3);
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
        "cpu_cores": cpu_cores,
        "requests": asked,
        "events": heard,
        "slow": slow,
        "memory": memory,
        "stopped_ms": stopped_ms,
    }))
}

/// Publishes what is measured by, for ever.
async fn tick(app: App, padded: bool) {
    let (bytes, per_second) = if padded { (PADDING_BYTES, PADDED_PER_SECOND) } else { (0, TICKS_PER_SECOND) };
    let padding = "x".repeat(bytes);
    let mut beats = tokio::time::interval(Duration::from_secs(1) / per_second);
    loop {
        beats.tick().await;
        let body = json!({ "at_us": app.now().0, "padding": padding });
        app.hub().publish(TICK, body.as_object().cloned().unwrap_or_else(Map::new));
    }
}

/// Waits until those who don't read are let go of. They can't tell: what ends a connection comes behind what they don't read.
async fn evicted(app: App, slow: usize, span: Duration) -> Value {
    let (began, mut last) = (Instant::now(), None);
    let gone = || app.metrics().ws_evicted.get_or_create(&ReasonLabels { reason: "too_slow" }).get();
    let mut evicted = 0;
    while evicted < slow as u64 && began.elapsed() < span {
        tokio::time::sleep(LOOKS_EVERY).await;
        if gone() > evicted {
            (evicted, last) = (gone(), Some(began.elapsed()));
        }
    }
    json!({ "clients": slow, "evicted": evicted, "after_s": last.map(|last| last.as_secs_f64()) })
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
