//! REST: the route table, the handlers, what they take and give.

pub(crate) mod extract;
mod failure;
mod guard;
pub(crate) mod idempotency;
mod openapi;
pub(crate) mod picture;
mod problem;
mod route;
pub(crate) mod wire;

mod access;
mod cameras;
mod checkouts;
mod docs;
mod faces;
mod page;
mod system;
mod transactions;
mod users;

mod routes;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use tower_http::catch_panic::CatchPanicLayer;

pub use guard::Peer;
pub use problem::Problem;
pub(crate) use problem::chain;
pub use route::{Access, Route};

use crate::app::App;

/// The whole service: every route as listed and again under `/v1`.
pub(crate) fn router(app: &App) -> Router {
    let routes = routes::all();
    let plain = routes
        .router
        .clone()
        .nest("/v1", routes.router)
        .fallback(no_such_path)
        .method_not_allowed_fallback(wrong_method);
    plain
        .layer(DefaultBodyLimit::max(app.settings().server.body_bytes_max))
        .layer(CatchPanicLayer::custom(panicked))
        .with_state(app.clone())
}

/// Every route there is, for tests and documents.
pub fn table() -> Vec<Route> {
    routes::all().table
}

/// The OpenAPI 3.1 document, as committed in `docs/openapi.json`.
pub fn openapi_json() -> String {
    let document = openapi::document(&table());
    document.to_pretty_json().map(|json| json + "\n").unwrap_or_default()
}

async fn no_such_path() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "path_not_found", "there is no such path; /docs lists them all")
}

async fn wrong_method() -> Problem {
    let detail = "this path does not take this method; the Allow header lists those it takes";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    // The panic hook has logged the cause already.
    let detail = "something went wrong on the appliance; its log has the cause";
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail).into_response()
}
