//! A camera whose pictures are sent in, by a browser or a kiosk: one waits, and a newer one supersedes it.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use parking_lot::{Condvar, Mutex};

use super::feed::Feed;
use super::identity::Identity;
use super::seat::Seat;
use super::{CameraError, CameraState};
use crate::frame::{Capture, Frame};
use crate::still::{self, StillError, StillLimits};

/// Video pictures, not photographs: larger ones only cost time.
pub(super) const LIMITS: StillLimits =
    StillLimits { side_px_max: 4096, pixels_max: 8_400_000, alloc_bytes_max: 64 << 20 };
const BYTES_MAX: usize = 8 << 20;
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// The thread that decodes what is pushed. Dropping it stops the camera.
pub(crate) struct PushSource {
    slot: Arc<Slot>,
    seat: Arc<Seat>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Slot {
    waiting: Mutex<Waiting>,
    changed: Condvar,
    /// Decodes the video of whoever delivers that.
    feeding: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct Waiting {
    picture: Option<Pushed>,
    /// Pictures that were left here so far.
    pushed: u64,
    stop: bool,
    /// Who delivers at present, and the number of their claim.
    claimed: Option<(Identity, u64)>,
    /// Claims so far.
    claims: u64,
}

/// A picture that was left to be decoded.
struct Pushed {
    picture: Bytes,
    /// Which of all that were left, from 1; those that were superseded have numbers, too.
    seq: u64,
    at: Instant,
    wall: SystemTime,
}

/// A client is the one that delivers a camera's pictures, until this is dropped.
pub struct Claim {
    slot: Arc<Slot>,
    seat: Arc<Seat>,
    number: u64,
}

impl Claim {
    /// Leaves a JPEG or PNG picture to be decoded; it supersedes one that still waits. Gives the number under which the
    /// picture is observed, if it is; `None` when the claim is no longer in force: another took over, or the camera is
    /// gone. Does not block.
    ///
    /// # Errors
    /// [`CameraError::Picture`].
    pub fn push(&self, picture: Bytes) -> Result<Option<u64>, CameraError> {
        let Checked(picture) = Checked::new(picture)?;
        let mut waiting = self.slot.waiting.lock();
        if !waiting.is_claimed_by(self.number) || waiting.stop {
            return Ok(None);
        }
        let superseded = waiting.put(picture);
        let seq = waiting.pushed;
        drop(waiting);
        self.slot.changed.notify_one();
        count(&self.seat, superseded.as_ref());
        Ok(Some(seq))
    }

    /// Delivers video from now on, instead of one picture after the other.
    ///
    /// # Errors
    /// [`CameraError::Machine`] when there is no thread for it.
    pub fn feed(self) -> Result<Feed, CameraError> {
        let (slot, seat) = (Arc::clone(&self.slot), Arc::clone(&self.seat));
        let (feed, thread) = Feed::start(self, seat)?;
        // An earlier feed's claim is no longer in force: its thread ends by itself.
        slot.feeding.lock().replace(thread);
        Ok(feed)
    }

    /// Whether nobody else has taken over, and the camera is still there.
    pub(super) fn is_in_force(&self) -> bool {
        let waiting = self.slot.waiting.lock();
        waiting.is_claimed_by(self.number) && !waiting.stop
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut waiting = self.slot.waiting.lock();
        if waiting.is_claimed_by(self.number) {
            waiting.claimed = None;
        }
    }
}

impl Waiting {
    /// Leaves a picture; the one that it supersedes.
    fn put(&mut self, picture: Bytes) -> Option<Pushed> {
        self.pushed += 1;
        let (seq, at, wall) = (self.pushed, Instant::now(), SystemTime::now());
        self.picture.replace(Pushed { picture, seq, at, wall })
    }

    fn is_claimed_by(&self, number: u64) -> bool {
        self.claimed.as_ref().is_some_and(|(_, claimed)| *claimed == number)
    }
}

impl PushSource {
    pub(crate) fn start(seat: Arc<Seat>) -> Result<PushSource, CameraError> {
        let slot = Arc::new(Slot::default());
        let (taken, shown) = (Arc::clone(&slot), Arc::clone(&seat));
        let thread = std::thread::Builder::new()
            .name(format!("cam-{}", seat.id()))
            .spawn(move || run(&shown, &taken))
            .map_err(|error| CameraError::Machine(format!("no thread for the camera: {error}")))?;
        Ok(PushSource { slot, seat, thread: Some(thread) })
    }

    /// Lets a client deliver; `None` while one of another identity does.
    pub(crate) fn claim(&self, identity: &Identity) -> Option<Claim> {
        let mut waiting = self.slot.waiting.lock();
        if waiting.claimed.as_ref().is_some_and(|(other, _)| other != identity) {
            return None;
        }
        waiting.claims += 1;
        let number = waiting.claims;
        waiting.claimed = Some((identity.clone(), number));
        // What an earlier client left is not this one's.
        waiting.picture = None;
        Some(Claim { slot: Arc::clone(&self.slot), seat: Arc::clone(&self.seat), number })
    }

    /// Leaves a picture to be decoded; supersedes one that still waits.
    pub(crate) fn push(&self, Checked(picture): Checked) {
        let superseded = self.slot.waiting.lock().put(picture);
        self.slot.changed.notify_one();
        count(&self.seat, superseded.as_ref());
    }
}

/// A picture that a newer one supersedes is counted as that, once, wherever on its way that happens.
fn count(seat: &Seat, superseded: Option<&Pushed>) {
    if let Some(pushed) = superseded {
        seat.superseded(pushed.at, Instant::now());
    }
}

/// A picture whose header shows nothing that speaks against it.
pub(crate) struct Checked(Bytes);

impl Checked {
    /// # Errors
    /// [`CameraError::Picture`] when the header already shows that the picture cannot be used.
    pub(crate) fn new(picture: Bytes) -> Result<Checked, CameraError> {
        let header = still::check(&picture, &LIMITS)?;
        if picture.len() > BYTES_MAX {
            let (width, height) = (header.width, header.height);
            return Err(StillError::TooLarge { width, height }.into());
        }
        Ok(Checked(picture))
    }
}

impl Drop for PushSource {
    fn drop(&mut self) {
        self.slot.waiting.lock().stop = true;
        self.slot.changed.notify_one();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("a push camera panicked");
        }
        let feeding = self.slot.feeding.lock().take();
        if feeding.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("a push camera's decoder panicked");
        }
    }
}

