//! The listening socket: one hyper connection per client, bounded, drained before the end.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::SockRef;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::ServiceExt;

use crate::api::{self, Peer, Reached};
use crate::app::App;
use crate::outbound::Stream;
use crate::tls::{self, ClientCertificate};

const HEADERS_MAX: usize = 64;
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// After a failed accept (out of file descriptors, say): long enough to let others close.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// A client that acknowledges nothing of what it was sent for so long is gone.
const WRITE_STALL_MAX: Duration = Duration::from_secs(30);

/// Why the appliance cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error(
        "cannot listen on {address}: the port is taken; stop the other program (`ss -ltnp` names it) or set \
         server.listen to a free port"
    )]
    PortTaken { address: SocketAddr },
    #[error("cannot listen on {address}: {source}; check server.listen")]
    Bind { address: SocketAddr, source: std::io::Error },
}

/// Takes the port.
///
/// # Errors
/// When it is taken, not ours to take, or the address is not this machine's.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).await.map_err(|source| match source.kind() {
        std::io::ErrorKind::AddrInUse => ServeError::PortTaken { address },
        _ => ServeError::Bind { address, source },
    })
}

/// Serves until `stop` ends. Then it is not ready for `server.unready_ms` and serves on, so that a balancer
/// sees it in time; then it drains: open requests finish, sockets get 1001.
pub async fn run(listener: TcpListener, app: App, stop: impl Future<Output = ()>) {
    let limits = Arc::new(Semaphore::new(app.settings().server.connections_max));
    let unready = Duration::from_millis(app.settings().server.unready_ms);
    let router = api::router(&app);
    let accepting = accept(&listener, &app, &router, &limits);
    let end = async {
        stop.await;
        app.begin_leave();
        tokio::time::sleep(unready).await;
    };
    tokio::select! {
        () = end => {}
        never = accepting => match never {},
    }
    app.begin_drain();
    drop(listener);
    drain(&app, &limits).await;
}

async fn accept(listener: &TcpListener, app: &App, router: &Router, limits: &Arc<Semaphore>) -> Infallible {
    loop {
        let (socket, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "accept failed");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        prepare(&socket);
        match limits.clone().try_acquire_owned() {
            Ok(permit) => serve_connection(socket, peer, router.clone(), app, permit),
            Err(_) => {
                app.metrics().connections_refused.inc();
                tokio::spawn(refuse(socket));
            }
        }
    }
}

/// What waits in the kernel for one client. As much as it likes to keep there, megabytes, would hide for long that somebody doesn't read.
const SEND_BUFFER_BYTES: usize = 256 << 10;

/// Small answers must not wait for a full segment, and a client that takes no bytes must not hold its
/// connection for ever; a socket that refuses an option still works.
fn prepare(socket: &TcpStream) {
    let _ = socket.set_nodelay(true);
    let _ = SockRef::from(socket).set_send_buffer_size(SEND_BUFFER_BYTES);
    let _ = SockRef::from(socket).set_tcp_user_timeout(Some(WRITE_STALL_MAX));
}

fn serve_connection(
    socket: TcpStream,
    peer: SocketAddr,
    router: Router,
    app: &App,
    permit: OwnedSemaphorePermit,
) {
    let reached = socket.local_addr().ok().map(Reached);
    let app = app.clone();
    tokio::spawn(async move {
        let (stopping, patience) =
            (app.stopping(), Duration::from_millis(app.settings().server.header_read_timeout_ms));
        let (stream, certificate) = match tokio::time::timeout(patience, greeted(socket, &app)).await {
            Ok(Ok(greeted)) => greeted,
            Ok(Err(error)) => return tracing::debug!(%error, %peer, "no TLS"),
            Err(_) => return tracing::debug!(%peer, "a client did not finish its greeting"),
        };
        let service = hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer));
            reached.map(|reached| request.extensions_mut().insert(reached));
            certificate.map(|certificate| request.extensions_mut().insert(certificate));
            let router = router.clone();
            async move { Ok::<_, Infallible>(answer(router, request).await) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(patience)
            .max_headers(HEADERS_MAX)
            .max_buf_size(HEAD_BYTES_MAX)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        tokio::pin!(connection, stopping);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = stopping => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, %peer, "connection ended early");
        }
        drop(permit);
    });
}

/// The connection as it is to be spoken on, and the certificate that the client has shown.
async fn greeted(
    socket: TcpStream,
    app: &App,
) -> std::io::Result<(Box<dyn Stream>, Option<ClientCertificate>)> {
    let Some(tls) = app.tls() else { return Ok((Box::new(socket), None)) };
    let stream = tls.accept(socket).await?;
    let certificate = tls::client_certificate(&stream);
    Ok((Box::new(stream), certificate))
}

async fn answer(router: Router, request: hyper::Request<Incoming>) -> http::Response<Body> {
    match router.oneshot(request.map(Body::new)).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// Tells a client above the limit to come back, without parsing what it sends.
async fn refuse(mut socket: TcpStream) {
    const BODY: &str = r#"{"type":"/problems/connections_full","title":"Service Unavailable","status":503,"code":"connections_full","detail":"server.connections_max clients are connected; try again"}"#;
    let head = format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json\r\nretry-after: 1\r\n\
         connection: close\r\ncontent-length: {}\r\n\r\n",
        BODY.len()
    );
    let told = async {
        socket.write_all(head.as_bytes()).await?;
        socket.write_all(BODY.as_bytes()).await?;
        socket.shutdown().await
    };
    // A client that does not even take these bytes is simply dropped.
    let _ = tokio::time::timeout(Duration::from_secs(1), told).await;
}

/// Waits until every connection and socket has given its permit back.
async fn drain(app: &App, connections: &Semaphore) {
    let limit = Duration::from_millis(app.settings().server.drain_timeout_ms);
    let connections_max = u32::try_from(app.settings().server.connections_max).unwrap_or(u32::MAX);
    let all = async {
        let (connections, ()) = tokio::join!(connections.acquire_many(connections_max), app.sockets_closed());
        drop(connections);
    };
    if tokio::time::timeout(limit, all).await.is_err() {
        tracing::warn!("clients were still connected after server.drain_timeout_ms; cutting them");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_connection_does_not_wait_for_ever_for_a_client_that_reads_nothing() {
        let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let _client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (socket, _) = listener.accept().await.unwrap();
        prepare(&socket);
        assert_eq!(SockRef::from(&socket).tcp_user_timeout().unwrap(), Some(WRITE_STALL_MAX));
    }
}
