//! What a plugin can ask of the host that loaded it.

use std::sync::Arc;

use crate::artifacts::{ArtifactService, Artifacts};
use crate::executor::{Executor, ExecutorService};
use crate::frames::{FrameKeeper, Frames};
use crate::inference::{Inference, InferenceService};
use crate::metrics::{Metrics, MetricsService};
use crate::secrets::{SecretService, Secrets};

/// Severity of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Finest detail.
    Trace,
    /// For whoever looks for a fault.
    Debug,
    /// Worth knowing.
    Info,
    /// Works, but an operator should look.
    Warn,
    /// Something failed.
    Error,
}

/// The host, as a plugin sees it. Cheap to clone; works until the process ends, also after the instance that it was given to.
#[derive(Clone)]
pub struct Host {
    services: Arc<dyn Services>,
}

/// The services behind a [`Host`].
pub(crate) trait Services: Send + Sync {
    fn log(&self, level: Level, message: &str);
    fn inference(&self) -> Option<Arc<dyn InferenceService>>;
    fn secrets(&self) -> Option<Arc<dyn SecretService>>;
    fn metrics(&self) -> Option<Arc<dyn MetricsService>>;
    fn artifacts(&self) -> Option<Arc<dyn ArtifactService>>;
    fn executor(&self) -> Option<Arc<dyn ExecutorService>>;

    /// The memory for frames; a plugin's own tests have none.
    fn frames(&self) -> Option<Arc<dyn FrameKeeper>> {
        None
    }

    /// The instance is destroyed: what the host takes back is not used after this.
    fn shut(&self) {}
}

impl Host {
    pub(crate) fn new(services: Arc<dyn Services>) -> Self {
        Self { services }
    }

    /// A host inside the process, without the C boundary: for a plugin's own tests. It keeps no log.
    pub fn local(inference: Option<Arc<dyn InferenceService>>) -> Self {
        Self::local_with(LocalServices { inference, ..LocalServices::default() })
    }

    /// As [`Self::local`], with keys instead of networks.
    pub fn local_with_secrets(secrets: Arc<dyn SecretService>) -> Self {
        Self::local_with(LocalServices { secrets: Some(secrets), ..LocalServices::default() })
    }

    /// As [`Self::local`], with these services.
    pub fn local_with(services: LocalServices) -> Self {
        Self::new(Arc::new(services))
    }

    /// Writes one line to the host's log. Never a name, template, image, token or card number.
    pub fn log(&self, level: Level, message: &str) {
        self.services.log(level, message);
    }

    /// The host's networks, where the host offers them.
    pub fn inference(&self) -> Option<Inference> {
        self.services.inference().map(Inference::new)
    }

    /// The host's keys, where the host offers them.
    pub fn secrets(&self) -> Option<Secrets> {
        self.services.secrets().map(Secrets::new)
    }

    /// The host's metrics, where the host offers them.
    pub fn metrics(&self) -> Option<Metrics> {
        self.services.metrics().map(Metrics::new)
    }

    /// The files of the plugin's package, where it came in one.
    pub fn artifacts(&self) -> Option<Artifacts> {
        self.services.artifacts().map(Artifacts::new)
    }

    /// The host's threads; where it offers none, the caller's own.
    pub fn executor(&self) -> Executor {
        Executor::new(self.services.executor())
    }

    /// Memory for frames that outlast their call, where the host offers it.
    pub fn frames(&self) -> Option<Frames> {
        self.services.frames().map(Frames::new)
    }

    /// Shuts away what the host takes back when the instance is destroyed.
    pub(crate) fn shut(&self) {
        self.services.shut();
    }
}

/// What a [`Host`] without the C boundary has: each may be a test's own.
#[derive(Clone, Default)]
pub struct LocalServices {
    /// Networks.
    pub inference: Option<Arc<dyn InferenceService>>,
    /// Keys.
    pub secrets: Option<Arc<dyn SecretService>>,
    /// Metrics.
    pub metrics: Option<Arc<dyn MetricsService>>,
    /// Files.
    pub artifacts: Option<Arc<dyn ArtifactService>>,
    /// Threads.
    pub executor: Option<Arc<dyn ExecutorService>>,
}

impl Services for LocalServices {
    fn log(&self, _level: Level, _message: &str) {}

    fn inference(&self) -> Option<Arc<dyn InferenceService>> {
        self.inference.clone()
    }

    fn secrets(&self) -> Option<Arc<dyn SecretService>> {
        self.secrets.clone()
    }

    fn metrics(&self) -> Option<Arc<dyn MetricsService>> {
        self.metrics.clone()
    }

    fn artifacts(&self) -> Option<Arc<dyn ArtifactService>> {
        self.artifacts.clone()
    }

    fn executor(&self) -> Option<Arc<dyn ExecutorService>> {
        self.executor.clone()
    }
}
