//! Enrolment before a live camera: several pictures of one track, straight and from both sides, within a few seconds.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use domain::enrolment::{Pose, Session, Taken};
use domain::{CameraId, Timestamp, UserId};
use parking_lot::Mutex;
use pipeline::{AnalysedFace, FaceState, Observation, TrackId};
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, timeout_at};

use super::gathered::{self, Gathered};
use crate::api::Problem;
use crate::api::wire::face::Poses;
use crate::api::wire::money::moment;
use crate::app::camera::pipeline_id;
use crate::app::{App, identify, sightings};

/// The enrolments that go on before cameras, one at each at the most.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<HashMap<CameraId, Progress>>);

impl Sessions {
    /// How the enrolment before this camera goes on.
    pub(crate) fn at(&self, camera: &CameraId) -> Option<Progress> {
        self.0.lock().get(camera).cloned()
    }
}

/// How far an enrolment has come, and what is wanted now.
#[derive(Clone, PartialEq)]
pub(crate) struct Progress {
    pub(crate) done: Vec<Pose>,
    pub(crate) wanted: Vec<Pose>,
    /// Why the newest picture was no good.
    pub(crate) reasons: Vec<String>,
    pub(crate) ends_at: Timestamp,
}

impl Progress {
    /// What to ask of the person.
    pub(crate) fn advice(&self) -> Option<&'static str> {
        self.wanted.first().map(|pose| pose.advice())
    }
}

/// The place before a camera, free again when dropped: also when whoever asked has gone.
struct Seat<'a> {
    app: &'a App,
    camera: CameraId,
    user: UserId,
}

impl<'a> Seat<'a> {
    fn take(app: &'a App, camera: CameraId, user: UserId, progress: Progress) -> Result<Self, Problem> {
        let mut sessions = app.enrolling().0.lock();
        if sessions.contains_key(&camera) {
            let detail = "somebody is being enrolled at this camera already";
            return Err(Problem::conflict("enrolment_running", detail));
        }
        sessions.insert(camera.clone(), progress);
        Ok(Self { app, camera, user })
    }

    /// Tells everybody who listens, where something has changed.
    fn tell(&self, progress: Progress) {
        let mut sessions = self.app.enrolling().0.lock();
        if sessions.get(&self.camera) == Some(&progress) {
            return;
        }
        let event = json!({
            "camera": self.camera.as_str(),
            "user": self.user.to_string(),
            "done": names(&progress.done),
            "wanted": names(&progress.wanted),
            "advice": progress.advice(),
            "reasons": progress.reasons,
            "ends_at": moment(progress.ends_at),
        });
        sessions.insert(self.camera.clone(), progress);
        drop(sessions);
        if let Value::Object(event) = event {
            self.app.hub().publish("enrolment.progress", event);
        }
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.app.enrolling().0.lock().remove(&self.camera);
    }
}

/// Names of poses, as they are told.
pub(crate) fn names(poses: &[Pose]) -> Vec<&'static str> {
    poses.iter().map(|pose| pose.as_str()).collect()
}

/// What was gathered so far.
struct Shots {
    session: Session,
    track: Option<TrackId>,
    /// Several pictures of the track together looked like a living person.
    live: bool,
    /// The best picture of each pose.
    kept: BTreeMap<Pose, AnalysedFace>,
    /// Why the newest picture was no good.
    refusal: Option<Problem>,
}

/// Gathers pictures of `user` before `camera` until there is one of each wanted pose or the time is over.
pub(super) async fn gather(app: &App, user: UserId, camera: CameraId) -> Result<Gathered, Problem> {
    let (vision, id) = (app.vision()?, pipeline_id(&camera)?);
    vision.cameras().status(&id)?;
    let (begun, begun_at) = (Instant::now(), app.now());
    let within = Duration::from_millis(app.settings().recognition.enrolment_camera_ms_max);
    let session = Session::new(begun_at, within);
    let mut shots = Shots { session, track: None, live: false, kept: BTreeMap::new(), refusal: None };
    let mut observations = vision.pipeline().observations();
    let seat = Seat::take(app, camera, user, shots.progress())?;
    while !shots.session.is_over(begun_at.plus(begun.elapsed())) {
        match timeout_at(begun + within, observations.recv()).await {
            Ok(Ok(observation)) if observation.camera == id => {
                shots.refusal = shots.consider(app, &seat.camera, &observation).await?;
                seat.tell(shots.progress());
            }
            Ok(Ok(_) | Err(RecvError::Lagged(_))) => {}
            Ok(Err(RecvError::Closed)) | Err(_) => break,
        }
    }
    shots.gathered()
}

