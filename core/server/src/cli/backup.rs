//! `facepay backup`: made beside a running appliance, checked and put back anywhere.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use age::secrecy::ExposeSecret;
use age::x25519::Identity;
use clap::{Args, Subcommand};
use serde_json::json;
use store::DatabaseUrl;

use super::{Cli, Exit, Failure, offline, terminal};
use crate::app::backup::{self, Given, Occasion, Sound};
use crate::app::start::machine_clock;

/// What to do with backups.
#[derive(Subcommand)]
pub enum Backup {
    /// Makes the key that opens backups: the file is for another machine, what is printed for `backup.recipients`.
    Key {
        /// The file to make.
        file: PathBuf,
    },
    /// Writes the database into a new file and the keys in the place of the last one; the appliance may be at work.
    Create {
        /// The folder to write to, instead of `backup.folder`.
        #[arg(long, value_name = "FOLDER")]
        to: Option<PathBuf>,
        /// One object instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Restores a backup beside everything, and walks through its audit and its books.
    Verify {
        #[command(flatten)]
        files: Files,
        /// An empty PostgreSQL database to restore it into; a backup of SQLite needs none.
        #[arg(long, value_name = "URL")]
        into: Option<String>,
        /// One object instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Puts a backup into its place on a machine without database and keys.
    Restore {
        #[command(flatten)]
        files: Files,
        /// A folder for the settings' files that are in it.
        #[arg(long, value_name = "FOLDER")]
        config_to: Option<PathBuf>,
    },
}

/// The files of a backup.
#[derive(Args)]
pub struct Files {
    /// The database's file.
    file: PathBuf,
    /// The keys' file, `keys.age`; to verify, those of this machine when absent.
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// The key that opens both, as `facepay backup key` made it.
    #[arg(long, value_name = "FILE")]
    identity: PathBuf,
}

pub(super) fn run(cli: &Cli, command: &Backup) -> Result<Exit, Failure> {
    match command {
        Backup::Key { file } => key(file),
        Backup::Create { to, json } => create(cli, to.as_deref(), *json),
        Backup::Verify { files, into, json } => verify(cli, files, into.as_deref(), *json),
        Backup::Restore { files, config_to } => restore(cli, files, config_to.as_deref()),
    }
}

fn key(file: &Path) -> Result<Exit, Failure> {
    let identity = Identity::generate();
    let named = |error: std::io::Error| {
        let failure = Failure::from(error);
        Failure::new(failure.exit, format!("{}: {}", file.display(), failure.text))
    };
    let mut options = std::fs::File::options();
    let mut made = options.write(true).create_new(true).mode(0o600).open(file).map_err(named)?;
    let recipient = identity.to_public();
    writeln!(made, "# public key: {recipient}\n{}", identity.to_string().expose_secret())
        .and_then(|()| made.sync_all())
        .map_err(named)?;
    terminal::out(recipient);
    terminal::note(format!(
        "keep {} away from the appliance: without it no backup opens; set the line above in backup.recipients",
        file.display()
    ));
    Ok(Exit::Ok)
}

fn create(cli: &Cli, to: Option<&Path>, as_json: bool) -> Result<Exit, Failure> {
    let made = backup::create(&offline::settings(cli)?, to, machine_clock()(), Occasion::Planned)?;
    let (database, keys) = (made.database.display(), made.keys.display());
    match as_json {
        true => terminal::json(&json!({
            "database": made.database,
            "keys": made.keys,
            "removed": made.removed,
        })),
        false => terminal::out(format!("{database}\n{keys}")),
    }
    Ok(Exit::Ok)
}

fn verify(cli: &Cli, files: &Files, into: Option<&str>, as_json: bool) -> Result<Exit, Failure> {
    let (settings, identity) = (offline::settings(cli)?, identity(&files.identity)?);
    let into = into.map(str::parse::<DatabaseUrl>).transpose();
    let into = into.map_err(|error| Failure::new(Exit::Usage, format!("--into: {error}")))?;
    let found = backup::verify(&settings, &files.given(&identity), into.as_ref())?;
    // Who looks at the list of backups sees that this one is sound.
    if let Err(error) = backup::note_sound(&files.file, machine_clock()()) {
        terminal::note(format!("it is not noted beside {}: {error}", files.file.display()));
    }
    match as_json {
        true => terminal::json(&json!({
            "ok": true,
            "made_at": found.manifest.made_at,
            "version": found.manifest.version,
            "files": found.manifest.paths().collect::<Vec<_>>(),
            "audit_records": found.records,
            "people": found.people,
        })),
        false => terminal::out(format!("sound: {}", summary(&found))),
    }
    Ok(Exit::Ok)
}

fn restore(cli: &Cli, files: &Files, config_to: Option<&Path>) -> Result<Exit, Failure> {
    let (settings, identity) = (offline::settings(cli)?, identity(&files.identity)?);
    let restored = backup::restore(&settings, &files.given(&identity), config_to)?;
    terminal::out(format!("restored: {}", summary(&restored.sound)));
    terminal::note(format!("{} who were erased since are erased again", restored.erased_again));
    Ok(Exit::Ok)
}

impl Files {
    fn given<'a>(&'a self, identity: &'a Identity) -> Given<'a> {
        Given { database: &self.file, keys: self.keys.as_deref(), identity }
    }
}

fn summary(found: &Sound) -> String {
    let manifest = &found.manifest;
    let of = format!("made at {} by version {}", manifest.made_at, manifest.version);
    match (found.records, found.people) {
        (Some(records), Some(people)) => {
            format!("{of}; {people} people, {records} audit records, the books add up")
        }
        _ => format!("{of}; its tables are older than this program, whose next start brings them up to date"),
    }
}

/// The identity in a file as `facepay backup key` and age's own tools write them.
fn identity(file: &Path) -> Result<Identity, Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        let failure = Failure::from(error);
        Failure::new(failure.exit, format!("{}: {}", file.display(), failure.text))
    })?;
    let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    line.unwrap_or_default().parse().map_err(|why| {
        Failure::new(Exit::Usage, format!("{} is no identity of age's: {why}", file.display()))
    })
}
