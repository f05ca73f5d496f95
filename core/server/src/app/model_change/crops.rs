//! Faces of enrolments that are kept where the operator says so, and what another recogniser makes of them.

use std::sync::Arc;
use std::time::Instant;

use domain::model_change::{Said, TemplateSource};
use pipeline::{AnalysedFace, FaceCrop, Space};
use store::{CropRow, FaceRow, NewCrop, Store, StoreError};
use uuid::Uuid;

use super::template::{self, Failure};
use crate::api::{Problem, chain};
use crate::app::App;

/// What became of the kept faces.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Retemplated {
    /// Those that the other recogniser has a template of now.
    pub(crate) made: usize,
    /// Those that it takes for somebody else's, or could not read.
    pub(crate) left_out: usize,
}

/// Keeps the face of an enrolment, where the operator says so. The enrolment stands without.
pub(super) async fn keep(app: &App, row: &FaceRow, face: &AnalysedFace) {
    let crop = face.crop.as_ref().filter(|_| app.settings().model_change.keep_crops);
    let Some(crop) = crop else { return };
    let bytes = match crop.to_bytes() {
        Ok(bytes) => bytes,
        Err(error) => return tracing::warn!(error = chain(&error), "a face is not kept"),
    };
    let (user, consent, face, quality, at) = (row.user, row.consent, row.id, row.quality, app.now());
    let add = move |store: &Store| {
        let id = Uuid::now_v7().to_string();
        store.add_crop(at, &NewCrop { id, user, consent, face, bytes: &bytes, quality })
    };
    if let Err(error) = app.store(add).await {
        tracing::warn!(%error, "a face is not kept");
    }
}

/// Has the recogniser beside make templates of every kept face of which it has none, one after the other.
pub(crate) async fn retemplate(app: &App) -> Result<Retemplated, Problem> {
    let vision = app.vision()?;
    let beside = vision.roles().borrow().beside();
    let Some(space) = beside.and_then(|tag| vision.space(tag)).cloned() else {
        let detail = "no other recogniser runs beside the one in force; start a model change first";
        return Err(Problem::conflict("model_change_order", detail));
    };
    Ok(walk(app, &space).await?)
}

/// As [`retemplate`], for the recogniser of `space`, as long as it runs beside.
pub(super) async fn walk(app: &App, space: &Arc<Space>) -> Result<Retemplated, StoreError> {
    let (mut done, mut after) = (Retemplated::default(), String::new());
    loop {
        let Some(roles) = app.vision().ok().map(|vision| *vision.roles().borrow()) else { return Ok(done) };
        if roles.beside() != Some(space.model_tag()) {
            return Ok(done);
        }
        let (tags, last, now) = ((roles.active, space.model_tag()), after.clone(), app.now());
        let Some(crop) = app.store(move |store| store.next_crop(tags, &last, now)).await? else {
            return Ok(done);
        };
        after.clone_from(&crop.id);
        let begun = Instant::now();
        match one(app, space, crop).await {
            Ok(true) => done.made += 1,
            Ok(false) => done.left_out += 1,
            Err(error) => {
                done.left_out += 1;
                app.metrics().shadow.dropped.inc();
                tracing::warn!(%error, "a kept face has no template of the recogniser beside");
            }
        }
        // Half of the time is for others.
        tokio::time::sleep(begun.elapsed()).await;
    }
}

/// Whether the recogniser of `space` has a template of this face now.
async fn one(app: &App, space: &Arc<Space>, crop: CropRow) -> Result<bool, Failure> {
    let origin = app.store(move |store| store.face(crop.face)).await?;
    let face = FaceCrop::from_bytes(&crop.bytes)?;
    let (embedding, nearest) = template::embedded(app, space, face).await?;
    if Said::of(origin.user, nearest, &template::thresholds(app, space)) == Said::SomebodyElse {
        return Ok(false);
    }
    template::keep(app, space, &origin, (&embedding, crop.quality), TemplateSource::Crop).await?;
    Ok(true)
}

/// Deletes the kept faces where the operator keeps none any more.
pub(in crate::app) async fn forget_where_not_kept(app: &App) -> Result<(), StoreError> {
    if app.settings().model_change.keep_crops {
        return Ok(());
    }
    let (actor, at) = (crate::auth::Principal::SYSTEM.actor(), app.now());
    let forgotten = app.store(move |store| store.forget_crops(store::By { actor: &actor, at })).await?;
    if forgotten {
        tracing::info!("model_change.keep_crops is off; the kept faces are deleted");
    }
    Ok(())
}
