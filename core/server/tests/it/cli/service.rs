//! `facepay serve` as systemd starts it: what it tells, and that it falls silent when a part of it hangs.

use std::net::SocketAddr;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::json;

use super::serve::{SETTINGS, started};
use super::{facepay, run, stdout};
use crate::client::post;

/// As systemd sets it, much shorter than the unit's.
const WATCHDOG: Duration = Duration::from_secs(2);
/// A start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The socket that the service is told to write to.
struct Manager(UnixDatagram);

impl Manager {
    fn new(folder: &Path) -> Self {
        let socket = UnixDatagram::bind(folder.join("notify")).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        Self(socket)
    }

    fn start(&self, folder: &Path, fail_point: &str) -> Child {
        let mut serving = facepay(folder);
        serving
            .args(["--config", "x.toml", "serve"])
            .env("NOTIFY_SOCKET", folder.join("notify"))
            .env("WATCHDOG_USEC", WATCHDOG.as_micros().to_string())
            .env("FACEPAY_FAIL_POINT", fail_point)
            .stderr(Stdio::piped());
        serving.spawn().unwrap()
    }

    /// What it is told next, or nothing in time.
    fn told(&self) -> Option<String> {
        let mut message = [0; 256];
        let read = self.0.recv(&mut message).ok()?;
        Some(String::from_utf8_lossy(&message[..read]).into_owned())
    }

    fn hears(&self, words: &str) {
        while !self.told().expect("the service says something").starts_with(words) {}
    }
}

fn signal(serving: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &serving.id().to_string()]).status().unwrap().success());
}

#[test]
fn systemd_is_told_of_readiness_of_life_of_reloading_and_of_the_end() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x.toml"), SETTINGS).unwrap();
    let manager = Manager::new(folder.path());
    let mut serving = manager.start(folder.path(), "");
    assert_eq!(manager.told().as_deref(), Some("READY=1\n"), "first of all");
    manager.hears("WATCHDOG=1\n");
    signal(&serving, "-HUP");
    manager.hears("RELOADING=1\nMONOTONIC_USEC=");
    manager.hears("READY=1\n");
    manager.hears("WATCHDOG=1\n");
    signal(&serving, "-TERM");
    manager.hears("STOPPING=1\n");
    assert!(serving.wait().unwrap().success());
}

#[tokio::test]
async fn a_writer_that_hangs_is_named_and_silences_the_watchdog() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x.toml"), SETTINGS).unwrap();
    let key = run(folder.path(), &["--config", "x.toml", "keys", "add", "test", "--role", "admin"]);
    let key = stdout(&key).trim().to_owned();
    let manager = Manager::new(folder.path());
    let mut serving = manager.start(folder.path(), "hang:40");
    let (address, log) = started(&mut serving);
    let address: SocketAddr = address.parse().unwrap();
    manager.hears("READY=1\n");
    for number in 0.. {
        let add = post("/users", &json!({ "name": format!("Ada {number}") })).token(&key).send(address);
        match tokio::time::timeout(2 * WATCHDOG, add).await {
            Ok(reply) => drop(reply.ok(201)),
            // It had been told that all is well before it hung, and was not since.
            Err(_) => break,
        }
        assert!(number < 40, "the fail point is never reached");
    }
    manager.0.set_nonblocking(true).unwrap();
    while manager.told().is_some() {}
    manager.0.set_nonblocking(false).unwrap();
    manager.0.set_read_timeout(Some(2 * WATCHDOG)).unwrap();
    assert_eq!(manager.told(), None);
    serving.kill().unwrap();
    serving.wait().unwrap();
    assert!(log.map_while(Result::ok).any(|line| line.contains("the writer of the database")));
}
