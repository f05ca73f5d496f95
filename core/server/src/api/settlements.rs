//! Settlement: closing business days, providers' files, breaks, exports, the report of a day.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::SettlementId;
use domain::role::Permission;
use domain::settlement::{BatchState, Day, Match};
use http::{HeaderName, StatusCode, header};
use serde::Deserialize;
use store::Resolution;

use super::extract::{Json, Path, Query};
use super::idempotency::{Once, OnceText};
use super::parameter::{Form, Parameter};
use super::problem::Problem;
use super::refusals::Refusal;
use super::route::{Access, Routes, get, post};
use super::wire::money::moment;
use super::wire::names::SettlementMatch;
use super::wire::page::{self, Listing, Page};
use super::wire::settlement as wire;
use crate::app::{App, settlement};
use crate::auth::Principal;

pub(crate) mod camt053;
pub(crate) mod csv;

const REASON_CHARS_MAX: usize = 500;
const EXPORTS: [&str; 2] = ["csv", "camt053"];
const REPORTS: [&str; 2] = ["json", "csv"];
const MISSING: &[Refusal] = &[(404, &["settlement_not_found"])];

pub(super) fn routes(routes: Routes) -> Routes {
    let manage = Access::Needs(Permission::SettlementManage);
    let read = Access::Needs(Permission::PaymentsRead);
    routes
        .add(
            post("/settlements", manage, "Close a provider's business day: what is in it is fixed then")
                .takes::<wire::NewSettlement>()
                .refuses(&[
                    (409, &["clock_wrong"]),
                    (422, &["date_invalid", "provider_missing", "provider_unknown"]),
                ])
                .gives::<wire::Settlement>(201)
                .idempotent(),
            create,
        )
        .add(
            get("/settlements", read, "Closed business days, newest first").query(page::QUERY).gives::<Page<
                wire::Settlement,
            >>(
                200
            ),
            list,
        )
        .add(
            get("/settlements/{id}", read, "One closed day").gives::<wire::Settlement>(200).refuses(MISSING),
            show,
        )
        .add(
            post("/settlements/{id}/file", manage, "Compare the provider's file with a closed day")
                .takes_text("text/csv")
                .refuses(MISSING)
                .refuses(&[
                    (422, &["body_not_text", "settlement_file_invalid", "settlement_file_refused"]),
                    (503, &["settlement_file_unread"]),
                ])
                .gives::<wire::Settlement>(200)
                .idempotent(),
            import,
        )
        .add(
            get("/settlements/{id}/lines", read, "The compared lines of a closed day, in order")
                .query(&[
                    Parameter::new("match", Form::OneOf(SettlementMatch::all), "only those in this class"),
                    page::LIMIT,
                    page::CURSOR,
                ])
                .refuses(MISSING)
                .refuses(&[(400, &["match_unknown"])])
                .gives::<Page<wire::SettlementLine>>(200),
            lines,
        )
        .add(
            post("/settlements/{id}/lines/{n}/resolve", manage, "Say what became of a break")
                .takes::<wire::NewResolution>()
                .refuses(MISSING)
                .refuses(&[(404, &["settlement_line_not_found"]), (422, &["reason_invalid"])])
                .gives::<wire::SettlementLine>(200)
                .idempotent(),
            resolve,
        )
        .add(
            get(
                "/settlements/{id}/export",
                read,
                "The statement of a closed day: CSV, or ISO 20022 camt.053",
            )
            .query(&[Parameter::new("format", Form::OneOf(|| EXPORTS.to_vec()), "`csv` when absent")])
            .refuses(MISSING)
            .refuses(&[(400, &["format_unknown"]), (409, &["settlement_empty"])])
            .streams(&["text/csv", "application/xml"]),
            export,
        )
        .add(
            get("/reports/settlement", read, "A business day of all providers, closed or open")
                .query(&[
                    Parameter::new("date", Form::Day, "the business day; today's when absent"),
                    Parameter::new("format", Form::OneOf(|| REPORTS.to_vec()), "`json` when absent"),
                ])
                .refuses(&[(400, &["format_unknown"]), (409, &["clock_wrong"]), (422, &["date_invalid"])])
                .streams(&["text/csv"])
                .gives::<wire::SettlementReport>(200),
            report,
        )
}

fn settlement_id(text: &str) -> Result<SettlementId, Problem> {
    text.parse().map_err(|_| Problem::not_found("settlement"))
}

fn day(text: &str) -> Result<Day, Problem> {
    text.parse().map_err(|error: domain::settlement::InvalidDay| {
        Problem::unprocessable("date_invalid", error.to_string())
    })
}

async fn create(
    State(app): State<App>,
    principal: Principal,
    once: Once<wire::NewSettlement>,
) -> Result<Response, Problem> {
    let day = day(&once.body.date)?;
    once.run(app.clone(), move |new| async move {
        let row = settlement::close(&app, &principal, new.provider, day).await?;
        Ok((StatusCode::CREATED, Json(wire::Settlement::from(row))).into_response())
    })
    .await
}

