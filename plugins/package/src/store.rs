//! Where installed packages lie: `ID/VERSION-DIGEST/` with the files, and `ID.json` that says which of them is in force.
//!
//! The record beside the folder holds the counter too, so that both change in one rename, and so that deleting the folder does
//! not make the store forget how far it had come.

mod place;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::key::PublicKey;
use crate::manifest::{FORMAT, PackageManifest, is_reverse_dns};
use crate::policy::{POLICY_BYTES_MAX, Policy, not_below};
use crate::refusal::Refusal;
use crate::source::Source;
use crate::verify::{Package, Verifier};

/// Largest record.
const RECORD_BYTES_MAX: u64 = 64 << 10;
/// Most packages in a store.
const RECORDS_MAX: usize = 256;
/// Where the highest counter of a policy is remembered. No plugin's id: it has no dot within.
const POLICY_RECORD: &str = "policy-counter.json";

/// Why a store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The package, or the policy, is not believed.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Nothing is installed under this name.
    #[error("no package called {id} is installed: facepay plugin install PATH")]
    NotInstalled {
        /// The plugin's id.
        id: String,
    },
    /// There is no version before this one.
    #[error("{id} has no version before {version}")]
    NoPrevious {
        /// The plugin's id.
        id: String,
        /// The version in force.
        version: String,
    },
    /// Somebody else is changing the store.
    #[error("another command is changing {}: try again when it has ended", .0.display())]
    Busy(PathBuf),
    /// A record is no record.
    #[error("{} is damaged: install the package again", .0.display())]
    Damaged(PathBuf),
    /// The disk failed.
    #[error("cannot read or write {}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// One version of a package, in its folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placed {
    /// The version.
    pub version: String,
    /// SHA-256 of its `plugin.json`.
    #[serde(rename = "sha256")]
    pub digest: Digest,
    /// Its counter.
    pub counter: u64,
}

/// What is known of an installed package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    format: u32,
    /// The plugin's id.
    pub id: String,
    /// The version in force.
    pub current: Placed,
    /// The version before, which a rollback takes.
    pub previous: Option<Placed>,
    /// The highest counter that was ever installed. Nothing below it is installed any more.
    pub counter_max: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyRecord {
    counter_max: u64,
}

/// A folder of installed packages.
#[derive(Debug, Clone)]
pub struct PackageStore {
    folder: PathBuf,
}

impl Placed {
    fn of(package: &Package) -> Self {
        let PackageManifest { version, counter, .. } = &package.manifest;
        Self { version: version.clone(), digest: package.digest, counter: *counter }
    }

    /// Its folder's name.
    fn name(&self) -> String {
        format!("{}-{}", self.version, self.digest.short())
    }
}

impl PackageStore {
    /// The store in this folder, which the first installation makes.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// What is installed under this id.
    ///
    /// # Errors
    /// When the record cannot be read or is damaged.
    pub fn record(&self, id: &str) -> Result<Option<Record>, StoreError> {
        if !is_reverse_dns(id) {
            return Ok(None);
        }
        let path = self.record_path(id);
        let Some(record) = read_json::<Record>(&path)? else { return Ok(None) };
        match record.format == FORMAT && record.id == id {
            true => Ok(Some(record)),
            false => Err(StoreError::Damaged(path)),
        }
    }

