//! What an update leaves on the disk: how far it is, which packages are kept, what came of the last ones.
//!
//! All of it lies in a folder of root's own, where the appliance's account reads and writes nothing but reads the history.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use plugin_package::{Digest, SealedFile};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::plan::{Outcome, Phase};

/// The format that this program writes and reads.
pub(crate) const FORMAT: u32 = 1;
/// Largest file of these.
const FILE_BYTES_MAX: u64 = 1 << 20;
/// What came of so many updates is kept.
const HISTORY_MAX: usize = 50;

/// A version, and its package in the folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Version {
    pub(crate) version: String,
    /// SHA-256 of the package; `None` as long as there is none.
    pub(crate) sha256: Option<Digest>,
    /// The migrations that it knows.
    pub(crate) migrations: Vec<String>,
}

/// An update that is under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Journal {
    pub(crate) format: u32,
    pub(crate) id: String,
    pub(crate) from: Version,
    pub(crate) to: Version,
    pub(crate) phase: Phase,
    /// How often it was begun or taken up.
    pub(crate) starts: u32,
    /// Why it goes back.
    pub(crate) why: Option<String>,
}

impl Journal {
    /// Whether the new version brings migrations.
    pub(crate) fn migrates(&self) -> bool {
        self.to.migrations.len() > self.from.migrations.len()
    }

    /// Adds to why it goes back, once.
    pub(crate) fn add(&mut self, why: &str) {
        match &mut self.why {
            None => self.why = Some(why.to_owned()),
            Some(all) if all.contains(why) => {}
            Some(all) => all.push_str(&format!("; then {why}")),
        }
    }
}

/// Which packages are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// That of the version which was installed last.
    pub(crate) installed: Option<Version>,
    /// That of the version before, which a rollback takes.
    pub(crate) before: Option<Version>,
}

/// What came of an update.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) id: String,
    /// RFC 3339.
    pub(crate) at: String,
    pub(crate) outcome: Outcome,
    pub(crate) from: String,
    pub(crate) to: String,
    /// Whether `to` brought migrations, which `from` refuses.
    #[serde(default)]
    pub(crate) migrates: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) why: Option<String>,
}

/// The folder.
#[derive(Debug, Clone)]
pub(crate) struct Place(PathBuf);

impl Place {
    pub(crate) fn new(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    /// The folder for one command alone, until the file is dropped. It is made when it is not there.
    pub(crate) fn lock(&self) -> io::Result<File> {
        DirBuilder::new().recursive(true).mode(0o755).create(&self.0).map_err(at(&self.0))?;
        let path = self.0.join(".lock");
        let mut options = OpenOptions::new();
        let lock = options.write(true).create(true).truncate(false).mode(0o600).open(&path);
        let lock = lock.map_err(at(&path))?;
        match lock.try_lock() {
            Ok(()) => Ok(lock),
            Err(TryLockError::WouldBlock) => Err(io::Error::new(
                ErrorKind::ResourceBusy,
                "another update is at work; see `facepay update status`",
            )),
            Err(TryLockError::Error(error)) => Err(at(&path)(error)),
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.0
    }

    /// The package of a version.
    pub(crate) fn package(&self, version: &str) -> PathBuf {
        self.0.join(format!("{version}.deb"))
    }

    /// The copy of the program that carries the update out: the one that is installed may be the one that fails.
    pub(crate) fn updater(&self) -> PathBuf {
        self.0.join("updater")
    }

    pub(crate) fn journal(&self) -> io::Result<Option<Journal>> {
        let journal: Option<Journal> = self.read("journal.json")?;
        match journal {
            Some(journal) if journal.format != FORMAT => Err(io::Error::other(format!(
                "{} has the format {}, this program knows {FORMAT}",
                self.0.join("journal.json").display(),
                journal.format
            ))),
            journal => Ok(journal),
        }
    }

    pub(crate) fn put_journal(&self, journal: &Journal) -> io::Result<()> {
        self.write("journal.json", journal)
    }

    pub(crate) fn end_journal(&self) -> io::Result<()> {
        let path = self.0.join("journal.json");
        std::fs::remove_file(&path).and_then(|()| sync(&self.0)).map_err(at(&path))
    }

    pub(crate) fn kept(&self) -> io::Result<Kept> {
        Ok(self.read("kept.json")?.unwrap_or_default())
    }

    /// Writes down which packages are kept, and takes every other one away.
    pub(crate) fn keep(&self, kept: &Kept) -> io::Result<()> {
        self.write("kept.json", kept)?;
        let versions = kept.installed.iter().chain(&kept.before);
        let named: Vec<PathBuf> = versions.map(|version| self.package(&version.version)).collect();
        for entry in std::fs::read_dir(&self.0).map_err(at(&self.0))? {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending == "deb") && !named.contains(&path) {
                std::fs::remove_file(&path).map_err(at(&path))?;
            }
        }
        Ok(())
    }

    /// What came of the last updates, the oldest first.
    pub(crate) fn history(&self) -> io::Result<Vec<Entry>> {
        Ok(self.read("history.json")?.unwrap_or_default())
    }

    /// Adds what came of one; the same once more takes its place.
    pub(crate) fn add(&self, entry: &Entry) -> io::Result<()> {
        let mut history = self.history()?;
        history.retain(|other| (&other.id, other.outcome) != (&entry.id, entry.outcome));
        history.push(entry.clone());
        let beyond = history.len().saturating_sub(HISTORY_MAX);
        self.write("history.json", &history[beyond..].to_vec())
    }

    /// Puts a package there, on the disk when this returns. Gives its digest.
    pub(crate) fn put_package(&self, version: &str, package: &SealedFile) -> io::Result<Digest> {
        let mut bytes = package.part(0, package.len());
        put(&self.package(version), 0o644, &mut bytes)?;
        Ok(package.digest())
    }

    /// Puts this program there, as the one that carries the update out: by another name where that is on the same disk, for dpkg
    /// replaces the name and not the file.
    pub(crate) fn put_updater(&self) -> io::Result<()> {
        let (program, updater) = (std::env::current_exe()?, self.updater());
        if updater.exists() {
            std::fs::remove_file(&updater).map_err(at(&updater))?;
        }
        match std::fs::hard_link(&program, &updater) {
            Ok(()) => sync(&self.0).map_err(at(&self.0)),
            Err(_) => put(&updater, 0o755, &mut File::open(program)?),
        }
    }

    fn read<T: DeserializeOwned>(&self, name: &str) -> io::Result<Option<T>> {
        let path = self.0.join(name);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(at(&path)(error)),
        };
        let read = serde_json::from_reader(io::BufReader::new(file.take(FILE_BYTES_MAX)));
        read.map(Some).map_err(|error| at(&path)(error.into()))
    }

