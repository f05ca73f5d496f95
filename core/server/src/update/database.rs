//! The database's copy, for the case that an update that changed its tables has to go. It is made and put back by the account that
//! the database belongs to: root opens no file that others can exchange.

use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use store::DatabaseUrl;

use super::carry_out::Restored;
use super::debian::run;
use crate::settings::Settings;

/// The copy, in the data folder.
const COPY: &str = "before-update.db";

fn copy(settings: &Settings) -> PathBuf {
    settings.data.folder.join(COPY)
}

fn url(settings: &Settings) -> Result<DatabaseUrl, String> {
    settings.database_url().map_err(|error| error.to_string())
}

/// Whether the database is a file of this appliance's own.
pub(crate) fn is_own(settings: &Settings) -> bool {
    matches!(url(settings), Ok(DatabaseUrl::Sqlite(_)))
}

/// Copies the database, in place of an older copy. Nobody works on it.
///
/// # Errors
/// When it can't be read, or there is no room.
pub(crate) fn dump(settings: &Settings) -> Result<(), String> {
    forget(settings)?;
    url(settings)?.dump(&copy(settings)).map_err(|error| error.to_string())
}

/// Has the database be the copy, where a newer program changed its tables and no money moved since. What it was then lies beside it,
/// named by the update's `id`.
///
/// # Errors
/// When the exchange was cut short: there is no whole database.
pub(crate) fn put_back(settings: &Settings, id: &str) -> Result<Restored, String> {
    let url = url(settings)?;
    let DatabaseUrl::Sqlite(live) = &url else { return Err(format!("{url} is no file")) };
    let mut aside = live.clone().into_os_string();
    aside.push(format!(".after-update-{id}"));
    let (copy, aside) = (copy(settings), PathBuf::from(aside));
    match url.exchange(&copy, &aside) {
        Ok(None) => {}
        Ok(Some(exchange)) => {
            let put_back = exchange.finish().and_then(|()| url.renew_feed());
            put_back.map_err(|error| error.to_string())?;
        }
        // A start would make an empty one.
        Err(error) if !live.exists() => return Err(error.to_string()),
        Err(error) => {
            return Ok(Restored::Kept(format!(
                "the database stays as the new version has it: {error}; that from before lies in {}, and docs/operations.md says how \
                 to go back to it by hand",
                copy.display()
            )));
        }
    }
    Ok(Restored::Done(aside.exists().then(|| {
        format!("the database is that from before the update; what it was lies in {}", aside.display())
    })))
}

/// Takes the copy away.
///
/// # Errors
/// When it can't be.
pub(crate) fn forget(settings: &Settings) -> Result<(), String> {
    match std::fs::remove_file(copy(settings)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("{}: {error}", copy(settings).display()))
        }
        _ => Ok(()),
    }
}

/// Has this program do one of these as the owner of the data folder, and gives what it prints.
///
/// # Errors
/// What it said.
pub(super) fn as_owner(settings: &Settings, words: &[&str]) -> Result<String, String> {
    let folder = &settings.data.folder;
    let owner = folder.metadata().map_err(|error| format!("{}: {error}", folder.display()))?;
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    command.args(["update", "database"]).args(words).uid(owner.uid()).gid(owner.gid());
    let output = run(&mut command)?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
