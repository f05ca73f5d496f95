//! Enrolment: a live consent, a good and live face that is nobody else's, then a sealed template.

use domain::threshold::Match;
use domain::{ConsentId, FaceId, UserId};
use pipeline::{AnalysedFace, Embedding, Subject, TemplateId};
use store::{By, FaceRow, NewFace};
use uuid::Uuid;

use super::{App, consent, identify, look_alike};
use crate::api::Problem;
use crate::api::picture::Given;
use crate::auth::Principal;

/// What became of each picture.
pub(crate) struct Enrolled {
    pub(crate) faces: Vec<FaceRow>,
    pub(crate) refused: Vec<(usize, Problem)>,
}

/// Enrols `user` by the given pictures; one good picture is enough. When there is none, the first refusal
/// speaks for all.
pub(crate) async fn enrol(
    app: &App,
    by: &Principal,
    user: UserId,
    given: Given,
) -> Result<Enrolled, Problem> {
    let enrolled = each(app, by, user, given).await?;
    match enrolled.faces.is_empty() {
        false => Ok(enrolled),
        true => Err(enrolled.refused.into_iter().map(|(_, problem)| problem).next().unwrap_or_else(no_face)),
    }
}

/// Enrols `user` by every given picture that is good, and says of each other one why it is not.
pub(crate) async fn each(app: &App, by: &Principal, user: UserId, given: Given) -> Result<Enrolled, Problem> {
    let now = app.now();
    let faces_max = app.settings().recognition.faces_per_user_max;
    let (consent, known) = app
        .store(move |store| {
            store.user(user)?;
            Ok((consent::live(store, user, now)?, store.faces(user)?.len()))
        })
        .await?;
    let pictures = identify::pictures(app, given).await;
    let mut enrolled = Enrolled { faces: Vec::new(), refused: Vec::new() };
    for (index, picture) in pictures.into_iter().enumerate() {
        let result = match picture {
            Ok(_) if known + enrolled.faces.len() >= faces_max => Err(full(faces_max)),
            Ok(picture) => enrol_one(app, by, (user, consent.id), picture).await,
            Err(problem) => Err(problem),
        };
        match result {
            Ok(face) => enrolled.faces.push(face),
            // A part of the appliance that fails is no fault of the picture.
            Err(problem) if problem.status.is_server_error() => return Err(problem),
            Err(problem) => enrolled.refused.push((index, problem)),
        }
    }
    Ok(enrolled)
}

fn full(faces_max: usize) -> Problem {
    Problem::conflict("faces_full", format!("this person has {faces_max} faces already; remove one first"))
}

fn no_face() -> Problem {
    Problem::unprocessable("no_face", "no face was found in the picture")
}

async fn enrol_one(
    app: &App,
    by: &Principal,
    (user, consent): (UserId, ConsentId),
    picture: identify::Picture,
) -> Result<FaceRow, Problem> {
    let vision = app.vision()?;
    let face = identify::single_face(identify::analyse(app, picture).await?)?;
    good_enough(&face)?;
    let embedding = face.embedding.as_ref().ok_or_else(no_face)?;
    look_alike::not_somebody_else(app, vision, user, embedding)?;
    the_same_person(app, user, embedding).await?;
    let id = FaceId(Uuid::now_v7());
    let (actor, at, quality) = (by.actor(), app.now(), face.quality.value);
    let (model_tag, template) = (vision.model_tag(), embedding.clone());
    let row = app
        .store(move |store| {
            let new = NewFace { id, user, consent, model_tag, template: template.values(), quality };
            store.add_face(By { actor: &actor, at }, &new)
        })
        .await?;
    // Whom it looks like is known before anybody is recognised by it.
    look_alike::note(app, (id, user), embedding).await?;
    // Only what is committed may be recognised.
    let (template, subject) = (TemplateId(id.0.as_u128()), Subject(user.0.as_u128()));
    let inserted = vision.gallery().insert(template, subject, model_tag, embedding);
    inserted.map_err(|error| Problem::internal(&error))?;
    Ok(row)
}

/// The quality gate and every liveness step.
fn good_enough(face: &AnalysedFace) -> Result<(), Problem> {
    if !face.quality.ok {
        let reasons = identify::quality_reasons(face);
        let detail = "the face is not good enough to enrol; `reasons` says why";
        return Err(Problem::unprocessable("face_quality", detail).with_reasons(reasons));
    }
    match identify::is_live(face) {
        true => Ok(()),
        false => {
            Err(Problem::unprocessable("face_not_live", "the face was not proved live; take a new picture"))
        }
    }
}

/// A further face must be that of the person whose faces are there: nobody pays from somebody else's wallet.
async fn the_same_person(app: &App, user: UserId, embedding: &Embedding) -> Result<(), Problem> {
    match identify::best_of(app, user, embedding).await? {
        Some(best) if best.thresholds(app).judge(best.similarity) == Match::No => {
            let detail = "this is not the face that is enrolled for this person; remove the old faces first";
            Err(Problem::conflict("face_differs", detail))
        }
        _ => Ok(()),
    }
}

/// Removes one face; it is not recognised any more when this returns.
pub(crate) async fn remove(app: &App, by: &Principal, user: UserId, face: FaceId) -> Result<(), Problem> {
    let (actor, at) = (by.actor(), app.now());
    app.store(move |store| store.remove_face(By { actor: &actor, at }, user, face)).await?;
    if let Ok(vision) = app.vision() {
        vision.gallery().remove(TemplateId(face.0.as_u128()));
    }
    Ok(())
}
