//! The whole of it: cameras whose pictures go to recognition threads, and what these find out.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use models::Engine;
use parking_lot::{Mutex, RwLock};
use tokio::sync::broadcast;

use crate::analyse::{AnalyseError, AnalysedFace};
use crate::batch::BatchOptions;
use crate::camera::{CameraId, Cameras, CamerasOptions};
use crate::challenge::{ChallengePlan, ChallengeUpdate};
use crate::frame::Frame;
use crate::gallery::Gallery;
use crate::meter::{FrameResult, Meter};
use crate::observation::{Observation, ObservedFace};
use crate::quality::{Gate, Measured, QualityReport};
use crate::recognizer::{Attention, Outlets, Recognizer, Rules};
use crate::sighting::{CutSighting, FaceSighting, Sighting};
use crate::slot::{Batch, FrameSlots, Superseded};
use crate::space::Space;
use crate::steps::{MeteredSteps, Steps};
use crate::still::Still;
use crate::tracker::TrackId;

mod options;
mod worker;

pub use options::RecognitionOptions;
use worker::Worker;

/// Sightings and observations that a slow listener may fall behind before it loses the oldest.
const PUBLISHED_MAX: usize = 256;
/// How a pipeline is started.
pub struct PipelineOptions {
    /// What all cameras have in common.
    pub cameras: CamerasOptions,
    /// How recognition is run.
    pub recognition: RecognitionOptions,
    /// Where measurements go.
    pub meter: Arc<dyn Meter>,
    /// What runs the plugins' networks, so that a picture goes to its GPU once for all of them; without it, once for each.
    pub engine: Option<Engine>,
}

