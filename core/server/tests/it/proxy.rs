//! A line between the appliance and a server that behaves as bad as networks do.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;

/// How the line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    /// As it should be.
    Good,
    /// Everything comes so much later.
    Late(Duration),
    /// So many bytes a second.
    Slow(u32),
    /// Nothing comes through, and nobody is told.
    Silent,
    /// Connections are reset, and so are new ones.
    Cut,
}

/// Where the server is.
#[derive(Clone)]
pub(crate) enum Upstream {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

/// A running proxy.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    line: watch::Sender<Line>,
}

impl Proxy {
    pub(crate) async fn start(upstream: Upstream) -> Self {
        Self::at(std::net::Ipv4Addr::LOCALHOST.into(), upstream).await
    }

    /// One that is reached at another address of this machine.
    pub(crate) async fn at(address: IpAddr, upstream: Upstream) -> Self {
        let listener = TcpListener::bind((address, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let line = watch::Sender::new(Line::Good);
        let given = line.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client, upstream.clone(), given.subscribe()));
            }
        });
        Self { address, line }
    }

    /// From now on the line is so, for connections that are open, too.
    pub(crate) fn becomes(&self, line: Line) {
        self.line.send_replace(line);
    }
}

async fn serve(client: TcpStream, upstream: Upstream, line: watch::Receiver<Line>) {
    // Closed with a reset instead of a farewell.
    client.set_zero_linger().unwrap();
    let mut cut = line.clone();
    let cut = async move {
        let _ = cut.wait_for(|line| *line == Line::Cut).await;
    };
    let through = async {
        let (from_client, to_client) = client.into_split();
        let line = Arc::new(line);
        match upstream {
            Upstream::Tcp(address) => {
                let Ok(server) = TcpStream::connect(address).await else { return };
                let (from_server, to_server) = server.into_split();
                tokio::join!(pump(from_client, to_server, &line), pump(from_server, to_client, &line));
            }
            Upstream::Unix(path) => {
                let Ok(server) = UnixStream::connect(path).await else { return };
                let (from_server, to_server) = server.into_split();
                tokio::join!(pump(from_client, to_server, &line), pump(from_server, to_client, &line));
            }
        }
    };
    tokio::select! {
        () = cut => {}
        () = through => {}
    }
}

async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    line: &watch::Receiver<Line>,
) {
    let (mut room, mut line) = ([0; 16 * 1024], line.clone());
    loop {
        let state = *line.borrow_and_update();
        let most = match state {
            Line::Slow(per_second) => (per_second as usize / 10).max(1),
            _ => room.len(),
        };
        let Ok(read @ 1..) = from.read(&mut room[..most]).await else { break };
        let state = *line.borrow();
        match state {
            Line::Late(span) => tokio::time::sleep(span).await,
            Line::Slow(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            Line::Good | Line::Silent | Line::Cut => {}
        }
        let heard = line.wait_for(|line| *line != Line::Silent).await.is_ok();
        if !heard || to.write_all(&room[..read]).await.is_err() {
            break;
        }
    }
    let _ = to.shutdown().await;
}
