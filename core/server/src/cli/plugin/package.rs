//! `facepay plugin verify|install|rollback`: packages of other vendors.

use std::path::{Path, PathBuf};

use clap::Args;
use domain::Timestamp;
use plugin_host::Granted;
use plugin_package::{Package, Record, Refusal, Source, StoreError, Trust};
use serde_json::{Value, json};
use store::{By, PluginAct};

use super::super::offline::{Need, with_app};
use super::super::{Cli, Exit, Failure, offline, terminal};
use crate::api::chain;
use crate::app::App;
use crate::app::start::machine_clock;
use crate::auth::Principal;
use crate::packages::Packages;

/// A package to look at.
#[derive(Args)]
pub struct Given {
    /// The package: a folder or a .fpk file.
    path: PathBuf,
    /// Also believes a package that nobody vouches for; for development only.
    #[arg(long)]
    allow_unsigned: bool,
    /// One object instead of text.
    #[arg(long)]
    json: bool,
}

/// A package that is installed.
#[derive(Args)]
pub struct Installed {
    /// The plugin's id; see `facepay plugin list`.
    id: String,
    /// One object instead of text.
    #[arg(long)]
    json: bool,
}

/// Who vouches for a package that is believed.
pub(super) fn vouched(package: &Package) -> String {
    match &package.trust {
        Trust::Signed { key_id } => format!("signed by {key_id}"),
        Trust::Unsigned => "UNSIGNED".to_owned(),
    }
}

/// Says whether this appliance would install the package, and if not why.
pub(super) fn verify(cli: &Cli, given: &Given) -> Result<Exit, Failure> {
    let packages = Packages::new(&offline::settings(cli)?).allowing_unsigned(given.allow_unsigned);
    match believed(&packages, &given.path, machine_clock()()) {
        Ok(package) => {
            tell(&package, given.json, "verified");
            Ok(Exit::Ok)
        }
        Err(error) => refuse(&error, given.json),
    }
}

/// Puts the package into the store and in force from the next start on.
pub(super) fn install(cli: &Cli, given: &Given) -> Result<Exit, Failure> {
    with_app(cli, Need::Books, async |app| {
        let packages = Packages::new(app.settings()).allowing_unsigned(given.allow_unsigned);
        let believed = believed(&packages, &given.path, app.now());
        let installed = believed.and_then(|package| Ok((packages.store().install(&package)?, package)));
        match installed {
            Ok((record, package)) => {
                let detail = detail(&record, Some(&package.trust));
                record_act(&app, PluginAct::Installed, &record.id, detail).await?;
                tell(&package, given.json, "installed");
                terminal::note(
                    "the appliance loads it at its next start, where the settings name it; a running one at `facepay plugin reload`",
                );
                Ok(Exit::Ok)
            }
            Err(error) => {
                let (id, detail) = attempt(&given.path, &error);
                record_act(&app, PluginAct::Refused, &id, detail).await?;
                refuse(&error, given.json)
            }
        }
    })
}

/// Has the version before in force again.
pub(super) fn rollback(cli: &Cli, installed: &Installed) -> Result<Exit, Failure> {
    let Installed { id, json } = installed;
    with_app(cli, Need::Books, async |app| {
        let packages = Packages::new(app.settings());
        let verifier = packages.verifier(app.now());
        match verifier.and_then(|verifier| packages.store().rollback(id, None, &verifier)) {
            Ok(record) => {
                record_act(&app, PluginAct::RolledBack, id, detail(&record, None)).await?;
                match json {
                    true => terminal::json(&record),
                    false => terminal::out(format!("{id}: back to {}", record.current.version)),
                }
                terminal::note(
                    "the appliance loads it at its next start; a running one at `facepay plugin reload`",
                );
                Ok(Exit::Ok)
            }
            Err(error) => {
                if let StoreError::Refused(refusal) = &error {
                    let detail = json!({ "act": "rollback", "reason": refusal.code() });
                    record_act(&app, PluginAct::Refused, id, detail).await?;
                }
                refuse(&error, *json)
            }
        }
    })
}

fn believed(packages: &Packages, path: &Path, at: Timestamp) -> Result<Package, StoreError> {
    let verifier = packages.verifier(at)?;
    Ok(verifier.verify(&Source::open(path)?)?)
}

