//! Enrolment before a live camera: several pictures of one track, straight and from both sides, within a few seconds.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use domain::enrolment::{Miss, Pose, Session, Taken};
use domain::{CameraId, UserId};
use pipeline::{
    AnalysedFace, FaceState, Gate, Observation, ObservedFace, QualityReport, TrackId, quality::Component,
};
use tokio::sync::broadcast::{
    Receiver,
    error::{RecvError, TryRecvError},
};
use tokio::time::{Instant, timeout_at};

use super::gathered::{self, Gathered};
use crate::api::Problem;
use crate::api::wire::face::Poses;
use crate::api::wire::quality;
use crate::app::camera::pipeline_id;
use crate::app::{App, identify, sightings};

mod progress;

use progress::Seat;
pub(crate) use progress::{Progress, Sessions, names};

/// What was gathered so far.
struct Shots {
    session: Session,
    track: Option<TrackId>,
    /// Several pictures of the track together looked like a living person.
    live: bool,
    /// Whoever has that track was seen to be the one of the pictures that are kept.
    same: bool,
    /// The best picture of each pose.
    kept: BTreeMap<Pose, AnalysedFace>,
    /// Why the newest picture was no good.
    refusal: Option<Problem>,
    /// Why it does not show the pose that is wanted next.
    miss: Option<Miss>,
}

/// What one observation promises.
enum Promise {
    /// The newest picture is worth a look by itself.
    New,
    /// It shows nothing that is not there already.
    Nothing,
    /// It is no good.
    Refused(Problem),
}

/// Gathers pictures of `user` before `camera` until there is one of each wanted pose or the time is over.
pub(super) async fn gather(app: &App, user: UserId, camera: CameraId) -> Result<Gathered, Problem> {
    let (vision, id) = (app.vision()?, pipeline_id(&camera)?);
    vision.cameras().status(&id)?;
    let (begun, begun_at) = (Instant::now(), app.now());
    let within = Duration::from_millis(app.settings().recognition.enrolment_camera_ms_max);
    let mut shots = Shots::new(Session::new(begun_at, within));
    let mut observations = vision.pipeline().observations();
    let seat = Seat::take(app, camera, user, shots.progress())?;
    while !shots.session.is_over(begun_at.plus(begun.elapsed())) {
        let next = match timeout_at(begun + within, observations.recv()).await {
            Ok(Ok(observation)) => observation,
            Ok(Err(RecvError::Lagged(_))) => continue,
            Ok(Err(RecvError::Closed)) | Err(_) => break,
        };
        // Looking at a picture takes longer than a camera needs for the next one: what came meanwhile is only followed.
        let waiting = std::iter::from_fn(|| waiting(&mut observations));
        let promises = std::iter::once(next).chain(waiting).filter(|observation| observation.camera == id);
        let Some(newest) = promises.map(|observation| shots.consider(app, &observation)).last() else {
            continue;
        };
        shots.refusal = match newest {
            Promise::New => shots.take(app, &seat.camera).await?,
            Promise::Nothing => None,
            Promise::Refused(problem) => Some(problem),
        };
        seat.tell(shots.progress());
    }
    shots.gathered()
}

/// What was observed and not yet received.
fn waiting(observations: &mut Receiver<Arc<Observation>>) -> Option<Arc<Observation>> {
    loop {
        match observations.try_recv() {
            Ok(observation) => return Some(observation),
            Err(TryRecvError::Lagged(_)) => {}
            Err(TryRecvError::Empty | TryRecvError::Closed) => return None,
        }
    }
}

impl Shots {
    fn new(session: Session) -> Self {
        let kept = BTreeMap::new();
        Self { session, track: None, live: false, same: true, kept, refusal: None, miss: None }
    }

    fn progress(&self) -> Progress {
        let wanted = self.session.wanted();
        let next = wanted.first().copied();
        let miss = self.miss.filter(|_| self.refusal.is_none());
        let refused = self.refusal.as_ref();
        Progress {
            done: self.session.done(),
            advice: next.map(|pose| miss.map_or(pose.advice(), |miss| miss.advice(pose))),
            reasons: refused.map_or_else(|| miss.iter().map(ToString::to_string).collect(), reasons),
            faults: refused.map(|problem| problem.faults().to_vec()).unwrap_or_default(),
            wanted,
            ends_at: self.session.ends_at(),
        }
    }

    /// Follows what a camera sees: who stands there, whether they live, and whether the picture promises something new.
    fn consider(&mut self, app: &App, seen: &Observation) -> Promise {
        self.miss = None;
        let face = match seen.faces.as_slice() {
            [face] => face,
            [] => return Promise::Refused(Problem::unprocessable("no_face", "nobody is in view")),
            _ => {
                let detail = "several people are in view; one person only";
                return Promise::Refused(Problem::unprocessable("several_faces", detail));
            }
        };
        if face.track.is_none() || face.track != self.track {
            // Whoever was out of view for a moment has to be proved anew, and to be the same person.
            (self.track, self.live, self.same) = (face.track, false, self.kept.is_empty());
        }
        match face.state {
            FaceState::Known(_) | FaceState::Unknown => self.live = true,
            // What was taken of it before is worth nothing either.
            FaceState::NotLive => {
                self.begin_again(face.track);
                return Promise::Refused(gathered::not_live());
            }
            FaceState::Undecided | FaceState::Refused => {}
        }
        match self.judged(app, face) {
            Ok(quality) => self.promise(&quality),
            Err(problem) => Promise::Refused(problem),
        }
    }

    /// The verdict of the gate of enrolment; what either gate misses where one does.
    fn judged(&self, app: &App, face: &ObservedFace) -> Result<QualityReport, Problem> {
        let to_enrol = app.vision()?.pipeline().judge(Gate::Enrolment, &face.quality.measured);
        let refused = match (to_enrol.ok, face.quality.ok) {
            (true, true) => return Ok(to_enrol),
            (false, _) => &to_enrol,
            (true, false) => &face.quality,
        };
        let mut faults = quality::faults(refused);
        if self.session.wanted().first().is_some_and(|next| *next != Pose::Straight) {
            // Whoever is asked to turn is not asked to look straight.
            let turned = faults.iter_mut().filter(|fault| fault.component == Component::Yaw.name());
            turned.for_each(|fault| fault.advice = "Turn back a little.");
        }
        let names = refused.reason_names().into_iter().map(str::to_owned).collect();
        let problem = Problem::unprocessable("face_quality", "the face is not good enough to enrol");
        Err(problem.with_reasons(names).with_faults(faults))
    }

    fn promise(&mut self, quality: &QualityReport) -> Promise {
        let turned = (quality.measured.yaw_deg, quality.measured.pitch_deg);
        let shows_more = matches!(self.session.clone().look(turned, quality.value), Taken::As(_));
        match (shows_more || !self.same, self.live) {
            (true, true) => Promise::New,
            // A photograph that is held up stays undecided.
            (true, false) => Promise::Refused(gathered::undecided()),
            (false, _) => {
                self.miss = self.session.missed_by(turned);
                Promise::Nothing
            }
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
        self.same = true;
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
        (self.track, self.live, self.same) = (track, false, true);
    }

    /// The pictures, straight first; without any, why there is none.
    fn gathered(mut self) -> Result<Gathered, Problem> {
        if !self.same {
            self.begin_again(None);
        }
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
