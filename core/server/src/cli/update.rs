//! `facepay update`: signed updates of the appliance, tried as they are installed, and taken back when they are not fit.

mod admitted;
mod sign;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::json;
use uuid::Uuid;

use super::{Cli, Exit, Failure, offline, terminal};
use crate::settings::Settings;
use crate::update::carry_out::carry_out;
use crate::update::dpkg_lock::DpkgLock;
use crate::update::journal::{Entry, FORMAT, Journal, Kept, Place, Version};
use crate::update::machine::{LOCKED_MAX, Machine};
use crate::update::plan::{Outcome, Phase};
use crate::update::{database, debian, service, settings_owner};
use admitted::Admitted;

/// What carries an update out, apart from the command that asks for it.
const UNIT: &str = "facepay-update.service";

/// What to do with updates.
#[derive(Subcommand)]
pub enum Update {
    /// Says what an update is, and whether this appliance would take it.
    Check {
        /// The update, as `facepay update sign` wrote it.
        file: PathBuf,
        /// One object instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Installs an update and tries it; the version before is back when it does not become ready.
    Apply {
        /// The update, as `facepay update sign` wrote it.
        file: PathBuf,
        #[command(flatten)]
        how: How,
    },
    /// Goes back to the version before, in the same way.
    Rollback {
        #[command(flatten)]
        how: How,
    },
    /// The version at work, the one that a rollback takes, and what came of the last updates.
    Status {
        /// One object instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Makes an update of a Debian package.
    Sign(sign::Sign),
    /// Carries out the update that is under way; facepay-update.service does.
    #[command(hide = true)]
    Resume,
    /// What an update does to the database, as the account that it belongs to.
    #[command(hide = true, subcommand)]
    Database(Database),
}

/// How an update is begun.
#[derive(Args)]
pub struct How {
    /// Also where the appliance is not ready now, which the new version would have to mend.
    #[arg(long)]
    unready: bool,
    /// How long somebody else who installs packages is waited for, in seconds, before anything is begun.
    #[arg(long, value_name = "SECONDS", default_value_t = LOCKED_MAX.as_secs())]
    wait: u64,
    /// One object instead of text.
    #[arg(long)]
    json: bool,
}

/// Acts on the database.
#[derive(Subcommand)]
pub enum Database {
    /// Copies it.
    Dump,
    /// Has the copy in its place again.
    PutBack {
        /// The update's.
        id: String,
    },
    /// Takes the copy away.
    Forget,
}

pub(super) fn run(cli: &Cli, command: &Update) -> Result<Exit, Failure> {
    if let Update::Sign(arguments) = command {
        return sign::sign(arguments);
    }
    let settings = offline::settings(cli)?;
    if let Update::Check { .. } | Update::Apply { .. } | Update::Rollback { .. } = command {
        are_roots(&settings)?;
    }
    let place = Place::new(&settings.update.folder);
    match command {
        Update::Check { file, json } => admitted::check(&settings, &place, file, *json),
        Update::Apply { file, how } => apply(&settings, &place, file, how),
        Update::Rollback { how } => rollback(&settings, &place, how),
        Update::Status { json } => status(&place, *json),
        Update::Resume => resume(&settings, &place),
        Update::Database(act) => on_database(&settings, act),
        Update::Sign(arguments) => sign::sign(arguments),
    }
}

/// The settings say whom updates are believed of.
fn are_roots(settings: &Settings) -> Result<(), Failure> {
    match settings_owner::others_write(settings) {
        None => Ok(()),
        Some(why) => {
            let text = format!(
                "{why}: whoever can write the settings says whom updates are believed of; they have to be root's alone"
            );
            Err(Failure::new(Exit::Permission, text))
        }
    }
}

fn apply(settings: &Settings, place: &Place, file: &std::path::Path, how: &How) -> Result<Exit, Failure> {
    let lock = place.lock()?;
    nothing_under_way(place)?;
    let Admitted { update, installed, .. } = match admitted::admitted(settings, file) {
        Ok(admitted) => admitted,
        Err(refused) => return refused.recorded(place, how.json),
    };
    is_ready(settings, how)?;
    nobody_installs(how)?;
    let manifest = &update.manifest;
    let to = Version {
        version: manifest.version.clone(),
        sha256: Some(place.put_package(&manifest.version, &update.package)?),
        migrations: manifest.migrations.clone(),
    };
    // Its package may have been kept when it was installed.
    let kept = place.kept()?.installed.filter(|kept| kept.version == installed.version);
    let from = kept.unwrap_or(Version { sha256: None, ..installed });
    begin(place, from, to)?;
    drop(lock);
    carried_out(place, how.json)
}

fn rollback(settings: &Settings, place: &Place, how: &How) -> Result<Exit, Failure> {
    let lock = place.lock()?;
    nothing_under_way(place)?;
    let installed = debian::installed().map_err(Failure::failed)?;
    let Kept { installed: kept, before } = place.kept()?;
    let (Some(from), Some(to)) = (kept.filter(|kept| kept.version == installed), before) else {
        let text = format!(
            "no package of a version before {installed} is kept: only `facepay update apply` keeps one"
        );
        return Err(Failure::failed(text));
    };
    if from.migrations != to.migrations {
        let text = format!(
            "{} has migrations that {} has not, and would refuse the database: the way back is a backup from before the update; \
             see docs/operations.md",
            from.version, to.version
        );
        return Err(Failure::failed(text));
    }
    is_ready(settings, how)?;
    nobody_installs(how)?;
    begin(place, from, to)?;
    drop(lock);
    carried_out(place, how.json)
}

/// A failed update leaves a journal that somebody may have to look at.
fn nothing_under_way(place: &Place) -> Result<(), Failure> {
    match place.journal()? {
        None => Ok(()),
        Some(journal) => {
            let text = format!(
                "an update from {} to {} is under way; `systemctl start {UNIT}` goes on with it",
                journal.from.version, journal.to.version
            );
            Err(Failure::new(Exit::Unavailable, text))
        }
    }
}

/// Whether an appliance becomes ready by an update is seen only where it was before.
fn is_ready(settings: &Settings, how: &How) -> Result<(), Failure> {
    match offline::runtime()?.block_on(service::unready(settings)) {
        Some(why) if !how.unready => {
            let text = format!("the appliance is not ready as it is: {why}; mend that first, or --unready");
            Err(Failure::new(Exit::Degraded, text))
        }
        _ => Ok(()),
    }
}

/// Whether nobody else installs packages; whoever does is waited for while the appliance works on. The unit takes the lock itself, and may
/// see less of who has it.
fn nobody_installs(how: &How) -> Result<(), Failure> {
    let free = DpkgLock::take(Duration::from_secs(how.wait), |text| terminal::note(text));
    free.map(drop).map_err(|why| {
        Failure::new(Exit::Unavailable, format!("{why}; nothing was changed: try again when it has ended"))
    })
}

fn begin(place: &Place, from: Version, to: Version) -> Result<(), Failure> {
    place.put_updater()?;
    let id = Uuid::now_v7().to_string();
    Ok(place.put_journal(&Journal {
        format: FORMAT,
        id,
        from,
        to,
        phase: Phase::Keep,
        starts: 0,
        why: None,
    })?)
}

/// Has the unit carry it out, and says what came of it.
fn carried_out(place: &Place, as_json: bool) -> Result<Exit, Failure> {
    let Some(journal) = place.journal()? else { return Err(Failure::failed("the journal is gone")) };
    terminal::note(format!(
        "{} to {}: the service stops for a moment; journalctl -fu {UNIT} says what is done",
        journal.from.version, journal.to.version
    ));
    let started = service::systemctl(&["start", UNIT]);
    let ended = place.history()?.into_iter().rfind(|entry| entry.id == journal.id);
    match (ended, started) {
        (Some(entry), _) => {
            match as_json {
                true => terminal::json(&json!({ "ok": entry.outcome == Outcome::Applied, "update": entry })),
                false => terminal::out(told(&entry)),
            }
            Ok(exit(&entry))
        }
        (None, Ok(())) => Err(Failure::failed(format!("{UNIT} did nothing: journalctl -u {UNIT}"))),
        (None, Err(why)) => Err(Failure::failed(format!("{why}; journalctl -u {UNIT}"))),
    }
}

fn resume(settings: &Settings, place: &Place) -> Result<Exit, Failure> {
    match carry_out(place, &Machine::new(settings, place))? {
        None => Ok(Exit::Ok),
        Some(entry) => {
            terminal::note(told(&entry));
            if entry.outcome != Outcome::Stuck {
                // It runs on; its file is not needed any more.
                let _ = std::fs::remove_file(place.updater());
            }
            Ok(exit(&entry))
        }
    }
}

fn exit(entry: &Entry) -> Exit {
    match entry.outcome {
        Outcome::Applied => Exit::Ok,
        Outcome::Refused => Exit::Integrity,
        Outcome::Stuck | Outcome::NotReady => Exit::Unavailable,
        Outcome::Abandoned | Outcome::RolledBack | Outcome::Superseded => Exit::Failure,
    }
}

/// What came of it, in words.
fn told(entry: &Entry) -> String {
    let Entry { from, to, .. } = entry;
    let why = entry.why.as_deref().unwrap_or("nobody knows why");
    match entry.outcome {
        Outcome::Applied if entry.migrates => {
            format!(
                "{to} is at work, with migrations that {from} has not: the way back is a backup from before it"
            )
        }
        Outcome::Applied => format!("{to} is at work; `facepay update rollback` goes back to {from}"),
        Outcome::Refused => format!("{to} was refused: {why}"),
        Outcome::Abandoned => format!("{from} was not touched: {why}"),
        Outcome::RolledBack => format!("{to} went again and {from} is at work: {why}"),
        Outcome::NotReady => {
            format!("{to} went again, and {from} is not ready either: {why}; see `facepay doctor`")
        }
        Outcome::Stuck => format!("{from} can't be put back: {why}; mend that, then systemctl start {UNIT}"),
        Outcome::Superseded => {
            format!("{to} over {from} was given up, and what is installed was left alone: {why}")
        }
    }
}

fn status(place: &Place, as_json: bool) -> Result<Exit, Failure> {
    let installed = debian::installed().map_err(Failure::failed)?;
    let (journal, kept, history) = (place.journal()?, place.kept()?, place.history()?);
    let before = kept.before.filter(|_| kept.installed.is_some_and(|kept| kept.version == installed));
    if as_json {
        terminal::json(&json!({
            "installed": installed,
            "before": before.map(|before| before.version),
            "under_way": journal.map(|journal| json!({ "to": journal.to.version, "phase": journal.phase })),
            "history": history,
        }));
        return Ok(Exit::Ok);
    }
    terminal::out(format!("installed  {installed}"));
    let before = before.map_or("none: only an update keeps one".to_owned(), |before| before.version);
    terminal::out(format!("before     {before}"));
    if let Some(Journal { to, phase, .. }) = journal {
        terminal::out(format!("under way  to {}: {phase:?}; journalctl -u {UNIT}", to.version));
    }
    for entry in history.iter().rev().take(5) {
        terminal::out(format!("{}  {}", entry.at, told(entry)));
    }
    Ok(Exit::Ok)
}

fn on_database(settings: &Settings, act: &Database) -> Result<Exit, Failure> {
    match act {
        Database::Dump => database::dump(settings).map_err(Failure::failed)?,
        Database::PutBack { id } => {
            terminal::json(&json!(database::put_back(settings, id).map_err(Failure::failed)?));
        }
        Database::Forget => database::forget(settings).map_err(Failure::failed)?,
    }
    Ok(Exit::Ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_back_is_offered_only_where_it_is_open() {
        let applied = |migrates| {
            let [id, at, from, to] = ["1", "2026-12-01T00:00:00Z", "0.1.0-1", "0.2.0-1"].map(str::to_owned);
            told(&Entry { id, at, outcome: Outcome::Applied, from, to, migrates, why: None })
        };
        assert_eq!(applied(false), "0.2.0-1 is at work; `facepay update rollback` goes back to 0.1.0-1");
        assert_eq!(
            applied(true),
            "0.2.0-1 is at work, with migrations that 0.1.0-1 has not: the way back is a backup from before it"
        );
    }
}
