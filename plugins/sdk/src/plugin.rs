//! What every plugin is: its description, its settings and its life.

use serde::de::DeserializeOwned;

use crate::abi;
use crate::error::Result;
use crate::host::Host;

/// What a plugin says about itself. Its interfaces are the traits named in [`export_plugin!`](crate::export_plugin).
#[derive(Debug, Clone, Copy)]
pub struct Descriptor {
    /// Reverse DNS, for example `org.facepay.payment-wallet`.
    pub id: &'static str,
    /// SemVer 2.
    pub version: &'static str,
    /// Who answers for it.
    pub vendor: &'static str,
    /// What an operator reads.
    pub name: &'static str,
    /// SPDX expression.
    pub licence: &'static str,
    /// Most calls at once on one instance, at least 1.
    pub max_concurrency: u32,
    /// Services without which the plugin cannot work.
    pub required_host_ext: &'static [HostExtension],
    /// JSON Schema 2020-12 of an object; empty when there are no settings. `"x-secret": true` marks secret handles.
    pub config_schema: &'static str,
}

/// An optional service of the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostExtension {
    /// Log lines.
    Log,
    /// Counters, gauges, histograms.
    Metrics,
    /// Files that the plugin's manifest lists.
    Artifact,
    /// Use of keys by handle.
    Secret,
    /// The host's threads.
    Executor,
    /// Frames that outlast their call.
    FrameRef,
    /// The host's networks.
    Inference,
}

impl HostExtension {
    /// The extension's id in the ABI.
    pub const fn id(self) -> &'static std::ffi::CStr {
        match self {
            Self::Log => abi::FP_HOST_LOG,
            Self::Metrics => abi::FP_HOST_METRICS,
            Self::Artifact => abi::FP_HOST_ARTIFACT,
            Self::Secret => abi::FP_HOST_SECRET,
            Self::Executor => abi::FP_HOST_EXECUTOR,
            Self::FrameRef => abi::FP_HOST_FRAME_REF,
            Self::Inference => abi::FP_HOST_INFERENCE,
        }
    }
}

/// What the host promises not to exceed while the instance is active.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most frames in one call.
    pub max_batch: u32,
    /// Most pixels per row.
    pub max_width: u32,
    /// Most rows.
    pub max_height: u32,
    /// Threads that the plugin may start.
    pub threads: u32,
}

/// Whether an instance is fit for work, and details for an operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Fit for work.
    pub fit: bool,
    /// One line, may be empty.
    pub detail: String,
}

impl Health {
    /// Fit for work, nothing to add.
    pub fn fit() -> Self {
        Self { fit: true, detail: String::new() }
    }
}

/// One kind of plugin. The life of an instance: `create`, `configure`, `activate`, calls, `deactivate`, drop.
///
/// `configure` may come again after `deactivate`. A panic anywhere poisons the instance: every later call fails.
pub trait Plugin: Sized + Send + Sync + 'static {
    /// What the plugin says about itself.
    const DESCRIPTOR: Descriptor;

    /// Its settings, read from JSON that the host has checked against the schema. Refuse unknown fields.
    type Config: DeserializeOwned;

    /// A new instance without settings. Does no work yet.
    fn create(host: Host) -> Result<Self>;

    /// Takes the settings. Fails with [`Error::Config`](crate::Error::Config) and says which setting is wrong.
    fn configure(&mut self, config: Self::Config) -> Result<()>;

    /// Opens models and allocates.
    fn activate(&mut self, limits: &Limits) -> Result<()> {
        let _ = limits;
        Ok(())
    }

    /// Lets go of what `activate` took.
    fn deactivate(&mut self) {}

    /// Whether the instance is fit for work.
    fn health(&self) -> Health {
        Health::fit()
    }
}
