//! The audit chain: records, checkpoints, proofs.

use axum::extract::State;
use domain::role::Permission;
use serde::Deserialize;
use store::{AuditRow, Store};

use super::extract::{Json, Query};
use super::parameter::{Form, Parameter};
use super::problem::Problem;
use super::route::{Access, Routes, get, post};
use super::wire::audit as wire;
use super::wire::money::moment;
use super::wire::page::{self, Listing, Page};
use crate::app::{App, audit};

pub(super) fn routes(routes: Routes) -> Routes {
    let read = Access::Needs(Permission::AuditRead);
    routes
        .add(
            get("/audit", read, "The audit chain, oldest first")
                .query(page::QUERY)
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
            get("/audit/proof", read, "The proof of one record under the newest checkpoint")
                .query(&[Parameter::new("seq", Form::Whole(1), "the record's place").required()])
                .refuses(&[(404, &["audit_record_not_found", "checkpoint_not_found"])])
                .gives::<wire::Proof>(200),
            proof,
        )
}

async fn records(
    State(app): State<App>,
    Query(listing): Query<Listing>,
) -> Result<Json<Page<wire::AuditEntry>>, Problem> {
    let limit = page::limit(listing.limit);
    let after: i64 = page::cursor(listing.cursor.as_deref())?.unwrap_or(0);
    let load = move |store: &Store| store.audit(after, page::one_more(limit));
    let mut rows = app.store(load).await?;
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    seq: i64,
}

async fn proof(State(app): State<App>, Query(place): Query<Place>) -> Result<Json<wire::Proof>, Problem> {
    Ok(Json(app.store(move |store| audit::proof(store, place.seq)).await?))
}