async fn list(
    State(app): State<App>,
    Query(listing): Query<Listing>,
) -> Result<Json<Page<wire::Settlement>>, Problem> {
    let (limit, before) = (page::limit(listing.limit), page::cursor(listing.cursor.as_deref())?);
    let mut rows = app.store(move |store| store.settlements(before, page::one_more(limit))).await?;
    let next_cursor = page::cut(&mut rows, limit, |row| row.id);
    Ok(Json(Page { items: rows.into_iter().map(Into::into).collect(), next_cursor }))
}

async fn show(State(app): State<App>, Path(id): Path<String>) -> Result<Json<wire::Settlement>, Problem> {
    let id = settlement_id(&id)?;
    Ok(Json(app.store(move |store| store.settlement(id)).await?.into()))
}

async fn import(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    OnceText(once): OnceText,
) -> Result<Response, Problem> {
    let id = settlement_id(&id)?;
    once.run(app.clone(), move |text| async move {
        let row = settlement::import(&app, &principal, id, text).await?;
        Ok(Json(wire::Settlement::from(row)).into_response())
    })
    .await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lines {
    r#match: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

async fn lines(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(asked): Query<Lines>,
) -> Result<Json<Page<wire::SettlementLine>>, Problem> {
    let id = settlement_id(&id)?;
    let state = asked.r#match.as_deref().map(str::parse::<Match>).transpose();
    let state = state.map_err(|error| Problem::bad_request("match_unknown", error.to_string()))?;
    let (limit, after) = (page::limit(asked.limit), page::cursor(asked.cursor.as_deref())?.unwrap_or(0));
    let load = move |store: &store::Store| store.settlement_lines(id, state, after, page::one_more(limit));
    let mut rows = app.store(load).await?;
    let next_cursor = page::cut(&mut rows, limit, |row| row.number);
    Ok(Json(Page { items: rows.into_iter().map(Into::into).collect(), next_cursor }))
}

async fn resolve(
    State(app): State<App>,
    principal: Principal,
    Path((id, number)): Path<(String, String)>,
    once: Once<wire::NewResolution>,
) -> Result<Response, Problem> {
    let id = settlement_id(&id)?;
    let number: i64 = number.parse().map_err(|_| Problem::not_found("settlement line"))?;
    let reason = checked_reason(&once.body.reason)?;
    once.run(app.clone(), move |new| async move {
        let resolution = Resolution { number, reason, write_off: new.write_off };
        let line = settlement::resolve(&app, &principal, id, resolution).await?;
        Ok(Json(wire::SettlementLine::from(line)).into_response())
    })
    .await
}

fn checked_reason(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    let fits = (1..=REASON_CHARS_MAX).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    let detail = "a reason has 1 to 500 characters";
    if fits { Ok(text.to_owned()) } else { Err(Problem::unprocessable("reason_invalid", detail)) }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Export {
    format: Option<String>,
}

/// A file to keep, with the name to keep it under.
fn file(content_type: &'static str, name: &str, text: String) -> Response {
    let headers: [(HeaderName, String); 2] = [
        (header::CONTENT_TYPE, content_type.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    (headers, text).into_response()
}

const CSV: &str = "text/csv; charset=utf-8";

async fn export(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(asked): Query<Export>,
) -> Result<Response, Problem> {
    let id = settlement_id(&id)?;
    let format = asked.format.as_deref().unwrap_or("csv");
    if !EXPORTS.contains(&format) {
        return Err(Problem::bad_request("format_unknown", "format is `csv` or `camt053`"));
    }
    let statement = settlement::statement(&app, id).await?;
    let name = format!("settlement-{}-{}", statement.settlement.day, statement.settlement.id);
    if format == "csv" {
        return Ok(file(CSV, &format!("{name}.csv"), csv::statement(&statement)));
    }
    let xml = camt053::statement(&statement).ok_or_else(|| {
        Problem::conflict(
            "settlement_empty",
            "nothing ever moved; camt.053 has no form for a statement of nothing",
        )
    })?;
    Ok(file("application/xml", &format!("{name}.xml"), xml))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Report {
    date: Option<String>,
    format: Option<String>,
}

async fn report(State(app): State<App>, Query(asked): Query<Report>) -> Result<Response, Problem> {
    let day = match asked.date.as_deref() {
        Some(text) => day(text)?,
        None => settlement::today(&app)?,
    };
    let format = asked.format.as_deref().unwrap_or("json");
    if !REPORTS.contains(&format) {
        return Err(Problem::bad_request("format_unknown", "format is `json` or `csv`"));
    }
    let days = settlement::report(&app, day).await?;
    if format == "csv" {
        return Ok(file(CSV, &format!("settlement-report-{day}.csv"), csv::report(day, &days)));
    }
    let hours = settlement::hours(&app);
    let report = wire::SettlementReport {
        date: day.to_string(),
        from: moment(hours.starts_at(day)),
        until: moment(hours.starts_at(day.next())),
        time_zone: app.settings().settlement.time_zone.clone(),
        totals: wire::together(&days),
        providers: days.into_iter().map(Into::into).collect(),
    };
    Ok(Json(report).into_response())
}

/// What a report calls the state of a day.
fn state_of(day: &store::SettlementDay) -> &'static str {
    day.closed.as_ref().map_or(BatchState::Open, |closed| closed.state).as_str()
}
