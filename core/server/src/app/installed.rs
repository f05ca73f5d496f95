//! Weights that an operator installed: converted files in the data folder, each with a record of where it came from. The
//! record has the file's digest and is sealed with the appliance key, so that neither can be changed unnoticed.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use domain::{Secret, Timestamp};
use hmac::{Hmac, KeyInit, Mac};
use models::manifest::Digest;
use models::weights::{Installed, Shelf};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::appliance_key;
use super::start::{StartError, make_folder, not_writable};
use crate::folders;
use crate::settings::Settings;

/// Networks that can be installed.
const RECORDS_MAX: usize = 64;
/// Largest record.
const RECORD_BYTES_MAX: u64 = 16 << 10;

/// What is known of installed weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    /// The network's name in the manifest.
    pub(crate) name: String,
    /// Name of the makers' file.
    pub(crate) source_file: String,
    /// SHA-256 of the makers' file.
    pub(crate) source_sha256: Digest,
    /// Whether the manifest knew that digest; if not, whoever installed the file vouched for it.
    pub(crate) is_known: bool,
    /// SHA-256 of the converted file.
    pub(crate) sha256: Digest,
    /// Microseconds since 1970.
    pub(crate) installed_at_micros: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    record: Record,
    /// HMAC-SHA256 of the record's JSON.
    seal: String,
}

impl Record {
    pub(crate) fn new(
        name: &str,
        source: (&str, Digest),
        is_known: bool,
        sha256: Digest,
        at: Timestamp,
    ) -> Self {
        let (source_file, source_sha256) = (source.0.to_owned(), source.1);
        let installed_at_micros = at.0;
        Self { name: name.to_owned(), source_file, source_sha256, is_known, sha256, installed_at_micros }
    }

    fn seal(&self, key: &Secret<[u8; 32]>) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(key.expose()).expect("HMAC takes a key of any length");
        mac.update(&serde_json::to_vec(self).expect("a record is JSON"));
        mac
    }
}

/// Where installed weights lie.
fn folder(settings: &Settings) -> PathBuf {
    settings.data.folder.join("models")
}

fn weights_file(settings: &Settings, name: &str) -> PathBuf {
    folder(settings).join(format!("{name}.safetensors"))
}

fn record_file(settings: &Settings, name: &str) -> PathBuf {
    folder(settings).join(format!("{name}.json"))
}

/// The records of everything installed, by name.
///
/// # Errors
/// [`StartError::Integrity`] when a record was changed, or the key that sealed it is gone.
pub(crate) fn records(settings: &Settings) -> Result<Vec<Record>, StartError> {
    let files = match std::fs::read_dir(folder(settings)) {
        Ok(files) => files,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(&folder(settings), &error)),
    };
    let paths = files.filter_map(|file| Some(file.ok()?.path()));
    let is_record = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "json");
    let mut paths: Vec<PathBuf> = paths.filter(is_record).take(RECORDS_MAX + 1).collect();
    paths.sort_unstable();
    if paths.is_empty() {
        return Ok(Vec::new());
    }
    if paths.len() > RECORDS_MAX {
        let text = format!("{} has more than {RECORDS_MAX} records", folder(settings).display());
        return Err(StartError::Integrity(text));
    }
    let key_file = appliance_key::Source::of(settings);
    if !key_file.path().is_file() {
        let path = key_file.path().display();
        let text = format!("{path} is missing, and the installed weights were sealed with it");
        return Err(StartError::Integrity(text));
    }
    let key = appliance_key::installed_weights_key(settings)?;
    paths.iter().map(|path| record(path, &key)).collect()
}

fn record(path: &Path, key: &Secret<[u8; 32]>) -> Result<Record, StartError> {
    let len = path.metadata().map_err(|error| unreadable(path, &error))?.len();
    let bytes = match len <= RECORD_BYTES_MAX {
        true => std::fs::read(path).map_err(|error| unreadable(path, &error))?,
        false => Vec::new(),
    };
    let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let changed = || {
        let path = path.display();
        let mend = format!("facepay models remove {name}, then install its makers' file again");
        StartError::Integrity(format!("{path} is not as this appliance sealed it; {mend}"))
    };
    let sealed: Sealed = serde_json::from_slice(&bytes).map_err(|_| changed())?;
    let seal = hex::decode(&sealed.seal).map_err(|_| changed())?;
    let is_ours = sealed.record.seal(key).verify_slice(&seal).is_ok();
    (is_ours && sealed.record.name == name).then_some(sealed.record).ok_or_else(changed)
}

/// The delivered weights and the installed ones.
///
/// # Errors
/// As [`records`].
pub(crate) fn shelf(settings: &Settings) -> Result<Shelf, StartError> {
    let installed = |record: Record| Installed {
        path: weights_file(settings, &record.name),
        name: record.name,
        sha256: record.sha256,
    };
    let installed = records(settings)?.into_iter().map(installed).collect();
    Ok(Shelf { folder: folders::weights(&settings.compute.weights_folder), installed })
}

/// Puts converted weights and their record into the data folder, in place of those that were there. A crash between the
/// two leaves weights that don't fit their record, which are refused.
///
/// # Errors
/// When the folder can't be written, or the appliance key is lost.
pub(crate) fn install(settings: &Settings, record: Record, weights: &[u8]) -> Result<(), StartError> {
    let key = appliance_key::installed_weights_key(settings)?;
    make_folder(&folder(settings))?;
    let (weights_path, record_path) =
        (weights_file(settings, &record.name), record_file(settings, &record.name));
    let seal = hex::encode(record.seal(&key).finalize().into_bytes());
    let sealed = serde_json::to_vec_pretty(&Sealed { record, seal }).expect("a record is JSON");
    write_whole(&weights_path, weights).map_err(|error| not_writable(&weights_path, &error))?;
    write_whole(&record_path, &sealed).map_err(|error| not_writable(&record_path, &error))
}

/// Takes installed weights and their record away. Says whether there were any.
///
/// # Errors
/// When the folder can't be written.
pub(crate) fn remove(settings: &Settings, name: &str) -> Result<bool, StartError> {
    let mut removed = false;
    for path in [record_file(settings, name), weights_file(settings, name)] {
        match std::fs::remove_file(&path) {
            Ok(()) => removed = true,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(not_writable(&path, &error)),
        }
    }
    Ok(removed)
}

/// Written beside and renamed, so that nobody reads half a file; readable for this user only.
fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let beside = path.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)?;
    std::fs::File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}

fn unreadable(path: &Path, error: &std::io::Error) -> StartError {
    StartError::Permission(format!("cannot read {}: {error}", path.display()))
}
