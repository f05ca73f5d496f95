//! The plugin that `check`, `bench` and `fuzz` are about, and the processes in which it is tried.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use clap::Args;
use pipeline::EngineInference;
use plugin_check::{Job, Offers, Plan, Wanted};
use plugin_host::{InferenceService, SecretService, WorkerOptions};
use serde_json::Value;

use crate::api::chain;
use crate::app::vision;
use crate::cli::{Cli, Exit, Failure, offline, terminal};
use crate::folders;
use crate::secrets::Vault;

/// What every secret of a plugin under test is: a key for tests, of the right length for each algorithm.
const TEST_KEY: &str = "hex:0101010101010101010101010101010101010101010101010101010101010101";
/// What it is where a test needs another.
const OTHER_TEST_KEY: &str = "hex:0202020202020202020202020202020202020202020202020202020202020202";

/// What a plugin is tried with.
#[derive(Args)]
pub(super) struct Subject {
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
    /// A file with a message of the provider, one JSON object {"headers","body","now_s"}, signed with the key of the tests: 32
    /// bytes of 01.
    #[arg(long, value_name = "FILE")]
    message: Option<PathBuf>,
}

impl Subject {
    /// What to try with the library, drawn from `seed`.
    pub(super) fn plan(&self, library: &Path, seed: Option<u64>) -> Result<Plan, Failure> {
        let message = self.message.as_deref().map(text).transpose()?;
        let message = message.map(|message| object(&message).map_err(Failure::failed)).transpose()?;
        Ok(Plan {
            library: library.to_owned(),
            plugin: self.id.clone(),
            settings: self.settings.as_deref().map(text).transpose()?,
            seed: seed.unwrap_or_else(|| u64::from(rand::random::<u32>())),
            endpoints: self.endpoints,
            instrument: self.instrument.clone(),
            message,
            ..Plan::default()
        })
    }
}

/// Makes processes of this program, one for each job.
pub(super) struct Launcher {
    program: PathBuf,
    before: Vec<String>,
    /// Where the processes put what they make for a while: one that is killed leaves nothing behind.
    temporary: tempfile::TempDir,
}

impl Launcher {
    /// Processes with the settings of this one.
    pub(super) fn new(cli: &Cli) -> Result<Self, Failure> {
        let program = std::env::current_exe().map_err(|error| Failure::failed(chain(&error)))?;
        let profile = cli.profile.iter().flat_map(|profile| ["--profile".to_owned(), profile.clone()]);
        let config =
            cli.config.iter().flat_map(|config| ["--config".to_owned(), config.display().to_string()]);
        let temporary = tempfile::tempdir().map_err(|error| Failure::failed(chain(&error)))?;
        Ok(Self { program, before: profile.chain(config).collect(), temporary })
    }

    /// The process for a job.
    pub(super) fn launch(&self, job: &Job) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.before).args(["plugin", "check-one", &job.to_json()]);
        command.env("TMPDIR", self.temporary.path());
        command
    }
}

/// One job, in the process that was made for it.
pub(super) fn one(cli: &Cli, job: &str) -> Result<Exit, Failure> {
    let keys = tempfile::tempdir().map_err(|error| Failure::failed(chain(&error)))?;
    plugin_check::answer(job, |wanted| Offers {
        inference: wanted.inference().then(|| networks(cli)).flatten(),
        secrets: test_keys(wanted, &keys.path().join("keys"), TEST_KEY),
        other_secrets: test_keys(wanted, &keys.path().join("others"), OTHER_TEST_KEY),
        worker: worker(cli),
    });
    Ok(Exit::Ok)
}

/// How the appliance runs sandboxed plugins; nothing where it could not.
fn worker(cli: &Cli) -> Option<WorkerOptions> {
    let unsandboxed = offline::settings(cli).is_ok_and(|settings| settings.plugins.unsandboxed);
    let program = Some(folders::plugin_worker()).filter(|program| program.is_file())?;
    Some(WorkerOptions { unsandboxed, ..WorkerOptions::new(program) })
}

/// For a run that is about the sandbox: fails where there is none to be had, and says so where the settings do without it.
pub(super) fn needs_worker(cli: &Cli) -> Result<(), Failure> {
    let Some(worker) = worker(cli) else {
        let program = folders::plugin_worker();
        let text = format!("{}: no program for sandboxed plugins", program.display());
        return Err(Failure::new(Exit::Unavailable, text));
    };
    if worker.unsandboxed {
        terminal::note(
            "plugins.unsandboxed is set: the calls are made in a process of its own, but in no sandbox",
        );
    }
    Ok(())
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
fn test_keys(wanted: &Wanted, folder: &Path, key: &str) -> Option<Arc<dyn SecretService>> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::create_dir(folder).ok()?;
    for handle in &wanted.secret_handles {
        let written = std::fs::write(folder.join(handle), key);
        let closed = written.and_then(|()| {
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

/// A file that cannot be read or written.
pub(super) fn unusable(file: &Path, error: &std::io::Error) -> Failure {
    Failure::failed(format!("{}: {error}", file.display()))
}
