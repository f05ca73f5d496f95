//! Backups: the database as it is, in a sealed file that is kept, and the keys that open it, in one that the next takes the place of.
//!
//! Erasure asks for the two: whoever was erased opens from no database of before, as long as no copy of the keys from before is left.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use age::x25519::{Identity, Recipient};
use domain::{Secret, Timestamp};
use store::seal::{KEY_BYTES, Key};
use store::{By, DatabaseUrl, KeyFile, Store};
use tempfile::TempDir;
use zeroize::Zeroizing;

use super::alone::Alone;
use super::appliance_key::{self, Source};
use super::start::{StartError, machine_clock, make_folder, not_writable};
use crate::api::wire::money::moment;
use crate::auth::Principal;
use crate::settings::{self, Settings};
use archive::{Content, Kind, Manifest, Unfit};

mod archive;
mod desk;
mod listed;

pub(crate) use desk::{Desk, Ended, make};
pub(crate) use listed::{Listed, listed, note_sound};

type KeyBytes = Secret<[u8; KEY_BYTES]>;

/// How the files of databases end; before it comes the moment.
const ENDING: &str = ".facepay.age";
/// How those end that somebody asked the running appliance for.
const BY_HAND: &str = ".hand.facepay.age";
/// So many of those are kept, whatever `backup.keep` says of the others.
const BY_HAND_KEPT: usize = 3;
/// A night may be missed; two are a backup that is not made.
pub(crate) const AGE_MAX: Duration = Duration::from_secs(50 * 3_600);
/// The one file of keys.
const KEYS: &str = "keys.age";
const DATABASE: &str = "database";
const APPLIANCE_KEY: &str = "appliance.key";
const SHARES: &str = "keys";
const SECRETS: &str = "secrets";
const CONFIG: &str = "config";

/// What [`create`] made.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) database: PathBuf,
    pub(crate) keys: PathBuf,
    /// Older files that went.
    pub(crate) removed: usize,
}

/// What a backup is made for. Those of one occasion never push out those of the other: who asks for many by hand is left with
/// the ones of the nights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occasion {
    /// The command, as the timer starts it every night.
    Planned,
    /// Somebody asked the running appliance.
    ByHand,
}

impl Occasion {
    fn ending(self) -> &'static str {
        match self {
            Self::Planned => ENDING,
            Self::ByHand => BY_HAND,
        }
    }
}

/// Writes a backup of the database, beside an appliance that may be at work, and one of the keys in the place of the last one; then
/// removes databases of the same occasion beyond `backup.keep`, the oldest first.
///
/// # Errors
/// When no recipients are set, or something can't be read or written. Files that were there before are as they were.
pub(crate) fn create(
    settings: &Settings,
    to: Option<&Path>,
    now: Timestamp,
    occasion: Occasion,
) -> Result<Made, StartError> {
    let recipients = recipients(&settings.backup.recipients).map_err(StartError::Configuration)?;
    if recipients.is_empty() {
        return Err(StartError::Configuration(
            "backup.recipients is empty: make a key with `facepay backup key FILE` on another machine, keep the file there, and set \
             what it prints"
                .to_owned(),
        ));
    }
    let folder = to.map_or_else(|| folder(settings), Path::to_owned);
    make_folder(&folder)?;
    let _turn = turn(&folder)?;
    let url = settings.database_url()?;
    let key = own_key(settings)?;
    let made_at = moment(now);
    // The keys first: they open the database of any later moment, too.
    let keys = folder.join(KEYS);
    let manifest = |kind| Manifest::new(kind, made_at.clone(), url.kind());
    let shares = store::key_files(&settings::keys_folder(&settings.data.folder))?;
    let secrets =
        secrets(&settings.secrets.folder).map_err(|error| unread(&settings.secrets.folder, &error))?;
    let mut items = vec![(APPLIANCE_KEY.to_owned(), Content::Bytes(&key.expose()[..]))];
    for (folder, files) in [(SHARES, &shares), (SECRETS, &secrets)] {
        items.extend(files.iter().map(|(name, bytes)| (format!("{folder}/{name}"), Content::Bytes(bytes))));
    }
    archive::write(&keys, manifest(Kind::Keys), &items, &recipients)
        .map_err(|error| not_writable(&keys, &error))?;
    let work = TempDir::with_prefix_in(".backup-", &folder).map_err(|error| not_writable(&folder, &error))?;
    let dump = work.path().join(DATABASE);
    url.dump(&dump)?;
    let mut items = vec![(DATABASE.to_owned(), Content::File(&dump))];
    for (number, file) in settings.layers.files.iter().enumerate() {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        items.push((format!("{CONFIG}/{number}-{name}"), Content::File(file)));
    }
    let database = folder.join(format!("{}{}", stamp(now), occasion.ending()));
    archive::write(&database, manifest(Kind::Database), &items, &recipients)
        .map_err(|error| not_writable(&database, &error))?;
    let removed = remove_old(&folder, settings.backup.keep, occasion);
    let removed = removed.map_err(|error| not_writable(&folder, &error))?;
    Ok(Made { database, keys, removed })
}

