//! The appliance that is measured: in this process, on a folder that is gone afterwards.

use std::net::SocketAddr;
use std::path::Path;

use serde_json::json;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{Load, Socket};
use crate::app::App;
use crate::cli::Failure;
use crate::cli::bench::pipeline;
use crate::client::Client;
use crate::serve;
use crate::settings::Settings;

/// Requests besides the WebSockets that are open at one time.
const CONNECTIONS_BESIDES: usize = 8;

/// A running appliance and the key of its admin.
pub(super) struct Appliance {
    app: App,
    address: SocketAddr,
    key: String,
    end: oneshot::Sender<()>,
    served: JoinHandle<()>,
}

/// The settings of this machine, on data of its own and with room for the clients.
pub(super) fn settings(mut settings: Settings, folder: &Path, load: &Load) -> Settings {
    let clients = load.consoles + load.browsers;
    settings.server.listen = SocketAddr::from(([127, 0, 0, 1], 0));
    settings.server.connections_max = clients + CONNECTIONS_BESIDES;
    settings.ws.clients_max = clients;
    settings.data.folder = folder.to_owned();
    settings.database.url = format!("sqlite:{}/facepay.db", folder.display());
    settings.redis.url.clear();
    settings.recognition.enabled = load.browsers > 0;
    settings.cameras.list.clear();
    settings.cameras.count_max = load.browsers.max(1);
    // The browsers of a benchmark show the same pictures again and again.
    settings.cameras.loop_s_max = 0;
    settings
}

impl Appliance {
    pub(super) async fn start(settings: Settings) -> Result<Self, Failure> {
        let listener = serve::bind(settings.server.listen).await?;
        let address = listener.local_addr()?;
        let app = App::start(settings).await?;
        let (end, ended) = oneshot::channel::<()>();
        let served = tokio::spawn(serve::run(listener, app.clone(), async {
            // Also when the sender is gone: then the benchmark is over.
            let _ = ended.await;
        }));
        let code = app.open_setup_when_new().await.unwrap_or_default();
        let client = Client::new(&format!("http://{address}"), None);
        let minted = client.post("/setup", &json!({ "code": code, "name": "bench" })).await?;
        let key = minted["key"].as_str().unwrap_or_default().to_owned();
        Ok(Self { app, address, key, end, served })
    }

    pub(super) fn app(&self) -> &App {
        &self.app
    }

    /// Opens a WebSocket as the admin.
    pub(super) async fn connect(&self, path: &str) -> Result<Socket, tokio_tungstenite::tungstenite::Error> {
        let url = format!("ws://{}{path}?token={}", self.address, self.key);
        Ok(tokio_tungstenite::connect_async(url).await?.0)
    }

    /// Puts the person of the pictures into the gallery.
    pub(super) fn enrol(&self) -> Result<(), Failure> {
        pipeline::enrol(self.app.vision()?.pipeline())
    }

    pub(super) async fn stop(self) {
        let _ = self.end.send(());
        let _ = self.served.await;
        self.app.stop().await;
    }
}
