//! Enrolment: a live consent, good and live pictures of one person who is nobody else, then sealed templates, all or none.

use std::sync::Arc;

use domain::enrolment::{Choice, LeftOut, Rules, choose};
use domain::{CameraId, FaceId, UserId};
use pipeline::{AnalysedFace, Embedding};
use store::{By, ConsentRow, FaceRow, Member, NewEnrolment, Store, StoreError};
use uuid::Uuid;

use super::{App, consent, enrolled, model_change};
use crate::api::Problem;
use crate::api::picture::Given;
use crate::api::wire::face::{Poses, RefusedPicture};
use crate::auth::Principal;

pub(super) mod admission;
pub(crate) mod camera;
mod gathered;

pub(crate) use admission::Gate;
use admission::{Admitted, admit};
use gathered::Gathered;

/// What became of an enrolment.
pub(crate) struct Enrolled {
    /// The new templates, each with the picture that it is of.
    pub(crate) faces: Vec<(usize, FaceRow)>,
    /// The pictures that are no templates, and why.
    pub(crate) refused: Vec<RefusedPicture>,
    /// The poses that a camera saw.
    pub(crate) poses: Option<Poses>,
}

/// Enrols `user` by the best of the given pictures. All of them are stored together or none is; why which picture is no
/// template is in the answer, or in the problem.
pub(crate) async fn enrol(
    app: &App,
    by: &Principal,
    user: UserId,
    given: Given,
) -> Result<Enrolled, Problem> {
    let done = attempt(app, by, user, given).await;
    match &done {
        Ok(_) => app.metrics().enrolment("enrolled"),
        Err(problem) if problem.enrolment().is_some() => app.metrics().enrolment("review"),
        // A part of the appliance that fails is no fault of the pictures.
        Err(problem) if problem.status.is_server_error() => {}
        Err(_) => app.metrics().enrolment("refused"),
    }
    done
}

async fn attempt(app: &App, by: &Principal, user: UserId, given: Given) -> Result<Enrolled, Problem> {
    let now = app.now();
    let consent = app
        .store(move |store| {
            store.user(user)?;
            consent::live(store, user, now)
        })
        .await?;
    let gathered = match given {
        Given::Files(files) => gathered::of_files(app, files).await?,
        Given::Camera(id) => {
            let id: CameraId = id.parse().map_err(|_| Problem::not_found("camera"))?;
            camera::gather(app, user, id).await?
        }
    };
    if gathered.faces.is_empty() {
        return Err(gathered.nothing_good());
    }
    let choice = chosen(app, user, &gathered).await?;
    store(app, by, (user, &consent), gathered, choice).await
}

/// Which of the gathered pictures become templates.
async fn chosen(app: &App, user: UserId, gathered: &Gathered) -> Result<Choice, Problem> {
    let tag = gathered.model_tag(app)?;
    let at = app.now();
    let load = move |store: &Store| Ok((store.templates_of(user, tag)?, store.members(user, tag, at)?.len()));
    let (known, members) = app.store(load).await?;
    let faces_max = app.settings().recognition.faces_per_user_max;
    if members >= faces_max {
        return Err(StoreError::FacesFull(faces_max).into());
    }
    let known: Vec<Embedding> =
        known.iter().filter_map(|row| Embedding::new(row.template.to_vec()).ok()).collect();
    let rules = rules(app, known.len(), faces_max - members);
    let pictures: Vec<_> = gathered.faces.iter().map(|(_, face)| picture(face, &known)).collect();
    let embeddings: Vec<_> = gathered.faces.iter().map(|(_, face)| face.embedding.as_ref()).collect();
    let alike = |a: usize, b: usize| match (embeddings[a], embeddings[b]) {
        (Some(a), Some(b)) => a.similarity(b),
        _ => f32::NAN,
    };
    choose(&pictures, alike, &rules).map_err(|differ| {
        let places = differ.pictures.iter().map(|at| gathered.faces[*at].0);
        let detail = match known.is_empty() {
            true => "the pictures are not all of one person",
            false => "this is not the face that is enrolled for this person; remove the old faces first",
        };
        let problem = Problem::conflict("face_differs", detail);
        let pictures = places.map(|place| gathered::refusal(place, &problem)).chain(gathered.refusals());
        let pictures = pictures.collect();
        problem.with_pictures(pictures)
    })
}

