//! REST: the route table, the handlers, what they take and give.

pub(crate) mod extract;
mod failure;
mod guard;
pub(crate) mod idempotency;
mod openapi;
pub(crate) mod picture;
mod plugins;
mod problem;
mod route;
pub(crate) mod wire;

mod access;
mod approvals;
mod audit;
mod cameras;
mod checkouts;
mod docs;
pub(crate) mod enrolments;
mod faces;
mod factors;
mod legs;
mod look_alikes;
mod model_change;
mod operators;
mod page;
pub(crate) mod settlements;
mod system;
mod transactions;
mod users;
mod webhooks;

mod routes;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::Redirect;
use axum::routing::get;
use http::StatusCode;

pub use guard::Peer;
pub use problem::Problem;
pub(crate) use problem::chain;
pub use route::{Access, Route};

use crate::app::App;
use crate::auth::Rule;
use guard::Guarded;

/// The whole service: every route as listed and again under `/v1`.
pub(crate) fn router(app: &App) -> Router {
    let routes = routes::all();
    routes
        .router
        .clone()
        .nest("/v1", routes.router)
        .route("/v1/", get(open("/v1/", front_of_v1)))
        .fallback(open("none", no_such_path))
        .method_not_allowed_fallback(open("none", wrong_method))
        .layer(DefaultBodyLimit::max(app.settings().server.body_bytes_max))
        .with_state(app.clone())
}

/// Behind the guard like every route, but in no document.
fn open<H>(route: &'static str, handler: H) -> Guarded<H> {
    Guarded { handler, rule: Rule::open(route) }
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

async fn front_of_v1() -> Redirect {
    Redirect::permanent("/v1")
}

async fn no_such_path() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "path_not_found", "there is no such path; /docs lists them all")
}

async fn wrong_method() -> Problem {
    let detail = "this path does not take this method; the Allow header lists those it takes";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
}
