//! The typed sections of the settings; `config/default.toml` explains each key.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use domain::liveness::{BadTiers, LivenessRules, Tier};
use pipeline::camera::{IdleOptions, ViewOptions};
use pipeline::{Gate, QualityOptions};
use serde::{Deserialize, Serialize};

use super::{Decode, Layers, PluginSources, Sync};

/// All settings of one appliance.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub profile: String,
    pub server: Server,
    pub tls: Tls,
    pub limits: Limits,
    pub data: Data,
    pub database: Database,
    pub backup: Backup,
    pub update: Update,
    pub redis: Redis,
    pub log: Log,
    pub traces: Traces,
    pub compute: Compute,
    pub plugins: Plugins,
    pub identity: Identity,
    pub secrets: Secrets,
    pub privacy: Privacy,
    pub recognition: Recognition,
    pub quality: Quality,
    pub model_change: ModelChange,
    pub policy: Policy,
    pub checkout: Checkout,
    pub challenge: Challenge,
    pub cameras: Cameras,
    pub payment: Payment,
    pub webhooks: Webhooks,
    pub audit: Audit,
    pub settlement: Settlement,
    pub ws: Ws,
    pub webrtc: Webrtc,
    pub auth: Auth,
    pub oidc: Oidc,
    pub sync: Sync,
    /// Where they come from, to be read anew.
    #[serde(skip)]
    pub layers: Layers,
    /// The layer that each key has its value from.
    #[serde(skip)]
    pub sources: BTreeMap<String, String>,
    /// The same of the plugins' own settings.
    #[serde(skip)]
    pub plugin_sources: PluginSources,
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
    pub plain_http: bool,
    pub origins: Vec<String>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    pub certificate: PathBuf,
    pub key: PathBuf,
    pub version_min: TlsVersion,
    pub client_ca: PathBuf,
    pub client_required: bool,
    pub trusted: PathBuf,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    pub address_per_s: u32,
    pub address_burst: u32,
    pub key_per_s: u32,
    pub key_burst: u32,
    pub sign_in_per_min: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TlsVersion {
    #[serde(rename = "1.2")]
    V1_2,
    #[serde(rename = "1.3")]
    V1_3,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    pub step_count_max: u32,
    pub deadline_ms_max: u64,
    pub response_bytes_max: usize,
    pub day_count_max: u32,
    pub keep: BTreeSet<String>,
    pub step_up: Vec<String>,
    pub step_up_assurance: Assurance,
    pub endpoints: Vec<String>,
    pub networks: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Assurance {
    Low,
    Substantial,
    High,
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
pub struct Backup {
    pub folder: PathBuf,
    pub recipients: Vec<String>,
    pub keep: usize,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Update {
    pub folder: PathBuf,
    pub ready_within_s: u64,
    pub steady_s: u64,
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

/// Where requests are told of besides the log.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Traces {
    pub url: String,
    pub networks: Vec<String>,
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
    pub precision: Precision,
    pub warp: Warp,
    pub threads: usize,
    pub weights_folder: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Device {
    Auto,
    Gpu,
    Cpu,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    F32,
    F16,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Warp {
    Host,
    Device,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plugins {
    pub folder: PathBuf,
    pub detection: String,
    pub liveness: Vec<String>,
    pub recognition: String,
    pub recognition_set: Vec<RecognitionMember>,
    pub recognition_shadow: Vec<RecognitionMember>,
    pub payment: String,
    pub payment_also: Vec<String>,
    pub identity: Vec<String>,
    pub in_process: Vec<String>,
    pub unsandboxed: bool,
    pub store: PathBuf,
    pub policy: PathBuf,
    pub root_key: String,
    pub allow_unsigned: bool,
    #[serde(default)]
    pub settings: BTreeMap<String, serde_json::Value>,
}

/// One of several recognisers that count together.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecognitionMember {
    pub plugin: String,
    pub weight: f32,
    /// Laid over the plugin's own settings, so that one plugin can be there twice.
    #[serde(default)]
    pub settings: serde_json::Map<String, serde_json::Value>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secrets {
    pub folder: PathBuf,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Privacy {
    pub inactive_after_days: u32,
    pub keep_days_max: u32,
    pub notice_days: u32,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recognition {
    pub enabled: bool,
    pub fpir_target: f64,
    pub fmr_target: f64,
    pub similarity_min: f32,
    pub similarity_duplicate_min: f32,
    pub margin_min: f32,
    pub liveness_min: f32,
    pub liveness_grey_band: f32,
    pub sighting_age_ms_max: u64,
    pub batch_size_max: usize,
    pub batch_delay_ms_max: u64,
    pub faces_per_user_max: usize,
    pub enrolment_camera_ms_max: u64,
    pub enrolment_review_h_max: u32,
    pub calibration_consents: Vec<String>,
}

/// What a face must be like to pass each gate: limits by the names of [`pipeline::quality::QualityOptions::names`].
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quality {
    pub payment: BTreeMap<String, f32>,
    pub enrolment: BTreeMap<String, f32>,
}

impl Quality {
    /// What `gate` asks.
    pub fn gate(&self, gate: Gate) -> QualityOptions {
        let limits = match gate {
            Gate::Payment => &self.payment,
            Gate::Enrolment => &self.enrolment,
        };
        QualityOptions::of(|name| limits.get(name).copied())
    }
}

/// What must be known of a new recogniser before it takes over, and how that is found out.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelChange {
    pub coverage_min: f64,
    pub comparisons_min: u64,
    pub agreement_min: f64,
    pub fpir_target: f64,
    pub visit_gap_s: u64,
    pub visit_templates_max: usize,
    pub keep_crops: bool,
    pub crop_px_max: u32,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    pub fpir_target_pay: f64,
    pub sale_amount_max: i64,
    pub day_amount_max: i64,
    pub hour_count_max: u32,
    pub tap_free_amount_max: i64,
    pub step_up_amount_min: i64,
    pub step_up_day_amount_min: i64,
    pub step_up_hour_count_min: u32,
    pub step_up_template_age_days: u32,
    pub step_up_new_terminal: bool,
    pub step_up_always: bool,
    pub step_up_without_pin: WithoutPin,
    pub pin_lockout_s: u64,
    pub evidence_ttl_ms: u64,
    pub confirm_within_ms: u64,
    pub refund_four_eyes_amount_min: i64,
    pub attended_amount_max: i64,
    pub merchant: String,
    pub branch: String,
    pub terminal_day_amount_max: i64,
    pub branch_day_amount_max: i64,
    pub authorization_days: u32,
    pub consent_days: u32,
    pub face_payment_opt_in: bool,
    pub face_payment_wait_h: u32,
    pub face_payment_link_h: u32,
}

/// What becomes of a payer who is asked for a PIN and has none.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WithoutPin {
    Staff,
    Decline,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkout {
    pub deadline_ms_default: u64,
    pub deadline_ms_max: u64,
    pub open_count_max: usize,
    pub payer_area_ratio_min: f32,
    pub payer_centre_margin: f32,
    pub dwell_ms_min: u64,
}

/// What a payer is asked to do before a camera.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Challenge {
    pub amount_min: i64,
    pub gestures: usize,
    pub step_ms_max: u64,
    pub tries_max: u32,
    pub tiers: Vec<ChallengeTier>,
}

/// What is asked for larger payments.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChallengeTier {
    pub amount_min: i64,
    pub gestures: usize,
    /// As for the first tier when absent.
    pub tries_max: Option<u32>,
    /// The PIN is asked for as well.
    #[serde(default)]
    pub pin: bool,
}

impl Challenge {
    /// The tiers as the rules know them, that of `amount_min` first.
    pub(crate) fn rules(&self) -> Result<LivenessRules, BadTiers> {
        let first = Tier {
            amount_min: self.amount_min,
            gestures: self.gestures,
            tries_max: self.tries_max,
            pin: false,
        };
        let further = self.tiers.iter().map(|tier| Tier {
            amount_min: tier.amount_min,
            gestures: tier.gestures,
            tries_max: tier.tries_max.unwrap_or(self.tries_max),
            pin: tier.pin,
        });
        // 0 is never.
        LivenessRules::new(
            Some(first).filter(|tier| tier.amount_min != 0).into_iter().chain(further).collect(),
        )
    }
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
    pub loop_s_max: u64,
    pub view_learn_s: u64,
    pub view_checks: Vec<ViewCheck>,
    pub idle_after_ms: u64,
    pub idle_look_ms_max: u64,
    pub list: Vec<ListedCamera>,
}

/// What can be wrong with a camera's view.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ViewCheck {
    Covered,
    Blurred,
    Moved,
}

impl Cameras {
    /// How views are watched.
    pub(crate) fn view(&self) -> ViewOptions {
        let has = |check| self.view_checks.contains(&check);
        ViewOptions {
            learn_s: self.view_learn_s,
            covered: has(ViewCheck::Covered),
            blurred: has(ViewCheck::Blurred),
            moved: has(ViewCheck::Moved),
        }
    }

    /// When they are looked at less often.
    pub(crate) fn idle(&self) -> IdleOptions {
        IdleOptions { after_ms: self.idle_after_ms, look_ms_max: self.idle_look_ms_max }
    }
}

/// A camera that exists from the start.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListedCamera {
    pub id: String,
    pub source: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub decode: Decode,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    pub step_count_max: u32,
    pub deadline_ms_max: u64,
    pub response_bytes_max: usize,
    pub settle_window_ms: u64,
    pub pending_window_ms: u64,
    pub attended: bool,
    pub endpoints: Vec<String>,
    pub networks: Vec<String>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhooks {
    pub networks: Vec<String>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Audit {
    pub anchor_provider: String,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settlement {
    pub day_ends_at: String,
    pub time_zone: String,
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
pub struct Webrtc {
    pub enabled: bool,
    pub listen: SocketAddr,
    pub addresses: Vec<IpAddr>,
    pub sessions_max: usize,
    pub silence_ms_max: u64,
    pub kbit_per_s_max: u32,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oidc {
    pub issuer: String,
    pub client_id: String,
    pub client_secret: String,
    pub redirect_url: String,
    pub scope: String,
    pub name_claim: String,
    pub second_factor: bool,
    pub networks: Vec<String>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    pub session_ttl_s: u64,
    pub login_failures_max: u32,
    pub login_lockout_s: u64,
    pub totp_roles: Vec<String>,
    pub four_eyes: Vec<String>,
    pub payer_device_days: u32,
}
