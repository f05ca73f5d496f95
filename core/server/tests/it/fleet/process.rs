//! The real program with a folder of its own at an address that it keeps: started, killed, started again.

use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use store::Store;
use store::seal::Key;

use crate::cli::{facepay, stdout};

/// A start that takes longer has failed. The machine is busy while many start.
const START_MAX: Duration = Duration::from_secs(180);

/// One appliance.
pub(crate) struct Process {
    folder: PathBuf,
    database: String,
    running: Option<Child>,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Process {
    /// One in `folder` that listens at `address`, with `settings` beside those that each has.
    pub(crate) fn new(folder: &Path, (database, address): (&str, SocketAddr), settings: &str) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        let data = folder.join("data");
        let settings = SETTINGS
            .replace("ADDRESS", &address.to_string())
            .replace("FOLDER", &data.display().to_string())
            .replace("DATABASE", database)
            + settings;
        std::fs::write(folder.join("fleet.toml"), settings).unwrap();
        Self { folder: folder.to_owned(), database: database.to_owned(), running: None, address }
    }

    /// The program with its settings.
    pub(crate) fn program(&self) -> Command {
        let mut command = facepay(&self.folder);
        command.args(["--config", "fleet.toml"]);
        command
    }

    /// A command line beside it; its JSON.
    pub(crate) fn run(&self, arguments: &[&str]) -> Value {
        let output = self.program().args(arguments).output().unwrap();
        let text = stdout(&output);
        serde_json::from_str(&text)
            .unwrap_or_else(|_| panic!("{arguments:?}: {text}{}", String::from_utf8_lossy(&output.stderr)))
    }

    /// Starts `serve`, which is [`Self::program`] told to serve, wherever it runs, and waits until it listens.
    pub(crate) async fn start(&mut self, mut serve: Command) {
        let before = self.said("listening");
        let log = File::options().create(true).append(true).open(self.folder.join("log")).unwrap();
        self.running = Some(serve.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap());
        let begun = Instant::now();
        while self.said("listening") == before {
            let has_ended = self.running.as_mut().unwrap().try_wait().unwrap().is_some();
            assert!(!has_ended && begun.elapsed() < START_MAX, "{}", self.log_end());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub(crate) fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// As if somebody pulled the plug.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.running.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// How many lines of the log have these words.
    pub(crate) fn said(&self, words: &str) -> usize {
        self.log().lines().filter(|line| line.contains(words)).count()
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    pub(crate) fn log_end(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    /// Its database, as another appliance of it would open it.
    pub(crate) fn store(&self) -> Store {
        let data = self.folder.join("data");
        let key: [u8; 32] = std::fs::read(data.join("appliance.key")).unwrap().try_into().unwrap();
        Store::open_as_is(&self.database.parse().unwrap(), Key::new(key), &data.join("keys")).unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// No cameras, nothing in the way of tests that ask fast, and the wallet without a process of its own.
const SETTINGS: &str = r#"
[server]
listen = "ADDRESS"
plain_http = true
[limits]
address_per_s = 0
key_per_s = 0
[data]
folder = "FOLDER"
[database]
url = "DATABASE"
[recognition]
enabled = false
[plugins]
in_process = ["payment-wallet"]
[policy]
sale_amount_max = 1000000
day_amount_max = 20000
hour_count_max = 100000
attended_amount_max = 1000000
"#;
