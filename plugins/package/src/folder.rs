//! A package as a folder. Every step down is taken without following a symbolic link, so no file outside is ever read.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, openat, statat};
use rustix::io::Errno;

use crate::path::PackagePath;
use crate::refusal::Refusal;
use crate::sealed::SealedFile;
use crate::source::{FILES_MAX, sealed};

/// A folder, held open.
pub struct Folder {
    fd: OwnedFd,
}

const DOWN: OFlags = OFlags::DIRECTORY.union(OFlags::NOFOLLOW).union(OFlags::RDONLY).union(OFlags::CLOEXEC);
// Without waiting: a pipe would have the reader wait for a writer.
const READ: OFlags = OFlags::NOFOLLOW.union(OFlags::RDONLY).union(OFlags::CLOEXEC).union(OFlags::NONBLOCK);

impl Folder {
    pub(crate) fn open(path: &Path) -> Result<Self, Refusal> {
        let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC;
        let fd = openat(CWD, path, flags, Mode::empty());
        let fd = fd.map_err(|error| Refusal::unreadable(path.display().to_string())(error.into()))?;
        Ok(Self { fd })
    }

    pub(crate) fn list(&self) -> Result<Vec<PackagePath>, Refusal> {
        let mut found = Vec::new();
        let top = openat(&self.fd, ".", DOWN, Mode::empty());
        // One folder after the other: their depth is bounded by what a path may be.
        let mut folders = vec![(String::new(), top.map_err(unreadable("the package"))?)];
        while let Some((prefix, folder)) = folders.pop() {
            for (name, kind) in entries(&folder, &prefix)? {
                let path = PackagePath::parse(&format!("{prefix}{name}"))?;
                match kind {
                    FileType::RegularFile => found.push(path),
                    FileType::Directory => {
                        let below = openat(&folder, name.as_str(), DOWN, Mode::empty());
                        folders.push((format!("{path}/"), below.map_err(unreadable(path.as_str()))?));
                    }
                    _ => return Err(Refusal::NotAFile { path: path.to_string() }),
                }
                if found.len() + folders.len() > FILES_MAX {
                    return Err(Refusal::TooLarge {
                        what: "the number of files".into(),
                        limit: FILES_MAX as u64,
                    });
                }
            }
        }
        found.sort_unstable();
        Ok(found)
    }

    pub(crate) fn read(&self, path: &PackagePath, bytes_max: u64) -> Result<Option<SealedFile>, Refusal> {
        let (folders, name) = path.parts();
        let mut at = openat(&self.fd, ".", DOWN, Mode::empty()).map_err(unreadable("the package"))?;
        for folder in folders {
            at = match openat(&at, folder, DOWN, Mode::empty()) {
                Ok(below) => below,
                Err(error) => return absent(path, error),
            };
        }
        let file = match openat(&at, name, READ, Mode::empty()) {
            Ok(fd) => File::from(fd),
            Err(error) => return absent(path, error),
        };
        let metadata = file.metadata().map_err(Refusal::unreadable(path.as_str()))?;
        match metadata.is_file() {
            true => sealed(file, path.as_str(), bytes_max).map(Some),
            false => Err(Refusal::NotAFile { path: path.to_string() }),
        }
    }
}

/// What lies in one folder, by name.
fn entries(folder: &OwnedFd, prefix: &str) -> Result<Vec<(String, FileType)>, Refusal> {
    let mut found = Vec::new();
    for entry in Dir::read_from(folder).map_err(unreadable(prefix))? {
        let entry = entry.map_err(unreadable(prefix))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name == "." || name == ".." {
            continue;
        }
        let kind = match entry.file_type() {
            // Some file systems do not say.
            FileType::Unknown => {
                let stat = statat(folder, entry.file_name(), AtFlags::SYMLINK_NOFOLLOW);
                FileType::from_raw_mode(stat.map_err(unreadable(&name))?.st_mode)
            }
            kind => kind,
        };
        found.push((name, kind));
        if found.len() > FILES_MAX {
            return Err(Refusal::TooLarge { what: "the number of files".into(), limit: FILES_MAX as u64 });
        }
    }
    Ok(found)
}

fn absent(path: &PackagePath, error: Errno) -> Result<Option<SealedFile>, Refusal> {
    match error {
        Errno::NOENT => Ok(None),
        // What O_NOFOLLOW and O_DIRECTORY say of a symbolic link.
        Errno::LOOP | Errno::NOTDIR => Err(Refusal::NotAFile { path: path.to_string() }),
        error => Err(unreadable(path.as_str())(error)),
    }
}

fn unreadable(what: &str) -> impl FnOnce(Errno) -> Refusal {
    let what = what.to_owned();
    move |error| Refusal::Unreadable { what, source: error.into() }
}
