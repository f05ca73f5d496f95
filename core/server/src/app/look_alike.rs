//! People who look alike: found when a face is enrolled and again by and by, and never charged by a face alone.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use domain::threshold::Thresholds;
use domain::{FaceId, Timestamp, UserId, look_alike};
use pipeline::{Embedding, Gallery, SearchError, Space, Subject, TemplateId};
use store::{By, Calibration, LookAlike, StoreError};
use uuid::Uuid;

use super::App;
use crate::api::{Problem, chain};
use crate::auth::Principal;

mod comparison;

pub(crate) use comparison::Comparison;

/// So many look-alikes of one face are kept, the nearest ones: the first one is enough to ask for a PIN.
const ALIKE_MAX: usize = 32;
/// Faces are compared with each other for so long, once a minute.
const COMPARED_FOR: Duration = Duration::from_secs(1);

/// From which similarity on a new face is another person's.
pub(crate) fn duplicate_min(app: &App, thresholds: &Thresholds) -> f32 {
    look_alike::duplicate_min(app.settings().recognition.similarity_duplicate_min, thresholds)
}

/// Keeps whom the new `face` looks like to the recogniser of `space`; done before its gallery knows it.
pub(crate) async fn note(
    app: &App,
    space: &Space,
    (face, user): (FaceId, UserId),
    embedding: &Embedding,
) -> Result<(), StoreError> {
    let subject = Subject(user.0.as_u128());
    // The face counts itself: it is searched from now on.
    let policy = app.policy_of(Some(space.model_tag()));
    let thresholds = policy.thresholds(space.gallery().len() + 1, false);
    let found = alike(space.gallery(), embedding, subject, thresholds.match_min).map_err(no_answer)?;
    let one = (TemplateId(face.0.as_u128()), subject);
    let at = app.now();
    keep(app, found.into_iter().map(|other| pair(one, other, at)).collect()).await
}

/// Those of anybody but `subject` whom a face looks like, the nearest first.
pub(crate) fn alike(
    gallery: &Gallery,
    embedding: &Embedding,
    subject: Subject,
    least: f32,
) -> Result<Vec<Alike>, SearchError> {
    let found = gallery.alike(embedding, subject, least)?.into_iter();
    let mut found: Vec<Alike> =
        found.map(|(subject, template, similarity)| Alike { template, subject, similarity }).collect();
    found.sort_by(|a, b| b.similarity.total_cmp(&a.similarity).then(a.template.cmp(&b.template)));
    found.truncate(ALIKE_MAX);
    Ok(found)
}

/// A gallery whose exact templates can't be read has no answer, like the database that they are in.
pub(crate) fn no_answer(error: SearchError) -> StoreError {
    StoreError::Unavailable(chain(&error))
}

/// A template that looks like another one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Alike {
    pub(crate) template: TemplateId,
    pub(crate) subject: Subject,
    pub(crate) similarity: f32,
}

/// A template and one that it looks like, as they are kept.
pub(crate) fn pair(
    (template, subject): (TemplateId, Subject),
    other: Alike,
    found_at: Timestamp,
) -> LookAlike {
    LookAlike {
        face: FaceId(Uuid::from_u128(template.0)),
        user: UserId(Uuid::from_u128(subject.0)),
        other_face: FaceId(Uuid::from_u128(other.template.0)),
        other_user: UserId(Uuid::from_u128(other.subject.0)),
        similarity: other.similarity,
        found_at,
    }
}

async fn keep(app: &App, pairs: Vec<LookAlike>) -> Result<(), StoreError> {
    if pairs.is_empty() {
        return Ok(());
    }
    let (actor, at) = (Principal::SYSTEM.actor(), app.now());
    let added = app.store(move |store| store.add_look_alikes(By { actor: &actor, at }, &pairs)).await?;
    if added > 0 {
        tracing::info!(pairs = added, "people who look alike are found; they pay with a further factor");
    }
    Ok(())
}

