//! What the threads of one camera share: its state, its numbers, its newest picture, its viewers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::{broadcast, watch};

use super::backlog::Backlog;
use super::burden::{Burden, is_behind};
use super::decode::{Decode, Gate, Unit};
use super::health::{Health, HealthLimits};
use super::identity::{Identity, Pin, PinEvent};
use super::luma::Luma;
use super::need::{Hold, Need, Needs};
use super::pace::{Pace, Rate};
use super::texture::Texture;
use super::view::{FaceArea, View, ViewFault};
use super::vigilance::Vigilance;
use super::{CameraConfig, CameraEvent, CameraId, CameraState, CameraStatus, DecodeEvent, IdleOptions};
use crate::frame::{Capture, Frame};
use crate::meter::{FrameResult, Meter};
use crate::observation::Interest;
use crate::preview::film::Film;
use crate::preview::{OverlayBox, Preview, Viewing};
use crate::source::SourceKind;

/// Takes the pictures that are to be analysed; called on the camera's own thread, must not block.
pub type FrameSink = Arc<dyn Fn(Arc<Frame>) + Send + Sync>;

const CONNECT_MAX: Duration = Duration::from_secs(10);
const GAP_MAX: Duration = Duration::from_secs(2);
const BEHIND_MAX: Duration = Duration::from_secs(1);
const LATE_MAX: Duration = Duration::from_millis(750);
const BLACK_MAX: Duration = Duration::from_secs(1);
const PREVIEW_FPS_MAX: u32 = 15;
const EVENTS_MAX: usize = 256;
const UNTOLD_MAX: Duration = Duration::from_secs(4);

/// Where a camera's pictures and news go.
#[derive(Clone)]
pub(crate) struct Outlets {
    pub(crate) sink: FrameSink,
    pub(crate) events: broadcast::Sender<CameraEvent>,
    pub(crate) pins: broadcast::Sender<PinEvent>,
    pub(crate) decodes: broadcast::Sender<DecodeEvent>,
    pub(crate) meter: Arc<dyn Meter>,
    /// Whether those who take the pictures cannot keep up.
    pub(crate) strained: Arc<AtomicBool>,
    burden: Arc<Mutex<Burden>>,
    /// Whether decoding cannot: the verdict of the burden.
    relieved: Arc<AtomicBool>,
    needs: Arc<Needs>,
}

impl Outlets {
    pub(crate) fn new(sink: FrameSink, meter: Arc<dyn Meter>) -> Outlets {
        Outlets {
            sink,
            events: broadcast::Sender::new(EVENTS_MAX),
            pins: broadcast::Sender::new(EVENTS_MAX),
            decodes: broadcast::Sender::new(EVENTS_MAX),
            meter,
            strained: Arc::default(),
            burden: Arc::default(),
            relieved: Arc::default(),
            needs: Arc::default(),
        }
    }
}

pub(crate) struct Seat {
    config: CameraConfig,
    /// As the configuration has it, or as it was set since.
    keys_only: AtomicBool,
    need: Arc<Need>,
    outlets: Outlets,
    pin: Mutex<Pinned>,
    standing: Mutex<Standing>,
    flow: Mutex<Flow>,
    latest: Mutex<Option<Arc<Frame>>>,
    overlay: Mutex<Vec<OverlayBox>>,
    viewers: watch::Sender<Option<Bytes>>,
    film: Film,
    preview: Preview,
}

/// The pin, and the device that delivers at present.
struct Pinned {
    pin: Pin,
    present: Option<Identity>,
}

struct Standing {
    state: CameraState,
    reason: String,
    reconnects: u64,
}

/// Everything that a picture changes.
struct Flow {
    health: Health,
    /// Outlives what is opened and closed: a camera may be moved while it is off.
    view: View,
    tainted: Taint,
    gate: Gate,
    /// What was decoded when that was told last.
    decodes: Decode,
    /// When the newest picture came out of its decoder.
    came: Option<Instant>,
    backlog: Backlog,
    analysed: Pace,
    vigilance: Vigilance,
    shown: Pace,
    rate: Rate,
    newest: Option<Instant>,
    frames_in: u64,
    frames_analysed: u64,
    size: (u32, u32),
    codec: String,
    decoder: String,
}

/// Whether pictures rest on one that was damaged. They do up to the next that stands for itself; where nobody tells of such,
/// for as long as a camera sends without one at most.
#[derive(Default)]
struct Taint {
    since: Option<Instant>,
    keys_are_told: bool,
}

