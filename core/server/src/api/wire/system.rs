//! Status and plugins on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What runs and how it does.
#[derive(Serialize, ToSchema)]
pub(crate) struct Status {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    /// `ready`, `starting`, `draining` or `not_ready`.
    pub(crate) status: &'static str,
    pub(crate) features: Features,
}

/// Which parts are switched on.
#[derive(Serialize, ToSchema)]
pub(crate) struct Features {
    pub(crate) recognition: bool,
    pub(crate) payments: bool,
    /// `sqlite` or `postgresql`.
    pub(crate) database: &'static str,
    /// `in-process` or `redis`.
    pub(crate) cache: &'static str,
    /// Whether the first admin key is still to be made.
    pub(crate) setup_open: bool,
    /// Whether plugins that nobody vouches for are loaded (`plugins.allow_unsigned`).
    pub(crate) unsigned_plugins: bool,
    /// Whether staff also signs in through the house's identity provider (`oidc.issuer`).
    pub(crate) oidc: bool,
}

/// Whether payments can be taken now; the checks with `?verbose`.
#[derive(Serialize, ToSchema)]
pub(crate) struct Readiness {
    pub(crate) ready: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) checks: Vec<Check>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) compute: Option<Compute>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) decoders: Vec<String>,
}

/// One thing that must work.
#[derive(Serialize, ToSchema)]
pub(crate) struct Check {
    pub(crate) name: &'static str,
    pub(crate) ok: bool,
    pub(crate) detail: String,
}

/// The device that really runs the networks.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct Compute {
    /// `gpu`, `software_gpu` or `cpu`.
    pub(crate) kind: String,
    pub(crate) adapter: String,
    pub(crate) backend: String,
    pub(crate) driver: String,
    /// How numbers are kept between two steps of a network: `f32` or `f16`.
    pub(crate) precision: String,
    /// What warps pictures into the networks' inputs: `host`, or `device` where a GPU does.
    pub(crate) warp: String,
    pub(crate) threads: usize,
    /// Why this device.
    pub(crate) why: String,
}

/// What runs, on what, with how much room left.
#[derive(Serialize, ToSchema)]
pub(crate) struct System {
    pub(crate) version: &'static str,
    pub(crate) branch: String,
    /// `demo`, `production`, or empty.
    pub(crate) profile: String,
    #[schema(format = DateTime)]
    pub(crate) started_at: String,
    pub(crate) uptime_s: u64,
    /// The device that really runs the networks; absent where recognition is off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) device: Option<Compute>,
    /// By camera.
    pub(crate) decoders: Vec<String>,
    pub(crate) models: Vec<ModelInUse>,
    pub(crate) database: DatabaseInUse,
    /// `in-process` or `redis`.
    pub(crate) cache: &'static str,
    /// Of the data folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) disk: Option<Disk>,
    pub(crate) process: Process,
    pub(crate) ready: bool,
    pub(crate) checks: Vec<Check>,
}

/// Weights at work.
#[derive(Serialize, ToSchema)]
pub(crate) struct ModelInUse {
    pub(crate) name: String,
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub(crate) sha256: String,
    /// The space of its templates; of recognisers only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) model_tag: Option<u32>,
}

/// Where everything is kept.
#[derive(Serialize, ToSchema)]
pub(crate) struct DatabaseInUse {
    /// `sqlite` or `postgresql`.
    pub(crate) kind: &'static str,
    /// Of SQLite's files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bytes: Option<u64>,
}

/// Room on a disk.
#[derive(Default, Serialize, ToSchema)]
pub(crate) struct Disk {
    pub(crate) bytes_free: u64,
    pub(crate) bytes_total: u64,
}

/// The appliance's process, as the kernel counts it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Process {
    pub(crate) pid: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rss_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) threads: Option<u64>,
}

/// A plugin at work.
#[derive(Serialize, ToSchema)]
pub(crate) struct Plugin {
    pub(crate) id: String,
    pub(crate) version: String,
    pub(crate) vendor: String,
    pub(crate) licence: String,
    pub(crate) interfaces: Vec<String>,
    /// Of its library as it was loaded.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub(crate) sha256: String,
    /// `delivered` beside the binary, `signed` by a vendor whom the policy trusts, or `unsigned`.
    pub(crate) trust: &'static str,
    /// The vendor's key.
    pub(crate) key_id: Option<String>,
    /// Of the package's `plugin.json`.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub(crate) package_sha256: Option<String>,
    /// `isolated` in a process of its own, or `in_process` with the appliance's memory.
    pub(crate) mode: &'static str,
    /// `active`, `faulted: REASON` or `disabled: REASON`.
    pub(crate) state: String,
    /// How often it was loaded since the appliance started, this one included.
    pub(crate) generation: u64,
    /// What it did wrong last, in this generation or one before.
    pub(crate) last_fault: Option<LastFault>,
    /// What the kernel enforces on the plugin's own process; null when it runs in the appliance's.
    pub(crate) sandbox: Option<String>,
}

/// What a plugin did wrong.
#[derive(Serialize, ToSchema)]
pub(crate) struct LastFault {
    pub(crate) what: String,
    /// RFC 3339.
    #[schema(format = DateTime)]
    pub(crate) at: String,
}

/// Why a plugin is taken out of use.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Disable {
    /// For whoever finds it so: a line of 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    pub(crate) reason: String,
}
