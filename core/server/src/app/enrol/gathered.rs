//! The pictures of one enrolment: those with a good and live face, and the others with the reason.

use bytes::Bytes;
use pipeline::{AnalysedFace, Gate};

use crate::api::Problem;
use crate::api::picture::Given;
use crate::api::wire::face::{Poses, RefusedPicture};
use crate::app::{App, identify};

/// What was gathered. Each picture has its place in what was given.
pub(super) struct Gathered {
    pub(super) faces: Vec<(usize, AnalysedFace)>,
    pub(super) refused: Vec<(usize, Problem)>,
    pub(super) poses: Option<Poses>,
}

impl Gathered {
    /// The pictures that were no good, and why.
    pub(super) fn refusals(&self) -> impl Iterator<Item = RefusedPicture> {
        self.refused.iter().map(|(place, problem)| refusal(*place, problem))
    }

    /// The recogniser that embedded all of them: the one in force, unless it changed meanwhile.
    pub(super) fn model_tag(&self, app: &App) -> Result<u32, Problem> {
        let active = app.vision()?.model_tag();
        match self.faces.iter().all(|(_, face)| face.model_tag == active) {
            true => Ok(active),
            false => Err(Problem::unavailable("recogniser_changed", "the recogniser has changed; try again")),
        }
    }

    /// Why there is no good picture: the first refusal speaks for all.
    pub(super) fn nothing_good(&self) -> Problem {
        let first = self.refused.first().map(|(_, problem)| problem.clone());
        first.unwrap_or_else(no_face).with_pictures(self.refusals().collect())
    }
}

/// A refused picture as it is answered.
pub(super) fn refusal(index: usize, problem: &Problem) -> RefusedPicture {
    let (reasons, faults) = (problem.reasons.clone(), problem.faults().to_vec());
    RefusedPicture { index, code: problem.code, detail: problem.detail.to_string(), reasons, faults }
}

fn no_face() -> Problem {
    Problem::unprocessable("no_face", "no face was found in the picture")
}

/// Looks at every file by itself.
pub(super) async fn of_files(app: &App, files: Vec<Bytes>) -> Result<Gathered, Problem> {
    let mut gathered = Gathered { faces: Vec::new(), refused: Vec::new(), poses: None };
    for (place, picture) in identify::pictures(app, Given::Files(files)).await.into_iter().enumerate() {
        let looked = match picture {
            Ok(picture) => look(app, picture).await,
            Err(problem) => Err(problem),
        };
        match looked {
            Ok(face) => gathered.faces.push((place, face)),
            // A part of the appliance that fails is no fault of the picture.
            Err(problem) if problem.status.is_server_error() => return Err(problem),
            Err(problem) => gathered.refused.push((place, problem)),
        }
    }
    Ok(gathered)
}

/// The only face of a picture, good and live; or why there is none.
pub(super) async fn look(app: &App, picture: identify::Picture) -> Result<AnalysedFace, Problem> {
    let face = identify::single_face(identify::analyse(app, Gate::Enrolment, picture).await?)?;
    good_enough(&face)?;
    match face.embedding {
        Some(_) => Ok(face),
        None => Err(no_face()),
    }
}

/// The quality gate and every liveness step.
fn good_enough(face: &AnalysedFace) -> Result<(), Problem> {
    if !face.quality.ok {
        let detail = "the face is not good enough to enrol; `faults` says why";
        return Err(identify::not_good_enough(face, detail));
    }
    match identify::is_live(face) {
        true => Ok(()),
        false => Err(not_live()),
    }
}

/// The face is not that of a living person, as far as can be seen.
pub(super) fn not_live() -> Problem {
    Problem::unprocessable("face_not_live", "the face was not proved live; take a new picture")
}

/// Too few pictures of the face together looked like a living person until now.
pub(super) fn undecided() -> Problem {
    let detail =
        "the face was not proved live by several pictures; take them of the person, not of a picture";
    Problem::unprocessable("face_not_live", detail).with_reasons(vec!["undecided".to_owned()])
}
