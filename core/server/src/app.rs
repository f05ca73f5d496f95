//! The running appliance: what every handler and use case can reach.

use std::future::Future;
use std::sync::Arc;

use domain::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::api::Problem;
use crate::auth::Principal;
use crate::auth::setup::Setup;
use crate::auth::token::TokenHash;
use crate::metrics::Metrics;
use crate::settings::Settings;
use crate::ws::hub::Hub;

/// Tells the time; tests set it.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The appliance; cloning shares it.
#[derive(Clone)]
pub struct App(Arc<Parts>);

struct Parts {
    settings: Settings,
    clock: Clock,
    metrics: Metrics,
    hub: Hub,
    setup: Setup,
    sockets: Arc<Semaphore>,
    stopping: watch::Sender<bool>,
}

impl App {
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }
    pub(crate) fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }
    pub fn hub(&self) -> &Hub {
        &self.0.hub
    }
    pub fn now(&self) -> Timestamp {
        (self.0.clock)()
    }
    pub(crate) async fn principal(&self, _token: TokenHash) -> Result<Option<Principal>, Problem> {
        Ok(None)
    }
    pub(crate) fn socket_permit(&self) -> Option<OwnedSemaphorePermit> {
        self.0.sockets.clone().try_acquire_owned().ok()
    }
    pub(crate) fn begin_drain(&self) {
        self.0.stopping.send_replace(true);
    }
    pub(crate) fn stopping(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut stopping = self.0.stopping.subscribe();
        async move {
            // The sender lives as long as the app, which the caller holds.
            let _ = stopping.wait_for(|stopping| *stopping).await;
        }
    }
    pub(crate) async fn sockets_closed(&self) {
        let all = u32::try_from(self.settings().ws.clients_max).unwrap_or(u32::MAX);
        let _ = self.0.sockets.acquire_many(all).await;
    }
}
