//! REST: the route table, the handlers, what they take and give.

pub(crate) mod extract;
mod failure;
mod guard;
mod headers;
pub(crate) mod idempotency;
pub(crate) mod limits;
mod openapi;
mod parameter;
pub(crate) mod picture;
mod plugins;
mod problem;
mod refusals;
mod route;
pub(crate) mod wire;

mod access;
mod analytics;
mod approvals;
mod audit;
mod backups;
mod cameras;
mod checkouts;
mod consent_texts;
mod console;
mod docs;
pub(crate) mod enrolments;
mod face_payment;
mod faces;
mod factors;
mod identity;
mod legs;
mod look_alikes;
mod model_change;
mod operators;
mod payer;
mod payer_devices;
mod settings;
pub(crate) mod settlements;
mod snapshots;
mod sync;
mod system;
mod transactions;
mod users;
mod webhooks;
mod webrtc;

mod routes;

use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::Redirect;
use axum::routing::get;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use tower_http::cors::{AllowOrigin, CorsLayer};

pub use guard::{Peer, Reached};
pub use problem::Problem;
pub(crate) use problem::chain;
pub use route::{Access, Route};

use crate::app::App;
use crate::auth::Rule;
use guard::Guarded;

/// The whole service: every route as listed and again under `/v1`.
pub(crate) fn router(app: &App) -> Router {
    let (routes, server) = (routes::all(), &app.settings().server);
    let router = routes
        .router
        .clone()
        .nest("/v1", routes.router)
        .route("/v1/", get(open("/v1/", front_of_v1)))
        .fallback(open("none", no_such_path))
        .method_not_allowed_fallback(open("none", wrong_method))
        .layer(DefaultBodyLimit::max(server.body_bytes_max))
        .with_state(app.clone());
    match server.origins.is_empty() {
        true => router,
        false => router.layer(foreign_pages(&server.origins)),
    }
}

/// Pages of these hosts may ask, with a key of their own; no other page may, and none with a session's cookie.
fn foreign_pages(origins: &[String]) -> CorsLayer {
    let origins = origins.iter().filter_map(|origin| origin.parse().ok()).collect::<Vec<HeaderValue>>();
    let sent = ["authorization", "content-type", "idempotency-key", "x-request-id"];
    let told = ["idempotent-replayed", "retry-after", "x-request-id"];
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers(sent.map(HeaderName::from_static))
        .expose_headers(told.map(HeaderName::from_static))
        .max_age(Duration::from_secs(3_600))
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
