//! An appliance in this process, for commands that need one of their own: the demo and the benchmarks.

use std::net::SocketAddr;
use std::path::Path;

use serde_json::json;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::Failure;
use crate::app::App;
use crate::client::Client;
use crate::serve;
use crate::settings::Settings;

/// A running appliance; [`Appliance::stop`] ends it.
pub(super) struct Appliance {
    app: App,
    address: SocketAddr,
    end: oneshot::Sender<()>,
    served: JoinHandle<()>,
}

/// Has the appliance keep its data in `folder`, whatever else is configured, see no cameras but those it is told of, and take
/// as many requests as come.
pub(super) fn alone_in(settings: &mut Settings, folder: &Path) {
    settings.data.folder = folder.to_owned();
    settings.database.url = format!("sqlite:{}/facepay.db", folder.display());
    settings.redis.url.clear();
    settings.cameras.list.clear();
    settings.limits.key_per_s = 0;
    settings.limits.address_per_s = 0;
}

impl Appliance {
    /// Starts it and serves it.
    ///
    /// # Errors
    /// What keeps it from listening or from starting.
    pub(super) async fn start(settings: Settings) -> Result<Self, Failure> {
        let listener = serve::bind(settings.server.listen).await?;
        let address = listener.local_addr()?;
        let app = App::start(settings).await?;
        let (end, ended) = oneshot::channel::<()>();
        let served = tokio::spawn(serve::run(listener, app.clone(), async {
            // Also when the sender is gone: then the command is over.
            let _ = ended.await;
        }));
        Ok(Self { app, address, end, served })
    }

    pub(super) fn app(&self) -> &App {
        &self.app
    }

    /// Where it is reached: `http://…`.
    pub(super) fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Sets a new appliance up and gives the key of its admin.
    ///
    /// # Errors
    /// Why it gave no key.
    pub(super) async fn set_up(&self, name: &str) -> Result<String, Failure> {
        let code = self.app.open_setup_when_new().await.unwrap_or_default();
        let client = Client::new(&self.base(), None);
        let minted = client.post("/setup", &json!({ "code": code, "name": name })).await?;
        Ok(minted["key"].as_str().unwrap_or_default().to_owned())
    }

    /// Ends it as a signal would.
    pub(super) async fn stop(self) {
        let _ = self.end.send(());
        let _ = self.served.await;
        self.app.stop().await;
    }
}
