//! `facepay bench ws`: what WebSocket clients wait for. The appliance is one of its own in this process, and so are the
//! clients: both ends are in the figures.

mod browser;
mod console;

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use super::figures::percentiles;
use super::{pipeline, process};
use crate::app::App;
use crate::cli::appliance::{Appliance, alone_in};
use crate::cli::{Exit, Failure, offline};
use crate::demo;
use crate::settings::Settings;

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

/// The appliance and the key of its admin.
struct Served<'a> {
    appliance: &'a Appliance,
    key: String,
}

/// Requests besides the WebSockets that are open at one time.
const CONNECTIONS_BESIDES: usize = 8;
/// Files that are open besides the ends of connections.
const FILES_BESIDES: usize = 256;
/// Recognition that has not ended by then hangs.
const STOPS_WITHIN: Duration = Duration::from_secs(2);

/// Measures consoles without recognition at work, then browsers without consoles.
pub(super) fn ws(settings: Settings, load: &Load) -> Result<Value, Failure> {
    files_suffice(2 * (load.consoles + load.browsers))?;
    let folder = tempfile::Builder::new().prefix("facepay-bench-").tempdir()?;
    let settings = adapted(settings, folder.path(), load);
    let runtime = offline::runtime()?;
    let report = runtime.block_on(async {
        let appliance = Appliance::start(settings).await?;
        let report =
            measured(&Served { key: appliance.set_up("bench").await?, appliance: &appliance }, load).await;
        appliance.stop().await;
        report
    });
    runtime.shutdown_timeout(STOPS_WITHIN);
    report
}

async fn measured(served: &Served<'_>, load: &Load) -> Result<Value, Failure> {
    let mut report = console::round(served, load).await;
    report["rss_mb"] = json!(process::resident_mb());
    if load.browsers > 0 {
        let pictures = demo::standing_payer_pictures().map_err(|error| Failure::failed(error.to_string()))?;
        pipeline::enrol(served.app().vision()?.pipeline())?;
        report["recognition"] = browser::round(served, load, &pictures).await?;
        report["device"] = json!(served.app().vision()?.compute());
    }
    Ok(report)
}

/// The settings of this machine, on data of its own and with room for the clients.
fn adapted(mut settings: Settings, folder: &Path, load: &Load) -> Settings {
    let clients = load.consoles + load.browsers;
    alone_in(&mut settings, folder);
    settings.server.listen = SocketAddr::from(([127, 0, 0, 1], 0));
    settings.server.connections_max = clients + CONNECTIONS_BESIDES;
    settings.ws.clients_max = clients;
    settings.recognition.enabled = load.browsers > 0;
    settings.cameras.count_max = load.browsers.max(1);
    // The browsers of a benchmark show the same pictures again and again.
    settings.cameras.loop_s_max = 0;
    settings
}

impl Served<'_> {
    fn app(&self) -> &App {
        self.appliance.app()
    }

    /// Opens a WebSocket as the admin.
    async fn connect(&self, path: &str) -> Result<Socket, tokio_tungstenite::tungstenite::Error> {
        let url = format!("{}{path}?token={}", self.appliance.base().replacen("http", "ws", 1), self.key);
        Ok(tokio_tungstenite::connect_async(url).await?.0)
    }
}

/// Whether this process may open as many files as it has ends of connections.
pub(super) fn files_suffice(ends: usize) -> Result<(), Failure> {
    let wanted = ends + FILES_BESIDES;
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
}