    fn write(&self, name: &str, value: &impl Serialize) -> io::Result<()> {
        let bytes = serde_json::to_vec_pretty(value)?;
        put(&self.0.join(name), 0o644, &mut bytes.as_slice())
    }
}

/// Whether the package at `path` is the one that was put there.
pub(crate) fn is_whole(path: &Path, sha256: Option<Digest>) -> Result<(), String> {
    let read = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    match sha256 {
        Some(sha256) if sha256 == Digest::of(&read) => Ok(()),
        _ => Err(format!("{} is damaged", path.display())),
    }
}

/// Written beside, brought to the disk, then renamed: whole or not there.
fn put(path: &Path, mode: u32, bytes: &mut impl Read) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.new"));
    let mut options = OpenOptions::new();
    let written =
        options.write(true).create(true).truncate(true).mode(mode).open(&beside).and_then(|mut file| {
            io::copy(bytes, &mut file)?;
            file.flush()?;
            file.sync_all()?;
            std::fs::rename(&beside, path)?;
            sync(path.parent().unwrap_or(Path::new(".")))
        });
    written.map_err(at(path))
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> io::Error {
    let path = path.display().to_string();
    move |error| io::Error::new(error.kind(), format!("{path}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(version: &str) -> Version {
        Version { version: version.to_owned(), sha256: None, migrations: Vec::new() }
    }

    #[test]
    fn only_packages_that_are_kept_stay() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::new(folder.path());
        for name in ["1.deb", "2.deb", "3.deb", "note"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let kept = Kept { installed: Some(version("3")), before: Some(version("2")) };
        place.keep(&kept).unwrap();
        assert_eq!(place.kept().unwrap(), kept);
        assert!(!place.package("1").exists() && folder.path().join("note").exists());
        assert!(place.package("2").exists() && place.package("3").exists());
    }

    #[test]
    fn the_history_has_a_bound_and_each_end_once() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::new(folder.path());
        for number in 0..60 {
            let entry = Entry {
                id: (number / 2).max(number - 55).to_string(),
                at: String::new(),
                outcome: Outcome::Applied,
                from: "1".to_owned(),
                to: number.to_string(),
                migrates: false,
                why: None,
            };
            place.add(&entry).unwrap();
        }
        let history = place.history().unwrap();
        assert!(history.len() <= HISTORY_MAX);
        let ids: std::collections::BTreeSet<_> = history.iter().map(|entry| &entry.id).collect();
        assert_eq!(ids.len(), history.len());
        assert_eq!(history.last().unwrap().to, "59");
    }

    #[test]
    fn one_command_has_the_folder_and_a_damaged_package_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::new(folder.path());
        let first = place.lock().unwrap();
        assert_eq!(place.lock().unwrap_err().kind(), ErrorKind::ResourceBusy);
        drop(first);
        place.lock().unwrap();
        std::fs::write(place.package("1"), "abc").unwrap();
        assert!(is_whole(&place.package("1"), Some(Digest::of(b"abc"))).is_ok());
        assert!(is_whole(&place.package("1"), Some(Digest::of(b"abd"))).is_err());
        assert!(is_whole(&place.package("1"), None).is_err());
    }
}
