//! A real Chromium with a page that sends its camera or looks at one, and tells what it sees.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use http::{StatusCode, header};
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::mpsc;

use crate::client::{Ask, post as ask};
use crate::harness::Appliance;

const PAGE: &str = include_str!("page.html");
const PATIENCE: Duration = Duration::from_secs(60);

/// A browser; it ends when this is dropped.
pub(super) struct Chromium {
    process: Child,
    _folder: TempDir,
    told: mpsc::Receiver<Value>,
}

/// Where offers of the page go.
#[derive(Clone)]
struct Relay {
    appliance: SocketAddr,
    path: String,
    token: String,
    told: mpsc::Sender<Value>,
}

/// The browser of this machine, if there is one.
pub(super) fn program() -> Option<PathBuf> {
    let folders: Vec<_> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|path| path.is_file())
}

/// An offer as a request.
pub(super) fn offering(path: &str, offer: impl Into<Bytes>) -> Ask {
    ask(path, &Value::Null).header("content-type", "application/sdp").raw(offer)
}

impl Chromium {
    /// Opens the page with `query`; its offers go to `path` with `token`. Its camera plays `film`, JPEG pictures one after the
    /// other, over and over.
    pub(super) async fn open(
        program: PathBuf,
        appliance: &Appliance,
        (path, token, query): (&str, &str, &str),
        film: &[Bytes],
    ) -> Self {
        let (tells, told) = mpsc::channel(1_024);
        let relay = Relay {
            appliance: appliance.address,
            path: path.to_owned(),
            token: token.to_owned(),
            told: tells,
        };
        let router = Router::new()
            .route("/", get(async || Html(PAGE)))
            .route("/offer", post(offered))
            .route("/told", post(heard))
            .with_state(relay);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        // Only a page of this machine gets at a camera without TLS.
        let page = format!("http://localhost:{}/?{query}", listener.local_addr().unwrap().port());
        tokio::spawn(serve(listener, router));

        let folder = tempfile::tempdir().unwrap();
        let camera = folder.path().join("camera.mjpeg");
        std::fs::write(&camera, film.concat()).unwrap();
        let process = Command::new(program)
            .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"])
            .args(["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"])
            .arg(format!("--use-file-for-fake-video-capture={}", camera.display()))
            .arg("--autoplay-policy=no-user-gesture-required")
            .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
            .arg(page)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { process, _folder: folder, told }
    }

    /// The next time that the page tells this.
    pub(super) async fn told(&mut self, what: &str) -> Value {
        loop {
            let told = tokio::time::timeout(PATIENCE, self.told.recv()).await;
            let told = told.unwrap_or_else(|_| panic!("the page does not tell {what}")).unwrap();
            assert!(what == "failed" || told["what"] != "failed", "{told}");
            if told["what"] == what {
                return told["value"].clone();
            }
        }
    }

    /// Waits until the page has lost its connection, and gives what it calls that.
    pub(super) async fn lost(&mut self) -> Value {
        loop {
            let state = self.told("connection").await;
            if ["closed", "disconnected", "failed"].iter().any(|lost| state == *lost) {
                return state;
            }
        }
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn offered(State(relay): State<Relay>, offer: Bytes) -> Response {
    let reply = offering(&relay.path, offer).token(&relay.token).send(relay.appliance).await;
    let headers = [(header::LOCATION, reply.header("location").to_owned())];
    (reply.status, headers, reply.body).into_response()
}

async fn heard(State(relay): State<Relay>, told: Bytes) -> StatusCode {
    // A test that has ended listens no more.
    let _ = relay.told.try_send(serde_json::from_slice(&told).unwrap());
    StatusCode::NO_CONTENT
}

async fn serve(listener: tokio::net::TcpListener, router: Router) {
    use hyper_util::rt::TokioIo;
    use hyper_util::service::TowerToHyperService;
    while let Ok((socket, _)) = listener.accept().await {
        let service = TowerToHyperService::new(router.clone());
        let connection =
            hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(socket), service);
        tokio::spawn(async move {
            // A browser closes its connections as it likes.
            let _ = connection.await;
        });
    }
}
