//! Enrolments of faces that look like somebody else's: another person of the staff says whether they are two people.

use std::sync::Arc;
use std::time::Duration;

use domain::enrolment::{Picture, State, choose};
use domain::{EnrolmentId, UserId};
use pipeline::Embedding;
use store::{By, ConsentRow, Duplicate, EnrolmentRow, FaceRow, NewEnrolment, NewReview, Store};
use uuid::Uuid;

use super::App;
use super::enrol::admission::{Admitted, Found, admit};
use super::enrol::{nearest, rules};
use crate::api::Problem;
use crate::auth::Principal;

/// What was decided is kept so long, without the templates.
const KEPT: Duration = Duration::from_secs(30 * 24 * 3_600);

/// Lets an enrolment wait for another person. What is answered to the one who enrolled names nobody.
pub(super) async fn open(
    app: &App,
    by: &Principal,
    consent: &ConsentRow,
    (new, found): (Arc<NewEnrolment>, &Found),
) -> Result<Problem, Problem> {
    let (actor, at) = (by.actor(), app.now());
    let hours = u64::from(app.settings().recognition.enrolment_review_h_max);
    // Nothing is kept longer than the person agreed to.
    let expires_at = at.plus(Duration::from_secs(hours * 3_600)).min(consent.term.expires_at);
    let duplicates = found.people.clone();
    let row = app
        .store(move |store| {
            let id = EnrolmentId(Uuid::now_v7());
            let review = NewReview { id, enrolment: &new, duplicates, expires_at };
            store.open_review(By { actor: &actor, at }, &review)
        })
        .await?;
    let detail = format!(
        "this face is enrolled for another person already; another member of staff decides on enrolment {}",
        row.id
    );
    Ok(Problem::conflict("face_duplicate", detail).with_enrolment(row.id.to_string()))
}

/// Enrolments before the one of `page`, at most so many, newest first; that they were looked at is recorded.
pub(crate) async fn list(
    app: &App,
    by: &Principal,
    state: Option<State>,
    page: (Option<EnrolmentId>, u32),
) -> Result<Vec<EnrolmentRow>, Problem> {
    let (actor, at, (before, limit)) = (by.actor(), app.now(), page);
    let read = move |store: &Store| {
        store.note_enrolments_read(By { actor: &actor, at })?;
        store.enrolments((state, at), before, limit)
    };
    Ok(app.store(read).await?)
}

/// The enrolment with whom it looks like; that it was looked at is recorded.
pub(crate) async fn look(app: &App, by: &Principal, id: EnrolmentId) -> Result<EnrolmentRow, Problem> {
    let (actor, at) = (by.actor(), app.now());
    Ok(app.store(move |store| store.look_at_enrolment(By { actor: &actor, at }, id)).await?)
}

/// Another person's yes: they are two people. Everybody whom the new face looks like by now is searched for again, and
/// only those whom that person was shown may be among them.
pub(crate) async fn approve(
    app: &App,
    by: &Principal,
    id: EnrolmentId,
) -> Result<(EnrolmentRow, Vec<FaceRow>), Problem> {
    let (actor, at) = (by.actor(), app.now());
    let load = {
        let actor = actor.clone();
        move |store: &Store| Ok((store.enrolment(id)?, store.waiting(By { actor: &actor, at }, id)?))
    };
    let (row, new) = app.store(load).await?;
    if new.model_tag != app.vision()?.model_tag() {
        let detail = "these faces were made by another recogniser; reject them and enrol anew";
        return Err(Problem::conflict("recogniser_changed", detail));
    }
    still_the_same_person(app, &new).await?;
    let cleared: Vec<UserId> = row.duplicates.iter().map(|duplicate| duplicate.user).collect();
    let write =
        move |store: &Store, on: &store::Admission| store.approve_enrolment(By { actor: &actor, at }, id, on);
    match admit(app, &new, &cleared, write).await? {
        Admitted::In(done) => {
            app.metrics().enrolment("approved");
            Ok(done)
        }
        Admitted::Duplicates(found) => Err(more_found(app, id, found.people).await?),
    }
}

/// The person may have been enrolled by other pictures since.
async fn still_the_same_person(app: &App, new: &NewEnrolment) -> Result<(), Problem> {
    let (user, tag) = (new.user, new.model_tag);
    let known = app.store(move |store| store.templates_of(user, tag)).await?;
    let embedding = |values: &[f32]| Embedding::new(values.to_vec()).ok();
    let known: Vec<Embedding> = known.iter().filter_map(|row| embedding(&row.template)).collect();
    let members: Vec<Option<Embedding>> =
        new.members.iter().map(|member| embedding(&member.template)).collect();
    let picture = |member: &Option<Embedding>| Picture {
        quality: 1.0,
        yaw_deg: 0.0,
        pitch_deg: 0.0,
        known: member.as_ref().map_or(Some(f32::NAN), |member| nearest(member, &known)),
    };
    let pictures: Vec<Picture> = members.iter().map(picture).collect();
    let alike = |a: usize, b: usize| match (&members[a], &members[b]) {
        (Some(a), Some(b)) => a.similarity(b),
        _ => f32::NAN,
    };
    let chosen = choose(&pictures, alike, &rules(app, known.len(), pictures.len()));
    chosen.map(drop).map_err(|_| {
        let detail = "another face is enrolled for this person by now; reject this enrolment";
        Problem::conflict("face_differs", detail)
    })
}

/// Adds whom the face looks like since others were enrolled: they are to be looked at as well.
async fn more_found(app: &App, id: EnrolmentId, people: Vec<Duplicate>) -> Result<Problem, Problem> {
    let (actor, at) = (Principal::SYSTEM.actor(), app.now());
    app.store(move |store| store.add_duplicates(By { actor: &actor, at }, id, &people)).await?;
    let detail = "the face looks like further people by now; look at the enrolment again";
    Ok(Problem::conflict("face_duplicate", detail).with_enrolment(id.to_string()))
}

/// Another person's no: nothing is left of the faces.
pub(crate) async fn reject(app: &App, by: &Principal, id: EnrolmentId) -> Result<EnrolmentRow, Problem> {
    let (actor, at) = (by.actor(), app.now());
    let row = app.store(move |store| store.reject_enrolment(By { actor: &actor, at }, id)).await?;
    app.metrics().enrolment("rejected");
    Ok(row)
}

/// Lets go of the faces that nobody decided about in time.
pub(super) async fn expire(app: &App) -> Result<(), store::StoreError> {
    let (actor, at) = (Principal::SYSTEM.actor(), app.now());
    let expired = app.store(move |store| store.expire_enrolments(By { actor: &actor, at }, KEPT)).await?;
    (0..expired).for_each(|_| app.metrics().enrolment("expired"));
    Ok(())
}