/// The right to write into the folder: two at a time would write into the same file of keys.
fn turn(folder: &Path) -> Result<Option<File>, StartError> {
    let opened = File::open(folder).map_err(|error| not_writable(folder, &error))?;
    match opened.try_lock() {
        Ok(()) => Ok(Some(opened)),
        Err(TryLockError::WouldBlock) => {
            let text = format!("another backup is being written into {}; try again later", folder.display());
            Err(StartError::Unavailable(text))
        }
        // There are file systems of other machines that lock no folder.
        Err(TryLockError::Error(_)) => Ok(None),
    }
}

/// A moment as a file's name begins: names are in the order of moments.
fn stamp(at: Timestamp) -> String {
    let micros = at.0.rem_euclid(1_000_000);
    let second = moment(Timestamp(at.0 - micros)).replace([':', '-'], "");
    format!("{}.{micros:06}Z", second.trim_end_matches('Z'))
}

/// Where backups are written.
pub(crate) fn folder(settings: &Settings) -> PathBuf {
    match settings.backup.folder.as_os_str().is_empty() {
        true => settings.data.folder.join("backups"),
        false => settings.backup.folder.clone(),
    }
}

/// The databases in `folder`, the oldest first: their names begin with their moments.
///
/// # Errors
/// When it can't be read.
pub(crate) fn kept(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.ends_with(ENDING) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// How long ago the newest one in `folder` was made; `None` where there is none.
pub(crate) fn newest_age(folder: &Path) -> Option<Duration> {
    let newest = kept(folder).ok()?.pop()?;
    newest.metadata().ok()?.modified().ok()?.elapsed().ok()
}

fn remove_old(folder: &Path, keep: usize, occasion: Occasion) -> std::io::Result<usize> {
    let mut files = kept(folder)?;
    files
        .retain(|file| listed::occasion(&file.file_name().unwrap_or_default().to_string_lossy()) == occasion);
    let keep = match (occasion, keep) {
        (Occasion::Planned, 0) => usize::MAX,
        (Occasion::Planned, keep) => keep,
        (Occasion::ByHand, _) => BY_HAND_KEPT,
    };
    let old = files.len().saturating_sub(keep);
    for file in &files[..old] {
        std::fs::remove_file(file)?;
        // Most have no note beside them.
        let _ = std::fs::remove_file(listed::note_of(file));
    }
    Ok(old)
}

/// Who can open what is written, by `backup.recipients`.
///
/// # Errors
/// Names the one that is no public key of age's.
pub(crate) fn recipients(named: &[String]) -> Result<Vec<Recipient>, String> {
    let parsed = named
        .iter()
        .map(|text| text.parse().map_err(|why| format!("{text} is no public key of age's: {why}")));
    parsed.collect()
}

fn unread(path: &Path, error: &std::io::Error) -> StartError {
    StartError::Permission(format!("cannot read {}: {error}", path.display()))
}

/// The keys for providers; the appliance's own, which a service manager hands over in the same folder, is not one.
fn secrets(folder: &Path) -> std::io::Result<Vec<KeyFile>> {
    let mut files = Vec::new();
    if folder.is_dir() {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.metadata()?.is_file() && name != appliance_key::CREDENTIAL {
                files.push((name, Zeroizing::new(std::fs::read(entry.path())?)));
            }
        }
    }
    files.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(files)
}

