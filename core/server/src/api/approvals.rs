//! Four eyes: approvals, and the requests to providers that people must look at.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::operation;
use domain::role::Permission;
use domain::{ApprovalId, OperationId, Timestamp};
use http::StatusCode;
use serde::Deserialize;
use store::ApprovalRow;

use super::extract::{Json, Path, Query};
use super::idempotency::Once;
use super::parameter::{Form, Parameter};
use super::problem::Problem;
use super::refusals::{MOVES, Refusal};
use super::route::{Access, Routes, get, post};
use super::wire::approval as wire;
use super::wire::model_change::ModelChange;
use super::wire::money::moment;
use super::wire::names::OperationState;
use super::wire::page::{self, Listing, Page};
use super::wire::transaction::Empty;
use crate::app::App;
use crate::app::approval::{self, Decided, Found};
use crate::app::four_eyes::{Done, Taken};
use crate::auth::Principal;

const REASON_CHARS_MAX: usize = 200;

/// Of a yes to an act of staff: as the act refuses.
const ACTS: &[Refusal] = &[
    (404, &["not_found", "user_not_found"]),
    (
        409,
        &[
            "model_change_not_ready",
            "model_change_order",
            "plugin_disabled",
            "plugin_refused",
            "recogniser_not_offered",
        ],
    ),
    (503, &["recognition_off"]),
];

pub(super) fn routes(routes: Routes) -> Routes {
    let read = Access::Needs(Permission::PaymentsRead);
    let back = Access::Needs(Permission::PaymentsReturn);
    let decides = |path, summary| {
        let decided = post(path, back, summary).takes::<Empty>().gives::<wire::Approval>(200).idempotent();
        decided.refuses(&[
            (404, &["approval_not_found"]),
            (409, &["approval_decided", "approval_expired", "same_person"]),
        ])
    };
    routes
        .add(
            get("/approvals", read, "What waits, or waited, for a second person, newest first")
                .query(page::QUERY)
                .gives::<Page<wire::Approval>>(200),
            list,
        )
        .add(
            decides("/approvals/{id}/approve", "A second person's yes: does what was asked for")
                .refuses(&[(409, &["not_in_review", "nothing_to_refund"])])
                .refuses(MOVES)
                .refuses(ACTS),
            approve,
        )
        .add(decides("/approvals/{id}/reject", "A second person's no"), reject)
        .add(
            get("/operations", read, "Requests to payment providers, newest first")
                .query(&[
                    Parameter::new("state", Form::OneOf(OperationState::all), "only those in this state"),
                    page::LIMIT,
                    page::CURSOR,
                ])
                .refuses(&[(400, &["state_unknown"])])
                .gives::<Page<wire::Operation>>(200),
            operations,
        )
        .add(
            post(
                "/operations/{id}/resolve",
                back,
                "Say what became of a request in manual review; a second person confirms it",
            )
            .takes::<wire::NewResolution>()
            .gives::<wire::Approval>(202)
            .refuses(&[
                (404, &["operation_not_found"]),
                (409, &["not_in_review"]),
                (422, &["outcome_unknown", "reason_invalid"]),
            ])
            .idempotent(),
            resolve,
        )
}

/// The answer to an act that a second person may have to allow.
pub(super) fn taken(app: &App, taken: Taken) -> Response {
    match taken {
        Taken::Waits(row) => (StatusCode::ACCEPTED, Json(answer(row, app.now()))).into_response(),
        Taken::Done(Done::Erased(certificate)) => Json(certificate).into_response(),
        Taken::Done(Done::Plugins(items)) => Json(Page { items, next_cursor: None }).into_response(),
        Taken::Done(Done::Model(standing)) => Json(ModelChange::from(*standing)).into_response(),
    }
}

fn approval_id(text: &str) -> Result<ApprovalId, Problem> {
    text.parse().map_err(|_| Problem::not_found("approval"))
}

