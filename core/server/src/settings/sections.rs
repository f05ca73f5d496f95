//! The typed sections of the settings; `config/default.toml` explains each key.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::SettingsError;

/// All settings of one appliance.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub profile: String,
    pub server: Server,
    pub data: Data,
    pub database: Database,
    pub redis: Redis,
    pub log: Log,
    pub compute: Compute,
    pub plugins: Plugins,
    pub recognition: Recognition,
    pub policy: Policy,
    pub checkout: Checkout,
    pub cameras: Cameras,
    pub payment: Payment,
    pub ws: Ws,
    pub auth: Auth,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    pub listen: SocketAddr,
    pub connections_max: usize,
    pub header_read_timeout_ms: u64,
    pub request_timeout_ms: u64,
    pub body_bytes_max: usize,
    pub unready_ms: u64,
    pub drain_timeout_ms: u64,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    pub folder: PathBuf,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    pub url: String,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redis {
    pub url: String,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    pub format: LogFormat,
    pub filter: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compute {
    pub device: Device,
    pub threads: usize,
    pub weights_folder: PathBuf,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Device {
    Auto,
    Gpu,
    Cpu,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plugins {
    pub folder: PathBuf,
    pub detection: String,
    pub liveness: Vec<String>,
    pub recognition: String,
    pub payment: String,
    #[serde(default)]
    pub settings: BTreeMap<String, serde_json::Value>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recognition {
    pub enabled: bool,
    pub fpir_target: f64,
    pub similarity_min: f32,
    pub similarity_duplicate_min: f32,
    pub margin_min: f32,
    pub liveness_min: f32,
    pub liveness_grey_band: f32,
    pub sighting_age_ms_max: u64,
    pub batch_size_max: usize,
    pub batch_delay_ms_max: u64,
    pub faces_per_user_max: usize,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    pub sale_amount_max: i64,
    pub day_amount_max: i64,
    pub hour_count_max: u32,
    pub tap_free_amount_max: i64,
    pub step_up_amount_min: i64,
    pub attended_amount_max: i64,
    pub merchant: String,
    pub consent_days: u32,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkout {
    pub deadline_ms_default: u64,
    pub deadline_ms_max: u64,
    pub open_count_max: usize,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cameras {
    pub count_max: usize,
    pub private: bool,
    pub loopback: bool,
    pub public: bool,
    pub networks: Vec<String>,
    pub devices: bool,
    pub folders: Vec<PathBuf>,
    pub analysed_fps_max: u32,
    pub frozen_after_ms: u64,
    pub list: Vec<ListedCamera>,
}

/// A camera that exists from the start.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListedCamera {
    pub id: String,
    pub source: String,
    #[serde(default)]
    pub name: String,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    pub step_count_max: u32,
    pub deadline_ms_max: u64,
    pub response_bytes_max: usize,
    pub endpoints: Vec<String>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ws {
    pub clients_max: usize,
    pub message_bytes_max: usize,
    pub events_kept: usize,
    pub send_timeout_ms: u64,
    pub ping_interval_ms: u64,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    pub session_ttl_s: u64,
    pub login_failures_max: u32,
    pub login_lockout_s: u64,
}

/// More than any machine has ports for.
const SOCKETS_MAX: usize = 1_000_000;

/// Whether `url` is http to this machine, and nothing in it could be read as another host.
fn is_loopback_http(url: &str) -> bool {
    let Ok(uri) = url.parse::<http::Uri>() else { return false };
    let hosts = ["127.0.0.1", "localhost", "[::1]"];
    uri.scheme_str() == Some("http")
        && uri.host().is_some_and(|host| hosts.contains(&host))
        && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'))
        && uri.query().is_none()
}

impl Settings {
    /// Refuses values that parse but cannot work, naming the key.
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        let refuse = |key, problem: &str| Err(SettingsError::OutOfRange { key, problem: problem.to_owned() });
        let positive = [
            ("server.connections_max", self.server.connections_max as u64),
            ("server.header_read_timeout_ms", self.server.header_read_timeout_ms),
            ("server.request_timeout_ms", self.server.request_timeout_ms),
            ("server.body_bytes_max", self.server.body_bytes_max as u64),
            ("recognition.batch_size_max", self.recognition.batch_size_max as u64),
            ("recognition.faces_per_user_max", self.recognition.faces_per_user_max as u64),
            ("checkout.deadline_ms_default", self.checkout.deadline_ms_default),
            ("payment.step_count_max", u64::from(self.payment.step_count_max)),
            ("payment.deadline_ms_max", self.payment.deadline_ms_max),
            ("ws.clients_max", self.ws.clients_max as u64),
            ("ws.events_kept", self.ws.events_kept as u64),
            ("ws.ping_interval_ms", self.ws.ping_interval_ms),
        ];
        if let Some((key, _)) = positive.iter().find(|(_, value)| *value == 0) {
            return refuse(key, "must be above zero");
        }
        let sockets = [
            ("server.connections_max", self.server.connections_max),
            ("ws.clients_max", self.ws.clients_max),
        ];
        if let Some((key, _)) = sockets.iter().find(|(_, value)| *value > SOCKETS_MAX) {
            return refuse(key, "must not exceed 1000000");
        }
        let fpir = self.recognition.fpir_target;
        if !(fpir > 0.0 && fpir < 0.1) {
            return refuse("recognition.fpir_target", "must lie between 0 and 0.1, both excluded");
        }
        let unit = [
            ("recognition.similarity_min", self.recognition.similarity_min),
            ("recognition.similarity_duplicate_min", self.recognition.similarity_duplicate_min),
            ("recognition.margin_min", self.recognition.margin_min),
            ("recognition.liveness_min", self.recognition.liveness_min),
            ("recognition.liveness_grey_band", self.recognition.liveness_grey_band),
        ];
        if let Some((key, _)) = unit.iter().find(|(_, v)| !(0.0..=1.0).contains(v)) {
            return refuse(key, "must lie between 0 and 1");
        }
        let amounts = [
            ("policy.sale_amount_max", self.policy.sale_amount_max),
            ("policy.day_amount_max", self.policy.day_amount_max),
            ("policy.tap_free_amount_max", self.policy.tap_free_amount_max),
            ("policy.step_up_amount_min", self.policy.step_up_amount_min),
            ("policy.attended_amount_max", self.policy.attended_amount_max),
        ];
        if let Some((key, _)) = amounts.iter().find(|(_, v)| *v < 0) {
            return refuse(key, "must not be negative");
        }
        if self.checkout.deadline_ms_default > self.checkout.deadline_ms_max {
            return refuse("checkout.deadline_ms_default", "must not exceed checkout.deadline_ms_max");
        }
        if !self.payment.endpoints.iter().all(|url| is_loopback_http(url)) {
            return refuse(
                "payment.endpoints",
                "must be http to loopback; reach a provider elsewhere through a TLS proxy on this machine",
            );
        }
        Ok(())
    }
}