/// What is in a backup, and that it is sound.
#[derive(Debug)]
pub(crate) struct Sound {
    pub(crate) manifest: Manifest,
    /// How many records the audit has; `None` where the tables are older than this program.
    pub(crate) records: Option<i64>,
    pub(crate) people: Option<usize>,
}

/// Which files, and who opens them.
pub(crate) struct Given<'a> {
    pub(crate) database: &'a Path,
    /// The keys' file; `None` for those of this machine.
    pub(crate) keys: Option<&'a Path>,
    pub(crate) identity: &'a Identity,
}

/// Opens a backup, restores it into a database of its own (`scratch`, or a file for SQLite), and walks through its audit and its books.
///
/// # Errors
/// When it can't be opened, was changed, its keys are others, or what is in it doesn't add up.
pub(crate) fn verify(
    settings: &Settings,
    given: &Given<'_>,
    scratch: Option<&DatabaseUrl>,
) -> Result<Sound, StartError> {
    let work = TempDir::with_prefix("facepay-verify-")
        .map_err(|error| not_writable(&std::env::temp_dir(), &error))?;
    let manifest = unpacked(given.database, Kind::Database, given.identity, work.path())?;
    let (key, shares) = match given.keys {
        Some(keys) => {
            let into = work.path().join("opened");
            unpacked(keys, Kind::Keys, given.identity, &into)?;
            (key_in(&into)?, into.join(SHARES))
        }
        None => (own_key(settings)?, settings::keys_folder(&settings.data.folder)),
    };
    let url = match (scratch, manifest.database.as_str()) {
        (Some(url), _) => url.clone(),
        (None, "sqlite") => DatabaseUrl::Sqlite(work.path().join("restored.db")),
        (None, kind) => {
            return Err(StartError::Configuration(format!(
                "it is of {kind}: name an empty database to restore it into with --into"
            )));
        }
    };
    fill(&url, &manifest, &work.path().join(DATABASE))?;
    sound(manifest, &url, Key::new(*key.expose()), &shares)
}

/// The key of this machine's appliance.
fn own_key(settings: &Settings) -> Result<KeyBytes, StartError> {
    let source = Source::of(settings);
    let missing = || {
        let path = source.path().display();
        StartError::Configuration(format!("there is no {path}: this machine has no appliance's key yet"))
    };
    appliance_key::read(source.path())?.ok_or_else(missing)
}

fn unpacked(file: &Path, kind: Kind, identity: &Identity, into: &Path) -> Result<Manifest, StartError> {
    archive::unpack(file, kind, identity, into).map_err(|unfit| match unfit {
        Unfit::Io(error) => unread(file, &error),
        Unfit::Damaged(why) => StartError::Integrity(format!("{}: {why}", file.display())),
    })
}

fn key_in(folder: &Path) -> Result<KeyBytes, StartError> {
    let missing = || StartError::Integrity("the keys' file has no appliance's key in it".to_owned());
    appliance_key::read(&folder.join(APPLIANCE_KEY))?.ok_or_else(missing)
}

fn fill(url: &DatabaseUrl, manifest: &Manifest, dump: &Path) -> Result<(), StartError> {
    if url.kind() != manifest.database {
        let (of, kind) = (&manifest.database, url.kind());
        return Err(StartError::Configuration(format!("it is of {of}; {url} is {kind}")));
    }
    url.load(dump)?;
    Ok(url.renew_feed()?)
}

/// Walks through a restored database. Nothing in it is changed: one that an older program made is left for the next start to bring up
/// to date.
fn sound(manifest: Manifest, url: &DatabaseUrl, key: Key, shares: &Path) -> Result<Sound, StartError> {
    if !Store::knows_key(url, &key)? {
        return Err(StartError::Integrity("the database was sealed with another appliance's key".to_owned()));
    }
    let store = match Store::open_as_is(url, key, shares) {
        Err(store::StoreError::Conflict(_)) => return Ok(Sound { manifest, records: None, people: None }),
        opened => opened?,
    };
    let records = store.audit_verify()?;
    let records = records.map_err(|fault| StartError::Integrity(format!("its audit is broken: {fault}")))?;
    let books = store.ledger_verify()?;
    books.map_err(|fault| StartError::Integrity(format!("its books do not add up: {fault}")))?;
    Ok(Sound { manifest, records: Some(records), people: Some(store.user_count()?) })
}