/// An approval on the wire, as it stands at `now`.
pub(super) fn answer(row: ApprovalRow, now: Timestamp) -> wire::Approval {
    let state = row.state(now).as_str();
    let (decided_by, decided_at) = row.decided.unzip();
    wire::Approval {
        id: row.id.to_string(),
        kind: row.kind.as_str(),
        state,
        subject: row.subject,
        detail: serde_json::from_str(&row.detail).unwrap_or_default(),
        requested_by: row.requested_by,
        requested_at: moment(row.requested_at),
        expires_at: moment(row.expires_at),
        decided_by,
        decided_at: decided_at.map(moment),
        operation: None,
        certificate: None,
    }
}

async fn list(
    State(app): State<App>,
    Query(listing): Query<Listing>,
) -> Result<Json<Page<wire::Approval>>, Problem> {
    let limit = page::limit(listing.limit);
    let before = page::cursor(listing.cursor.as_deref())?;
    let mut rows = app.store(move |store| store.approvals(before, page::one_more(limit))).await?;
    let next_cursor = page::cut(&mut rows, limit, |row| row.id);
    let now = app.now();
    Ok(Json(Page { items: rows.into_iter().map(|row| answer(row, now)).collect(), next_cursor }))
}

fn decided(app: &App, decided: Decided) -> Response {
    let Decided { approval, operation: done, certificate } = decided;
    let answered = wire::Approval {
        operation: done.map(wire::Operation::from),
        certificate,
        ..answer(approval, app.now())
    };
    Json(answered).into_response()
}

async fn approve(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    once: Once<Empty>,
) -> Result<Response, Problem> {
    let id = approval_id(&id)?;
    once.run(app.clone(), move |_| async move {
        Ok(decided(&app, approval::approve(&app, &principal, id).await?))
    })
    .await
}

async fn reject(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    once: Once<Empty>,
) -> Result<Response, Problem> {
    let id = approval_id(&id)?;
    once.run(
        app.clone(),
        move |_| async move { Ok(decided(&app, approval::reject(&app, &principal, id).await?)) },
    )
    .await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OperationListing {
    state: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

async fn operations(
    State(app): State<App>,
    Query(listing): Query<OperationListing>,
) -> Result<Json<Page<wire::Operation>>, Problem> {
    let limit = page::limit(listing.limit);
    let state = listing.state.as_deref().map(str::parse::<operation::State>).transpose();
    let state = state.map_err(|error| Problem::bad_request("state_unknown", error.to_string()))?;
    let before = page::cursor(listing.cursor.as_deref())?;
    let load = move |store: &store::Store| store.operation_page(state, before, page::one_more(limit));
    let mut rows = app.store(load).await?;
    let next_cursor = page::cut(&mut rows, limit, |row| row.id);
    Ok(Json(Page { items: rows.into_iter().map(wire::Operation::from).collect(), next_cursor }))
}

async fn resolve(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    once: Once<wire::NewResolution>,
) -> Result<Response, Problem> {
    let id: OperationId = id.parse().map_err(|_| Problem::not_found("operation"))?;
    once.run(app.clone(), move |new| async move {
        let outcome = match new.outcome.as_str() {
            "approved" => Found::Approved,
            "declined" => Found::Declined,
            "reversed" => Found::Reversed,
            _ => {
                let detail = "an outcome is `approved`, `declined` or `reversed`";
                return Err(Problem::unprocessable("outcome_unknown", detail));
            }
        };
        let reason = new.reason.trim().to_owned();
        let sized = (1..=REASON_CHARS_MAX).contains(&reason.chars().count());
        if !sized || reason.chars().any(char::is_control) {
            return Err(Problem::unprocessable("reason_invalid", "a reason has 1 to 200 characters"));
        }
        let asked = approval::ask_resolution(&app, &principal, id, outcome, reason).await?;
        Ok((StatusCode::ACCEPTED, Json(answer(asked, app.now()))).into_response())
    })
    .await
}