impl Taint {
    fn is_on(&self, now: Instant) -> bool {
        let forgotten = |since| !self.keys_are_told && now.saturating_duration_since(since) > UNTOLD_MAX;
        self.since.is_some_and(|since| !forgotten(since))
    }
}

/// When a picture came and how late the source was.
pub(crate) struct Arrival {
    pub(crate) at: Instant,
    pub(crate) behind: Duration,
    pub(crate) seq: u64,
}

impl Seat {
    pub(crate) fn new(config: CameraConfig, pin: Pin, outlets: Outlets, now: Instant) -> Seat {
        let flow = Flow {
            health: Health::new(limits(&config), now),
            view: View::new(config.view),
            tainted: Taint::default(),
            gate: Gate::default(),
            decodes: config.decode,
            came: None,
            backlog: Backlog::default(),
            analysed: Pace::new(config.analysed_fps_max),
            vigilance: Vigilance::new(idle(&config), now),
            shown: Pace::new(PREVIEW_FPS_MAX),
            rate: Rate::default(),
            newest: None,
            frames_in: 0,
            frames_analysed: 0,
            size: (0, 0),
            codec: String::new(),
            decoder: String::new(),
        };
        let standing = Standing { state: CameraState::Connecting, reason: String::new(), reconnects: 0 };
        let seat = Seat {
            keys_only: AtomicBool::new(config.decode == Decode::KeyFrames),
            need: outlets.needs.of(&config.id),
            config,
            outlets,
            pin: Mutex::new(Pinned { pin, present: None }),
            standing: Mutex::new(standing),
            flow: Mutex::new(flow),
            latest: Mutex::new(None),
            overlay: Mutex::new(Vec::new()),
            viewers: watch::Sender::new(None),
            film: Film::default(),
            preview: Preview::default(),
        };
        seat.announce(None, Some(CameraState::Connecting), "added");
        seat
    }

    pub(crate) fn id(&self) -> &CameraId {
        &self.config.id
    }

    pub(crate) fn config(&self) -> &CameraConfig {
        &self.config
    }

    /// The source is opened anew: nothing is known about its pictures.
    pub(crate) fn opened(&self, now: Instant, again: bool) {
        let mut flow = self.flow.lock();
        flow.health = Health::new(limits(&self.config), now);
        flow.backlog = Backlog::default();
        flow.gate.reopened();
        flow.came = None;
        flow.tainted = Taint::default();
        flow.vigilance = Vigilance::new(idle(&self.config), now);
        drop(flow);
        if again {
            self.standing.lock().reconnects += 1;
        }
    }

    /// Notes which codec comes in and which decoder runs.
    pub(crate) fn decodes(&self, codec: &str, decoder: &str) {
        let mut flow = self.flow.lock();
        flow.codec = codec.to_owned();
        flow.decoder = decoder.to_owned();
    }

    /// Which pictures are decoded from now on.
    pub(crate) fn set_decode(&self, decode: Decode) {
        self.keys_only.store(decode == Decode::KeyFrames, Ordering::Relaxed);
    }

    /// Which pictures are to be decoded.
    fn setting(&self) -> Decode {
        if self.keys_only.load(Ordering::Relaxed) { Decode::KeyFrames } else { Decode::All }
    }

    /// Which pictures are decoded at `now`: fewer than are to be while there is too much to decode and nobody needs the camera.
    fn decode(&self, now: Instant) -> Decode {
        let relieved = || self.outlets.relieved.load(Ordering::Relaxed) && !self.is_needed(now);
        match self.setting() {
            Decode::All if relieved() => Decode::KeyFrames,
            setting => setting,
        }
    }

    /// Whether somebody sells at the camera, or looks at what it shows.
    fn is_needed(&self, now: Instant) -> bool {
        let pushed = self.config.source.kind() == SourceKind::Push;
        pushed || self.viewers.receiver_count() > 0 || self.film.viewers() > 0 || self.need.is_there(now)
    }

    pub(crate) fn hold(&self) -> Hold {
        Hold::new(Arc::clone(&self.need))
    }

