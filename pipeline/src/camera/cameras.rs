//! All cameras of the appliance: added, watched and removed at run time.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::{Stream, stream};
use parking_lot::Mutex;
use tokio::sync::broadcast;

use super::identity::{Identity, Pin, PinEvent};
use super::push::{Checked, Claim, PushSource};
use super::seat::{FrameSink, Outlets, Seat};
use super::supervisor::{Jitter, Supervisor};
use super::{
    CameraConfig, CameraError, CameraEvent, CameraId, CameraReport, CameraStatus, Decode, DecodeEvent, Hold,
    trial,
};
use crate::frame::{Capture, Frame};
use crate::meter::{Meter, Unmetered};
use crate::observation::Interest;
use crate::preview::{OverlayBox, Viewing};
use crate::source::{SourceKind, SourcePolicy, SourceUrl};

/// What all cameras have in common.
#[derive(Clone)]
pub struct CamerasOptions {
    /// Which sources may be opened.
    pub policy: SourcePolicy,
    /// So many cameras can run at once.
    pub cameras_max: usize,
    /// Spreads the retries of cameras that failed together: a number in 0..1 for each call.
    pub jitter: Jitter,
}

/// The running cameras. Cheap to clone; they stop when the last clone is dropped.
#[derive(Clone)]
pub struct Cameras {
    inner: Arc<Inner>,
}

struct Inner {
    policy: Arc<SourcePolicy>,
    cameras_max: usize,
    jitter: Jitter,
    outlets: Outlets,
    running: Mutex<HashMap<CameraId, Camera>>,
}

struct Camera {
    seat: Arc<Seat>,
    source: Source,
}

enum Source {
    Push(PushSource),
    Stream(#[expect(dead_code, reason = "held to keep the camera running")] Supervisor),
}

impl Cameras {
    /// No cameras yet. Every picture that is to be analysed goes to `sink`.
    pub fn new(options: CamerasOptions, sink: FrameSink) -> Cameras {
        Self::metered(options, sink, Arc::new(Unmetered))
    }

    /// As [`Self::new`]; what becomes of pictures that do not get so far goes to `meter`.
    pub(crate) fn metered(options: CamerasOptions, sink: FrameSink, meter: Arc<dyn Meter>) -> Cameras {
        let inner = Inner {
            policy: Arc::new(options.policy),
            cameras_max: options.cameras_max,
            jitter: options.jitter,
            outlets: Outlets::new(sink, meter),
            running: Mutex::new(HashMap::new()),
        };
        Cameras { inner: Arc::new(inner) }
    }

    /// Starts a camera that is pinned to whatever device is found first; it connects in the background. Resolves the
    /// source's host, so it may block.
    ///
    /// # Errors
    /// When the name is taken, no more cameras fit, a setting is out of range or the source is not allowed.
    pub fn add(&self, config: CameraConfig) -> Result<(), CameraError> {
        self.add_pinned(config, Pin::default())
    }

    /// As [`Self::add`], with the pin as it was before.
    ///
    /// # Errors
    /// As [`Self::add`].
    pub fn add_pinned(&self, config: CameraConfig, pin: Pin) -> Result<(), CameraError> {
        check(&config)?;
        self.inner.policy.check(&config.source)?;
        let mut running = self.inner.running.lock();
        if running.contains_key(&config.id) {
            return Err(CameraError::Exists(config.id));
        }
        if running.len() >= self.inner.cameras_max {
            return Err(CameraError::Full(self.inner.cameras_max));
        }
        let id = config.id.clone();
        let kind = config.source.kind();
        let inner = &self.inner;
        let seat = Arc::new(Seat::new(config, pin, inner.outlets.clone(), Instant::now()));
        let source = match kind {
            SourceKind::Push => Source::Push(PushSource::start(Arc::clone(&seat))?),
            _ => {
                let (policy, jitter) = (Arc::clone(&inner.policy), Arc::clone(&inner.jitter));
                Source::Stream(Supervisor::start(Arc::clone(&seat), policy, jitter)?)
            }
        };
        running.insert(id, Camera { seat, source });
        Ok(())
    }

    /// Stops a camera and waits until its threads are gone, about 0.1 s: it blocks.
    ///
    /// # Errors
    /// [`CameraError::Unknown`].
    pub fn remove(&self, id: &CameraId) -> Result<(), CameraError> {
        let camera = self.inner.running.lock().remove(id).ok_or_else(|| CameraError::Unknown(id.clone()))?;
        drop(camera.source);
        camera.seat.leave();
        Ok(())
    }

