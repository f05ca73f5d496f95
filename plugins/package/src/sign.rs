//! The vendor's and the operator's side: digests into `plugin.json`, a signature beside it.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::digest::Digest;
use crate::elf::check_library;
use crate::key::SecretKey;
use crate::manifest::{MANIFEST_BYTES_MAX, PackageManifest};
use crate::path::PackagePath;
use crate::policy::{POLICY_BYTES_MAX, Policy};
use crate::refusal::Refusal;
use crate::source::{FILE_BYTES_MAX, MANIFEST_FILE, SIGNATURE_FILE, Source};
use crate::update::{UPDATE_FILE, UPDATE_SIGNATURE_FILE, UpdateFile, UpdateManifest};

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// Nobody would believe it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A file cannot be read or written.
    #[error("cannot read or write {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// Fills `files` of the folder's `plugin.json` in, checks what every appliance will check, and signs the bytes as they then lie
/// there. Gives the package's digest.
///
/// # Errors
/// What is wrong with the package, or with the disk.
pub fn sign_folder(folder: &Path, key: &SecretKey) -> Result<Digest, SignError> {
    let source = Source::open(folder)?;
    let written = source.manifest()?.bytes().map_err(Refusal::unreadable(MANIFEST_FILE))?;
    let mut fields: Map<String, Value> =
        serde_json::from_slice(&written).map_err(|error| Refusal::Malformed { what: error.to_string() })?;
    let mut digests = Map::new();
    for path in source.list()? {
        if ![MANIFEST_FILE, SIGNATURE_FILE].contains(&path.as_str()) {
            let file = source.read(&path, FILE_BYTES_MAX)?;
            let file = file.ok_or_else(|| Refusal::FileMissing { path: path.to_string() })?;
            digests.insert(path.to_string(), Value::String(file.digest().to_string()));
        }
    }
    fields.insert("files".to_owned(), Value::Object(digests));
    let mut bytes = serde_json::to_vec_pretty(&fields).expect("JSON that was read can be written");
    bytes.push(b'\n');
    fit(&source, &bytes)?;
    write_whole(&folder.join(MANIFEST_FILE), &bytes)?;
    write_whole(&folder.join(SIGNATURE_FILE), key.sign(&bytes).to_file().as_bytes())?;
    Ok(Digest::of(&bytes))
}

/// Refuses what appliances would refuse, for each machine that there is a library for.
fn fit(source: &Source, bytes: &[u8]) -> Result<(), Refusal> {
    if bytes.len() as u64 > MANIFEST_BYTES_MAX {
        return Err(Refusal::TooLarge { what: MANIFEST_FILE.to_owned(), limit: MANIFEST_BYTES_MAX });
    }
    let manifest = PackageManifest::parse(bytes)?;
    for (machine, name) in &manifest.libraries {
        let file = source.read(&PackagePath::parse(name)?, FILE_BYTES_MAX)?;
        let file = file.ok_or_else(|| Refusal::FileMissing { path: name.clone() })?;
        let library = file.bytes().map_err(Refusal::unreadable(name.as_str()))?;
        check_library(&library, machine).map_err(|fault| Refusal::Library { path: name.clone(), fault })?;
    }
    Ok(())
}

/// Writes and signs the `update.json` of the folder in which the one Debian package of an update lies. Gives the update's digest.
///
/// # Errors
/// When no appliance would take what the manifest says, or the disk fails.
pub fn sign_update(folder: &Path, manifest: &UpdateManifest, key: &SecretKey) -> Result<Digest, SignError> {
    let source = Source::open(folder)?;
    let mut signed = UpdateManifest { files: [].into(), ..manifest.clone() };
    signed.check().map_err(|what| Refusal::Malformed { what })?;
    for path in source.list()? {
        if ![UPDATE_FILE, UPDATE_SIGNATURE_FILE].contains(&path.as_str()) {
            let file = source.read(&path, FILE_BYTES_MAX)?;
            let file = file.ok_or_else(|| Refusal::FileMissing { path: path.to_string() })?;
            let listed = UpdateFile { sha256: file.digest(), bytes: file.len() };
            signed.files.insert(path.to_string(), listed);
        }
    }
    let mut bytes = serde_json::to_vec_pretty(&signed).expect("a manifest can be written");
    bytes.push(b'\n');
    write_whole(&folder.join(UPDATE_FILE), &bytes)?;
    write_whole(&folder.join(UPDATE_SIGNATURE_FILE), key.sign(&bytes).to_file().as_bytes())?;
    Ok(Digest::of(&bytes))
}

/// Signs a `policy.json` as it is: its signature comes beside it, in `policy.sig`. Gives the policy's counter.
///
/// # Errors
/// When it is no policy, or the disk fails.
pub fn sign_policy(path: &Path, key: &SecretKey) -> Result<u64, SignError> {
    let failed = |source| SignError::File { path: path.to_owned(), source };
    if path.metadata().map_err(failed)?.len() > POLICY_BYTES_MAX {
        return Err(Refusal::TooLarge { what: path.display().to_string(), limit: POLICY_BYTES_MAX }.into());
    }
    let bytes = std::fs::read(path).map_err(failed)?;
    let policy = Policy::parse(&bytes)?;
    write_whole(&path.with_extension("sig"), key.sign(&bytes).to_file().as_bytes())?;
    Ok(policy.counter())
}

/// Written beside and renamed, so that nobody reads half a file.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), SignError> {
    // A name that no package has: what a crash leaves is refused, never signed.
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.new"));
    let written = std::fs::File::create(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&beside, path)
    });
    written.map_err(|source| SignError::File { path: path.to_owned(), source })
}
