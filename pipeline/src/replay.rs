//! Pictures looked at as a camera's are: same steps, tracks and rules, but on the pictures' own clock, one by one, however
//! long the networks take. They come from a recording, or are shown one after another.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use parking_lot::{Mutex, RwLock};
use tokio::sync::broadcast;

use crate::camera::health::Health;
use crate::camera::luma::Luma;
use crate::camera::pace::Pace;
use crate::camera::seat;
use crate::camera::{CameraConfig, CameraId, CameraState};
use crate::challenge::{ChallengePlan, ChallengeUpdate};
use crate::frame::{Capture, Frame};
use crate::gallery::Gallery;
use crate::ingest::Recording;
use crate::meter::Meter;
use crate::observation::Observation;
use crate::pipeline::{Pipeline, RecognitionOptions};
use crate::recognizer::{Attention, Outlets, Recognizer, Rules};
use crate::space::Space;
use crate::steps::MeteredSteps;
use crate::still::Still;
use crate::tracker::TrackId;

/// A recording's clock runs so far ahead of the real one that no call is late by the real one.
const AHEAD: Duration = Duration::from_secs(86_400);

/// Why a recording was not looked at.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ReplayError(pub String);

/// A camera that shows one recording.
pub struct Replay {
    recording: Recording,
    viewer: Viewer,
}

/// A till's camera that is shown pictures one by one.
pub struct Viewer {
    camera: CameraId,
    recognizer: Recognizer,
    /// The pictures' clock, and how they do as a camera's.
    standing: Arc<Mutex<Standing>>,
    pace: Pace,
    start: Instant,
    wall: SystemTime,
    shown: u64,
    challenges: broadcast::Receiver<ChallengeUpdate>,
}

struct Standing {
    now: Instant,
    state: CameraState,
    health: Health,
}

/// One picture that was shown.
pub struct Replayed {
    /// The picture.
    pub frame: Arc<Frame>,
    /// What a camera would have shown of it; `None` for a picture between those that are analysed, and for one that a step
    /// failed on.
    pub observation: Option<Observation>,
    /// Whether it was this picture's turn to be analysed: then it has no observation because it was too late, or a step failed.
    pub is_due: bool,
    /// The state that the camera would be in.
    pub state: CameraState,
}

/// Steps of challenges that wait to be asked for; one picture makes a few at most.
const TOLD_MAX: usize = 64;

impl Replay {
    /// Opens the recording that `config` names by a file path, for the steps and rules of `pipeline`, with nobody enrolled.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(pipeline: &Pipeline, config: &CameraConfig, path: &Path) -> Result<Self, ReplayError> {
        let viewer = Viewer::new(pipeline, config, nobody(pipeline));
        let recording = Recording::open(path, config.id.clone(), viewer.start);
        let recording = recording.map_err(|fault| ReplayError(fault.reason))?;
        Ok(Self { recording, viewer })
    }

    /// The next picture; `None` at the end.
    ///
    /// # Errors
    /// When the recording cannot be read any further.
    pub fn advance(&mut self) -> Result<Option<Replayed>, ReplayError> {
        let frame = self.recording.next().map_err(|fault| ReplayError(fault.reason))?;
        Ok(frame.map(|frame| self.viewer.look(frame, Duration::ZERO)))
    }
}

impl Viewer {
    /// Looks with the steps and rules of `pipeline` for the people of `gallery`.
    ///
    /// # Panics
    /// When the gallery is for another recogniser than the pipeline's.
    pub fn new(pipeline: &Pipeline, config: &CameraConfig, gallery: Arc<Gallery>) -> Self {
        let start = Instant::now() + AHEAD;
        let health = Health::new(seat::limits(config), start);
        let standing = Standing { now: start, state: CameraState::Connecting, health };
        let standing = Arc::new(Mutex::new(standing));
        let recognizer = recognizer(pipeline, gallery, Arc::clone(&standing));
        let challenges = recognizer.outlets.challenges.subscribe();
        let (camera, pace) = (config.id.clone(), Pace::new(config.analysed_fps_max));
        Self { camera, recognizer, standing, pace, start, wall: SystemTime::now(), shown: 0, challenges }
    }

    /// The same, with its measurements told to `meter`.
    #[must_use]
    pub fn metered(mut self, meter: Arc<dyn Meter>) -> Self {
        self.recognizer.steps.meter = meter;
        self
    }

    /// Shows a picture that was taken `at` since the beginning, and comes `behind` later.
    pub fn show(&mut self, still: Still, at: Duration, behind: Duration) -> Replayed {
        self.shown += 1;
        let captured = Capture { at: self.start + at, wall: self.wall + at, pts_ns: None };
        self.look(Frame::from_still(self.camera.clone(), self.shown, captured, still), behind)
    }

    /// Asks the person of a track to prove that they are alive; says whether there is such a track.
    pub fn challenge(&self, track: TrackId, plan: ChallengePlan) -> bool {
        self.recognizer.challenge(&self.camera, track, plan)
    }

    /// How challenges went on since this was last asked.
    pub fn told(&mut self) -> Vec<ChallengeUpdate> {
        std::iter::from_fn(|| self.challenges.try_recv().ok()).collect()
    }

    fn look(&mut self, frame: Frame, behind: Duration) -> Replayed {
        let frame = Arc::new(frame);
        let now = frame.captured.at + behind;
        let state = {
            let mut standing = self.standing.lock();
            standing.now = now;
            standing.health.on_picture(now, &Luma::of(&frame), behind);
            standing.state = standing.health.state(now, None);
            standing.state
        };
        let is_due = self.pace.due(now);
        let observation = match is_due {
            true => self.recognizer.process(std::slice::from_ref(&frame)).pop(),
            false => None,
        };
        Replayed { frame, observation, is_due, state }
    }
}

/// A gallery for the recogniser of `pipeline`, with nobody in it.
fn nobody(pipeline: &Pipeline) -> Arc<Gallery> {
    let gallery = pipeline.gallery();
    Arc::new(Gallery::new(gallery.dim(), gallery.model_tag()))
}

fn recognizer(pipeline: &Pipeline, gallery: Arc<Gallery>, standing: Arc<Mutex<Standing>>) -> Recognizer {
    let options: &RecognitionOptions = pipeline.options();
    let clock = Arc::clone(&standing);
    let space = Space::new(pipeline.space().recognizer().clone(), gallery);
    let space = space.expect("the gallery is for the pipeline's recogniser");
    Recognizer {
        steps: MeteredSteps {
            steps: pipeline.steps().clone(),
            meter: Arc::new(crate::meter::Unmetered),
            engine: None,
        },
        rules: Rules::of(options),
        space: RwLock::new(Arc::new(space)),
        attention: Attention::new(options.tracker),
        camera_live: Arc::new(move |_| standing.lock().state.is_trusted()),
        clock: Arc::new(move || clock.lock().now),
        outlets: Outlets::new(TOLD_MAX, options.crop_px_max),
    }
}