/// What pictures of one person must have in common, beside `known` templates of theirs.
pub(super) fn rules(app: &App, known: usize, members_max: usize) -> Rules {
    let of_claim = |templates: usize| app.policy().thresholds(templates, true).match_min;
    Rules { same_min: of_claim(1), known_min: of_claim(known.max(1)), members_max }
}

fn picture(face: &AnalysedFace, known: &[Embedding]) -> domain::enrolment::Picture {
    let similarity = |embedding: &Embedding| nearest(embedding, known);
    domain::enrolment::Picture {
        quality: face.quality.value,
        yaw_deg: face.face.yaw,
        pitch_deg: face.face.pitch,
        known: face.embedding.as_ref().and_then(similarity),
    }
}

/// How like `embedding` is to the nearest of `known`; `None` without any.
pub(super) fn nearest(embedding: &Embedding, known: &[Embedding]) -> Option<f32> {
    known.iter().map(|known| embedding.similarity(known)).max_by(f32::total_cmp)
}

/// Stores what was chosen, or lets another person look at it where it is somebody else's face.
async fn store(
    app: &App,
    by: &Principal,
    (user, consent): (UserId, &ConsentRow),
    gathered: Gathered,
    choice: Choice,
) -> Result<Enrolled, Problem> {
    let model_tag = gathered.model_tag(app)?;
    let member = |at: &usize| {
        let (_, face) = &gathered.faces[*at];
        let template = face.embedding.as_ref()?.values().to_vec();
        Some(Member::new(FaceId(Uuid::now_v7()), template, face.quality.value))
    };
    let members = choice.members.iter().filter_map(member).collect();
    let new = Arc::new(NewEnrolment { user, consent: consent.id, model_tag, members });
    let places: Vec<usize> = choice.members.iter().map(|at| gathered.faces[*at].0).collect();
    let write = {
        let (actor, at, new) = (by.actor(), app.now(), new.clone());
        move |store: &Store, on: &store::Admission| store.enrol(By { actor: &actor, at }, &new, on)
    };
    match admit(app, &new, &[], write).await? {
        Admitted::In(rows) => {
            let mut refused: Vec<RefusedPicture> = gathered.refusals().collect();
            refused.extend(choice.left_out.iter().map(|(at, why)| left_out(gathered.faces[*at].0, *why)));
            refused.sort_by_key(|refused| refused.index);
            for (at, row) in choice.members.iter().zip(&rows) {
                model_change::enrolled(app, row, &gathered.faces[*at].1).await;
            }
            let faces = places.into_iter().zip(rows).collect();
            Ok(Enrolled { faces, refused, poses: gathered.poses })
        }
        Admitted::Duplicates(found) => {
            let problem = super::enrolment::open(app, by, consent, (new, &found)).await?;
            let like_others = places.iter().enumerate().filter(|(at, _)| found.of_member(*at));
            let pictures = like_others.map(|(_, place)| gathered::refusal(*place, &problem));
            let pictures = pictures.chain(gathered.refusals()).collect();
            Err(problem.with_pictures(pictures))
        }
    }
}

fn left_out(index: usize, why: LeftOut) -> RefusedPicture {
    let (code, detail) = match why {
        LeftOut::Unlike => ("face_unlike", "of the same person, but unlike some of the other pictures"),
        LeftOut::Surplus => ("surplus", "the other pictures are enough or better"),
    };
    RefusedPicture { index, code, detail: detail.to_owned(), reasons: Vec::new(), faults: Vec::new() }
}

/// Removes one face; it is not recognised any more when this returns.
pub(crate) async fn remove(app: &App, by: &Principal, user: UserId, face: FaceId) -> Result<(), Problem> {
    let (actor, at) = (by.actor(), app.now());
    app.store(move |store| store.remove_face(By { actor: &actor, at }, user, face)).await?;
    // The mean of those that are left is another one now.
    enrolled::refresh(app, user).await;
    Ok(())
}
