//! What Prometheus reads: counted here, never with a person among the labels.

mod camera;
mod meter;
mod plugins;
mod recorded;
mod shadow;
mod tally;

use std::collections::BTreeSet;
use std::sync::atomic::AtomicU64;

use domain::transaction::State;
use parking_lot::Mutex;
use pipeline::{ChallengePhase, QualityReason, Stage};
use prometheus_client::encoding::{EncodeLabelSet, text::encode};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets, linear_buckets};
use prometheus_client::registry::{Registry, Unit};

use crate::app::vision::snapshot::Filled;
use crate::app::{webhook, webrtc};
use crate::ws::socket::Closing;

pub(crate) use plugins::PluginFigures;

/// Labels of one answered request.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(crate) struct RequestLabels {
    pub(crate) route: &'static str,
    pub(crate) method: &'static str,
    pub(crate) code: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(crate) struct CameraLabels {
    pub(crate) camera: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(crate) struct CameraResultLabels {
    pub(crate) camera: String,
    pub(crate) result: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(crate) struct CameraStateLabels {
    pub(crate) camera: String,
    pub(crate) state: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(crate) struct StageLabels {
    pub(crate) stage: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(crate) struct StateLabels {
    pub(crate) state: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(crate) struct ResultLabels {
    pub(crate) result: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct UseLabels {
    r#use: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(crate) struct ReasonLabels {
    pub(crate) reason: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(crate) struct FaultLabels {
    pub(crate) plugin: String,
    pub(crate) kind: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(crate) struct DirectionLabels {
    pub(crate) direction: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct BuildLabels {
    version: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct DeviceLabels {
    adapter: String,
    backend: String,
}

type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

/// Every metric of the appliance.
pub(crate) struct Metrics {
    registry: Registry,
    pub(crate) requests: Histograms<RequestLabels>,
    pub(crate) connections_refused: Counter,
    pub(crate) ws_clients: Gauge,
    pub(crate) webrtc_sessions: Family<DirectionLabels, Gauge>,
    pub(crate) webrtc_ended: Family<ReasonLabels, Counter>,
    pub(crate) ws_evicted: Family<ReasonLabels, Counter>,
    pub(crate) transactions: Family<StateLabels, Counter>,
    pub(crate) stage_duration: Histograms<StageLabels>,
    pub(crate) frame_age: Histograms<CameraLabels>,
    pub(crate) frames: Family<CameraResultLabels, Counter<u64, AtomicU64>>,
    pub(crate) camera_state: Family<CameraStateLabels, Gauge>,
    pub(crate) camera_key_frames: Family<CameraLabels, Gauge>,
    pub(crate) batch_size: Histogram,
    pub(crate) match_similarity: Histogram,
    /// What plots are drawn from, until it is in the database.
    pub(crate) tally: tally::Tally,
    pub(crate) plugin_faults: Family<FaultLabels, Counter>,
    pub(crate) webhook_deliveries: Family<ResultLabels, Counter>,
    challenges: Family<ResultLabels, Counter>,
    enrolments: Family<ResultLabels, Counter>,
    faces_refused: Family<ReasonLabels, Counter>,
    gallery_parts: Family<ResultLabels, Counter>,
    look_ups: Family<ResultLabels, Counter>,
    strangers: Family<ResultLabels, Counter>,
    pub(crate) stranger_named: Histogram,
    pub(crate) visitors: Gauge,
    pub(crate) audit_chain_ok: Gauge,
    pub(crate) ledger_ok: Gauge,
    pub(crate) outbox_lag: Gauge<f64, AtomicU64>,
    pub(crate) sync_position: Gauge,
    pub(crate) sync_receipts_unsent: Gauge,
    pub(crate) sync_age: Gauge<f64, AtomicU64>,
    pub(crate) plugins: plugins::Plugins,
    pub(crate) shadow: shadow::Shadow,
    match_threshold: Family<UseLabels, Gauge<f64, AtomicU64>>,
    /// What plugins record of themselves.
    pub(crate) recorded: plugin_host::MetricsBook,
    device: Family<DeviceLabels, Gauge>,
    /// Cameras that have series.
    cameras: Mutex<BTreeSet<String>>,
}

/// How a liveness challenge can end.
const CHALLENGE_RESULTS: [&str; 8] =
    ["passed", "late", "wrong_gesture", "too_early", "flat", "face_lost", "somebody_else", "not_measured"];

/// What can become of an enrolment.
const ENROLMENT_RESULTS: [&str; 6] = ["enrolled", "refused", "review", "approved", "rejected", "expired"];

/// What can come of a look-up of a follower.
const LOOK_UP_RESULTS: [&str; 2] = ["nobody", "named"];

/// What can become of a stranger whom a follower sees that holds only those whom it has seen.
const STRANGER_RESULTS: [&str; 6] = ["named", "nobody", "dropped", "failed", "offline", "limited"];

/// 0.5 ms to about 16 s.
fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.0005, 2.0, 16))
}

impl Metrics {
    /// Fresh metrics, all at zero.
    pub(crate) fn new() -> Self {
        let metrics = Self {
            registry: Registry::with_prefix("facepay"),
            requests: Family::new_with_constructor(seconds),
            connections_refused: Counter::default(),
            ws_clients: Gauge::default(),
            webrtc_sessions: Family::default(),
            webrtc_ended: Family::default(),
            ws_evicted: Family::default(),
            transactions: Family::default(),
            stage_duration: Family::new_with_constructor(seconds),
            frame_age: Family::new_with_constructor(seconds),
            frames: Family::default(),
            camera_state: Family::default(),
            camera_key_frames: Family::default(),
            batch_size: Histogram::new(exponential_buckets(1.0, 2.0, 7)),
            match_similarity: Histogram::new(linear_buckets(0.0, 0.05, 21)),
            tally: tally::Tally::default(),
            plugin_faults: Family::default(),
            webhook_deliveries: Family::default(),
            challenges: Family::default(),
            enrolments: Family::default(),
            faces_refused: Family::default(),
            gallery_parts: Family::default(),
            look_ups: Family::default(),
            strangers: Family::default(),
            stranger_named: seconds(),
            visitors: Gauge::default(),
            audit_chain_ok: Gauge::default(),
            ledger_ok: Gauge::default(),
            outbox_lag: Gauge::default(),
            sync_position: Gauge::default(),
            sync_receipts_unsent: Gauge::default(),
            sync_age: Gauge::default(),
            plugins: plugins::Plugins::default(),
            shadow: shadow::Shadow::default(),
            match_threshold: Family::default(),
            recorded: plugin_host::MetricsBook::default(),
            device: Family::default(),
            cameras: Mutex::default(),
        };
        metrics.touch();
        metrics.registered()
    }

    /// Makes the series whose labels are known beforehand, so that each is there, at zero, from the start.
    fn touch(&self) {
        let scraped = RequestLabels { route: "/metrics", method: "GET", code: 200 };
        drop(self.requests.get_or_create(&scraped));
        for reason in Closing::REASONS {
            drop(self.ws_evicted.get_or_create(&ReasonLabels { reason }));
        }
        for state in State::ALL {
            drop(self.transactions.get_or_create(&StateLabels { state: state.as_str() }));
        }
        for result in webhook::RESULTS {
            drop(self.webhook_deliveries.get_or_create(&ResultLabels { result }));
        }
        for result in CHALLENGE_RESULTS {
            drop(self.challenges.get_or_create(&ResultLabels { result }));
        }
        for result in ENROLMENT_RESULTS {
            drop(self.enrolments.get_or_create(&ResultLabels { result }));
        }
        for result in LOOK_UP_RESULTS {
            drop(self.look_ups.get_or_create(&ResultLabels { result }));
        }
        for result in STRANGER_RESULTS {
            drop(self.strangers.get_or_create(&ResultLabels { result }));
        }
        for reason in QualityReason::ALL {
            drop(self.faces_refused.get_or_create(&ReasonLabels { reason: reason.name() }));
        }
        self.gallery_filled(Filled::default());
        for stage in Stage::ALL {
            drop(self.stage_duration.get_or_create(&StageLabels { stage: stage.name() }));
        }
    }

    /// Counts a challenge that is over.
    pub(crate) fn challenge(&self, phase: ChallengePhase) {
        let result = match phase {
            ChallengePhase::Prompt { .. } => return,
            ChallengePhase::Passed => "passed",
            ChallengePhase::Failed(failure) => failure.name(),
        };
        self.challenges.get_or_create(&ResultLabels { result }).inc();
    }

    /// Counts what became of an enrolment.
    pub(crate) fn enrolment(&self, result: &'static str) {
        self.enrolments.get_or_create(&ResultLabels { result }).inc();
    }

    /// Counts a look-up of a follower, and whether somebody was named.
    pub(crate) fn look_up(&self, named: bool) {
        let result = LOOK_UP_RESULTS[usize::from(named)];
        self.look_ups.get_or_create(&ResultLabels { result }).inc();
    }

    /// Counts a stranger, and what became of asking the centre for them.
    pub(crate) fn stranger(&self, result: &'static str) {
        self.strangers.get_or_create(&ResultLabels { result }).inc();
    }

    /// Counts where the parts of a gallery came from at a start.
    pub(crate) fn gallery_filled(&self, Filled { opened, read, refused }: Filled) {
        for (result, parts) in [("opened", opened), ("read", read), ("refused", refused)] {
            self.gallery_parts.get_or_create(&ResultLabels { result }).inc_by(parts as u64);
        }
    }

    /// Makes the series of a loaded plugin's faults.
    pub(crate) fn touch_faults(&self, plugin: &str, kinds: &[&'static str]) {
        for kind in kinds {
            drop(self.plugin_faults.get_or_create(&FaultLabels { plugin: plugin.to_owned(), kind }));
        }
    }

    fn registered(mut self) -> Self {
        let r = &mut self.registry;
        let timed = [("http_request_duration", "Time to answer a request")];
        r.register_with_unit(timed[0].0, timed[0].1, Unit::Seconds, self.requests.clone());
        r.register_with_unit(
            "stage_duration",
            "Time of one recognition stage",
            Unit::Seconds,
            self.stage_duration.clone(),
        );
        r.register_with_unit(
            "frame_age",
            "Age of a frame when its result was known",
            Unit::Seconds,
            self.frame_age.clone(),
        );
        r.register("connections_refused", "Connections above the limit", self.connections_refused.clone());
        r.register("ws_clients", "Open WebSockets", self.ws_clients.clone());
        for direction in webrtc::Direction::ALL {
            drop(self.webrtc_sessions.get_or_create(&DirectionLabels { direction: direction.name() }));
        }
        r.register("webrtc_sessions", "Open WebRTC sessions", self.webrtc_sessions.clone());
        r.register(
            "webrtc_sessions_ended",
            "WebRTC sessions that are over, by why",
            self.webrtc_ended.clone(),
        );
        r.register("ws_evicted", "WebSockets closed by us", self.ws_evicted.clone());
        r.register("transactions", "Payments by the state they reached", self.transactions.clone());
        r.register("frames", "Frames of a camera", self.frames.clone());
        r.register("camera_state", "1 for the state a camera is in", self.camera_state.clone());
        r.register(
            "camera_key_frames",
            "1 while only key frames of a camera are decoded",
            self.camera_key_frames.clone(),
        );
        r.register("batch_size", "Frames in one batch", self.batch_size.clone());
        r.register("match_similarity", "Similarity of confirmed sightings", self.match_similarity.clone());
        r.register(
            "match_threshold",
            "Similarity that a face must reach; infinite where no face alone is enough",
            self.match_threshold.clone(),
        );
        r.register("plugin_faults", "Failed plugin calls", self.plugin_faults.clone());
        r.register("webhook_deliveries", "Messages sent to webhooks", self.webhook_deliveries.clone());
        r.register("challenges", "Liveness challenges that are over", self.challenges.clone());
        r.register("enrolments", "Enrolments and what became of them", self.enrolments.clone());
        r.register("faces_refused", "Faces not good enough to be looked at", self.faces_refused.clone());
        r.register(
            "gallery_parts",
            "Parts of large galleries at the start: opened where they are kept, or read from the database",
            self.gallery_parts.clone(),
        );
        r.register("look_ups", "Faces that followers asked about", self.look_ups.clone());
        r.register("strangers", "Strangers at cameras, and what the centre said", self.strangers.clone());
        r.register_with_unit(
            "stranger_named",
            "From asking the centre for a stranger until they are here",
            Unit::Seconds,
            self.stranger_named.clone(),
        );
        r.register(
            "visitors",
            "People who are here for a while, as the centre named them",
            self.visitors.clone(),
        );
        r.register("ledger_ok", "1 when the books added up when last verified", self.ledger_ok.clone());
        r.register("audit_chain_ok", "1 when the audit chain verified at start", self.audit_chain_ok.clone());
        r.register_with_unit(
            "outbox_lag",
            "Age of the oldest unsent event",
            Unit::Seconds,
            self.outbox_lag.clone(),
        );
        r.register("sync_position", "The centre's change that was copied last", self.sync_position.clone());
        r.register(
            "sync_receipts_unsent",
            "Receipts that the centre has not got yet, up to a hundred",
            self.sync_receipts_unsent.clone(),
        );
        r.register_with_unit(
            "sync_age",
            "Since when nothing was heard of the centre; 0 where none is followed",
            Unit::Seconds,
            self.sync_age.clone(),
        );
        self.plugins.register(r);
        self.shadow.register(r);
        recorded::register(r, self.recorded.clone());
        r.register("compute_device_info", "1 for the device that runs the networks", self.device.clone());
        let build: Family<BuildLabels, Gauge> = Family::default();
        build.get_or_create(&BuildLabels { version: env!("CARGO_PKG_VERSION") }).set(1);
        r.register("build_info", "1 for the version that runs", build);
        self
    }

    /// What a face must reach now to be put to that use.
    pub(crate) fn observe_threshold(&self, r#use: &'static str, least: f32) {
        self.match_threshold.get_or_create(&UseLabels { r#use }).set(f64::from(least));
    }

    pub(crate) fn set_device(&self, adapter: &str, backend: &str) {
        let labels = DeviceLabels { adapter: adapter.to_owned(), backend: backend.to_owned() };
        self.device.get_or_create(&labels).set(1);
    }

    /// The OpenMetrics text of this moment.
    pub(crate) fn text(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