    /// Whether an encoded picture is decoded; called before its decoder.
    pub(crate) fn admits(&self, unit: &Unit) -> bool {
        let decodes = self.decode(unit.at);
        let mut flow = self.flow.lock();
        let admitted = flow.gate.admits(unit, decodes);
        if !admitted {
            flow.health.on_unit(unit.at);
        }
        let changed = std::mem::replace(&mut flow.decodes, decodes) != decodes;
        drop(flow);
        if changed {
            let is_relief = decodes != self.setting();
            tracing::info!(camera = %self.config.id, decodes = decodes.name(), is_relief, "camera decodes");
            let event = DecodeEvent { camera: self.config.id.clone(), decodes, is_relief };
            // Nobody listening is fine: the status says the same.
            let _listeners = self.outlets.decodes.send(event);
        }
        admitted
    }

    /// Counts a picture that came at `at`, `lag_nanos` after its time stamp, which is `pts_ns`.
    pub(crate) fn arrive(&self, at: Instant, lag_nanos: i64, pts_ns: Option<u64>) -> Arrival {
        let decode = self.decode(at);
        let mut flow = self.flow.lock();
        let held = flow.gate.held(pts_ns, at);
        let late = flow.backlog.behind(at, lag_nanos);
        let interval = flow.came.replace(at).map(|before| at.saturating_duration_since(before));
        // A decoder that holds one picture back holds it for a key frame's distance, which the backlog takes for punctual.
        let behind = if flow.gate.every(decode).is_some() { late.max(held) } else { late };
        flow.frames_in += 1;
        flow.rate.count(at);
        let arrival = Arrival { at, behind, seq: flow.frames_in };
        drop(flow);
        if let (Some(interval), Some(_)) = (interval, pts_ns) {
            let is_whole = decode == Decode::All;
            self.weigh(is_whole.then(|| is_behind(late, held, interval)), at);
        }
        arrival
    }

    /// Has it known whether decoding keeps up.
    fn weigh(&self, is_behind: Option<bool>, now: Instant) {
        let too_much = self.outlets.burden.lock().note(&self.config.id, is_behind, now);
        if self.outlets.relieved.swap(too_much, Ordering::Relaxed) != too_much {
            tracing::warn!(too_much, "there is too much to decode, or was");
        }
    }

    /// Counts a picture that came at `at` and was superseded by `now`, before it was even decoded.
    pub(crate) fn superseded(&self, at: Instant, now: Instant) {
        self.flow.lock().frames_in += 1;
        self.outlets.meter.frame(&self.config.id, FrameResult::Superseded, now.saturating_duration_since(at));
    }

    /// The stream was damaged: pictures that rest on what was lost are not analysed.
    pub(crate) fn damaged(&self, now: Instant) {
        let mut flow = self.flow.lock();
        flow.tainted.since = Some(now);
        flow.health.on_damage(now);
    }

    /// A picture goes to the decoder that rests on none before it.
    pub(crate) fn key_frame(&self) {
        self.flow.lock().tainted = Taint { since: None, keys_are_told: true };
    }

    /// Hands a picture on. Returns true when the state should be looked at now.
    pub(crate) fn deliver(&self, mut frame: Frame, arrival: &Arrival) -> bool {
        let luma = Luma::of(&frame);
        let looks = self.flow.lock().view.is_due(arrival.at);
        // The way to see more than single samples is long: not while others wait for the figures.
        let texture = if looks { Texture::of(&frame) } else { None };
        let faces = self.faces((frame.width(), frame.height()));
        let decode = self.decode(arrival.at);
        let mut flow = self.flow.lock();
        let before = flow.state(arrival.at, decode);
        flow.health.on_picture(arrival.at, &luma, arrival.behind);
        let every = flow.gate.every(decode);
        if let Some(texture) = texture.filter(|_| flow.health.state(arrival.at, every) == CameraState::Live) {
            flow.view.on_picture(arrival.at, texture, &luma.thumbnail, &faces);
        }
        let changed = flow.state(arrival.at, decode) != before;
        flow.size = (frame.width(), frame.height());
        flow.newest = Some(frame.captured.at);
        flow.vigilance.on_picture(arrival.at, &luma.thumbnail);
        let due = !flow.tainted.is_on(arrival.at) && flow.analysed.due(arrival.at);
        let analyse = due && flow.vigilance.is_due(arrival.at, self.outlets.strained.load(Ordering::Relaxed));
        if analyse {
            flow.vigilance.look(arrival.at, luma.thumbnail);
        }
        let (pictures, film) = (self.viewers.receiver_count() > 0, self.film.is_watched());
        let show = (pictures || film) && flow.shown.due(arrival.at);
        flow.frames_analysed += u64::from(analyse);
        drop(flow);

        frame.is_spare = decode == Decode::KeyFrames;
        let frame = Arc::new(frame);
        if due {
            *self.latest.lock() = Some(Arc::clone(&frame));
        }
        if analyse {
            (self.outlets.sink)(Arc::clone(&frame));
        }
        if show {
            self.show(&frame, (pictures, film));
        }
        if !film {
            self.film.rest();
        }
        changed
    }