impl Shots {
    fn progress(&self) -> Progress {
        Progress {
            done: self.session.done(),
            wanted: self.session.wanted(),
            reasons: self.refusal.as_ref().map(reasons).unwrap_or_default(),
            ends_at: self.session.ends_at(),
        }
    }

    /// Takes the newest picture where the one just seen promises something new; why it is no good, where it is not.
    async fn consider(
        &mut self,
        app: &App,
        camera: &CameraId,
        seen: &Observation,
    ) -> Result<Option<Problem>, Problem> {
        let face = match seen.faces.as_slice() {
            [face] => face,
            [] => return Ok(Some(Problem::unprocessable("no_face", "nobody is in view"))),
            _ => {
                let detail = "several people are in view; one person only";
                return Ok(Some(Problem::unprocessable("several_faces", detail)));
            }
        };
        if face.track.is_none() || face.track != self.track {
            self.begin_again(face.track);
        }
        match face.state {
            FaceState::Known(_) | FaceState::Unknown => self.live = true,
            // What was taken of it before is worth nothing either.
            FaceState::NotLive => {
                self.begin_again(face.track);
                return Ok(Some(gathered::not_live()));
            }
            FaceState::Undecided | FaceState::Refused => {}
        }
        if !face.quality.ok {
            let names = face.quality.reasons.iter().map(|refusal| refusal.reason.name().to_owned());
            let problem = Problem::unprocessable("face_quality", "the face is not good enough to enrol");
            return Ok(Some(problem.with_reasons(names.collect())));
        }
        let measured = &face.quality.measured;
        let promise = self.session.clone().look((measured.yaw_deg, measured.pitch_deg), face.quality.value);
        match promise {
            // A photograph that is held up stays undecided: its pictures show nothing new.
            Taken::As(_) if self.live => self.take(app, camera).await,
            Taken::As(_) | Taken::No => Ok(None),
        }
    }

    /// Takes the camera's newest picture; why it is no good, where it is not.
    async fn take(&mut self, app: &App, camera: &CameraId) -> Result<Option<Problem>, Problem> {
        if !sightings::is_live(app, camera.as_str()) {
            return Ok(Some(Problem::unavailable("camera_not_live", "the camera shows no live picture")));
        }
        let face = match gathered::look(app, identify::newest(app, camera)?).await {
            Ok(face) => face,
            Err(problem) if problem.status.is_server_error() => return Err(problem),
            Err(problem) => return Ok(Some(problem)),
        };
        if !self.shows_the_same(app, &face) {
            self.begin_again(self.track);
            return Ok(None);
        }
        if let Taken::As(pose) = self.session.look((face.face.yaw, face.face.pitch), face.quality.value) {
            self.kept.insert(pose, face);
        }
        Ok(None)
    }

    /// Whether a face is that of the pictures that are kept.
    fn shows_the_same(&self, app: &App, face: &AnalysedFace) -> bool {
        let least = super::rules(app, 0, 1).same_min;
        let like = |kept: &AnalysedFace| match (&kept.embedding, &face.embedding) {
            (Some(kept), Some(new)) => kept.similarity(new) >= least,
            _ => false,
        };
        self.kept.is_empty() || self.kept.values().any(like)
    }

    fn begin_again(&mut self, track: Option<TrackId>) {
        self.session.begin_again();
        self.kept.clear();
        (self.track, self.live) = (track, false);
    }

    /// The pictures, straight first; without any, why there is none.
    fn gathered(self) -> Result<Gathered, Problem> {
        let (done, missing) = (names(&self.session.done()), names(&self.session.wanted()));
        if self.kept.is_empty() {
            let nobody = || Problem::unprocessable("no_face", "nobody looked straight at the camera in time");
            return Err(self.refusal.unwrap_or_else(nobody));
        }
        let faces = self.kept.into_values().enumerate().collect();
        Ok(Gathered { faces, refused: Vec::new(), poses: Some(Poses { done, missing }) })
    }
}

/// The named reasons of a refusal; its code where it has none.
fn reasons(problem: &Problem) -> Vec<String> {
    if problem.reasons.is_empty() { vec![problem.code.to_owned()] } else { problem.reasons.clone() }
}
