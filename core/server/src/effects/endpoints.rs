//! HTTP for payment plugins: only to the allow-listed endpoints, within size and time.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Uri};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use plugin_host::{Event, HttpRequest, HttpResponse};
use tokio::time::{Duration, Instant};

/// The endpoints that payment plugins may reach.
pub(crate) struct Endpoints {
    client: Client<HttpConnector, Full<Bytes>>,
    bases: Vec<String>,
    response_bytes_max: usize,
}

impl Endpoints {
    /// `bases` are URLs without a path, in the order of the plugin's indices.
    pub(crate) fn new(bases: &[String], response_bytes_max: usize) -> Self {
        // A fresh connection per request: on a kept one it cannot be known whether bytes left.
        let mut builder = Client::builder(TokioExecutor::new());
        builder.retry_canceled_requests(false).pool_max_idle_per_host(0);
        let bases = bases.iter().map(|base| base.trim_end_matches('/').to_owned()).collect();
        Self { client: builder.build(HttpConnector::new()), bases, response_bytes_max }
    }

    /// Sends `asked` and tells what came of it. What may not be sent is a failed connection, and said in the log.
    pub(crate) async fn exchange(&self, asked: &HttpRequest, deadline: Instant) -> Event {
        let request = match self.request(asked) {
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

    /// The request to send, or why it may not be sent.
    pub(super) fn request(&self, asked: &HttpRequest) -> Result<Request<Full<Bytes>>, &'static str> {
        let index = usize::try_from(asked.endpoint).unwrap_or(usize::MAX);
        let base = self.bases.get(index).ok_or("no endpoint has this index")?;
        // A path that is not one could name another host: "@evil.example/".
        if !asked.path.starts_with('/') {
            return Err("the path does not start with /");
        }
        if names_a_secret(asked) {
            return Err("${secret:…} is not replaced here, and would reach the provider as it stands");
        }
        let uri: Uri = format!("{base}{}", asked.path).parse().map_err(|_| "the path is malformed")?;
        let method = Method::from_bytes(asked.method.as_bytes()).map_err(|_| "the method is malformed")?;
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in &asked.headers {
            let name: HeaderName = name.parse().map_err(|_| "a header's name is malformed")?;
            if name == http::header::HOST {
                return Err("the Host header is not the plugin's to set");
            }
            let value = HeaderValue::from_str(value).map_err(|_| "a header's value is malformed")?;
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

/// Whether a request holds the placeholder of a secret, anywhere.
fn names_a_secret(asked: &HttpRequest) -> bool {
    const PLACEHOLDER: &str = "${secret:";
    asked.path.contains(PLACEHOLDER)
        || asked.headers.iter().any(|(name, value)| name.contains(PLACEHOLDER) || value.contains(PLACEHOLDER))
        || asked.body.windows(PLACEHOLDER.len()).any(|part| part == PLACEHOLDER.as_bytes())
}