/// What came of [`restore`].
#[derive(Debug)]
pub(crate) struct Restored {
    pub(crate) sound: Sound,
    /// How many of its people were erased after it was made, and are so again.
    pub(crate) erased_again: usize,
}

/// Puts a backup in its place on a machine that has neither database nor keys: nothing that is there is written over.
///
/// # Errors
/// When something is there already, or as [`verify`]. What was put in place before is taken away again, but for a PostgreSQL
/// database, which is named.
pub(crate) fn restore(
    settings: &Settings,
    given: &Given<'_>,
    config_to: Option<&Path>,
) -> Result<Restored, StartError> {
    let _alone = Alone::in_folder(&settings.data.folder)?;
    let (url, folder) = (settings.database_url()?, &settings.data.folder);
    let keys = given.keys.ok_or_else(|| {
        StartError::Configuration("a restore needs the keys' file, too; name it with --keys".to_owned())
    })?;
    let shares = settings::keys_folder(folder);
    if Store::has_key(&url)? || shares.exists() {
        return Err(StartError::Configuration(format!(
            "{url} or {} is in use; a restore writes nothing over: move them away, or name others",
            shares.display()
        )));
    }
    let work = TempDir::with_prefix_in(".restore-", folder).map_err(|error| not_writable(folder, &error))?;
    let opened = work.path().join("opened");
    let manifest = unpacked(given.database, Kind::Database, given.identity, work.path())?;
    unpacked(keys, Kind::Keys, given.identity, &opened)?;
    let key = key_in(&opened)?;
    place_key(settings, &key)?;
    fill(&url, &manifest, &work.path().join(DATABASE))?;
    let found = sound(manifest, &url, Key::new(*key.expose()), &opened.join(SHARES));
    let found = found.inspect_err(|_| {
        if let DatabaseUrl::Sqlite(file) = &url {
            let _ = std::fs::remove_file(file);
        }
    })?;
    std::fs::rename(opened.join(SHARES), &shares).map_err(|error| not_writable(&shares, &error))?;
    move_all(&opened.join(SECRETS), &folder.join(SECRETS))?;
    if let Some(to) = config_to {
        move_all(&work.path().join(CONFIG), to)?;
    }
    let erased_again = match found.records {
        Some(_) => {
            let store = Store::open(&url, Key::new(*key.expose()), &shares)?;
            let (actor, at) = (Principal::SYSTEM.actor(), machine_clock()());
            store.redo_erasures(By { actor: &actor, at })?.len()
        }
        // Its tables are older than this program; the next start brings them up to date and then does it.
        None => 0,
    };
    Ok(Restored { sound: found, erased_again })
}

/// Puts the appliance's key where the settings look for it. One that is there, as the service manager hands it over, must be the same.
fn place_key(settings: &Settings, key: &KeyBytes) -> Result<(), StartError> {
    let source = Source::of(settings);
    let path = source.path();
    match appliance_key::read(path)? {
        Some(there) if there.expose() == key.expose() => Ok(()),
        Some(_) => Err(StartError::Configuration(format!(
            "{} is another key than the backup's; take it away, or hand over the backup's",
            path.display()
        ))),
        None => appliance_key::put(path, key.expose()).map_err(|error| not_writable(path, &error)),
    }
}

/// Moves the files of a folder into another, where there are none of their names.
fn move_all(from: &Path, to: &Path) -> Result<(), StartError> {
    let Ok(entries) = std::fs::read_dir(from) else { return Ok(()) };
    make_folder(to)?;
    for entry in entries.flatten() {
        let place = to.join(entry.file_name());
        let moved = match place.exists() {
            true => Err(std::io::Error::other("there is one already")),
            false => std::fs::copy(entry.path(), &place),
        };
        moved.map_err(|error| not_writable(&place, &error))?;
    }
    Ok(())
}
