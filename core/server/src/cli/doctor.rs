//! `facepay doctor`: is this machine fit to be an appliance, and what mends what is not.

mod cameras;
mod compute;
mod machine;
mod model_change;
mod network;
mod secrets;
mod storage;
mod thresholds;

pub(super) use storage::opened;

use clap::Args;
use serde::Serialize;
use serde_json::{Value, json};

use super::plugin::{Loaded, Tried};
use super::{Cli, Exit, Failure, offline, terminal};
use crate::settings::Settings;

/// How the findings are given.
#[derive(Args)]
pub struct Doctor {
    /// One object instead of text.
    #[arg(long)]
    json: bool,
    /// Ends with 6 when anything warns or fails.
    #[arg(long)]
    strict: bool,
}

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Ok,
    Warn,
    Fail,
    Skip,
}

/// One finding.
#[derive(Serialize)]
struct Check {
    /// Stable: `area.what`.
    name: String,
    status: Status,
    /// What was found.
    what: String,
    /// Why it matters.
    why: &'static str,
    /// The command or the setting that mends it.
    mend: String,
}

/// A check before its finding.
struct Asked {
    name: String,
    why: &'static str,
    mend: String,
}

fn ask(name: impl Into<String>, why: &'static str, mend: impl Into<String>) -> Asked {
    Asked { name: name.into(), why, mend: mend.into() }
}

impl Asked {
    fn found(self, status: Status, what: impl Into<String>) -> Check {
        Check { name: self.name, status, what: what.into(), why: self.why, mend: self.mend }
    }

    /// Fails where the answer is an error.
    fn must(self, answer: Result<String, String>) -> Check {
        match answer {
            Ok(what) => self.found(Status::Ok, what),
            Err(what) => self.found(Status::Fail, what),
        }
    }

    /// Warns where the answer is an error.
    fn should(self, answer: Result<String, String>) -> Check {
        match answer {
            Ok(what) => self.found(Status::Ok, what),
            Err(what) => self.found(Status::Warn, what),
        }
    }
}

pub(super) fn run(cli: &Cli, arguments: &Doctor) -> Result<Exit, Failure> {
    let findings = examine(cli)?;
    match arguments.json {
        true => terminal::json(&findings.report()),
        false => show(&findings.checks, &findings.tried),
    }
    let (failed, warned) = (findings.count(Status::Fail), findings.count(Status::Warn));
    Ok(match (arguments.strict, failed, warned) {
        (true, 0, 0) | (false, 0, _) => Exit::Ok,
        (true, ..) => Exit::Degraded,
        (false, ..) => Exit::Failure,
    })
}

/// Everything that was found.
struct Findings {
    checks: Vec<Check>,
    tried: Tried,
}

impl Findings {
    fn count(&self, status: Status) -> usize {
        self.checks.iter().filter(|check| check.status == status).count()
    }

    fn report(&self) -> Value {
        json!({
            "checks": self.checks,
            "device": self.tried.device.as_ref().ok(),
            "summary": {
                "ok": self.count(Status::Ok),
                "warn": self.count(Status::Warn),
                "fail": self.count(Status::Fail),
                "skip": self.count(Status::Skip),
            },
        })
    }
}

/// The findings as `--json` prints them.
pub(super) fn report(cli: &Cli) -> Result<Value, Failure> {
    Ok(examine(cli)?.report())
}

fn examine(cli: &Cli) -> Result<Findings, Failure> {
    let loaded = offline::settings(cli);
    let valid = ask(
        "config.valid",
        "an appliance does not start on settings that it cannot read",
        "facepay config check",
    );
    let mut checks = vec![valid.must(match &loaded {
        Ok(_) => Ok("all layers are valid".to_owned()),
        Err(failure) => Err(failure.text.clone()),
    })];
    // With broken settings the rest of the machine is still worth a look.
    let settings = match loaded {
        Ok(settings) => settings,
        Err(_) => Settings::load(&crate::settings::Layers::default())?,
    };
    let tried = Tried::by(&settings);
    checks.extend(storage::checks(&settings));
    checks.extend(network::checks(&settings)?);
    checks.extend(compute::checks(&settings, &tried));
    checks.extend(tried.plugins.iter().map(|loaded| plugin(loaded, tried.device.is_ok())));
    checks.push(signatures(&settings));
    checks.extend(secrets::checks(&settings, &tried));
    let offered = thresholds::offered(&settings, &tried);
    checks.extend(thresholds::checks(&settings, &offered));
    checks.push(model_change::check(&settings, offered.as_deref().unwrap_or_default()));
    checks.extend(cameras::checks(&settings));
    checks.extend(machine::checks());
    Ok(Findings { checks, tried })
}

fn plugin(plugin: &Loaded, networks_run: bool) -> Check {
    let Loaded { role, name, result, .. } = plugin;
    let mend = format!("facepay plugin list; set plugins.folder and plugins.{role}");
    let answer =
        result.as_ref().map(|found| format!("{} {} loads, {}", found.id, found.version, found.licence));
    let asked =
        ask(format!("plugins.{role}.{name}"), "without it no face is recognised and nothing is paid", mend);
    match answer {
        // The plugins that see have nothing to see with, which is no fault of theirs.
        Err(_) if !networks_run && *role != "payment" => {
            asked.found(Status::Skip, "no network runs; compute.device says why")
        }
        answer => asked.must(answer.map_err(Clone::clone)),
    }
}

fn signatures(settings: &Settings) -> Check {
    let asked = ask(
        "plugins.unsigned",
        "anybody who can write the store can have the appliance run their code",
        "plugins.allow_unsigned = false, and packages that their vendors signed",
    );
    asked.should(match settings.plugins.allow_unsigned {
        true => Err("plugins that nobody vouches for are loaded".to_owned()),
        false => Ok("of other vendors only signed packages are loaded".to_owned()),
    })
}

fn show(checks: &[Check], tried: &Tried) {
    let coloured = terminal::coloured();
    for check in checks {
        let (sign, colour) = match check.status {
            Status::Ok => ("ok  ", 32),
            Status::Warn => ("warn", 33),
            Status::Fail => ("FAIL", 31),
            Status::Skip => ("skip", 90),
        };
        let sign = if coloured { format!("\x1b[{colour}m{sign}\x1b[0m") } else { sign.to_owned() };
        terminal::out(format!("{sign}  {:<28} {}", check.name, check.what));
        if matches!(check.status, Status::Warn | Status::Fail) {
            terminal::out(format!("      why:  {}\n      mend: {}", check.why, check.mend));
        }
    }
    let count = |status| checks.iter().filter(|check| check.status == status).count();
    let [ok, warn, fail, skip] = [Status::Ok, Status::Warn, Status::Fail, Status::Skip].map(count);
    terminal::out(format!("\n{} checks: {ok} ok, {warn} warn, {fail} fail, {skip} skipped", checks.len()));
    match &tried.device {
        Ok(device) => {
            terminal::out(format!("networks run on {} ({}): {}", device.adapter, device.backend, device.why));
        }
        Err(fault) => terminal::out(format!("networks run nowhere: {fault}")),
    }
}
