//! The real program as a child on a folder of its own: started, killed without a word, started again.

use std::io::{BufRead, BufReader, Write as _};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value;
use store::seal::Key;
use store::{Store, StoreError};
use tokio::sync::watch;

use crate::cli::{facepay, stdout};

/// A start that takes longer has failed.
const START_MAX: Duration = Duration::from_secs(60);

/// An appliance that is pulled from the wall now and then.
pub(crate) struct Machine {
    folder: PathBuf,
    database: String,
    process: Option<Child>,
    address: watch::Sender<Option<SocketAddr>>,
    /// The admin's key.
    pub(crate) token: String,
    /// What every start has in its environment.
    environment: Vec<(String, String)>,
}

impl Machine {
    /// One in `folder` whose books are in `database`, and whose Stripe is at `acquirer`.
    pub(crate) fn new(folder: &Path, database: &str, acquirer: SocketAddr) -> Self {
        let data = folder.join("data");
        let settings = format!(
            "{SETTINGS}endpoints = [\"http://{acquirer}\"]\n[data]\nfolder = \"{}\"\n[database]\nurl = \"{database}\"\n",
            data.display()
        );
        std::fs::write(folder.join("torture.toml"), settings).unwrap();
        let secrets = data.join("secrets");
        std::fs::create_dir_all(&secrets).unwrap();
        let mut key = std::fs::OpenOptions::new();
        let mut key = key.write(true).create(true).mode(0o600).open(secrets.join("stripe")).unwrap();
        key.write_all(b"sk_test_torture").unwrap();
        let mut machine = Self {
            folder: folder.to_owned(),
            database: database.to_owned(),
            process: None,
            address: watch::Sender::new(None),
            token: String::new(),
            environment: Vec::new(),
        };
        let minted = machine.run(&["keys", "add", "torture", "--role", "admin", "--json"]);
        machine.token = minted["key"].as_str().expect("a key is minted").to_owned();
        machine
    }

    /// Sets a variable for every start from now on.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Where it listens; `None` while it is down.
    pub(crate) fn address(&self) -> watch::Receiver<Option<SocketAddr>> {
        self.address.subscribe()
    }

    /// A command line beside the appliance; its JSON.
    pub(crate) fn run(&self, arguments: &[&str]) -> Value {
        let mut command = facepay(&self.folder);
        let output = command.args(["--config", "torture.toml"]).args(arguments).output().unwrap();
        let text = stdout(&output);
        serde_json::from_str(&text)
            .unwrap_or_else(|_| panic!("{arguments:?}: {text}{}", String::from_utf8_lossy(&output.stderr)))
    }

    /// Starts it; false when it ended before it listened, as a fail point may have it.
    pub(crate) fn start(&mut self, fail_point: Option<&str>) -> bool {
        let mut command = facepay(&self.folder);
        command.args(["--config", "torture.toml", "serve"]).stdout(Stdio::null()).stderr(Stdio::piped());
        command.envs(self.environment.iter().cloned());
        if let Some(point) = fail_point {
            command.env("FACEPAY_FAIL_POINT", point);
        }
        let mut process = command.spawn().unwrap();
        let log = BufReader::new(process.stderr.take().unwrap());
        let mut kept = std::fs::OpenOptions::new();
        let mut kept = kept.create(true).append(true).open(self.folder.join("log")).unwrap();
        let (tell, told) = mpsc::sync_channel(1);
        std::thread::spawn(move || {
            for line in log.lines().map_while(Result::ok) {
                let _ = writeln!(kept, "{line}");
                if let Some(address) = listening(&line) {
                    let _ = tell.try_send(address);
                }
            }
        });
        self.process = Some(process);
        let address = tokio::task::block_in_place(|| told.recv_timeout(START_MAX)).ok();
        self.address.send_replace(address);
        address.is_some()
    }

    /// Whether the process ended by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        let ended = self.process.as_mut().is_none_or(|process| process.try_wait().unwrap().is_some());
        if ended {
            self.address.send_replace(None);
            self.process = None;
        }
        ended
    }

    /// As if somebody pulled the plug.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
        self.address.send_replace(None);
    }

    /// The books as they are on the disk.
    pub(crate) fn store(&self) -> Store {
        let key = std::fs::read(self.folder.join("data/appliance.key")).unwrap();
        let key: [u8; 32] = key.try_into().expect("a key of 32 bytes");
        // A server may still be busy ending what the killed process left behind.
        for _ in 0..100 {
            let keys = self.folder.join("data/keys");
            match Store::open_as_is(&self.database.parse().unwrap(), Key::new(key), &keys) {
                Ok(store) => return store,
                Err(StoreError::Unavailable(_)) => std::thread::yield_now(),
                Err(error) => panic!("{error}"),
            }
        }
        panic!("{} does not answer", self.database)
    }

    /// Requests to providers whose outcome is open on the disk.
    pub(crate) fn in_doubt(&self) -> usize {
        self.store().operations_in_flight("main").unwrap().len()
    }

    /// The end of the log, to be read where something went wrong.
    pub(crate) fn log_end(&self) -> String {
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The address in the line that says where it listens.
fn listening(line: &str) -> Option<SocketAddr> {
    let at = line.find("127.0.0.1:").filter(|_| line.contains("listening"))?;
    let text: String = line[at..].chars().take_while(|c| c.is_ascii_digit() || ".:".contains(*c)).collect();
    text.parse().ok()
}

/// No cameras, no limits in the way, and little patience, so that what is lost is settled soon.
const SETTINGS: &str = r#"
[server]
listen = "127.0.0.1:0"
unready_ms = 0
[recognition]
enabled = false
[policy]
sale_amount_max = 1000000
day_amount_max = 1000000000000
hour_count_max = 1000000000
attended_amount_max = 1000000
[plugins]
payment_also = ["payment-stripe"]
[plugins.settings.payment-stripe]
api_key = "stripe"
timeout_ms = 1000
settle_s = 30
[payment]
deadline_ms_max = 3000
settle_window_ms = 3000
pending_window_ms = 600000
"#;
