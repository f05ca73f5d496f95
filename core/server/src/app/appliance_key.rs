//! The appliance's key: handed over by the service manager, or a file of the data folder; and its replacement.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use domain::Secret;
use store::seal::{KEY_BYTES, Key};
use store::{By, DatabaseUrl, Store};

use super::alone::Alone;
use super::start::{StartError, machine_clock, make_folder, not_writable};
use crate::auth::Principal;
use crate::settings::{self, Settings};

/// What the service manager calls the key among a unit's credentials.
pub(super) const CREDENTIAL: &str = "appliance-key";

/// Where the key comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// A credential of systemd's, in memory: sealed by the TPM or the host's key, it lies on no disk in the clear.
    Credential(PathBuf),
    /// A file in the data folder.
    File(PathBuf),
}

impl Source {
    /// Where these settings have the key from. A credential wins.
    pub(crate) fn of(settings: &Settings) -> Self {
        let folder = settings.layers.env.get("CREDENTIALS_DIRECTORY").filter(|folder| !folder.is_empty());
        match folder.map(|folder| Path::new(folder).join(CREDENTIAL)).filter(|path| path.is_file()) {
            Some(credential) => Self::Credential(credential),
            None => Self::File(settings::appliance_key_file(&settings.data.folder)),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        let (Self::Credential(path) | Self::File(path)) = self;
        path
    }

    /// The key as it is; `None` when there is none.
    ///
    /// # Errors
    /// When it can't be read or is none.
    pub(crate) fn read(&self) -> Result<Option<Key>, StartError> {
        Ok(read(self.path())?.map(|bytes| Key::new(*bytes.expose())))
    }
}

/// The bytes of the key at `path`; `None` when there is no file.
pub(super) fn read(path: &Path) -> Result<Option<Secret<[u8; KEY_BYTES]>>, StartError> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => Secret::new(bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StartError::Permission(format!("cannot read {}: {error}", path.display()))),
    };
    let damaged = |_| {
        let text = format!("{} is not an appliance key; restore it from its backup", path.display());
        StartError::Integrity(text)
    };
    bytes.expose().as_slice().try_into().map(|key| Some(Secret::new(key))).map_err(damaged)
}

/// The appliance's key. A new one is made for a new database; to one with a key it would be a wrong one.
pub(super) fn of(settings: &Settings, database: &DatabaseUrl) -> Result<Key, StartError> {
    let source = Source::of(settings);
    if let Source::File(path) = &source {
        finish_replacement(path, database)?;
    }
    if let Some(key) = source.read()? {
        return Ok(key);
    }
    let path = source.path();
    if Store::has_key(database)? {
        return Err(StartError::Integrity(format!(
            "{} is missing, and {database} was sealed with it; restore the key from its backup",
            path.display()
        )));
    }
    let key = Secret::new(rand::random::<[u8; KEY_BYTES]>());
    put(path, key.expose()).map_err(|error| not_writable(path, &error))?;
    Ok(Key::new(*key.expose()))
}

/// The key that seals the records of installed weights.
///
/// # Errors
/// When the appliance key is lost or can't be made.
pub(crate) fn installed_weights_key(settings: &Settings) -> Result<Secret<[u8; 32]>, StartError> {
    const PURPOSE: &str = "facepay installed weights 1";
    make_folder(&settings.data.folder)?;
    let url = settings.database_url()?;
    let key = of(settings, &url)?;
    let known = Store::derived_key_of(&url, &key, PURPOSE)?;
    let derived = match known {
        Some(derived) => derived,
        None => Store::open(&url, key, &settings::keys_folder(&settings.data.folder))?.derived_key(PURPOSE),
    };
    Ok(Secret::new(derived))
}

/// Replaces the appliance's key, by a new one or that of `wanted`; says how many data keys were wrapped anew. A credential is for the
/// service manager to replace, so that its new one has to be named.
///
/// # Errors
/// When an appliance runs on the folder, or a key or the database can't be read or written. Nothing has changed then, or the
/// next start completes it.
pub(crate) fn replace(settings: &Settings, wanted: Option<&Path>) -> Result<usize, StartError> {
    let _alone = Alone::in_folder(&settings.data.folder)?;
    let url = settings.database_url()?;
    let (source, old) = (Source::of(settings), of(settings, &url)?);
    let bytes = match (wanted, &source) {
        (Some(path), _) => {
            let missing = || StartError::Configuration(format!("there is no {}", path.display()));
            read(path)?.ok_or_else(missing)?
        }
        (None, Source::File(_)) => Secret::new(rand::random()),
        (None, Source::Credential(path)) => {
            return Err(StartError::Configuration(format!(
                "the key is a credential, {}; make the new one and name it with --to",
                path.display()
            )));
        }
    };
    if let Source::File(path) = &source {
        let next = next(path);
        put(&next, bytes.expose()).map_err(|error| not_writable(&next, &error))?;
    }
    let store = Store::open(&url, old, &settings::keys_folder(&settings.data.folder))?;
    let (actor, at) = (Principal::SYSTEM.actor(), machine_clock()());
    let people = store.replace_appliance_key(By { actor: &actor, at }, &Key::new(*bytes.expose()))?;
    if let Source::File(path) = &source {
        take_next(path).map_err(|error| not_writable(path, &error))?;
    }
    Ok(people)
}

fn next(path: &Path) -> PathBuf {
    path.with_extension("key.next")
}

/// After a replacement that was cut short the database says which of the two keys is in force.
fn finish_replacement(path: &Path, database: &DatabaseUrl) -> Result<(), StartError> {
    let Some(new) = read(&next(path)).ok().flatten() else { return Ok(()) };
    if Store::knows_key(database, &Key::new(*new.expose()))? {
        take_next(path).map_err(|error| not_writable(path, &error))?;
    }
    Ok(())
}

/// Puts the next key in the place of the old one, which is written over.
fn take_next(path: &Path) -> std::io::Result<()> {
    let old = File::options().write(true).open(path).ok();
    std::fs::rename(next(path), path)?;
    sync_folder(path)?;
    if let Some(old) = old {
        old.write_all_at(&[0; KEY_BYTES], 0)?;
        old.sync_data()?;
    }
    Ok(())
}

/// Written beside and renamed, so that a crash leaves a whole key or none; on the disk before anything is sealed.
/// Puts a key in its place, whole or not at all.
pub(super) fn put(path: &Path, key: &[u8]) -> std::io::Result<()> {
    let beside = path.with_extension("key.new");
    let mut options = File::options();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(key)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)?;
    sync_folder(path)
}

fn sync_folder(path: &Path) -> std::io::Result<()> {
    File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}
