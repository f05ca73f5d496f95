//! The appliance's service as systemd has it, and as it answers.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use super::debian::run;
use super::trial::{Seen, Trial, Verdict};
use crate::api::chain;
use crate::client::{self, Client};
use crate::settings::Settings;

const UNIT: &str = "facepay.service";
/// What is waited for is looked at so often.
const EVERY: Duration = Duration::from_millis(500);

/// Stops the service, and has nobody start it while its files are replaced: the package's own scripts would, and a machine that went
/// down in between.
///
/// # Errors
/// What systemctl said.
pub(super) fn hold() -> Result<(), String> {
    systemctl(&["stop", UNIT])?;
    systemctl(&["mask", UNIT])
}

/// Lets the service start again and starts it, without waiting for it.
///
/// # Errors
/// What systemctl said.
pub(super) fn start() -> Result<(), String> {
    systemctl(&["unmask", UNIT])?;
    systemctl(&["daemon-reload"])?;
    // One that was never started has nothing to reset.
    let _ = systemctl(&["reset-failed", UNIT]);
    systemctl(&["start", "--no-block", UNIT])
}

/// Starts the service and waits until it has been ready for long enough.
///
/// # Errors
/// Why it is not waited for any longer.
pub(super) fn tried(settings: &Settings) -> Result<(), String> {
    start()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let update = &settings.update;
    let mut trial =
        Trial::new(Duration::from_secs(update.ready_within_s), Duration::from_secs(update.steady_s));
    let begun = Instant::now();
    loop {
        let seen = seen(runtime.block_on(unready(settings)))?;
        match trial.judge(begun.elapsed(), &seen) {
            Verdict::Ready => return Ok(()),
            Verdict::Unfit(why) => return Err(why),
            Verdict::Wait => thread::sleep(EVERY),
        }
    }
}

/// Whether the service is ready now; else why not.
pub(crate) async fn unready(settings: &Settings) -> Option<String> {
    let client = match Client::of(&client::address(settings), None, &settings.tls) {
        Ok(client) => client,
        Err(why) => return Some(why),
    };
    match client.ask("/readyz?verbose").await {
        Ok(answer) if answer.status.is_success() => None,
        Ok(answer) => {
            let checks = answer.body["checks"].as_array().cloned().unwrap_or_default();
            let bad =
                checks.iter().filter(|check| check["ok"] == false).filter(|check| check["name"] != "cameras");
            let named = bad.filter_map(|check| {
                Some(format!("{}: {}", check["name"].as_str()?, check["detail"].as_str()?))
            });
            Some(format!("{} ({})", answer.status, named.collect::<Vec<_>>().join(", ")))
        }
        Err(error) => Some(chain(&error)),
    }
}

fn seen(unready: Option<String>) -> Result<Seen, String> {
    let mut show = Command::new("systemctl");
    let shown = run(show.args(["show", "--property=ActiveState", "--property=NRestarts", UNIT]))?;
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    let value = |key: &str| shown.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
    let restarts = value("NRestarts").and_then(|number| number.parse().ok()).unwrap_or_default();
    Ok(Seen { unready, given_up: value("ActiveState") == Some("failed"), restarts })
}

pub(crate) fn systemctl(words: &[&str]) -> Result<(), String> {
    run(Command::new("systemctl").args(words)).map(drop)
}