    /// How every camera does, by name.
    pub fn list(&self) -> Vec<CameraStatus> {
        let now = Instant::now();
        let mut all: Vec<_> =
            self.inner.running.lock().values().map(|camera| camera.seat.status(now)).collect();
        all.sort_by(|a, b| a.id.cmp(&b.id));
        all
    }

    /// How one camera does.
    ///
    /// # Errors
    /// [`CameraError::Unknown`].
    pub fn status(&self, id: &CameraId) -> Result<CameraStatus, CameraError> {
        Ok(self.seat(id)?.status(Instant::now()))
    }

    /// Opens a source once, without adding it, and reports what it delivers. Blocks for up to `within`.
    ///
    /// # Errors
    /// [`CameraError::Failed`] with the state that a camera with this source would be in.
    pub fn test(&self, source: &SourceUrl, within: Duration) -> Result<CameraReport, CameraError> {
        self.inner.policy.check(source)?;
        trial::run(source, &self.inner.policy, within)
    }

    /// Leaves a JPEG or PNG picture with a `push:` camera; it replaces one that still waits. Does not block.
    ///
    /// # Errors
    /// When there is no such camera, it takes no pictures, or this is no usable picture.
    pub fn push(&self, id: &CameraId, picture: Bytes) -> Result<(), CameraError> {
        let picture = Checked::new(picture)?;
        let running = self.inner.running.lock();
        let camera = running.get(id).ok_or_else(|| CameraError::Unknown(id.clone()))?;
        match &camera.source {
            Source::Push(source) => source.push(picture),
            Source::Stream(_) => return Err(CameraError::NotPush(id.clone())),
        }
        Ok(())
    }

    /// Makes a client the one that delivers a `push:` camera's pictures, until the claim is dropped. A client of the same
    /// identity takes over, as after a connection that broke unnoticed: the older claim delivers nothing more.
    ///
    /// # Errors
    /// [`CameraError::Busy`] while a client of another identity delivers; as [`Self::push`].
    pub fn claim(&self, id: &CameraId, identity: Identity) -> Result<Claim, CameraError> {
        let running = self.inner.running.lock();
        let camera = running.get(id).ok_or_else(|| CameraError::Unknown(id.clone()))?;
        let Source::Push(source) = &camera.source else { return Err(CameraError::NotPush(id.clone())) };
        let claim = source.claim(&identity).ok_or_else(|| CameraError::Busy(id.clone()))?;
        camera.seat.identify(identity);
        Ok(claim)
    }

    /// The device that a camera is pinned to, and another that was found.
    ///
    /// # Errors
    /// [`CameraError::Unknown`].
    pub fn pin(&self, id: &CameraId) -> Result<Pin, CameraError> {
        Ok(self.seat(id)?.pin())
    }

    /// Takes the device and the view that are there for the camera's own; the pin as it is then.
    ///
    /// # Errors
    /// [`CameraError::Unknown`].
    pub fn accept(&self, id: &CameraId) -> Result<Pin, CameraError> {
        Ok(self.seat(id)?.accept(Instant::now()))
    }

    /// Pins from now on. A receiver that falls 256 behind loses the oldest and is told so.
    pub fn pins(&self) -> broadcast::Receiver<PinEvent> {
        self.inner.outlets.pins.subscribe()
    }

    /// The newest picture that was handed on for analysis.
    ///
    /// # Errors
    /// [`CameraError::Unknown`] or [`CameraError::NoPicture`].
    pub fn latest(&self, id: &CameraId) -> Result<Arc<Frame>, CameraError> {
        self.seat(id)?.latest().ok_or_else(|| CameraError::NoPicture(id.clone()))
    }

    /// The newest picture with its boxes, as a JPEG at most so wide and never wider than 640, and when it was captured. Encodes now, about 2 ms.
    ///
    /// # Errors
    /// [`CameraError::Unknown`] or [`CameraError::NoPicture`].
    pub fn latest_jpeg(&self, id: &CameraId, width_px_max: u32) -> Result<(Bytes, Capture), CameraError> {
        self.seat(id)?.snapshot(width_px_max).ok_or_else(|| CameraError::NoPicture(id.clone()))
    }

