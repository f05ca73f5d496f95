//! How far the enrolments before cameras have come, for whoever stands there and whoever looks on.

use std::collections::HashMap;

use domain::enrolment::Pose;
use domain::{CameraId, Timestamp, UserId};
use parking_lot::Mutex;
use serde_json::{Value, json};

use crate::api::Problem;
use crate::api::wire::money::moment;
use crate::api::wire::quality::QualityFault;
use crate::app::App;

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
#[derive(Clone)]
pub(crate) struct Progress {
    pub(crate) done: Vec<Pose>,
    pub(crate) wanted: Vec<Pose>,
    /// What to ask of the person.
    pub(crate) advice: Option<&'static str>,
    /// Why the newest picture was no good.
    pub(crate) reasons: Vec<String>,
    /// The figures for it, each with what the person can do.
    pub(crate) faults: Vec<QualityFault>,
    pub(crate) ends_at: Timestamp,
}

impl Progress {
    /// Whether it tells a person the same: the figures of a face differ a little in every picture.
    fn tells_the_same(&self, other: &Self) -> bool {
        let told = |one: &QualityFault| (one.component, one.bound, one.advice);
        let faults = self.faults.iter().map(told).eq(other.faults.iter().map(told));
        let poses = (&self.done, &self.wanted) == (&other.done, &other.wanted);
        faults && poses && (self.advice, &self.reasons) == (other.advice, &other.reasons)
    }
}

/// The place before a camera, free again when dropped: also when whoever asked has gone.
pub(super) struct Seat<'a> {
    app: &'a App,
    pub(super) camera: CameraId,
    user: UserId,
}

impl<'a> Seat<'a> {
    pub(super) fn take(
        app: &'a App,
        camera: CameraId,
        user: UserId,
        progress: Progress,
    ) -> Result<Self, Problem> {
        let mut sessions = app.enrolling().0.lock();
        if sessions.contains_key(&camera) {
            let detail = "somebody is being enrolled at this camera already";
            return Err(Problem::conflict("enrolment_running", detail));
        }
        sessions.insert(camera.clone(), progress);
        Ok(Self { app, camera, user })
    }

    /// Keeps how far it has come, and tells everybody who listens where that says something new.
    pub(super) fn tell(&self, progress: Progress) {
        let event = self.event(&progress);
        let before = self.app.enrolling().0.lock().insert(self.camera.clone(), progress.clone());
        if before.is_some_and(|before| before.tells_the_same(&progress)) {
            return;
        }
        if let Value::Object(event) = event {
            self.app.hub().publish("enrolment.progress", event);
        }
    }

    fn event(&self, progress: &Progress) -> Value {
        json!({
            "camera": self.camera.as_str(),
            "user": self.user.to_string(),
            "done": names(&progress.done),
            "wanted": names(&progress.wanted),
            "advice": progress.advice,
            "reasons": progress.reasons,
            "faults": progress.faults,
            "ends_at": moment(progress.ends_at),
        })
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