    /// One encode of each kind, however many watch; a slow viewer skips pictures.
    fn show(&self, frame: &Frame, (pictures, film): (bool, bool)) {
        let boxes = self.overlay.lock().clone();
        if pictures {
            match self.preview.encode(frame, &boxes) {
                Ok(jpeg) => drop(self.viewers.send_replace(Some(jpeg))),
                Err(error) => tracing::debug!(camera = %self.config.id, %error, "no preview"),
            }
        }
        if film && let Err(reason) = self.film.show(&self.preview, frame, &boxes) {
            tracing::debug!(camera = %self.config.id, reason, "no preview as video");
        }
    }

    /// What the pictures say at `now`.
    pub(crate) fn health(&self, now: Instant) -> CameraState {
        let decode = self.decode(now);
        self.flow.lock().state(now, decode)
    }

    /// The faces that were found last, in shares of a picture of this size.
    fn faces(&self, (width, height): (u32, u32)) -> Vec<FaceArea> {
        let (across, down) = (width.max(1) as f32, height.max(1) as f32);
        let area = |face: &OverlayBox| FaceArea {
            left: face.x / across,
            top: face.y / down,
            width: face.width / across,
            height: face.height / down,
        };
        self.overlay.lock().iter().map(area).collect()
    }

    /// How long ago the newest picture came.
    pub(crate) fn silence(&self, now: Instant) -> Option<Duration> {
        Some(now.saturating_duration_since(self.flow.lock().health.newest()?))
    }

    /// For how long the next picture has been missed.
    pub(crate) fn overdue(&self, now: Instant) -> Duration {
        let decode = self.decode(now);
        let flow = self.flow.lock();
        flow.health.overdue(now, flow.gate.every(decode))
    }

    /// For how long the source has shown pictures since it was opened.
    pub(crate) fn shown_for(&self) -> Duration {
        self.flow.lock().health.shown_for()
    }

    /// For how long pictures have been coming late.
    pub(crate) fn late_for(&self) -> Duration {
        self.flow.lock().health.late_for()
    }

    /// Takes note of which device delivers from now on, before its first picture.
    pub(crate) fn identify(&self, identity: Identity) {
        let mut pinned = self.pin.lock();
        pinned.present = Some(identity.clone());
        let change = pinned.pin.find(identity);
        let pin = pinned.pin.clone();
        drop(pinned);
        let event = change.map(|change| PinEvent { camera: self.config.id.clone(), change, pin });
        if let Some(event) = event {
            // Nobody listening is fine: the pin says the same.
            let _listeners = self.outlets.pins.send(event);
        }
        if self.standing.lock().state == CameraState::Live {
            self.enter(CameraState::Live, "");
        }
    }

    /// The device that it is pinned to, and another that was found.
    pub(crate) fn pin(&self) -> Pin {
        self.pin.lock().pin.clone()
    }

    /// Takes the device and the view that are there for its own; the pin as it is then.
    pub(crate) fn accept(&self, now: Instant) -> Pin {
        let state = {
            let mut flow = self.flow.lock();
            flow.view.forget();
            flow.state(now, self.decode(now))
        };
        if self.standing.lock().state.is_of_view() {
            self.enter(state, state.advice());
        }
        let mut pinned = self.pin.lock();
        let present = pinned.present.clone();
        pinned.pin = std::mem::take(&mut pinned.pin).accepted(present);
        pinned.pin.clone()
    }

    /// Enters a state and tells everybody, if it is another. What another device delivers is never live.
    pub(crate) fn enter(&self, state: CameraState, reason: &str) {
        let changed = (state == CameraState::Live).then(|| self.pin()).filter(Pin::is_replaced);
        let changed = changed.map(|pin| pin.changes().join(", "));
        match changed {
            Some(changed) => {
                let reason = format!("another device than the camera is pinned to: {changed}");
                self.stand(CameraState::Replaced, &reason);
            }
            None => self.stand(state, reason),
        }
    }

