//! The audit chain: records, checkpoints, proofs, verified and handed out.

use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::role::Permission;
use http::{StatusCode, header};
use serde::Deserialize;
use store::{AuditFilter, AuditRow, Store};

use super::extract::{Json, Query};
use super::parameter::{Form, Parameter};
use super::problem::Problem;
use super::refusals::Refusal;
use super::route::{Access, Routes, get, post};
use super::wire::audit as wire;
use super::wire::money::moment;
use super::wire::page::{self, Listing, Page};
use crate::app::{App, audit, verification};

const JSON_LINES: &str = "application/x-ndjson";
/// So long a walk is waited for; where requests have less time, half of theirs.
const WITHIN: Duration = Duration::from_secs(10);
/// One walk through everything is enough for an appliance that has payments to take.
const BUSY: &[Refusal] = &[(409, &["audit_busy"])];

pub(super) fn routes(routes: Routes) -> Routes {
    let read = Access::Needs(Permission::AuditRead);
    routes
        .add(
            get("/audit", read, "The audit chain, oldest first where nothing else is asked for")
                .query(&[
                    Parameter::new("order", Form::OneOf(order), "from which end; a cursor is for one order"),
                    Parameter::new("actor", Form::Text, "only what they did"),
                    Parameter::new(
                        "action",
                        Form::Text,
                        "only this act; with a `.` at its end all that begin so",
                    ),
                    Parameter::new("subject", Form::Text, "only what is about this"),
                    page::FROM,
                    page::TO,
                    page::LIMIT,
                    page::CURSOR,
                ])
                .refuses(&[(400, &["order_unknown", "time_invalid"])])
                .gives::<Page<wire::AuditEntry>>(200),
            records,
        )
        .add(
            get(
                "/audit/checkpoints",
                read,
                "Signed checkpoints, oldest first, and the appliance's public key",
            )
            .query(page::QUERY)
            .gives::<wire::Checkpoints>(200),
            checkpoints,
        )
        .add(
            post("/audit/checkpoints", read, "Sign a checkpoint now; answers the newest")
                .takes::<super::wire::transaction::Empty>()
                .refuses(&[(404, &["checkpoint_not_found"])])
                .gives::<wire::Checkpoint>(200),
            checkpoint,
        )
        .add(
            post(
                "/audit/verify",
                read,
                "Walk through all records and checkpoints now and say whether they are whole; 202 while it goes on",
            )
            .takes::<super::wire::transaction::Empty>()
            .refuses(BUSY)
            .may_wait_for::<wire::AuditWalk>()
            .gives::<wire::AuditVerification>(200),
            verify,
        )
        .add(
            get("/audit/verify", read, "How far a walk is, and what the last one found")
                .gives::<wire::AuditStanding>(200),
            standing,
        )
        .add(
            get("/audit/export", read, "All records and checkpoints as JSON lines, to be verified elsewhere")
                .refuses(BUSY)
                .streams(&[JSON_LINES]),
            export,
        )
        .add(
            get("/audit/proof", read, "The proof of one record under the newest checkpoint")
                .query(&[Parameter::new("seq", Form::Whole(1), "the record's place").required()])
                .refuses(&[(404, &["audit_record_not_found", "checkpoint_not_found"])])
                .gives::<wire::Proof>(200),
            proof,
        )
}

fn order() -> Vec<&'static str> {
    vec!["oldest", "newest"]
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Records {
    order: Option<String>,
    actor: Option<String>,
    action: Option<String>,
    subject: Option<String>,
    from: Option<String>,
    to: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

async fn records(
    State(app): State<App>,
    Query(asked): Query<Records>,
) -> Result<Json<Page<wire::AuditEntry>>, Problem> {
    let limit = page::limit(asked.limit);
    let newest_first = match asked.order.as_deref() {
        None | Some("oldest") => false,
        Some("newest") => true,
        Some(_) => return Err(Problem::bad_request("order_unknown", "an order is `oldest` or `newest`")),
    };
    let filter = AuditFilter {
        actor: asked.actor,
        action: asked.action,
        subject: asked.subject,
        from: page::moment(asked.from.as_deref())?,
        until: page::moment(asked.to.as_deref())?,
        newest_first,
        behind: page::cursor(asked.cursor.as_deref())?,
        limit: page::one_more(limit),
    };
    let mut rows = app.report(move |store| store.audit_page(&filter)).await?;
    let next_cursor = page::cut(&mut rows, limit, |row| row.seq);
    let entry = |row: AuditRow| wire::AuditEntry {
        seq: row.seq,
        at: moment(row.at),
        actor: row.actor,
        action: row.action,
        subject: row.subject,
        record: String::from_utf8_lossy(&row.record).into_owned(),
        previous: hex::encode(row.previous),
        hash: hex::encode(row.sha256),
    };
    Ok(Json(Page { items: rows.into_iter().map(entry).collect(), next_cursor }))
}

async fn checkpoints(
    State(app): State<App>,
    Query(listing): Query<Listing>,
) -> Result<Json<wire::Checkpoints>, Problem> {
    let limit = page::limit(listing.limit);
    let after: i64 = page::cursor(listing.cursor.as_deref())?.unwrap_or(0);
    let load = move |store: &Store| {
        let key = store.device_key().public().to_string();
        Ok((key, audit::checkpoints(store, after, page::one_more(limit))?))
    };
    let (key, mut items) = app.store(load).await?;
    let next_cursor = page::cut(&mut items, limit, |checkpoint| checkpoint.id);
    Ok(Json(wire::Checkpoints { key, items, next_cursor }))
}

async fn checkpoint(
    State(app): State<App>,
    Json(_): Json<super::wire::transaction::Empty>,
) -> Result<Json<wire::Checkpoint>, Problem> {
    app.checkpoint().await?;
    let newest = app.store(Store::newest_checkpoint).await?;
    let newest = newest.ok_or_else(|| Problem::not_found("checkpoint"))?;
    Ok(Json(audit::checkpoint(&newest, None)))
}

async fn verify(
    State(app): State<App>,
    Json(_): Json<super::wire::transaction::Empty>,
) -> Result<Response, Problem> {
    let within = WITHIN.min(Duration::from_millis(app.settings().server.request_timeout_ms / 2));
    let standing = verification::walk(&app, within).await?;
    if let Some(walk) = standing.under_way {
        return Ok((StatusCode::ACCEPTED, Json(wire::AuditWalk::from(walk))).into_response());
    }
    let last = standing.last.ok_or_else(|| Problem::unavailable("database_unavailable", "try again"))?;
    Ok(Json(wire::AuditVerification::from(&*last)).into_response())
}

async fn standing(State(app): State<App>) -> Json<wire::AuditStanding> {
    let standing = app.verification().standing();
    Json(wire::AuditStanding {
        walk: standing.under_way.map(wire::AuditWalk::from),
        last: standing.last.as_deref().map(wire::AuditVerification::from),
    })
}

async fn export(State(app): State<App>) -> Result<Response, Problem> {
    let lines = audit::lines(&app)?;
    let headers = [
        (header::CONTENT_TYPE, JSON_LINES),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"facepay-audit.ndjson\""),
    ];
    Ok((headers, Body::from_stream(lines)).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    seq: i64,
}

async fn proof(State(app): State<App>, Query(place): Query<Place>) -> Result<Json<wire::Proof>, Problem> {
    Ok(Json(app.store(move |store| audit::proof(store, place.seq)).await?))
}
