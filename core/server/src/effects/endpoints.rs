//! HTTP for payment plugins: only to the allow-listed endpoints, within size and time.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use domain::Secret;
use http::{HeaderName, HeaderValue, Method, Request, Uri};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use plugin_host::{Event, HttpRequest, HttpResponse};
use tokio::time::{Duration, Instant};

use super::placeholder;
use crate::api::chain;
use crate::secrets::Vault;

/// The endpoints that payment plugins may reach, and the secrets that one of them may send there.
#[derive(Clone)]
pub(crate) struct Endpoints {
    client: Client<HttpConnector, Full<Bytes>>,
    bases: Arc<[String]>,
    pub(super) response_bytes_max: usize,
    vault: Arc<Vault>,
    handles: Arc<BTreeSet<String>>,
}

impl Endpoints {
    /// `bases` are URLs of `http` or `tcp`, in the order of the plugin's indices. No secret may be sent.
    pub(crate) fn new(bases: &[String], response_bytes_max: usize, vault: Arc<Vault>) -> Self {
        // A fresh connection per request: on a kept one it cannot be known whether bytes left.
        let mut builder = Client::builder(TokioExecutor::new());
        builder.retry_canceled_requests(false).pool_max_idle_per_host(0);
        let bases = bases.iter().map(|base| base.trim_end_matches('/').to_owned()).collect();
        let client = builder.build(HttpConnector::new());
        Self { client, bases, response_bytes_max, vault, handles: Arc::default() }
    }

    /// The same for a plugin whose settings name these secrets.
    pub(crate) fn with_secrets(&self, handles: &BTreeSet<String>) -> Self {
        Self { handles: Arc::new(handles.clone()), ..self.clone() }
    }

    /// None at all.
    pub(crate) fn none(&self) -> Self {
        Self { bases: Arc::default(), handles: Arc::default(), ..self.clone() }
    }

    /// The URL with this index, where it has this scheme.
    pub(super) fn base(&self, index: u32, scheme: &str) -> Result<&str, &'static str> {
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        let base = self.bases.get(index).ok_or("no endpoint has this index")?;
        match base.strip_prefix(scheme).is_some_and(|rest| rest.starts_with("://")) {
            true => Ok(base),
            false => Err("the endpoint with this index is of another kind"),
        }
    }

    /// Sends `asked` and tells what came of it. What may not be sent is a failed connection, and said in the log.
    pub(crate) async fn exchange(&self, asked: &HttpRequest, deadline: Instant) -> Event {
        let filled = self.filled(asked).await;
        let request = match filled.and_then(|asked| self.request(&asked).map_err(str::to_owned)) {
            Ok(request) => request,
            Err(fault) => {
                tracing::error!(endpoint = asked.endpoint, fault, "a payment plugin's request was not sent");
                return Event::ConnectFailed;
            }
        };
        let own = Instant::now() + Duration::from_millis(u64::from(asked.timeout_ms.max(1)));
        let answered = tokio::time::timeout_at(own.min(deadline), self.answer(request));
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

    /// The request to send, or why it may not be sent.
    pub(super) fn request(&self, asked: &HttpRequest) -> Result<Request<Full<Bytes>>, &'static str> {
        let base = self.base(asked.endpoint, "http")?;
        // A path that is not one could name another host: "@evil.example/".
        if !asked.path.starts_with('/') {
            return Err("the path does not start with /");
        }
        let uri: Uri = format!("{base}{}", asked.path).parse().map_err(|_| "the path is malformed")?;
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
        request.body(body).map_err(|_| "the request is malformed")
    }

    async fn answer(&self, request: Request<Full<Bytes>>) -> Event {
        let response = match self.client.request(request).await {
            Ok(response) => response,
            Err(error) if error.is_connect() => return Event::ConnectFailed,
            Err(_) => return Event::ConnectionLost { sent: true },
        };
        let (head, body) = response.into_parts();
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        let status = head.status.as_u16();
        match Limited::new(body, self.response_bytes_max).collect().await {
            Ok(body) => {
                let body = body.to_bytes().to_vec();
                Event::HttpResponse(HttpResponse { status, headers, body, truncated: false })
            }
            Err(error) if error.is::<LengthLimitError>() => {
                Event::HttpResponse(HttpResponse { status, headers, body: Vec::new(), truncated: true })
            }
            Err(_) => Event::ConnectionLost { sent: true },
        }
    }
}
