//! `facepay diag bundle`: what somebody who helps needs to see, in one file without secrets and without people.

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Subcommand;
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use store::Store;

use super::{Cli, Exit, Failure, doctor, offline, status, terminal};
use crate::app::doctor::opened;

/// What to do for a diagnosis.
#[derive(Subcommand)]
pub enum Diag {
    /// Writes findings, settings without secrets, state, metrics and the journal into a .tar.gz file.
    Bundle {
        /// The file to make.
        #[arg(long, value_name = "FILE", default_value = "facepay-diag.tar.gz")]
        out: PathBuf,
        /// An API key; without it only what is open is told of the running appliance.
        #[arg(long, env = "FACEPAY_KEY", hide_env_values = true)]
        key: Option<String>,
    },
}

/// Lines of the journal, the newest.
const JOURNAL_LINES: &str = "20000";

pub(super) fn run(cli: &Cli, command: &Diag) -> Result<Exit, Failure> {
    let Diag::Bundle { out, key } = command;
    let (running, metrics) = running(cli, key.clone());
    let parts = [
        ("machine.json", pretty(&machine())),
        ("doctor.json", pretty(&doctor::report(cli)?)),
        ("settings.toml", settings(cli)),
        ("status.json", pretty(&running)),
        ("metrics.txt", metrics),
        ("books.json", pretty(&books(cli))),
        ("journal.txt", said_by("journalctl", &["--unit=facepay", "--lines", JOURNAL_LINES, "--no-pager"])),
    ];
    pack(out, &parts).map_err(|error| {
        let failure = Failure::from(error);
        Failure::new(failure.exit, format!("{}: {}; name another with --out", out.display(), failure.text))
    })?;
    terminal::out(out.display());
    terminal::note(
        "it names cameras, networks and staff accounts, and no secret and nobody who pays; look before you send it",
    );
    Ok(Exit::Ok)
}

fn pack(out: &Path, parts: &[(&str, String)]) -> std::io::Result<()> {
    let file = File::options().write(true).create_new(true).mode(0o600).open(out)?;
    let mut archive = tar::Builder::new(GzEncoder::new(file, Compression::default()));
    for (name, text) in parts {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, format!("facepay-diag/{name}"), text.as_bytes())?;
    }
    archive.into_inner()?.finish()?.sync_all()
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

fn machine() -> Value {
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "system": std::fs::read_to_string("/etc/os-release").unwrap_or_default(),
        "kernel": said_by("uname", &["-srm"]).trim(),
        "uptime": said_by("uptime", &[]).trim(),
        "memory": std::fs::read_to_string("/proc/meminfo").unwrap_or_default(),
        "processor": said_by("lscpu", &[]),
        "disks": said_by("df", &["-Ph"]),
    })
}

/// What a program says; why not, where it says nothing.
fn said_by(program: &str, arguments: &[&str]) -> String {
    match Command::new(program).args(arguments).output() {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).into_owned(),
        Ok(output) => format!("{program}: {}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => format!("{program}: {error}\n"),
    }
}

fn settings(cli: &Cli) -> String {
    match offline::settings(cli) {
        Ok(settings) => settings.redacted(),
        Err(failure) => format!("# {}\n", failure.text.replace('\n', "\n# ")),
    }
}

/// How the running appliance does, and its metrics. Payments are not in it: they are about people.
fn running(cli: &Cli, key: Option<String>) -> (Value, String) {
    let asked = status::connect(cli, None, key).and_then(|(client, _)| {
        offline::runtime()?.block_on(async {
            let mut looked = status::look(&client).await?;
            if let Some(fields) = looked.as_object_mut() {
                fields.remove("transactions");
            }
            let metrics = client.ask("/metrics").await?;
            Ok((looked, metrics.body.as_str().unwrap_or_default().to_owned()))
        })
    });
    asked.unwrap_or_else(|failure: Failure| (json!({ "error": failure.text }), String::new()))
}

/// Whether the audit's chain and the ledger hold, and how far they go.
fn books(cli: &Cli) -> Value {
    let found = offline::settings(cli).map(|settings| opened(&settings));
    let Ok(Ok(Some(store))) = found else { return json!({ "error": "the database does not open" }) };
    let told = |store: &Store| -> Result<Value, store::StoreError> {
        let (chain, ledger) = (store.audit_verify()?, store.ledger_verify()?);
        Ok(json!({
            "audit_records": chain.as_ref().ok(),
            "audit_fault": chain.as_ref().err().map(ToString::to_string),
            "ledger_accounts": ledger.as_ref().ok(),
            "ledger_fault": ledger.as_ref().err().map(ToString::to_string),
            "people": store.user_count()?,
        }))
    };
    told(&store).unwrap_or_else(|error| json!({ "error": error.to_string() }))
}