    /// JPEG pictures as they come, at most 15 a second, until the camera is removed. All viewers share
    /// one encode; one that is slow skips pictures.
    ///
    /// # Errors
    /// [`CameraError::Unknown`].
    pub fn mjpeg(&self, id: &CameraId) -> Result<impl Stream<Item = Bytes> + Send + use<>, CameraError> {
        let viewer = self.seat(id)?.watch();
        Ok(stream::unfold(viewer, |mut viewer| async move {
            loop {
                // Ends when the camera, and with it the sender, is gone.
                viewer.changed().await.ok()?;
                let picture = viewer.borrow_and_update().clone();
                if let Some(picture) = picture {
                    return Some((picture, viewer));
                }
            }
        }))
    }

    /// What [`Self::mjpeg`] shows, as VP8, until the camera is removed. All viewers share one encode, which ends when nobody
    /// looks any more.
    ///
    /// # Errors
    /// [`CameraError::Unknown`].
    pub fn film(&self, id: &CameraId) -> Result<Viewing, CameraError> {
        Ok(self.seat(id)?.watch_film())
    }

    /// Has each of a camera's pictures decoded from now on, or its key frames only. It stays open and pinned; the change is in
    /// force with the next key frame.
    ///
    /// # Errors
    /// [`CameraError::Unknown`]; [`CameraError::Config`] where pictures are pushed.
    pub fn set_decode(&self, id: &CameraId, decode: Decode) -> Result<(), CameraError> {
        let seat = self.seat(id)?;
        check_decode(seat.config().source.kind(), decode)?;
        seat.set_decode(decode);
        Ok(())
    }

    /// Tells a camera what its picture turned out to show: boxes that are drawn on its previews from now on, and how much
    /// there is left to find out.
    pub(crate) fn told(
        &self,
        id: &CameraId,
        boxes: Vec<OverlayBox>,
        interest: Interest,
    ) -> Result<(), CameraError> {
        self.seat(id)?.told(boxes, interest, Instant::now());
        Ok(())
    }

    /// Has a camera looked at with every picture, until it turns out what these show.
    pub(crate) fn attend(&self, id: &CameraId) {
        // The camera may have been removed in the meantime.
        if let Ok(seat) = self.seat(id) {
            seat.attend(Instant::now());
        }
    }

    /// Says whether those who take the pictures cannot keep up; cameras then leave out what can wait.
    pub(crate) fn strain(&self, strained: bool) {
        self.inner.outlets.strained.store(strained, Ordering::Relaxed);
    }

    /// Somebody follows what happens at a camera: until they drop this, all that is set to be decoded is.
    ///
    /// # Errors
    /// [`CameraError::Unknown`].
    pub fn hold(&self, id: &CameraId) -> Result<Hold, CameraError> {
        Ok(self.seat(id)?.hold())
    }

    /// Cameras of which other pictures are decoded than before, from now on. A receiver that falls 256 behind loses the oldest
    /// and is told so.
    pub fn decodes(&self) -> broadcast::Receiver<DecodeEvent> {
        self.inner.outlets.decodes.subscribe()
    }

    /// State changes from now on. A receiver that falls 256 events behind loses the oldest and is told so.
    pub fn events(&self) -> broadcast::Receiver<CameraEvent> {
        self.inner.outlets.events.subscribe()
    }

    fn seat(&self, id: &CameraId) -> Result<Arc<Seat>, CameraError> {
        let running = self.inner.running.lock();
        running.get(id).map(|camera| Arc::clone(&camera.seat)).ok_or_else(|| CameraError::Unknown(id.clone()))
    }
}

fn check_decode(kind: SourceKind, decode: Decode) -> Result<(), CameraError> {
    match (kind, decode) {
        (SourceKind::Push, Decode::KeyFrames) => {
            Err(CameraError::Config("a camera whose pictures are pushed decodes all of them"))
        }
        _ => Ok(()),
    }
}

fn check(config: &CameraConfig) -> Result<(), CameraError> {
    check_decode(config.source.kind(), config.decode)?;
    if !(1..=60).contains(&config.analysed_fps_max) {
        return Err(CameraError::Config("analysed_fps_max lies between 1 and 60"));
    }
    if !(1_000..=600_000).contains(&config.frozen_after_ms) {
        return Err(CameraError::Config("frozen_after_ms lies between 1000 and 600000"));
    }
    if config.loop_s_max > 120 {
        return Err(CameraError::Config("loop_s_max is at most 120"));
    }
    if config.idle.after_ms > 600_000 {
        return Err(CameraError::Config("idle_after_ms is at most 600000"));
    }
    if config.idle.look_ms_max > 10_000 {
        return Err(CameraError::Config("idle_look_ms_max is at most 10000"));
    }
    if config.view.learn_s > 3_600 {
        return Err(CameraError::Config("view_learn_s is at most 3600"));
    }
    Ok(())
}
