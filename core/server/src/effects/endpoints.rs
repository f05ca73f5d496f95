//! HTTP for payment plugins: only to the listed endpoints, within size and time.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use domain::Secret;
use http::{HeaderName, HeaderValue, Method, Request, Uri};
use http_body_util::Full;
use plugin_host::{Event, HttpRequest, HttpResponse};
use tokio::time::{Duration, Instant};

use super::placeholder;
use crate::api::chain;
use crate::outbound::{Answer, Outbound, Place, Unanswered, Unconnected};
use crate::secrets::Vault;

/// The endpoints that payment plugins may reach, and the secrets that one of them may send there.
#[derive(Clone)]
pub(crate) struct Endpoints {
    pub(super) outbound: Outbound,
    bases: Arc<[Place]>,
    /// Where those may lie that don't prove who they are; this machine always.
    pub(super) networks: Arc<[String]>,
    pub(super) response_bytes_max: usize,
    vault: Arc<Vault>,
    handles: Arc<BTreeSet<String>>,
}

impl Endpoints {
    /// `bases` are URLs in the order of the plugin's indices. No secret may be sent.
    ///
    /// # Errors
    /// The first URL that is malformed.
    pub(crate) fn new(
        [bases, networks]: [&[String]; 2],
        response_bytes_max: usize,
        outbound: Outbound,
        vault: Arc<Vault>,
    ) -> Result<Self, Unconnected> {
        let bases = bases.iter().map(|base| Place::of(base)).collect::<Result<_, _>>()?;
        let (networks, handles) = (networks.into(), Arc::default());
        Ok(Self { outbound, bases, networks, response_bytes_max, vault, handles })
    }

    /// The same for a plugin whose settings name these secrets.
    pub(crate) fn with_secrets(&self, handles: &BTreeSet<String>) -> Self {
        Self { handles: Arc::new(handles.clone()), ..self.clone() }
    }

    /// None at all.
    pub(crate) fn none(&self) -> Self {
        Self { bases: Arc::default(), handles: Arc::default(), ..self.clone() }
    }

    /// The place with this index, where it speaks HTTP or where it does not.
    pub(super) fn base(&self, index: u32, is_http: bool) -> Result<&Place, &'static str> {
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        let base = self.bases.get(index).ok_or("no endpoint has this index")?;
        match base.scheme.is_http() == is_http {
            true => Ok(base),
            false => Err("the endpoint with this index is of another kind"),
        }
    }

    /// Sends `asked` and tells what came of it. What may not be sent is a failed connection, and said in the log.
    pub(crate) async fn exchange(&self, asked: &HttpRequest, deadline: Instant) -> Event {
        let filled = self.filled(asked).await;
        let (place, request) = match filled.and_then(|asked| self.request(&asked).map_err(str::to_owned)) {
            Ok(checked) => checked,
            Err(fault) => {
                tracing::error!(endpoint = asked.endpoint, fault, "a payment plugin's request was not sent");
                return Event::ConnectFailed;
            }
        };
        let own = Instant::now() + Duration::from_millis(u64::from(asked.timeout_ms.max(1)));
        let answered = tokio::time::timeout_at(own.min(deadline), self.answer(place, request));
        // Whether the time ran out before the first byte is not known, so it counts as sent.
        answered.await.unwrap_or(Event::Timeout { sent: true })
    }

    /// The request with secrets in their places.
    pub(super) async fn filled<'a>(&self, asked: &'a HttpRequest) -> Result<Cow<'a, HttpRequest>, String> {
        let handles = placeholder::handles(asked)?;
        if handles.is_empty() {
            return Ok(Cow::Borrowed(asked));
        }
        if !handles.is_subset(&self.handles) {
            return Err("it holds the place of a secret that the plugin's settings do not name".to_owned());
        }
        let vault = Arc::clone(&self.vault);
        let read = tokio::task::spawn_blocking(move || {
            let read = |handle: String| vault.bytes(&handle).map(|secret| (handle, secret));
            handles.into_iter().map(read).collect::<Result<Vec<(String, Secret<Vec<u8>>)>, _>>()
        });
        let secrets = read.await.map_err(|error| error.to_string())?.map_err(|error| chain(&error))?;
        placeholder::filled(asked, &secrets).map(Cow::Owned)
    }

    /// The request to send and where to, or why it may not be sent.
    pub(super) fn request(
        &self,
        asked: &HttpRequest,
    ) -> Result<(&Place, Request<Full<Bytes>>), &'static str> {
        let base = self.base(asked.endpoint, true)?;
        // A path that is not one could name another host: "@evil.example/".
        if !asked.path.starts_with('/') {
            return Err("the path does not start with /");
        }
        let path = format!("{}{}", base.path.trim_end_matches('/'), asked.path);
        let uri: Uri = path.parse().map_err(|_| "the path is malformed")?;
        let method = Method::from_bytes(asked.method.as_bytes()).map_err(|_| "the method is malformed")?;
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in &asked.headers {
            let name: HeaderName = name.parse().map_err(|_| "a header's name is malformed")?;
            if name == http::header::HOST {
                return Err("the Host header is not the plugin's to set");
            }
            let mut value = HeaderValue::from_str(value).map_err(|_| "a header's value is malformed")?;
            // Any may hold a secret: none is printed.
            value.set_sensitive(true);
            request = request.header(name, value);
        }
        let body = Full::new(Bytes::copy_from_slice(&asked.body));
        Ok((base, request.body(body).map_err(|_| "the request is malformed")?))
    }

    async fn answer(&self, place: &Place, request: Request<Full<Bytes>>) -> Event {
        let sent = self.outbound.send(place, &self.networks, request, self.response_bytes_max).await;
        let Answer { head, body } = match sent {
            Ok(answer) => answer,
            Err(Unanswered::Unconnected(error)) => {
                tracing::warn!(%error, "a payment provider was not reached");
                return Event::ConnectFailed;
            }
            Err(Unanswered::Broken(_)) => return Event::ConnectionLost { sent: true },
        };
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        let (status, truncated) = (head.status.as_u16(), body.is_none());
        let body = body.unwrap_or_default().to_vec();
        Event::HttpResponse(HttpResponse { status, headers, body, truncated })
    }
}
