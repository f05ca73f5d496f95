//! Payments listed, and what became of one step by step.

use axum::extract::State;
use domain::role::Permission;
use domain::transaction::State as Standing;
use domain::{CameraId, Currency};
use serde::Deserialize;
use store::TransactionFilter;

use super::{answer, transaction_id};
use crate::api::extract::{Json, Path, Query};
use crate::api::parameter::{Form, Parameter};
use crate::api::problem::Problem;
use crate::api::route::{Access, Routes, get};
use crate::api::users::user_id;
use crate::api::wire::history::TransactionHistory;
use crate::api::wire::names::TransactionState;
use crate::api::wire::page::{self, Page};
use crate::api::wire::transaction::Transaction;
use crate::app::{App, history};

pub(super) fn routes(routes: Routes) -> Routes {
    let read = Access::Needs(Permission::PaymentsRead);
    routes
        .add(
            get("/transactions", read, "Payments, newest first")
                .query(&[
                    Parameter::new("user_id", Form::Id, "only this person's"),
                    Parameter::new("state", Form::OneOf(TransactionState::all), "only those in this state"),
                    Parameter::new("provider", Form::Text, "only those of this payment plugin"),
                    Parameter::new("camera", Form::Camera, "only those at this camera or till"),
                    Parameter::new("branch", Form::Text, "only those of this branch"),
                    Parameter::new("reference", Form::Text, "only those that the merchant called so"),
                    Parameter::new("currency", Form::Text, "only those in this currency (ISO 4217)"),
                    Parameter::new("amount_min", Form::Whole(0), "only those of so many minor units or more"),
                    Parameter::new("amount_max", Form::Whole(0), "only those of so many minor units or less"),
                    page::FROM,
                    page::TO,
                    page::LIMIT,
                    page::CURSOR,
                ])
                .refuses(&[
                    (400, &["currency_unknown", "state_unknown", "time_invalid"]),
                    (404, &["camera_not_found", "user_not_found"]),
                ])
                .gives::<Page<Transaction>>(200),
            list,
        )
        .add(
            get("/transactions/{id}/history", read, "What became of one payment, step by step, and by whom")
                .gives::<TransactionHistory>(200)
                .refuses(&[(404, &["transaction_not_found"])]),
            show_history,
        )
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listing {
    user_id: Option<String>,
    state: Option<String>,
    provider: Option<String>,
    camera: Option<String>,
    branch: Option<String>,
    reference: Option<String>,
    currency: Option<String>,
    amount_min: Option<u64>,
    amount_max: Option<u64>,
    from: Option<String>,
    to: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

impl Listing {
    fn filter(self, limit: usize) -> Result<TransactionFilter, Problem> {
        let state = self.state.as_deref().map(str::parse::<Standing>).transpose();
        let currency = self.currency.as_deref().map(str::parse::<Currency>).transpose();
        let terminal = self.camera.as_deref().map(str::parse::<CameraId>).transpose();
        let terminal = terminal.map_err(|_| Problem::not_found("camera"))?;
        Ok(TransactionFilter {
            user: self.user_id.as_deref().map(user_id).transpose()?,
            receipted: false,
            state: state.map_err(|error| Problem::bad_request("state_unknown", error.to_string()))?,
            provider: self.provider,
            terminal: terminal.map(|camera| camera.to_string()),
            branch: self.branch,
            reference: self.reference,
            currency: currency
                .map_err(|error| Problem::bad_request("currency_unknown", error.to_string()))?,
            amount_min: self.amount_min.map(minor),
            amount_max: self.amount_max.map(minor),
            from: page::moment(self.from.as_deref())?,
            until: page::moment(self.to.as_deref())?,
            before: page::cursor(self.cursor.as_deref())?,
            limit: page::one_more(limit),
        })
    }
}

/// Minor units as they are kept; no payment is larger than the largest.
fn minor(units: u64) -> i64 {
    i64::try_from(units).unwrap_or(i64::MAX)
}

async fn list(
    State(app): State<App>,
    Query(listing): Query<Listing>,
) -> Result<Json<Page<Transaction>>, Problem> {
    let limit = page::limit(listing.limit);
    let filter = listing.filter(limit)?;
    let mut rows = app.report(move |store| store.transactions(&filter)).await?;
    let next_cursor = page::cut(&mut rows, limit, |row| row.id);
    Ok(Json(Page { items: rows.into_iter().map(answer).collect(), next_cursor }))
}

async fn show_history(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<TransactionHistory>, Problem> {
    Ok(Json(history::of(&app, transaction_id(&id)?).await?.into()))
}