fn run(seat: &Seat, slot: &Slot) {
    seat.decodes("jpeg", "image");
    loop {
        let mut waiting = slot.waiting.lock();
        if waiting.picture.is_none() && !waiting.stop {
            slot.changed.wait_for(&mut waiting, LOOK_EVERY);
        }
        if waiting.stop {
            return;
        }
        let picture = waiting.picture.take();
        drop(waiting);
        if let Some(pushed) = picture {
            show(seat, &pushed);
        }
        look(seat);
    }
}

fn show(seat: &Seat, pushed: &Pushed) {
    match still::decode(&pushed.picture, &LIMITS) {
        Ok(still) => {
            let arrival = seat.arrive(pushed.at, 0, None);
            let captured = Capture { at: pushed.at, wall: pushed.wall, pts_ns: None };
            seat.deliver(Frame::from_still(seat.id().clone(), pushed.seq, captured, still), &arrival);
        }
        Err(error) => tracing::debug!(camera = %seat.id(), %error, "a pushed picture was dropped"),
    }
}

/// Enters the state that the pictures say.
pub(super) fn look(seat: &Seat) {
    match seat.health(Instant::now()) {
        // Nobody has pushed yet: that is no fault.
        CameraState::Connecting | CameraState::Offline => {}
        CameraState::Stalled => seat.enter(CameraState::Stalled, "nobody pushes pictures"),
        state => seat.enter(state, state.advice()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::camera::identity::Pin;
    use crate::camera::seat::Outlets;
    use crate::camera::{CameraConfig, CameraId};
    use crate::meter::{FrameResult, Meter};
    use crate::simulate::{self, ClipOptions};
    use crate::source::SourceUrl;

    #[derive(Default)]
    struct Counts(Mutex<Vec<FrameResult>>);

    impl Meter for Counts {
        fn frame(&self, _camera: &CameraId, result: FrameResult, _age: Duration) {
            self.0.lock().push(result);
        }
    }

    fn jpeg() -> Bytes {
        let grey = still::Still::from_rgb(64, 64, vec![90; 3 * 64 * 64]).unwrap();
        let options = ClipOptions { width: 160, height: 120, ..ClipOptions::default() };
        let picture = simulate::picture(&[grey], &options, 0).unwrap();
        let mut jpeg = Vec::new();
        let encoder = jpeg_encoder::Encoder::new(&mut jpeg, 85);
        encoder.encode(picture.rgb(), 160, 120, jpeg_encoder::ColorType::Rgb).unwrap();
        jpeg.into()
    }

    #[test]
    fn a_pushed_picture_that_a_newer_one_supersedes_before_it_is_decoded_is_counted_once_as_that() {
        let (counts, shown) = (Arc::new(Counts::default()), Arc::new(Mutex::new(Vec::new())));
        let sink = Arc::clone(&shown);
        let outlets = Outlets::new(Arc::new(move |frame| sink.lock().push(frame.seq)), counts.clone());
        let config = CameraConfig {
            id: "kiosk".parse().unwrap(),
            source: SourceUrl::parse("push:").unwrap(),
            decode: Default::default(),
            analysed_fps_max: 60,
            frozen_after_ms: 60_000,
            loop_s_max: 0,
            view: Default::default(),
            idle: Default::default(),
        };
        let seat = Arc::new(Seat::new(config, Pin::default(), outlets, Instant::now()));
        // Nobody decodes yet: all three wait, one after the other.
        let source = PushSource { slot: Arc::default(), seat: Arc::clone(&seat), thread: None };
        let claim = source.claim(&Identity::of([("client", "kiosk".to_owned())])).unwrap();
        let numbers: Vec<_> = (0..3).map(|_| claim.push(jpeg()).unwrap()).collect();
        assert_eq!(numbers, [Some(1), Some(2), Some(3)]);
        let waiting = source.slot.waiting.lock().picture.take().unwrap();
        show(&seat, &waiting);
        assert_eq!(*shown.lock(), [3]);
        assert_eq!(*counts.0.lock(), [FrameResult::Superseded; 2]);
        // All that came, of which two were superseded and one went on.
        assert_eq!(seat.status(Instant::now()).frames_in, 3);
    }
}
