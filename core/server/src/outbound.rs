//! Connections that the appliance opens by itself, to webhooks and to payment providers.
//!
//! `http` and `tcp` go to this machine and to the networks that the settings name; `https` and `tls` also to public addresses.
//! A name is looked up once for each connection, every address that it has is checked, and it is connected to what was checked.
//! Redirections are not followed.

mod place;
mod trust;

use std::io;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, header, response};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

pub(crate) use place::Place;
pub(crate) use trust::{Roots, TrustError};

/// Both directions of a connection, encrypted or not.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Why there is no connection. Nothing was sent but a greeting.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unconnected {
    #[error("the URL is malformed; {0}")]
    Malformed(&'static str),
    #[error("{0} lies outside the networks that are allowed")]
    Address(IpAddr),
    #[error("the host's name is not known")]
    Unresolved,
    #[error("cannot connect: {0}")]
    Refused(io::Error),
    #[error("no TLS: {0}")]
    Tls(io::Error),
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unanswered {
    /// The request did not leave.
    #[error(transparent)]
    Unconnected(#[from] Unconnected),
    /// It may have arrived.
    #[error("the connection broke: {0}")]
    Broken(hyper::Error),
}

/// An answer; no body where that was longer than allowed.
pub(crate) struct Answer {
    pub(crate) head: response::Parts,
    pub(crate) body: Option<Bytes>,
}

/// Opens connections; cloning shares what it trusts.
#[derive(Clone)]
pub(crate) struct Outbound {
    tls: TlsConnector,
}

impl Outbound {
    /// Servers prove who they are to these roots.
    pub(crate) fn new(roots: Roots) -> Self {
        Self { tls: TlsConnector::from(Arc::new(roots.client())) }
    }

    /// The same, and shows the certificate in the PEM file `certificate`, whose key is in `key`, to servers that ask.
    pub(crate) fn showing(roots: Roots, certificate: &Path, key: &Path) -> Result<Self, TrustError> {
        Ok(Self { tls: TlsConnector::from(Arc::new(roots.client_showing(certificate, key)?)) })
    }

    /// Believes no server on the other end of TLS.
    #[cfg(test)]
    pub(crate) fn trusting_nobody() -> Self {
        Self::new(Roots::none())
    }

    /// Connects to the place, where its addresses are allowed.
    pub(crate) async fn connect(
        &self,
        place: &Place,
        networks: &[String],
    ) -> Result<Box<dyn Stream>, Unconnected> {
        let address = place.resolve(networks).await?;
        let socket = TcpStream::connect(address).await.map_err(Unconnected::Refused)?;
        socket.set_nodelay(true).map_err(Unconnected::Refused)?;
        if !place.scheme.is_secured() {
            return Ok(Box::new(socket));
        }
        let name = ServerName::try_from(place.host.clone());
        let name = name.map_err(|_| Unconnected::Malformed("the host is no name of a server"))?;
        let stream = self.tls.connect(name, socket).await.map_err(Unconnected::Tls)?;
        Ok(Box::new(stream))
    }

    /// Sends one request on a connection of its own and reads up to `bytes_max` of the answer. On a kept connection it could
    /// not be known whether anything left.
    pub(crate) async fn send(
        &self,
        place: &Place,
        networks: &[String],
        mut request: Request<Full<Bytes>>,
        bytes_max: usize,
    ) -> Result<Answer, Unanswered> {
        let host = http::HeaderValue::from_str(&place.authority);
        let host = host.map_err(|_| Unconnected::Malformed("the host is no name of a server"))?;
        request.headers_mut().insert(header::HOST, host);
        let stream = self.connect(place, networks).await?;
        let connected = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
        let (mut sender, connection) = connected.map_err(Unanswered::Broken)?;
        let exchange = async {
            let answer = sender.send_request(request).await.map_err(Unanswered::Broken)?;
            let (head, body) = answer.into_parts();
            match Limited::new(body, bytes_max).collect().await {
                Ok(body) => Ok(Answer { head, body: Some(body.to_bytes()) }),
                Err(error) if error.is::<LengthLimitError>() => Ok(Answer { head, body: None }),
                Err(error) => match error.downcast::<hyper::Error>() {
                    Ok(error) => Err(Unanswered::Broken(*error)),
                    // A limited body fails by its length or by its connection.
                    Err(_) => Ok(Answer { head, body: None }),
                },
            }
        };
        tokio::pin!(connection);
        tokio::pin!(exchange);
        // The connection does the work of both; it ends with the exchange.
        tokio::select! {
            biased;
            done = &mut exchange => done,
            _ = &mut connection => exchange.await,
        }
    }
}