    /// Everything installed, by id.
    ///
    /// # Errors
    /// As [`Self::record`].
    pub fn records(&self) -> Result<Vec<Record>, StoreError> {
        let entries = match std::fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(file(&self.folder)(error)),
        };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let ids = names.filter_map(|name| name.strip_suffix(".json").map(str::to_owned));
        let mut ids: Vec<String> = ids.filter(|id| is_reverse_dns(id)).take(RECORDS_MAX).collect();
        ids.sort_unstable();
        ids.iter().filter_map(|id| self.record(id).transpose()).collect()
    }

    /// The package in force under this id, believed anew and still the one that was installed.
    ///
    /// # Errors
    /// Why it may not be loaded.
    pub fn open(&self, id: &str, verifier: &Verifier) -> Result<Package, StoreError> {
        let record = self.record(id)?.ok_or_else(|| StoreError::NotInstalled { id: id.to_owned() })?;
        self.believed(id, &record.current, verifier)
    }

    /// The package before the one in force, believed anew.
    ///
    /// # Errors
    /// When there is none, or it may not be loaded.
    pub fn open_previous(&self, id: &str, verifier: &Verifier) -> Result<Package, StoreError> {
        let record = self.record(id)?.ok_or_else(|| StoreError::NotInstalled { id: id.to_owned() })?;
        self.believed(id, record.previous()?, verifier)
    }

    fn believed(&self, id: &str, placed: &Placed, verifier: &Verifier) -> Result<Package, StoreError> {
        let package = verifier.verify(&Source::open(&self.folder.join(id).join(placed.name()))?)?;
        let (found, expected) = ((&package.manifest.id, package.digest), (id, placed.digest));
        match found.0 == expected.0 && found.1 == expected.1 {
            true => Ok(package),
            false => Err(Refusal::OtherPackage {
                found: format!("{} {}", found.0, found.1),
                expected: format!("{} {}", expected.0, expected.1),
            }
            .into()),
        }
    }

    /// Keeps a package that was believed, and has it in force from the next start on. All of it is on the disk when this returns;
    /// a crash before leaves what was in force.
    ///
    /// # Errors
    /// When something newer was installed before, or the disk fails.
    pub fn install(&self, package: &Package) -> Result<Record, StoreError> {
        let _alone = place::lock(&self.folder)?;
        place::tidy(&self.folder)?;
        let (id, placed) = (&package.manifest.id, Placed::of(package));
        let before = self.record(id)?;
        let counter_max = before.as_ref().map_or(0, |record| record.counter_max);
        not_below(package.manifest.counter, counter_max)?;
        place::put(&self.folder, id, &placed.name(), package)?;
        let previous = match before {
            // The same once more, for example to mend it.
            Some(record) if record.current == placed => record.previous,
            Some(record) => Some(record.current),
            None => None,
        };
        let counter_max = counter_max.max(placed.counter);
        let record = Record { format: FORMAT, id: id.clone(), current: placed, previous, counter_max };
        self.put_record(&record)?;
        place::keep_only(&self.folder.join(id), &record.kept())?;
        Ok(record)
    }

    /// Has the version before in force again, if it is still believed. The counter is not forgotten: what is older than the
    /// newest that was ever installed is not installed again, and a rollback ends where the policy's least counter does.
    ///
    /// # Errors
    /// When there is no version before, it is not believed any more, or it is not the `expected` one.
    pub fn rollback(
        &self,
        id: &str,
        expected: Option<Digest>,
        verifier: &Verifier,
    ) -> Result<Record, StoreError> {
        let not_installed = || StoreError::NotInstalled { id: id.to_owned() };
        if self.record(id)?.is_none() {
            return Err(not_installed());
        }
        let _alone = place::lock(&self.folder)?;
        let record = self.record(id)?.ok_or_else(not_installed)?;
        let previous = record.previous()?.clone();
        if let Some(expected) = expected.filter(|expected| *expected != previous.digest) {
            let (found, expected) = (previous.digest.to_string(), expected.to_string());
            return Err(Refusal::OtherPackage { found, expected }.into());
        }
        self.believed(id, &previous, verifier)?;
        let record = Record { current: previous, previous: Some(record.current), ..record };
        self.put_record(&record)?;
        Ok(record)
    }

    /// The policy in the file and its signature beside it (`policy.json`, `policy.sig`); `None` where there is no such file. The
    /// highest counter is remembered: no older policy is in force after it.
    ///
    /// # Errors
    /// Why the policy is not believed.
    pub fn policy(&self, path: &Path, root: &PublicKey, today: Date) -> Result<Option<Policy>, StoreError> {
        let Some(bytes) = read(path, POLICY_BYTES_MAX)? else { return Ok(None) };
        let signature = read(&path.with_extension("sig"), POLICY_BYTES_MAX)?.unwrap_or_default();
        let policy = Policy::open(&bytes, &signature, root, today)?;
        let remembered = self.folder.join(POLICY_RECORD);
        let seen = read_json::<PolicyRecord>(&remembered)?.map_or(0, |record| record.counter_max);
        let counter = policy.counter();
        if counter < seen {
            return Err(Refusal::PolicyDowngraded { counter, seen }.into());
        }
        if counter > seen {
            place::make(&self.folder)?;
            place::write_json(&remembered, &PolicyRecord { counter_max: counter })?;
        }
        Ok(Some(policy))
    }

    fn put_record(&self, record: &Record) -> Result<(), StoreError> {
        place::write_json(&self.record_path(&record.id), record)
    }

    fn record_path(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.json"))
    }
}

impl Record {
    /// The version before the one in force.
    fn previous(&self) -> Result<&Placed, StoreError> {
        let none = || StoreError::NoPrevious { id: self.id.clone(), version: self.current.version.clone() };
        self.previous.as_ref().ok_or_else(none)
    }

    /// The folders that stay.
    fn kept(&self) -> Vec<String> {
        std::iter::once(&self.current).chain(&self.previous).map(Placed::name).collect()
    }
}

fn file(path: &Path) -> impl FnOnce(std::io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::File { path, source }
}

/// The bytes of a small file; `None` where there is none.
fn read(path: &Path, bytes_max: u64) -> Result<Option<Vec<u8>>, StoreError> {
    use std::io::Read;
    let opened = match std::fs::File::open(path) {
        Ok(opened) => opened,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(file(path)(error)),
    };
    let mut bytes = Vec::new();
    opened.take(bytes_max + 1).read_to_end(&mut bytes).map_err(file(path))?;
    match bytes.len() as u64 > bytes_max {
        true => Err(Refusal::TooLarge { what: path.display().to_string(), limit: bytes_max }.into()),
        false => Ok(Some(bytes)),
    }
}

fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<Option<T>, StoreError> {
    let Some(bytes) = read(path, RECORD_BYTES_MAX)? else { return Ok(None) };
    serde_json::from_slice(&bytes).map(Some).map_err(|_| StoreError::Damaged(path.to_owned()))
}