/// Compares enrolled faces with each other for a while: finds look-alikes that no enrolment saw, such as those of an
/// older version or of a gallery whose threshold has fallen, and measures how alike people are where they agreed.
pub(super) async fn compare(app: &App, comparison: &mut Comparison) -> Result<(), StoreError> {
    let Ok(vision) = app.vision() else { return Ok(()) };
    let space = vision.pipeline().space();
    let tag = space.model_tag();
    if !comparison.is_of(tag) {
        comparison.begin(tag, agreed(app, tag).await?);
    }
    let (thresholds, until) = (app.thresholds_of(&space), Instant::now() + COMPARED_FOR);
    let mut taken = std::mem::take(comparison);
    let work = move || {
        let round = taken.go_on(space.gallery(), thresholds.match_min, || Instant::now() >= until);
        (taken, round)
    };
    let done = tokio::task::spawn_blocking(work).await;
    let (after, round) = done.map_err(|error| StoreError::Unavailable(error.to_string()))?;
    *comparison = after;
    let at = app.now();
    keep(app, round.alike.into_iter().map(|(one, other)| pair(one, other, at)).collect()).await?;
    match round.measured {
        Some((scores, people)) => {
            calibrate(app, Calibration { model_tag: tag, people, scores, measured_at: at }).await
        }
        None => Ok(()),
    }
}

/// Forgets what was measured here when the operator names no consent any more that allows it. What is in force stays so
/// until the next start.
pub(super) async fn forget_where_not_agreed(app: &App) -> Result<(), StoreError> {
    if !app.settings().recognition.calibration_consents.is_empty() {
        return Ok(());
    }
    let (actor, at) = (Principal::SYSTEM.actor(), app.now());
    app.store(move |store| store.forget_calibrations(By { actor: &actor, at }).map(drop)).await
}

/// The templates that may be measured with.
async fn agreed(app: &App, tag: u32) -> Result<HashSet<TemplateId>, StoreError> {
    let (versions, now) = (app.settings().recognition.calibration_consents.clone(), app.now());
    if versions.is_empty() {
        return Ok(HashSet::new());
    }
    let faces = app.store(move |store| store.faces_agreed(tag, &versions, now)).await?;
    Ok(faces.into_iter().map(|face| TemplateId(face.0.as_u128())).collect())
}

/// Takes up what was measured where it is enough and makes the thresholds stricter; else nothing is kept of it.
async fn calibrate(app: &App, measured: Calibration) -> Result<(), StoreError> {
    let Some(site) = measured.scores.tail(measured.people) else { return Ok(()) };
    let stricter = app.tails().take_up(measured.model_tag, site);
    if !stricter {
        return Ok(());
    }
    let shift = app.policy_of(Some(measured.model_tag)).impostors.shift();
    tracing::info!(shift, people = measured.people, "this site's people are more alike; thresholds rise");
    let (actor, at) = (Principal::SYSTEM.actor(), app.now());
    app.store(move |store| store.set_calibration(By { actor: &actor, at }, &measured)).await
}

/// The people who look like `user`, each with the nearest of their pictures.
pub(crate) async fn of(
    app: &App,
    by: &Principal,
    user: UserId,
) -> Result<Vec<(UserId, f32, Timestamp)>, Problem> {
    let (actor, at) = (by.actor(), app.now());
    let read = move |store: &store::Store| {
        store.user(user)?;
        let pairs = store.look_alikes(Some(user))?;
        store.note_look_alikes_read(By { actor: &actor, at }, Some(user))?;
        Ok(pairs)
    };
    let mut nearest: Vec<(UserId, f32, Timestamp)> = Vec::new();
    for pair in app.store(read).await? {
        let other = if pair.user == user { pair.other_user } else { pair.user };
        match nearest.iter_mut().find(|known| known.0 == other) {
            Some(known) => known.1 = known.1.max(pair.similarity),
            None => nearest.push((other, pair.similarity, pair.found_at)),
        }
    }
    nearest.sort_by(|a, b| b.1.total_cmp(&a.1));
    Ok(nearest)
}

/// The groups of people who look alike.
pub(crate) async fn groups(app: &App, by: &Principal) -> Result<Vec<Vec<UserId>>, Problem> {
    let (actor, at) = (by.actor(), app.now());
    let read = move |store: &store::Store| {
        let pairs = store.look_alikes(None)?;
        store.note_look_alikes_read(By { actor: &actor, at }, None)?;
        Ok(pairs)
    };
    let pairs: Vec<_> = app.store(read).await?.iter().map(|pair| (pair.user, pair.other_user)).collect();
    Ok(look_alike::groups(&pairs))
}
