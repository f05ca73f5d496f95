//! The connection of a follower to its centre: both prove who they are by certificates.

use std::time::{Duration, Instant};

use bytes::Bytes;
use domain::{Secret, Timestamp, reach::onward};
use http::{Method, Request, StatusCode, header};
use http_body_util::Full;
use parking_lot::Mutex;
use serde::de::DeserializeOwned;
use store::StoreError;

use crate::outbound::{Answer, Outbound, Place, Roots, TrustError, Unanswered, Unconnected};
use crate::secrets::{SecretError, Vault};
use crate::settings::Settings;

/// The largest page of the feed.
const BYTES_MAX: usize = 64 << 20;
/// An answer that takes longer is none; the centre itself waits for some seconds.
const ANSWERS_WITHIN: Duration = Duration::from_secs(30);
/// Wherever the operator says that the centre is.
const NETWORKS: [&str; 2] = ["0.0.0.0/0", "::/0"];

/// Why the centre can't be asked, or what it refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CentreError {
    #[error("sync.centre")]
    Url(#[from] Unconnected),
    #[error("sync.centre has to begin with https://")]
    Unsecured,
    #[error("sync.certificate and sync.private_key")]
    Certificate(#[from] TrustError),
    #[error("sync.key")]
    Key(#[from] SecretError),
    #[error("the centre does not answer")]
    Unanswered(#[from] Unanswered),
    #[error("the centre does not answer in time")]
    Late,
    #[error("the centre refuses ({status}, {code}): {detail}")]
    Refused { status: StatusCode, code: String, detail: String },
    #[error("the centre's answer cannot be read")]
    Unreadable(#[source] serde_json::Error),
    #[error("the centre's answer is too large")]
    TooLarge,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The appliance that people are kept at.
pub(crate) struct Centre {
    url: String,
    outbound: Outbound,
    key: Secret<String>,
    networks: Vec<String>,
    heard: Mutex<Option<Timestamp>>,
    /// The latest time that was ever known here, and when that was.
    latest: Mutex<(Timestamp, Instant)>,
    failure: Mutex<Option<String>>,
}

impl Centre {
    /// The one that the settings name, if any.
    pub(crate) fn open(settings: &Settings) -> Result<Option<Self>, CentreError> {
        let sync = &settings.sync;
        if sync.centre.is_empty() {
            return Ok(None);
        }
        let url = sync.centre.trim_end_matches('/').to_owned();
        Place::of(&url)?;
        if !url.starts_with("https://") {
            return Err(CentreError::Unsecured);
        }
        let roots = Roots::load(&settings.tls.trusted)?;
        let outbound = Outbound::showing(roots, &sync.certificate, &sync.private_key)?;
        let key = Vault::new(settings.secrets.folder.clone()).bytes(&sync.key)?;
        let key = Secret::new(String::from_utf8_lossy(key.expose()).into_owned());
        let networks = NETWORKS.map(str::to_owned).to_vec();
        Ok(Some(Self {
            url,
            outbound,
            key,
            networks,
            heard: Mutex::default(),
            latest: Mutex::new((Timestamp(0), Instant::now())),
            failure: Mutex::default(),
        }))
    }

    /// Where it is.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The key that it knows this appliance by.
    pub(super) fn key(&self) -> &[u8] {
        self.key.expose().as_bytes()
    }

    /// When it was last heard of.
    pub(crate) fn heard_at(&self) -> Option<Timestamp> {
        *self.heard.lock()
    }

    /// The time, which goes on whatever becomes of the clock that says `now`.
    pub(super) fn latest(&self, now: Timestamp) -> Timestamp {
        let mut latest = self.latest.lock();
        let (known, since) = *latest;
        let looked_at = Instant::now();
        *latest = (onward(known, looked_at.duration_since(since), now), looked_at);
        latest.0
    }

    pub(super) fn heard(&self, at: Option<Timestamp>) {
        *self.heard.lock() = at;
    }

    /// Why the last try failed.
    pub(crate) fn failure(&self) -> Option<String> {
        self.failure.lock().clone()
    }

    /// Notes what became of a try; gives what became of the one before.
    pub(super) fn failed(&self, why: Option<String>) -> Option<String> {
        std::mem::replace(&mut *self.failure.lock(), why)
    }

    /// What the centre answers.
    pub(in crate::app) async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<Vec<u8>>,
    ) -> Result<T, CentreError> {
        let answer = self.send(method, path, body).await?;
        serde_json::from_slice(&answer).map_err(CentreError::Unreadable)
    }

    /// Whether the centre says yes.
    pub(super) async fn ask_for_nothing(&self, path: &str, body: Vec<u8>) -> Result<(), CentreError> {
        self.send(Method::POST, path, Some(body)).await.map(drop)
    }

    async fn send(&self, method: Method, path: &str, body: Option<Vec<u8>>) -> Result<Bytes, CentreError> {
        let place = Place::of(&format!("{}{path}", self.url))?;
        let request = Request::builder()
            .method(method)
            .uri(&place.path)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.key.expose()))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::from(body.unwrap_or_default()));
        let request = request.map_err(|_| Unconnected::Malformed("it makes no request"))?;
        let asked = self.outbound.send(&place, &self.networks, request, BYTES_MAX);
        let answered = tokio::time::timeout(ANSWERS_WITHIN, asked).await.map_err(|_| CentreError::Late)?;
        let Answer { head, body } = answered?;
        let body = body.ok_or(CentreError::TooLarge)?;
        match head.status.is_success() {
            true => Ok(body),
            false => Err(refused(head.status, &body)),
        }
    }
}

fn refused(status: StatusCode, body: &[u8]) -> CentreError {
    let problem: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |name: &str| problem[name].as_str().unwrap_or("unknown").to_owned();
    CentreError::Refused { status, code: text("code"), detail: text("detail") }
}
