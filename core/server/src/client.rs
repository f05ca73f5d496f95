//! A small HTTP client for the appliance's own interface: what `facepay status` and the demo talk through.

mod own;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as Pool;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;

use crate::api::chain;
use crate::outbound::Roots;
use crate::settings::{self, Settings};
use crate::tls;

const ANSWER_BYTES_MAX: usize = 8 << 20;
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
    #[error("{base} does not answer: {cause}")]
    Unreachable { base: String, cause: String },
    #[error("{path} answered {status}: {detail}")]
    Refused { path: String, status: StatusCode, detail: String },
}

/// Talks to one appliance.
pub(crate) struct Client {
    base: String,
    key: Option<String>,
    /// For a whole answer, head and body.
    within: Duration,
    pool: Pool<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
}

/// Where an appliance of these settings can be reached from this machine.
pub(crate) fn address(settings: &Settings) -> String {
    let scheme = if settings.tls.certificate.as_os_str().is_empty() { "http" } else { "https" };
    let listen = settings.server.listen;
    match (listen.ip().is_unspecified(), listen) {
        (false, listen) => format!("{scheme}://{listen}"),
        (true, SocketAddr::V4(v4)) => format!("{scheme}://127.0.0.1:{}", v4.port()),
        (true, SocketAddr::V6(v6)) => format!("{scheme}://[::1]:{}", v6.port()),
    }
}

impl Client {
    /// For what answers at `base` without TLS, such as `http://127.0.0.1:8080`.
    pub(crate) fn new(base: &str, key: Option<String>) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.expect("ring has the ciphers of both versions");
        Self::with(base, key, config.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
    }

    /// For the appliance at `base` by these settings, with TLS or without.
    ///
    /// # Errors
    /// What the settings name and can't be read.
    pub(crate) fn of(base: &str, key: Option<String>, settings: &settings::Tls) -> Result<Self, String> {
        let own = match settings.certificate.as_os_str().is_empty() {
            true => None,
            false => {
                let read = tls::certificates("tls.certificate", &settings.certificate);
                read.map_err(|error| chain(&error))?.into_iter().next()
            }
        };
        let roots = Roots::load(&settings.trusted).map_err(|error| chain(&error))?;
        let config = own::believing(own, roots).map_err(|error| chain(&error))?;
        Ok(Self::with(base, key, config))
    }

    fn with(base: &str, key: Option<String>, config: ClientConfig) -> Self {
        let connector = HttpsConnectorBuilder::new().with_tls_config(config).https_or_http().enable_http1();
        let pool = Pool::builder(TokioExecutor::new()).build(connector.build());
        Self { base: base.trim_end_matches('/').to_owned(), key, within: ANSWER_WITHIN, pool }
    }

    /// Asks, whatever the answer's status.
    pub(crate) async fn ask(&self, path: &str) -> Result<Answer, ClientError> {
        self.send(Method::GET, path, ("application/json", Bytes::new()), None).await
    }

    /// Asks and insists on success.
    pub(crate) async fn get(&self, path: &str) -> Result<Value, ClientError> {
        self.ask(path).await?.success(path)
    }

    /// Sends `body` and insists on success.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Value, ClientError> {
        let body = ("application/json", Bytes::from(body.to_string()));
        self.send(Method::POST, path, body, None).await?.success(path)
    }

    /// As [`Self::post`], to be done once however often it is sent.
    pub(crate) async fn post_once(&self, path: &str, body: &Value, key: &str) -> Result<Value, ClientError> {
        let body = ("application/json", Bytes::from(body.to_string()));
        self.send(Method::POST, path, body, Some(key)).await?.success(path)
    }

    /// Sends a JPEG picture and insists on success.
    pub(crate) async fn post_jpeg(&self, path: &str, picture: &'static [u8]) -> Result<Value, ClientError> {
        let body = ("image/jpeg", Bytes::from_static(picture));
        self.send(Method::POST, path, body, None).await?.success(path)
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        (media_type, body): (&str, Bytes),
        idempotency_key: Option<&str>,
    ) -> Result<Answer, ClientError> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header(header::CONTENT_TYPE, media_type)
            .header(header::ACCEPT, "application/json");
        if let Some(key) = &self.key {
            request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        }
        if let Some(key) = idempotency_key {
            request = request.header("idempotency-key", key);
        }
        let request = request.body(Full::new(body)).map_err(|error| self.unreachable(&error))?;
        let answered = tokio::time::timeout(self.within, self.answer(request)).await;
        answered.map_err(|error| self.unreachable(&error))?
    }

    async fn answer(&self, request: Request<Full<Bytes>>) -> Result<Answer, ClientError> {
        let answer = self.pool.request(request).await.map_err(|error| self.unreachable(&error))?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await;
        let body = body.map_err(|error| self.unreachable(error.as_ref()))?.to_bytes();
        // What is no JSON is text, such as the metrics.
        let text = || Value::String(String::from_utf8_lossy(&body).into_owned());
        Ok(Answer { status, body: serde_json::from_slice(&body).unwrap_or_else(|_| text()) })
    }

    fn unreachable(&self, cause: &dyn std::error::Error) -> ClientError {
        ClientError::Unreachable { base: self.base.clone(), cause: chain(cause) }
    }
}

impl Answer {
    fn success(self, path: &str) -> Result<Value, ClientError> {
        if self.status.is_success() {
            return Ok(self.body);
        }
        let text = |name: &str| self.body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let reasons = self.body.get("reasons").map(|reasons| format!(" {reasons}")).unwrap_or_default();
        let detail = format!("{}: {}{reasons}", text("code"), text("detail"));
        Err(ClientError::Refused { path: path.to_owned(), status: self.status, detail })
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;

    use super::*;
    use crate::settings::Layers;

    #[tokio::test]
    async fn an_answer_that_stalls_half_way_is_given_up() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let stalled = async {
            let (mut socket, _) = listener.accept().await.unwrap();
            socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{").await.unwrap();
            std::future::pending::<()>().await;
        };
        let client = Client { within: Duration::from_millis(200), ..Client::new(&base, None) };
        let asked = tokio::time::timeout(Duration::from_secs(10), client.get("/health"));
        let answered = tokio::select! {
            answered = asked => answered.expect("the client must give up by itself"),
            () = stalled => unreachable!("it stalls"),
        };
        assert!(matches!(answered, Err(ClientError::Unreachable { .. })), "{answered:?}");
    }

    #[test]
    fn an_appliance_on_every_address_is_asked_on_loopback() {
        for (listen, base) in [
            ("127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("0.0.0.0:80", "http://127.0.0.1:80"),
            ("[::]:80", "http://[::1]:80"),
            ("192.168.1.4:80", "http://192.168.1.4:80"),
        ] {
            let mut settings = Settings::load(&Layers::default()).unwrap();
            settings.server.listen = listen.parse().unwrap();
            assert_eq!(address(&settings), base);
            settings.tls.certificate = "server.pem".into();
            assert_eq!(address(&settings), base.replacen("http", "https", 1));
        }
    }
}
