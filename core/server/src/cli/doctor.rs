//! `facepay doctor`: is this machine fit to be an appliance, and what mends what is not.

use clap::Args;
use serde_json::{Value, json};

use super::{Cli, Exit, Failure, offline, terminal};
use crate::api::wire::system::Compute;
use crate::app::doctor::{Case, Check, Status, count, examine};
use crate::settings::{Layers, Settings};

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

pub(super) fn run(cli: &Cli, arguments: &Doctor) -> Result<Exit, Failure> {
    let findings = examined(cli)?;
    match arguments.json {
        true => terminal::json(&findings.report()),
        false => show(&findings),
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
    device: Result<Compute, String>,
}

impl Findings {
    fn count(&self, status: Status) -> usize {
        count(&self.checks, status)
    }

    fn report(&self) -> Value {
        json!({
            "checks": self.checks,
            "device": self.device.as_ref().ok(),
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
    Ok(examined(cli)?.report())
}

fn examined(cli: &Cli) -> Result<Findings, Failure> {
    let runtime = offline::runtime()?;
    // With broken settings the rest of the machine is still worth a look.
    let (settings, refused) = match offline::settings(cli) {
        Ok(settings) => (settings, None),
        Err(failure) => (Settings::load(&Layers::default())?, Some(failure.text)),
    };
    let case = Case::beside(settings, refused, runtime.handle().clone());
    Ok(Findings { checks: examine(&case), device: case.tried().device.clone() })
}

fn show(findings: &Findings) {
    let checks = &findings.checks;
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
    let [ok, warn, fail, skip] = Status::ALL.map(|status| findings.count(status));
    terminal::out(format!("\n{} checks: {ok} ok, {warn} warn, {fail} fail, {skip} skipped", checks.len()));
    match &findings.device {
        Ok(device) => {
            terminal::out(format!("networks run on {} ({}): {}", device.adapter, device.backend, device.why));
        }
        Err(fault) => terminal::out(format!("networks run nowhere: {fault}")),
    }
}
