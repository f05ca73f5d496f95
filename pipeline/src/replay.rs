//! A recording looked at as a camera's pictures are: same steps, tracks and rules, but on the recording's own clock, picture
//! by picture, however long the networks take.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::broadcast;

use crate::camera::CameraConfig;
use crate::camera::CameraState;
use crate::camera::health::Health;
use crate::camera::luma::Luma;
use crate::camera::pace::Pace;
use crate::camera::seat;
use crate::frame::Frame;
use crate::gallery::Gallery;
use crate::ingest::Recording;
use crate::observation::Observation;
use crate::pipeline::{Pipeline, RecognitionOptions};
use crate::recognizer::{Attention, Recognizer, Rules};
use crate::steps::MeteredSteps;

/// A recording's clock runs so far ahead of the real one that no call is late by the real one.
const AHEAD: Duration = Duration::from_secs(86_400);

/// Why a recording was not looked at.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ReplayError(pub String);

/// A camera that shows one recording.
pub struct Replay {
    recording: Recording,
    recognizer: Recognizer,
    /// The recording's clock, and how its pictures do as a camera's.
    standing: Arc<Mutex<Standing>>,
    pace: Pace,
}

struct Standing {
    now: Instant,
    state: CameraState,
    health: Health,
}

/// One picture of a recording.
pub struct Replayed {
    /// The picture.
    pub frame: Arc<Frame>,
    /// What a camera would have shown of it; `None` for a picture between those that are analysed, and for one that a step
    /// failed on.
    pub observation: Option<Observation>,
    /// The state that the camera would be in.
    pub state: CameraState,
}

impl Replay {
    /// Opens the recording that `config` names by a file path, for the steps and rules of `pipeline`, with nobody enrolled.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(pipeline: &Pipeline, config: &CameraConfig, path: &Path) -> Result<Self, ReplayError> {
        let start = Instant::now() + AHEAD;
        let recording = Recording::open(path, config.id.clone(), start);
        let recording = recording.map_err(|fault| ReplayError(fault.reason))?;
        let health = Health::new(seat::limits(config), start);
        let standing = Standing { now: start, state: CameraState::Connecting, health };
        let standing = Arc::new(Mutex::new(standing));
        let recognizer = recognizer(pipeline, Arc::clone(&standing));
        Ok(Self { recording, recognizer, standing, pace: Pace::new(config.analysed_fps_max) })
    }

    /// The next picture; `None` at the end.
    ///
    /// # Errors
    /// When the recording cannot be read any further.
    pub fn advance(&mut self) -> Result<Option<Replayed>, ReplayError> {
        let frame = self.recording.next().map_err(|fault| ReplayError(fault.reason))?;
        let Some(frame) = frame.map(Arc::new) else { return Ok(None) };
        let at = frame.captured.at;
        let state = {
            let mut standing = self.standing.lock();
            standing.now = at;
            standing.health.on_picture(at, &Luma::of(&frame), Duration::ZERO);
            standing.state = standing.health.state(at);
            standing.state
        };
        let observation = match self.pace.due(at) {
            true => self.recognizer.process(std::slice::from_ref(&frame)).pop(),
            false => None,
        };
        Ok(Some(Replayed { frame, observation, state }))
    }
}

fn recognizer(pipeline: &Pipeline, standing: Arc<Mutex<Standing>>) -> Recognizer {
    let options: &RecognitionOptions = pipeline.options();
    let gallery = pipeline.gallery();
    let clock = Arc::clone(&standing);
    Recognizer {
        steps: MeteredSteps { steps: pipeline.steps().clone(), meter: Arc::new(crate::meter::Unmetered) },
        rules: Rules {
            quality: options.quality,
            confirm: options.confirm,
            frame_age_max: Duration::from_millis(options.frame_age_ms_max),
            call_max: Duration::from_millis(options.call_ms_max),
        },
        gallery: Arc::new(Gallery::new(gallery.dim(), gallery.model_tag())),
        attention: Attention::new(options.tracker),
        camera_live: Arc::new(move |_| standing.lock().state == CameraState::Live),
        clock: Arc::new(move || clock.lock().now),
        sightings: broadcast::Sender::new(1),
        observations: broadcast::Sender::new(1),
        challenges: broadcast::Sender::new(1),
    }
}
