//! `Idempotency-Key`: the same request twice happens once, and answers twice the same.

use std::future::Future;

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use store::{Claim, SavedResponse};
use uuid::Uuid;

use super::extract::{Json, too_large};
use super::problem::Problem;
use crate::app::App;
use crate::auth::Principal;

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
const KEY_CHARS_MAX: usize = 255;

/// A request that happens once per key: its body and what tells it apart from others.
pub(crate) struct Once<T> {
    pub(crate) body: T,
    claim: Key,
    /// Whether its answer is not kept, see [`Once::forgetting`].
    forgets: bool,
}

/// What tells one request from another.
struct Key {
    scope: String,
    key: String,
    body_mac: [u8; 32],
}

impl App {
    /// A digest of a request's body that tells nobody what the body was: keyed, so that a PIN in it can't be searched
    /// for, and bound to the request, so that equal bodies have different ones.
    pub fn body_mac(&self, scope: &str, key: &str, body: &[u8]) -> [u8; 32] {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.body_key()).expect("HMAC takes a key of any length");
        // Neither a scope nor a key holds the end of a line.
        mac.update(format!("{scope}\n{key}\n").as_bytes());
        mac.update(body);
        mac.finalize().into_bytes().into()
    }
}

impl<T: DeserializeOwned + 'static> FromRequest<App> for Once<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        // No body at all stands for an empty object, so that `curl -X POST` is enough.
        let (claim, mut parts, bytes) = Key::read(request, app, b"{}").await?;
        if &bytes[..] == b"{}" {
            let json = HeaderValue::from_static("application/json");
            parts.headers.insert(header::CONTENT_TYPE, json);
        }
        let Json(body) = Json::<T>::from_request(Request::from_parts(parts, bytes.into()), app).await?;
        Ok(Self { body, claim, forgets: false })
    }
}

/// A request that happens once per key and whose body is a text as it stands, of whatever media type.
pub(crate) struct OnceText(pub(crate) Once<String>);

impl FromRequest<App> for OnceText {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (claim, _, bytes) = Key::read(request, app, b"").await?;
        let not_text = |_| Problem::unprocessable("body_not_text", "send the file as it is, in UTF-8");
        let body = String::from_utf8(bytes.into()).map_err(not_text)?;
        Ok(Self(Once { body, claim, forgets: false }))
    }
}

fn key(headers: &HeaderMap) -> Result<String, Problem> {
    let missing = || {
        let detail =
            "requests that create or move money need an Idempotency-Key header, such as a fresh UUID";
        Problem::bad_request("idempotency_key_missing", detail)
    };
    let key = headers.get(KEY).ok_or_else(missing)?.to_str().unwrap_or_default();
    let visible = key.bytes().all(|byte| byte.is_ascii_graphic());
    if visible && (1..=KEY_CHARS_MAX).contains(&key.len()) {
        Ok(key.to_owned())
    } else {
        let detail = "Idempotency-Key takes 1 to 255 visible ASCII characters";
        Err(Problem::bad_request("idempotency_key_invalid", detail))
    }
}

impl<T: Send + 'static> Once<T> {
    /// An id that another request with this key from this caller would get as well: the database refuses it then.
    pub(crate) fn id(&self) -> Uuid {
        let Key { scope, key, .. } = &self.claim;
        let digest: [u8; 32] = Sha256::digest(format!("{scope}\n{key}")).into();
        let bytes: [u8; 16] = std::array::from_fn(|at| digest[at]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }

    /// Keeps the key for as long as the work takes, and neither the answer nor what tells the body from another: where
    /// the body is a guess, what is kept would say, uncounted, whether the next one is the same.
    pub(crate) fn forgetting(self) -> Self {
        Self { forgets: true, ..self }
    }

    /// Runs `work` unless this key was used, and keeps its answer. The work goes on to its end even when
    /// the client hangs up: a payment must not stop half-way.
    pub(crate) async fn run<F, Fut>(self, app: App, work: F) -> Result<Response, Problem>
    where
        F: FnOnce(T) -> Fut + Send + 'static,
        Fut: Future<Output = Result<Response, Problem>> + Send + 'static,
    {
        let Self { body, claim, forgets } = self;
        match claim.take(&app).await? {
            Claim::Fresh => {}
            Claim::Replay(saved) => return Ok(replay(saved)),
            Claim::Mismatch if !forgets => {
                let detail = "this Idempotency-Key was used with another body; take a fresh key";
                return Err(Problem::unprocessable("idempotency_key_reused", detail));
            }
            Claim::InFlight | Claim::Mismatch => {
                let detail = "the first request with this Idempotency-Key is still under way";
                let again = HeaderValue::from_static("1");
                return Err(Problem::conflict("idempotency_in_flight", detail)
                    .with_header(header::RETRY_AFTER, again));
            }
        }
        let own = app.clone();
        app.finish(async move {
            let response = work(body).await.unwrap_or_else(IntoResponse::into_response);
            claim.keep(&own, response, forgets).await
        })
        .await
    }
}

/// Answers that say that nothing happened and of which a retry may have another outcome; they are not kept.
fn is_passing(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::CONFLICT
            | StatusCode::TOO_MANY_REQUESTS
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::INSUFFICIENT_STORAGE
    )
}

impl Key {
    /// What tells this request from others, its head and its body; `absent` stands for no body at all.
    async fn read(
        request: Request,
        app: &App,
        absent: &'static [u8],
    ) -> Result<(Self, Parts, Bytes), Problem> {
        let key = key(request.headers())?;
        let principal = request.extensions().get::<Principal>().map(Principal::actor).unwrap_or_default();
        let path = request.uri().path();
        let path = path.strip_prefix("/v1").unwrap_or(path).to_owned();
        let (parts, body) = request.into_parts();
        let bytes_max = app.settings().server.body_bytes_max;
        let bytes = to_bytes(body, bytes_max).await.map_err(|_| too_large())?;
        let bytes = if bytes.is_empty() { Bytes::from_static(absent) } else { bytes };
        let scope = format!("{principal} POST {path}");
        let body_mac = app.body_mac(&scope, &key, &bytes);
        Ok((Self { scope, key, body_mac }, parts, bytes))
    }

    async fn take(&self, app: &App) -> Result<Claim, Problem> {
        let (scope, key, body, now) = (self.scope.clone(), self.key.clone(), self.body_mac, app.now());
        Ok(app.store(move |store| store.claim(&scope, &key, &body, now)).await?)
    }

    async fn keep(self, app: &App, response: Response, forgets: bool) -> Result<Response, Problem> {
        let (head, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.map_err(|error| Problem::internal(&error))?;
        let Self { scope, key, .. } = self;
        if forgets || is_passing(head.status) {
            app.store(move |store| store.release(&scope, &key)).await?;
        } else {
            let saved = SavedResponse { status: head.status.as_u16(), body: bytes.to_vec() };
            app.store(move |store| store.finish(&scope, &key, &saved)).await?;
        }
        Ok(Response::from_parts(head, bytes.into()))
    }
}

fn replay(saved: SavedResponse) -> Response {
    let status = StatusCode::from_u16(saved.status).unwrap_or(StatusCode::OK);
    let content_type = if status.is_success() { "application/json" } else { "application/problem+json" };
    let mut response = (status, saved.body).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}
