//! Templates of the recogniser beside the one in force: made of the same faces, kept beside theirs.

use std::sync::Arc;
use std::time::Duration;

use domain::UserId;
use domain::model_change::{Said, TemplateSource};
use domain::threshold::Thresholds;
use pipeline::{AnalyseError, AnalysedFace, CropError, Embedding, FaceCrop, SearchError, Space};
use store::{Beside, By, FaceRow, NewFace, StoreError};
use uuid::Uuid;

use crate::app::{App, enrolled, look_alike};
use crate::auth::Principal;

/// The other recogniser has so long for a face.
const EMBEDDED_WITHIN: Duration = Duration::from_secs(5);

/// Why there is no template of the other recogniser.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// The recogniser gave none.
    #[error(transparent)]
    Step(#[from] AnalyseError),
    /// The gallery has no answer.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// What was kept is no face.
    #[error(transparent)]
    Crop(#[from] CropError),
    /// The database did not answer, or refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a face must reach to be somebody to the recogniser of `space`, were it in force: among as many templates as
/// there are then.
pub(super) fn thresholds(app: &App, space: &Space) -> Thresholds {
    let active = app.vision().map_or(0, |vision| vision.gallery().len());
    let templates = space.gallery().len().max(active);
    app.policy_of(Some(space.model_tag())).thresholds(templates, false)
}

/// What the recogniser of `space` makes of a face, and the nearest of its templates.
pub(super) async fn embedded(
    app: &App,
    space: &Arc<Space>,
    crop: FaceCrop,
) -> Result<(Embedding, Option<(UserId, f32)>), Failure> {
    let taken = Arc::clone(space);
    let work = move || -> Result<_, Failure> {
        let embedding = taken.embed(&crop, EMBEDDED_WITHIN)?;
        let nearest = taken.gallery().search(&embedding)?;
        Ok((embedding, nearest.map(|top| (UserId(Uuid::from_u128(top.subject.0)), top.similarity))))
    };
    let done = tokio::task::spawn_blocking(work).await;
    let made = done.map_err(|error| StoreError::Unavailable(error.to_string()))??;
    app.metrics().shadow.embedded.inc();
    Ok(made)
}

/// Keeps `embedding` beside the template `origin` of the same face, if the person has need of it. Whom it looks like is
/// known before anybody is recognised by it.
pub(super) async fn keep(
    app: &App,
    space: &Space,
    origin: &FaceRow,
    (embedding, quality): (&Embedding, f32),
    source: TemplateSource,
) -> Result<(), Failure> {
    let (id, user, consent) = (domain::FaceId(Uuid::now_v7()), origin.user, origin.consent);
    let visits_max = app.settings().model_change.visit_templates_max;
    let beside = Beside { source, origin: origin.id, visits_max };
    let (model_tag, template, at) = (space.model_tag(), embedding.clone(), app.now());
    let store = move |store: &store::Store| {
        let actor = Principal::SYSTEM.actor();
        let new = NewFace { id, user, consent, model_tag, template: template.values(), quality };
        store.add_template_beside(By { actor: &actor, at }, &new, beside)
    };
    let Some(row) = app.store(store).await? else { return Ok(()) };
    look_alike::note(app, space, (row.id, user), embedding).await?;
    // The mean of their templates is another one now.
    enrolled::refresh(app, user).await;
    Ok(())
}

/// Whoever is enrolled while two recognisers run gets a template of the other one, too: nobody is lost by a cut-over,
/// nor by a roll-back. An enrolment stands without it.
pub(super) async fn enrolled(app: &App, row: &FaceRow, face: &AnalysedFace) {
    let Ok(vision) = app.vision() else { return };
    let beside = vision.roles().borrow().beside().filter(|tag| *tag != row.model_tag);
    let Some((space, crop)) = beside.and_then(|tag| vision.space(tag)).zip(face.crop.clone()) else { return };
    if let Err(error) = enrol_beside(app, space, row, crop).await {
        app.metrics().shadow.dropped.inc();
        tracing::warn!(%error, face = %row.id, "a face has no template of the recogniser beside");
    }
}

async fn enrol_beside(app: &App, space: &Arc<Space>, row: &FaceRow, crop: FaceCrop) -> Result<(), Failure> {
    let (embedding, nearest) = embedded(app, space, crop).await?;
    if Said::of(row.user, nearest, &thresholds(app, space)) == Said::SomebodyElse {
        tracing::warn!(face = %row.id, "to the recogniser beside this face is somebody else's; it keeps no template");
        return Ok(());
    }
    keep(app, space, row, (&embedding, row.quality), TemplateSource::Enrolment).await
}