async fn record_act(app: &App, act: PluginAct, id: &str, detail: Value) -> Result<(), Failure> {
    let (actor, at, id) = (Principal::SYSTEM.actor(), app.now(), id.to_owned());
    let write = move |store: &store::Store| {
        store.record_plugin_act(By { actor: &actor, at }, act, &id, detail.to_string())
    };
    Ok(app.store(write).await?)
}

/// What the audit keeps of an installation or a rollback.
fn detail(record: &Record, trust: Option<&Trust>) -> Value {
    let mut detail = json!({
        "version": record.current.version,
        "sha256": record.current.digest,
        "counter": record.current.counter,
    });
    match trust {
        Some(Trust::Signed { key_id }) => detail["key_id"] = json!(key_id),
        Some(Trust::Unsigned) => detail["unsigned"] = json!(true),
        None => {}
    }
    detail
}

/// What the audit keeps of an attempt that was refused: what the package says of itself, which nobody has verified.
fn attempt(path: &Path, error: &StoreError) -> (String, Value) {
    let reason = match error {
        StoreError::Refused(refusal) => refusal.code(),
        _ => "not_stored",
    };
    match Source::open(path).ok().and_then(|source| source.claim()) {
        Some((sha256, manifest)) => {
            let detail = json!({
                "act": "install", "reason": reason, "version": manifest.version, "sha256": sha256,
            });
            (manifest.id, detail)
        }
        None => ("unknown".to_owned(), json!({ "act": "install", "reason": reason })),
    }
}

/// Shows a package that is believed.
fn tell(package: &Package, as_json: bool, done: &str) {
    let manifest = &package.manifest;
    if as_json {
        let trusted = matches!(package.trust, Trust::Signed { .. });
        let shown = json!({
            "ok": true, "id": manifest.id, "version": manifest.version, "sha256": package.digest,
            "counter": manifest.counter, "key_id": trusted.then_some(&manifest.key_id),
            "trust": if trusted { "signed" } else { "unsigned" },
            "may_run_in_process": package.may_run_in_process, "interfaces": manifest.interfaces,
            "needs": manifest.needs, "not_after": manifest.not_after,
        });
        return terminal::json(&shown);
    }
    terminal::out(format!("{} {}: {done}, {}", manifest.id, manifest.version, vouched(package)));
    terminal::out(format!("  package  {}", package.digest));
    terminal::out(format!("  valid    until {}, counter {}", manifest.not_after, manifest.counter));
    terminal::out(format!("  does     {}", manifest.interfaces.join(", ")));
    for endpoint in &manifest.needs.endpoints {
        terminal::out(format!("  reaches  {} ({})", endpoint.url, endpoint.name));
    }
    let granted = Granted::of(&manifest.needs);
    if let Some(mib) = granted.memory_mib {
        terminal::out(format!("  memory   {mib} MiB in a process of its own"));
    }
    if let Some(threads) = granted.threads {
        terminal::out(format!("  threads  {threads}"));
    }
    if !package.may_run_in_process {
        terminal::out("  runs     not in the appliance's process: the policy's in_process does not list it");
    }
    if package.trust == Trust::Unsigned {
        terminal::note("WARNING: nobody vouches for this package");
    }
}

/// Says why nothing was done.
fn refuse(error: &StoreError, as_json: bool) -> Result<Exit, Failure> {
    let failure = failure(error);
    if !as_json {
        return Err(failure);
    }
    let reason = match error {
        StoreError::Refused(refusal) => Some(refusal.code()),
        _ => None,
    };
    terminal::json(&json!({ "ok": false, "reason": reason, "detail": failure.text }));
    Ok(failure.exit)
}

pub(in crate::cli) fn failure(error: &StoreError) -> Failure {
    let exit = match error {
        StoreError::Refused(Refusal::Unreadable { source, .. }) | StoreError::File { source, .. } => {
            match source.kind() {
                std::io::ErrorKind::PermissionDenied => Exit::Permission,
                _ => Exit::Failure,
            }
        }
        StoreError::Refused(_) | StoreError::Damaged(_) => Exit::Integrity,
        StoreError::Busy(_) => Exit::Unavailable,
        _ => Exit::Failure,
    };
    Failure::new(exit, chain(error))
}
