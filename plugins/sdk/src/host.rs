//! What a plugin can ask of the host that loaded it.

use std::sync::Arc;

use crate::inference::{Inference, InferenceService};
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
}

impl Host {
    pub(crate) fn new(services: Arc<dyn Services>) -> Self {
        Self { services }
    }

    /// A host inside the process, without the C boundary: for a plugin's own tests. It keeps no log.
    pub fn local(inference: Option<Arc<dyn InferenceService>>) -> Self {
        Self::new(Arc::new(Local { inference, secrets: None }))
    }

    /// As [`Self::local`], with keys instead of networks.
    pub fn local_with_secrets(secrets: Arc<dyn SecretService>) -> Self {
        Self::new(Arc::new(Local { inference: None, secrets: Some(secrets) }))
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
}

struct Local {
    inference: Option<Arc<dyn InferenceService>>,
    secrets: Option<Arc<dyn SecretService>>,
}

impl Services for Local {
    fn log(&self, _level: Level, _message: &str) {}

    fn inference(&self) -> Option<Arc<dyn InferenceService>> {
        self.inference.clone()
    }

    fn secrets(&self) -> Option<Arc<dyn SecretService>> {
        self.secrets.clone()
    }
}
