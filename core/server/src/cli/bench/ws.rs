//! `facepay bench ws`: what WebSocket clients wait for. The appliance is one of its own in this process, and so are the
//! clients: both ends are in the figures.

mod appliance;
mod browser;
mod console;

use std::time::Duration;

use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use super::process;
use crate::cli::{Exit, Failure, offline};
use crate::demo;
use crate::settings::Settings;
use appliance::Appliance;

/// A client's end of a WebSocket.
type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// How much is asked of the appliance.
pub(super) struct Load {
    pub(super) consoles: usize,
    pub(super) events_per_second: u32,
    pub(super) browsers: usize,
    /// How long consoles are measured, and then browsers.
    pub(super) span: Duration,
}

/// Files that are open besides the two ends of each connection.
const FILES_BESIDES: usize = 256;
/// Recognition that has not ended by then hangs.
const STOPS_WITHIN: Duration = Duration::from_secs(2);

/// Measures consoles without recognition at work, then browsers without consoles.
pub(super) fn ws(settings: Settings, load: &Load) -> Result<Value, Failure> {
    files_suffice(load)?;
    let folder = tempfile::Builder::new().prefix("facepay-bench-").tempdir()?;
    let settings = appliance::settings(settings, folder.path(), load);
    let runtime = offline::runtime()?;
    let report = runtime.block_on(async {
        let appliance = Appliance::start(settings).await?;
        let report = measured(&appliance, load).await;
        appliance.stop().await;
        report
    });
    runtime.shutdown_timeout(STOPS_WITHIN);
    report
}

async fn measured(appliance: &Appliance, load: &Load) -> Result<Value, Failure> {
    let mut report = console::round(appliance, load).await;
    report["rss_mb"] = json!(process::resident_mb());
    if load.browsers > 0 {
        let pictures = demo::standing_payer_pictures().map_err(|error| Failure::failed(error.to_string()))?;
        appliance.enrol()?;
        report["recognition"] = browser::round(appliance, load, &pictures).await?;
        report["device"] = json!(vision_device(appliance)?);
    }
    Ok(report)
}

fn vision_device(appliance: &Appliance) -> Result<Value, Failure> {
    Ok(json!(appliance.app().vision()?.compute()))
}

/// Whether this process may open as many files as there are connections, both ends of them.
fn files_suffice(load: &Load) -> Result<(), Failure> {
    let wanted = 2 * (load.consoles + load.browsers) + FILES_BESIDES;
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    match open_files_max(&limits) {
        Some(allowed) if allowed < wanted => {
            let text = format!(
                "{wanted} open files are needed and {allowed} allowed; run `ulimit -n {wanted}` first"
            );
            Err(Failure::new(Exit::Unavailable, text))
        }
        _ => Ok(()),
    }
}

/// The soft limit; `None` where there is none.
fn open_files_max(limits: &str) -> Option<usize> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Percentiles in milliseconds; null of nothing.
fn percentiles(mut times: Vec<Duration>) -> Value {
    times.sort_unstable();
    let at = |share: f64| {
        let place = (times.len().saturating_sub(1) as f64 * share).round() as usize;
        times.get(place).map(|time| time.as_secs_f64() * 1e3)
    };
    json!({ "n": times.len(), "p50": at(0.5), "p95": at(0.95), "p99": at(0.99), "max": at(1.0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_of_open_files_is_the_one_in_force() {
        let limits = "Limit                     Soft Limit           Hard Limit           Units\n\
                      Max processes             7                    8                    processes\n\
                      Max open files            1024                 524288               files\n";
        assert_eq!(open_files_max(limits), Some(1024));
        assert_eq!(open_files_max(&limits.replace("1024  ", "unlimited  ")), None);
    }

    #[test]
    fn percentiles_are_of_the_times_in_order() {
        let times = (1..=100).rev().map(Duration::from_millis).collect();
        let expected = json!({ "n": 100, "p50": 51.0, "p95": 95.0, "p99": 99.0, "max": 100.0 });
        assert_eq!(percentiles(times), expected);
        assert!(percentiles(Vec::new())["p50"].is_null());
    }
}
