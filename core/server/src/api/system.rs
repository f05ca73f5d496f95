//! Health, readiness, the machine, metrics, the front page.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::role::Permission;
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;

use super::extract::{Json, Query};
use super::parameter::{Form, Parameter};
use super::problem::Problem;
use super::route::{Access, Routes, get};
use super::wire::doctor as findings;
use super::wire::system as wire;
use crate::app::{App, doctor, readiness, system as machine};

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .add(
            get("/", Access::Open, "Status and features")
                .gives::<wire::Status>(200)
                .streams(&["text/html"])
                .may_be_unchanged(),
            front,
        )
        .add(get("/health", Access::Open, "Status and features").gives::<wire::Status>(200), health)
        .add(
            get("/livez", Access::Open, "200 while the process answers").streams(&["text/plain"]).built_in(),
            livez,
        )
        .add(
            get("/readyz", Access::Open, "200 when payments can be taken, 503 when not")
                .query(&[Parameter::new("verbose", Form::Text, "with the checks and the device really used")])
                .gives::<wire::Readiness>(200)
                .may_be_unready(),
            readyz,
        )
        .add(
            get(
                "/system",
                Access::Needs(Permission::SystemRead),
                "What runs, on what, with how much room left",
            )
            .gives::<wire::System>(200),
            system,
        )
        .add(
            get(
                "/system/doctor",
                Access::Needs(Permission::SystemRead),
                "What `facepay doctor` finds, asked of the running appliance: what is well, what is not and what mends it",
            )
            .gives::<findings::Findings>(200),
            examined,
        )
        .add(
            get("/metrics", Access::LoopbackOr(Permission::SystemRead), "Metrics for Prometheus")
                .streams(&["application/openmetrics-text"]),
            metrics,
        )
}

/// JSON for programs, the console for people.
async fn front(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match accept.contains("text/html") {
        true => super::console::screen(headers).await,
        false => Ok(Json(readiness::status(&app).await).into_response()),
    }
}

async fn health(State(app): State<App>) -> Json<wire::Status> {
    Json(readiness::status(&app).await)
}

async fn livez() -> &'static str {
    "ok\n"
}

async fn system(State(app): State<App>) -> Json<wire::System> {
    Json(machine::system(&app).await)
}

async fn examined(State(app): State<App>) -> Json<findings::Findings> {
    Json(findings::Findings::from(&*doctor::examined(&app).await))
}

#[derive(Deserialize)]
struct Verbose {
    verbose: Option<String>,
}

async fn readyz(State(app): State<App>, Query(query): Query<Verbose>) -> Response {
    let readiness = readiness::readiness(&app, query.verbose.is_some()).await;
    let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(readiness)).into_response()
}

async fn metrics(State(app): State<App>) -> Result<Response, Problem> {
    readiness::observe(&app);
    let text = app.metrics().text().map_err(|error| Problem::internal(&error))?;
    let openmetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, openmetrics)], text).into_response())
}
