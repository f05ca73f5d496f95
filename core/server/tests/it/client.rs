//! A small HTTP client: one request, one reply.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};

/// Why there is no answer.
pub(crate) type Unanswered = Box<dyn std::error::Error + Send + Sync>;

/// A request in the making.
pub(crate) struct Ask {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
}

pub(crate) fn get(path: impl Into<String>) -> Ask {
    Ask { method: Method::GET, path: path.into(), headers: Vec::new(), body: Bytes::new() }
}

pub(crate) fn delete(path: impl Into<String>) -> Ask {
    Ask { method: Method::DELETE, ..get(path) }
}

pub(crate) fn post(path: impl Into<String>, body: &Value) -> Ask {
    let ask = Ask { method: Method::POST, body: body.to_string().into(), ..get(path) };
    ask.header("content-type", "application/json")
}

pub(crate) fn patch(path: impl Into<String>, body: &Value) -> Ask {
    Ask { method: Method::PATCH, ..post(path, body) }
}

pub(crate) fn put(path: impl Into<String>, body: &Value) -> Ask {
    Ask { method: Method::PUT, ..post(path, body) }
}

impl Ask {
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn token(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// With an `Idempotency-Key`.
    pub(crate) fn once(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    pub(crate) fn raw(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) async fn send(self, to: SocketAddr) -> Reply {
        self.try_send(to).await.unwrap()
    }

    /// As [`Self::try_send`], over a connection that is open already.
    pub(crate) async fn try_send_over(
        self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    ) -> Result<Reply, Unanswered> {
        let (method, path) = (self.method.clone(), self.path.clone());
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let mut request = Request::builder().method(self.method).uri(self.path).header("host", "localhost");
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let response = sender.send_request(request.body(Full::new(self.body)).unwrap()).await?;
        let (head, body) = response.into_parts();
        let body = body.collect().await?.to_bytes();
        let reply = Reply { status: head.status, headers: head.headers, body };
        crate::document::tells_of(&method, &path, &reply);
        Ok(reply)
    }

    /// As [`Self::send`], to a server that may be gone before it has answered.
    pub(crate) async fn try_send(self, to: SocketAddr) -> Result<Reply, Unanswered> {
        let (method, path) = (self.method.clone(), self.path.clone());
        let client = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build_http();
        let mut request = Request::builder().method(self.method).uri(format!("http://{to}{}", self.path));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(self.body)).unwrap();
        let response = client.request(request).await?;
        let (head, body) = response.into_parts();
        let body = body.collect().await?.to_bytes();
        let reply = Reply { status: head.status, headers: head.headers, body };
        crate::document::tells_of(&method, &path, &reply);
        Ok(reply)
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The JSON of a reply with this status.
    #[track_caller]
    pub(crate) fn ok(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self.json()
    }

    /// Checks a refusal: status, media type and stable code.
    #[track_caller]
    pub(crate) fn refused(self, status: u16, code: &str) -> Self {
        assert_eq!(
            (self.status.as_u16(), self.json()["code"].as_str()),
            (status, Some(code)),
            "{}",
            self.text()
        );
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.json()["status"], status);
        self
    }
}