/// Why a pipeline does not start. Each case is for the operator to put right.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// Nobody would be checked for being alive.
    #[error("no liveness step is configured: name at least one")]
    NoLiveness,
    /// A least score that lets everybody or nobody pass.
    #[error("the least score of the liveness step {0} must lie above 0 and at most at 1")]
    LivenessScore(String),
    /// The gallery is for another recogniser.
    #[error(
        "the gallery is for model {gallery_tag} with {gallery_dim} values, the recogniser is {tag} with {dim}"
    )]
    Gallery {
        /// The gallery's model tag.
        gallery_tag: u32,
        /// The gallery's length.
        gallery_dim: usize,
        /// The recogniser's model tag.
        tag: u32,
        /// The recogniser's length.
        dim: usize,
    },
    /// A setting is out of range.
    #[error("{0}")]
    Options(&'static str),
    /// The machine gives no more threads.
    #[error("no thread for recognition")]
    Thread(#[source] std::io::Error),
}

/// Cameras and recognition at work. They end with [`Pipeline::shutdown`], or when it is dropped.
pub struct Pipeline {
    cameras: Cameras,
    recognizer: Arc<Recognizer>,
    slots: Arc<FrameSlots<Arc<Frame>>>,
    threads: Mutex<Vec<Worker>>,
    recognition: RecognitionOptions,
}

impl Pipeline {
    /// Starts recognition, with no camera yet.
    ///
    /// # Errors
    /// [`PipelineError`].
    pub fn start(
        options: PipelineOptions,
        steps: Steps,
        gallery: Arc<Gallery>,
    ) -> Result<Self, PipelineError> {
        let PipelineOptions { cameras, recognition, meter, engine } = options;
        let recognition = recognition.checked()?;
        check_steps(&steps)?;
        let space = Arc::new(Space::new(steps.recognizer.clone(), gallery)?);
        let threads = match recognition.recognizer_threads {
            // One more than cores: while one waits for the networks, another prepares.
            0 => std::thread::available_parallelism()
                .map_or(2, |cores| cores.get() + 1)
                .min(cameras.cameras_max.max(1)),
            threads => threads,
        };
        let slots = Arc::new(FrameSlots::new(BatchOptions {
            size_max: recognition.batch_size_max,
            delay: Duration::from_millis(recognition.batch_delay_ms_max),
            side_by_side: if recognition.side_by_side == 0 { threads } else { recognition.side_by_side },
        }));
        let cameras = Cameras::metered(
            cameras,
            Arc::new(sink(Arc::clone(&slots), Arc::clone(&meter))),
            Arc::clone(&meter),
        );
        let live = cameras.clone();
        let recognizer = Arc::new(Recognizer {
            steps: MeteredSteps { steps, meter, engine },
            rules: Rules::of(&recognition),
            space: RwLock::new(space),
            attention: Attention::new(recognition.tracker),
            camera_live: Arc::new(move |id| live.status(id).is_ok_and(|status| status.state.is_trusted())),
            clock: Arc::new(Instant::now),
            outlets: Outlets::new(PUBLISHED_MAX, recognition.crop_px_max),
        });
        let pipeline = Self { cameras, recognizer, slots, threads: Mutex::new(Vec::new()), recognition };
        for number in 0..threads {
            pipeline.spawn(number)?;
        }
        Ok(pipeline)
    }

    /// The cameras, to add, watch and remove.
    pub fn cameras(&self) -> &Cameras {
        &self.cameras
    }

    /// People confirmed from now on. A receiver that falls behind loses the oldest and is told so.
    pub fn sightings(&self) -> broadcast::Receiver<Arc<Sighting>> {
        self.recognizer.outlets.sightings.subscribe()
    }

    /// Pictures analysed from now on. A receiver that falls behind loses the oldest and is told so.
    pub fn observations(&self) -> broadcast::Receiver<Arc<Observation>> {
        self.recognizer.outlets.observations.subscribe()
    }

    /// Forgets what was decided at a camera, so that whoever stands there is confirmed anew.
    pub fn attend(&self, camera: &CameraId) {
        self.recognizer.attention.attend(camera);
        self.cameras.attend(camera);
    }

    /// Another client delivers a camera's pictures from now on: no verdict and no challenge of those in view goes over to
    /// it. What was refused stays refused.
    pub fn break_off(&self, camera: &CameraId) {
        self.recognizer.attention.break_off(camera);
    }

    /// Asks the person of a track to prove that they are alive; says whether there is such a track. What they do is told
    /// by [`Self::challenges`], and comes with their next sighting once it is done. An earlier challenge of the track
    /// ends unheard.
    pub fn challenge(&self, camera: &CameraId, track: TrackId, plan: ChallengePlan) -> bool {
        let here = self.recognizer.challenge(camera, track, plan);
        self.cameras.attend(camera);
        here
    }

    /// How challenges go on from now on. A receiver that falls behind loses the oldest and is told so.
    pub fn challenges(&self) -> broadcast::Receiver<ChallengeUpdate> {
        self.recognizer.outlets.challenges.subscribe()
    }

    /// Every face of a still picture with its verdicts, largest first, by the gate of paying. Blocks; any thread may call
    /// it.
    ///
    /// # Errors
    /// [`AnalyseError`]; a face without a verdict is an error, never a good face.
    pub fn analyse(&self, still: &Still) -> Result<Vec<AnalysedFace>, AnalyseError> {
        self.analyse_at(Gate::Payment, still)
    }

    /// As [`Self::analyse`], by the gate of the occasion.
    ///
    /// # Errors
    /// As [`Self::analyse`].
    pub fn analyse_at(&self, gate: Gate, still: &Still) -> Result<Vec<AnalysedFace>, AnalyseError> {
        self.recognizer.analyse(gate, still, SystemTime::now())
    }

    /// Every face of one camera picture with its verdicts, largest first, by the gate of paying. Blocks; any thread may
    /// call it.
    ///
    /// # Errors
    /// As [`Self::analyse`].
    pub fn analyse_frame(&self, frame: &Frame) -> Result<Vec<AnalysedFace>, AnalyseError> {
        self.analyse_frame_at(Gate::Payment, frame)
    }

    /// As [`Self::analyse_frame`], by the gate of the occasion.
    ///
    /// # Errors
    /// As [`Self::analyse`].
    pub fn analyse_frame_at(&self, gate: Gate, frame: &Frame) -> Result<Vec<AnalysedFace>, AnalyseError> {
        self.recognizer.analyse_frame(gate, frame)
    }

    /// What `gate` says of figures that were measured already.
    pub fn judge(&self, gate: Gate, measured: &Measured) -> QualityReport {
        self.recognizer.judged(gate, measured)
    }

    /// The enrolled templates of the recogniser in force.
    pub fn gallery(&self) -> Arc<Gallery> {
        Arc::clone(self.space().gallery())
    }

    /// The recogniser in force, with its templates.
    pub fn space(&self) -> Arc<Space> {
        self.recognizer.space()
    }

    /// From the next batch on, `space` names people. What was gathered on a track before counts no more: embeddings of
    /// two recognisers do not compare.
    pub fn adopt(&self, space: Arc<Space>) {
        *self.recognizer.space.write() = space;
    }

    /// The faces of people confirmed from now on, cut out of their pictures. Only while somebody receives is anything
    /// cut out. A receiver that falls behind loses the oldest and is told so.
    pub fn cuts(&self) -> broadcast::Receiver<Arc<CutSighting>> {
        self.recognizer.outlets.cuts.subscribe()
    }

    /// The templates of the faces confirmed from now on, strangers' too: for whoever compares them elsewhere as well. Nobody receives: nothing
    /// is kept. A receiver that falls behind loses the oldest and is told so.
    pub fn faces(&self) -> broadcast::Receiver<Arc<FaceSighting>> {
        self.recognizer.outlets.faces.subscribe()
    }

    /// Decides a track anew, of which the face is enrolled now. What spoke against a living person goes on to.
    pub fn ask_again(&self, camera: &CameraId, track: TrackId) {
        self.recognizer.attention.ask_again(camera, track);
        self.cameras.attend(camera);
    }

    /// The plugins at work.
    pub fn steps(&self) -> &Steps {
        &self.recognizer.steps.steps
    }

    /// The settings it runs with.
    pub fn options(&self) -> &RecognitionOptions {
        &self.recognition
    }

    /// The longest that a recognition thread has been at one batch: moments while all is well, without end when one is no
    /// more.
    pub fn held_up(&self, now: Instant) -> Duration {
        self.threads.lock().iter().map(|thread| thread.held_up(now)).max().unwrap_or_default()
    }

    /// Ends recognition and all cameras, and waits until their threads are gone. Blocks; may be called twice.
    pub fn shutdown(&self) {
        self.slots.close();
        for thread in std::mem::take(&mut *self.threads.lock()) {
            if thread.join().is_err() {
                tracing::error!("a recognition thread panicked");
            }
        }
        for camera in self.cameras.list() {
            // Somebody else may have removed it in the meantime.
            let _removed = self.cameras.remove(&camera.id);
        }
    }

    fn spawn(&self, number: usize) -> Result<(), PipelineError> {
        let (slots, recognizer) = (Arc::clone(&self.slots), Arc::clone(&self.recognizer));
        let cameras = self.cameras.clone();
        let next = move || slots.next_batch(Instant::now);
        let work = move |batch: Batch<Arc<Frame>>| {
            cameras.strain(batch.strained);
            for observation in recognizer.process(&batch.frames) {
                let boxes = observation.faces.iter().map(ObservedFace::overlay).collect();
                // The camera may have been removed in the meantime.
                let _told = cameras.told(&observation.camera, boxes, observation.interest);
            }
        };
        let thread = Worker::start(format!("recognize-{number}"), next, work);
        self.threads.lock().push(thread.map_err(PipelineError::Thread)?);
        Ok(())
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        self.shutdown();
    }
}

/// Leaves each picture in its camera's slot.
fn sink(slots: Arc<FrameSlots<Arc<Frame>>>, meter: Arc<dyn Meter>) -> impl Fn(Arc<Frame>) + Send + Sync {
    move |frame| {
        let now = Instant::now();
        let camera = frame.camera.clone();
        if let Some(Superseded { frame, was_shed }) = slots.put(&camera, frame.is_spare, frame, now) {
            let result = if was_shed { FrameResult::Shed } else { FrameResult::Superseded };
            meter.frame(&camera, result, frame.age(now));
            meter.finished(&frame, result);
        }
    }
}

fn check_steps(steps: &Steps) -> Result<(), PipelineError> {
    if steps.liveness.is_empty() {
        return Err(PipelineError::NoLiveness);
    }
    if let Some(step) = steps.liveness.iter().find(|step| !(step.score_min > 0.0 && step.score_min <= 1.0)) {
        return Err(PipelineError::LivenessScore(step.name.clone()));
    }
    Ok(())
}
