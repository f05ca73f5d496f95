//! Enrolments that wait for another member of staff, and those that go on before a camera.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::role::Permission;
use domain::{CameraId, EnrolmentId, Timestamp, enrolment};
use serde::Deserialize;
use store::EnrolmentRow;

use super::extract::{Json, Path, Query};
use super::faces;
use super::idempotency::Once;
use super::parameter::{Form, Parameter};
use super::problem::Problem;
use super::route::{Access, Routes, get, post};
use super::wire::enrolment as wire;
use super::wire::money::moment;
use super::wire::names::EnrolmentState;
use super::wire::page::{self, Page};
use super::wire::transaction::Empty;
use crate::app::enrol::camera::names;
use crate::app::{App, enrolment as reviews};
use crate::auth::Principal;

pub(super) fn routes(routes: Routes) -> Routes {
    let read = Access::NeedsOneOf([Permission::EnrolmentsReview, Permission::AuditRead]);
    let review = Access::Needs(Permission::EnrolmentsReview);
    let decides = |path, summary| {
        let decided = post(path, review, summary).takes::<Empty>().gives::<wire::EnrolmentReview>(200);
        decided.idempotent().refuses(&[
            (404, &["enrolment_not_found"]),
            (409, &["approval_decided", "approval_expired", "same_person"]),
        ])
    };
    routes
        .add(
            get("/enrolments", read, "Enrolments of faces that are enrolled for somebody else, newest first")
                .query(&[
                    Parameter::new("state", Form::OneOf(EnrolmentState::all), "only those in this state"),
                    page::LIMIT,
                    page::CURSOR,
                ])
                .refuses(&[(400, &["state_unknown"]), (507, &["storage_not_writable"])])
                .gives::<Page<wire::EnrolmentReview>>(200),
            list,
        )
        .add(
            get("/enrolments/{id}", read, "One of them, with whom it looks like")
                .gives::<wire::EnrolmentReview>(200)
                .refuses(&[(404, &["enrolment_not_found"]), (507, &["storage_not_writable"])]),
            show,
        )
        .add(
            decides("/enrolments/{id}/approve", "Another person's yes: they are two people; enrols the face")
                .refuses(&[
                    (409, &["face_duplicate", "face_differs", "recogniser_changed", "faces_full"]),
                    (422, &["consent_missing"]),
                    (503, &["faces_changed", "recognition_off"]),
                ]),
            approve,
        )
        .add(decides("/enrolments/{id}/reject", "Another person's no: nothing is left of the face"), reject)
        .add(
            get(
                "/cameras/{id}/enrolment",
                Access::NeedsOneOf([Permission::CamerasView, Permission::PeopleWrite]),
                "How the enrolment before this camera goes on",
            )
            .gives::<wire::EnrolmentProgress>(200)
            .refuses(&[(404, &["camera_not_found", "enrolment_not_found"])]),
            progress,
        )
}

fn enrolment_id(text: &str) -> Result<EnrolmentId, Problem> {
    text.parse().map_err(|_| Problem::not_found("enrolment"))
}

/// An enrolment on the wire, as it stands at `now`.
pub(crate) fn answer(row: EnrolmentRow, now: Timestamp) -> wire::EnrolmentReview {
    let state = row.state(now).as_str();
    let duplicates = row.duplicates.iter().map(|duplicate| wire::EnrolmentDuplicate {
        user_id: duplicate.user.to_string(),
        similarity: duplicate.similarity,
    });
    wire::EnrolmentReview {
        id: row.id.to_string(),
        state,
        user_id: row.user.to_string(),
        consent_id: row.consent.to_string(),
        pictures: row.members,
        duplicates: duplicates.collect(),
        requested_by: row.requested_by,
        requested_at: moment(row.requested_at),
        expires_at: moment(row.expires_at),
        decided_by: row.decided_by,
        decided_at: row.decided_at.map(moment),
        faces: Vec::new(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EnrolmentListing {
    state: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

async fn list(
    State(app): State<App>,
    principal: Principal,
    Query(listing): Query<EnrolmentListing>,
) -> Result<Json<Page<wire::EnrolmentReview>>, Problem> {
    let limit = page::limit(listing.limit);
    let state = listing.state.as_deref().map(str::parse::<enrolment::State>).transpose();
    let state = state.map_err(|error| Problem::bad_request("state_unknown", error.to_string()))?;
    let before = page::cursor(listing.cursor.as_deref())?;
    let mut rows = reviews::list(&app, &principal, state, (before, page::one_more(limit))).await?;
    let next_cursor = page::cut(&mut rows, limit, |row| row.id);
    let now = app.now();
    Ok(Json(Page { items: rows.into_iter().map(|row| answer(row, now)).collect(), next_cursor }))
}

async fn show(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<Json<wire::EnrolmentReview>, Problem> {
    let row = reviews::look(&app, &principal, enrolment_id(&id)?).await?;
    Ok(Json(answer(row, app.now())))
}

async fn approve(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    once: Once<Empty>,
) -> Result<Response, Problem> {
    let id = enrolment_id(&id)?;
    once.run(app.clone(), move |_| async move {
        let (row, rows) = reviews::approve(&app, &principal, id).await?;
        let faces = rows.into_iter().map(faces::answer).collect();
        let answered = wire::EnrolmentReview { faces, ..answer(row, app.now()) };
        Ok(Json(answered).into_response())
    })
    .await
}

async fn reject(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    once: Once<Empty>,
) -> Result<Response, Problem> {
    let id = enrolment_id(&id)?;
    once.run(app.clone(), move |_| async move {
        let row = reviews::reject(&app, &principal, id).await?;
        Ok(Json(answer(row, app.now())).into_response())
    })
    .await
}

async fn progress(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<wire::EnrolmentProgress>, Problem> {
    let id: CameraId = id.parse().map_err(|_| Problem::not_found("camera"))?;
    let progress = app.enrolling().at(&id).ok_or_else(|| Problem::not_found("enrolment"))?;
    Ok(Json(wire::EnrolmentProgress {
        advice: progress.advice,
        done: names(&progress.done),
        wanted: names(&progress.wanted),
        reasons: progress.reasons,
        faults: progress.faults,
        ends_at: moment(progress.ends_at),
    }))
}
