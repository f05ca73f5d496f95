//! `facepay plugin check`: whether a plugin keeps the contract, each test in a process of its own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use clap::Args;
use pipeline::EngineInference;
use plugin_check::{Job, Offers, Plan, Tested, Wanted};
use plugin_host::{InferenceService, SecretService};
use serde_json::Value;

use crate::api::chain;
use crate::app::vision;
use crate::cli::{Cli, Exit, Failure, offline, terminal};
use crate::secrets::Vault;

/// What every secret of a plugin under test is: a key for tests, of the right length for each algorithm.
const TEST_KEY: &str = "hex:0101010101010101010101010101010101010101010101010101010101010101";

/// What to check, and how.
#[derive(Args)]
pub struct Check {
    /// The plugin's shared library.
    #[arg(required_unless_present = "list")]
    library: Option<PathBuf>,
    /// Its id, where the library has several plugins.
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// A file with its settings, one JSON object; without it those that its schema asks for at least.
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Endpoints that the appliance has for a payment plugin.
    #[arg(long, value_name = "COUNT", default_value_t = 1)]
    endpoints: u32,
    /// What the payer left for a payment plugin, one JSON object; without it {"token":"tok_test"}.
    #[arg(long, value_name = "JSON", value_parser = object)]
    instrument: Option<Value>,
    /// What is drawn by chance is drawn from this; the same seed makes the same run.
    #[arg(long)]
    seed: Option<u64>,
    /// Only the tests whose group/name contains this.
    #[arg(long, value_name = "TEXT")]
    include: Option<String>,
    /// Each test's budget in percent of its own: more for a slow machine.
    #[arg(long, value_name = "PERCENT", default_value_t = 100)]
    budget: u32,
    /// Names the tests and their budgets, and runs none.
    #[arg(long)]
    list: bool,
    /// One object instead of text.
    #[arg(long)]
    json: bool,
    /// Also writes the result as JUnit's XML.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

pub(super) fn run(cli: &Cli, arguments: &Check) -> Result<Exit, Failure> {
    let Some(library) = arguments.library.as_ref().filter(|_| !arguments.list) else {
        for case in plugin_check::cases() {
            terminal::out(format!("{:<45} {:>4} s", case.path(), case.budget.as_secs()));
        }
        return Ok(Exit::Ok);
    };
    let settings = arguments.settings.as_deref().map(text).transpose()?;
    let plan = Plan {
        library: library.clone(),
        plugin: arguments.id.clone(),
        settings,
        seed: arguments.seed.unwrap_or_else(|| u64::from(rand::random::<u32>())),
        include: arguments.include.clone(),
        endpoints: arguments.endpoints,
        instrument: arguments.instrument.clone(),
        budget_percent: arguments.budget,
    };
    let program = std::env::current_exe().map_err(|error| Failure::failed(chain(&error)))?;
    let launch = |job: &Job| launched(cli, &program, job);
    let report = plugin_check::check(&plan, &launch, &mut |test| told(arguments.json, test));
    if let Some(file) = &arguments.junit {
        std::fs::write(file, report.junit()).map_err(|error| unusable(file, &error))?;
    }
    if arguments.json {
        terminal::json(&report.json());
    } else {
        let (passed, failed, skipped) = (report.passed(), report.failed(), report.skipped());
        terminal::out(format!(
            "{}: {passed} passed, {failed} failed, {skipped} skipped; --seed {}",
            report.plugin, report.seed
        ));
    }
    Ok(if report.failed() == 0 { Exit::Ok } else { Exit::Failure })
}

fn told(json: bool, test: &Tested) {
    if !json {
        let name = format!("{}/{}", test.group, test.name);
        terminal::out(format!(
            "{:<7} {name:<45} {:>6} ms  {}",
            test.verdict.name(),
            test.millis,
            test.detail
        ));
    }
}

/// This program once more, for one test.
fn launched(cli: &Cli, program: &Path, job: &Job) -> Command {
    let mut command = Command::new(program);
    if let Some(profile) = &cli.profile {
        command.args(["--profile", profile]);
    }
    if let Some(config) = &cli.config {
        command.arg("--config").arg(config);
    }
    command.args(["plugin", "check-one", &job.to_json()]);
    command
}

/// One test, in the process that was made for it.
pub(super) fn one(cli: &Cli, job: &str) -> Result<Exit, Failure> {
    let keys = tempfile::tempdir().map_err(|error| Failure::failed(chain(&error)))?;
    plugin_check::answer(job, |wanted| Offers {
        inference: wanted.inference().then(|| networks(cli)).flatten(),
        secrets: test_keys(wanted, keys.path()),
    });
    Ok(Exit::Ok)
}

/// The appliance's networks; without them what needs them is skipped, and says so.
fn networks(cli: &Cli) -> Option<Arc<dyn InferenceService>> {
    let settings = offline::settings(cli).ok()?;
    match vision::engine(&settings) {
        Ok(engine) => Some(Arc::new(EngineInference(engine))),
        Err(error) => {
            terminal::note(chain(&error));
            None
        }
    }
}

/// Keys for tests under every name that the settings use.
fn test_keys(wanted: &Wanted, folder: &Path) -> Option<Arc<dyn SecretService>> {
    for handle in &wanted.secret_handles {
        let written = std::fs::write(folder.join(handle), TEST_KEY);
        let closed = written.and_then(|()| {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(folder.join(handle), std::fs::Permissions::from_mode(0o600))
        });
        closed.ok()?;
    }
    Some(Arc::new(Vault::new(folder.to_owned())))
}

/// A JSON object; without this a `Value` would be the text itself.
fn object(text: &str) -> Result<Value, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if value.is_object() { Ok(value) } else { Err("it has to be a JSON object".into()) }
}

fn text(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|error| unusable(file, &error))
}

fn unusable(file: &Path, error: &std::io::Error) -> Failure {
    Failure::failed(format!("{}: {error}", file.display()))
}
