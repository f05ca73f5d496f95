//! What stands before every handler: request id, credentials, time limit, metrics, a net for panics.

use std::future::Future;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::time::{Duration, Instant};

use axum::extract::Request;
use axum::handler::Handler;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use tracing::Instrument;

use super::headers;
use super::problem::{Problem, ProblemCode};
use crate::app::App;
use crate::auth::{self, Rule};
use crate::metrics::RequestLabels;
use crate::telemetry;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const REQUEST_ID_CHARS_MAX: usize = 64;

/// Where a request came from; the accept loop puts it into the request.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// The address of this machine at which a request came in; the accept loop puts it into the request.
#[derive(Debug, Clone, Copy)]
pub struct Reached(pub SocketAddr);

/// A handler behind its access rule.
#[derive(Clone)]
pub(crate) struct Guarded<H> {
    pub(crate) handler: H,
    pub(crate) rule: Rule,
}

impl<H, T> Handler<T, App> for Guarded<H>
where
    H: Handler<T, App>,
    T: 'static,
{
    type Future = Pin<Box<dyn Future<Output = Response> + Send>>;

    fn call(self, mut request: Request, app: App) -> Self::Future {
        let id = request_id(request.headers());
        let method = request.method().clone();
        let code = tracing::field::Empty;
        let span = tracing::info_span!("request", %id, route = self.rule.path, %method, code);
        telemetry::join(&span, request.headers());
        let work = async move {
            let began = Instant::now();
            let limit = Duration::from_millis(app.settings().server.request_timeout_ms);
            let answer = async {
                match admit(&app, &self.rule, &mut request).await {
                    Ok(()) => self.handler.call(request, app.clone()).await,
                    Err(problem) => problem.into_response(),
                }
            };
            let answer = async { tokio::time::timeout(limit, answer).await.map_err(|_| overdue()) };
            // Nothing is shared with a handler that panicked but locks, which do not poison.
            let answered = AssertUnwindSafe(answer).catch_unwind().await.unwrap_or_else(|_| Err(panicked()));
            let mut response = answered.unwrap_or_else(IntoResponse::into_response);
            let code = response.status().as_u16();
            let labels = RequestLabels { route: self.rule.path, method: method_name(&method), code };
            app.metrics().requests.get_or_create(&labels).observe(began.elapsed().as_secs_f64());
            let problem = response.extensions().get::<ProblemCode>().map(|p| p.0);
            tracing::Span::current().record("code", code);
            tracing::debug!(problem, "answered");
            if let Ok(value) = HeaderValue::try_from(id) {
                response.headers_mut().insert(REQUEST_ID, value);
            }
            headers::secure(response.headers_mut(), app.tls().is_some());
            response
        };
        Box::pin(work.instrument(span))
    }
}

/// Lets in who may, as often as they may.
async fn admit(app: &App, rule: &Rule, request: &mut Request) -> Result<(), Problem> {
    if let Some(Peer(peer)) = request.extensions().get::<Peer>() {
        app.limits().address(peer.ip())?;
        if rule.is_door() {
            app.limits().door(peer.ip())?;
        }
    }
    auth::admit(app, rule, request).await
}

/// The method as a label; a client may name any, so that only those we know are told apart.
fn method_name(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        _ => "other",
    }
}

fn panicked() -> Problem {
    // The panic hook has logged the cause already.
    let detail = "something went wrong on the appliance; its log has the cause";
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
}

fn overdue() -> Problem {
    Problem::new(
        StatusCode::GATEWAY_TIMEOUT,
        "request_timeout",
        "the appliance took longer than server.request_timeout_ms; ask for the state before trying again",
    )
}

/// The caller's own id where it is harmless in a log, else a fresh one.
fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let harmless = |id: &&str| {
        (1..=REQUEST_ID_CHARS_MAX).contains(&id.len())
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    given.filter(harmless).map_or_else(|| uuid::Uuid::now_v7().to_string(), str::to_owned)
}

#[cfg(test)]
mod tests;