    fn stand(&self, state: CameraState, reason: &str) {
        let mut standing = self.standing.lock();
        let from = standing.state;
        reason.clone_into(&mut standing.reason);
        if from == state {
            return;
        }
        standing.state = state;
        drop(standing);
        tracing::info!(camera = %self.config.id, from = from.name(), to = state.name(), reason, "camera state");
        self.announce(Some(from), Some(state), reason);
    }

    /// The camera is gone: viewers end, the picture is forgotten.
    pub(crate) fn leave(&self) {
        *self.latest.lock() = None;
        let from = self.standing.lock().state;
        self.announce(Some(from), None, "removed");
    }

    pub(crate) fn status(&self, now: Instant) -> CameraStatus {
        let decode = self.decode(now);
        let flow = self.flow.lock();
        let standing = self.standing.lock();
        CameraStatus {
            id: self.config.id.clone(),
            source: self.config.source.clone(),
            state: standing.state,
            reason: standing.reason.clone(),
            width: flow.size.0,
            height: flow.size.1,
            codec: flow.codec.clone(),
            decoder: flow.decoder.clone(),
            decode: self.setting(),
            decodes: if flow.gate.every(decode).is_some() { Decode::KeyFrames } else { Decode::All },
            key_frame_distance: flow.gate.distance(),
            frames_skipped: flow.gate.skipped(),
            frames_in: flow.frames_in,
            frames_analysed: flow.frames_analysed,
            fps: flow.rate.per_second(now),
            frame_age: flow.newest.map(|at| now.saturating_duration_since(at)),
            reconnects: standing.reconnects,
            viewers: self.viewers.receiver_count() + self.film.viewers(),
        }
    }

    pub(crate) fn latest(&self) -> Option<Arc<Frame>> {
        self.latest.lock().clone()
    }

    /// What the picture that was analysed last turned out to show.
    pub(crate) fn told(&self, boxes: Vec<OverlayBox>, interest: Interest, now: Instant) {
        *self.overlay.lock() = boxes;
        self.flow.lock().vigilance.told(interest, now);
    }

    /// Somebody wants to know who is there: every picture counts.
    pub(crate) fn attend(&self, now: Instant) {
        self.need.attend(now);
        self.flow.lock().vigilance.told(Interest::Open, now);
    }

    /// The newest picture with its boxes, encoded now, and when it was captured.
    pub(crate) fn snapshot(&self, width_px_max: u32) -> Option<(Bytes, Capture)> {
        let (frame, boxes) = (self.latest()?, self.overlay.lock().clone());
        Some((self.preview.at_most(width_px_max).encode(&frame, &boxes).ok()?, frame.captured))
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Option<Bytes>> {
        self.viewers.subscribe()
    }

    pub(crate) fn watch_film(&self) -> Viewing {
        self.film.watch()
    }

    fn announce(&self, from: Option<CameraState>, to: Option<CameraState>, reason: &str) {
        let event = CameraEvent { camera: self.config.id.clone(), from, to, reason: reason.to_owned() };
        // Nobody listening is fine: the status says the same.
        let _listeners = self.outlets.events.send(event);
    }
}

impl Flow {
    /// What the pictures say at `now`: whatever is wrong with them goes before what they show.
    fn state(&self, now: Instant, decode: Decode) -> CameraState {
        match self.health.state(now, self.gate.every(decode)) {
            CameraState::Live => self.view.fault().map_or(CameraState::Live, ViewFault::state),
            other => other,
        }
    }
}

/// When a camera that is run so is looked at less often.
fn idle(config: &CameraConfig) -> IdleOptions {
    if config.source.kind() == SourceKind::Push { IdleOptions::default() } else { config.idle }
}

/// What counts as healthy at a camera that is run so.
pub(crate) fn limits(config: &CameraConfig) -> HealthLimits {
    HealthLimits {
        connect_max: CONNECT_MAX,
        gap_max: GAP_MAX,
        behind_max: BEHIND_MAX,
        late_max: LATE_MAX,
        black_max: BLACK_MAX,
        frozen_max: Duration::from_millis(config.frozen_after_ms),
        loop_max: Duration::from_secs(config.loop_s_max),
    }
}

#[cfg(test)]
mod tests;
