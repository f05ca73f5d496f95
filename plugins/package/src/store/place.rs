//! Whole folders or none: written aside, brought to the disk, then renamed.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FlockOperation, RenameFlags, flock, renameat_with};
use serde::Serialize;

use super::{StoreError, file};
use crate::verify::Package;

/// Begins the names of what is not finished. No id begins so.
const UNFINISHED: &str = ".incoming-";

/// Makes a folder that only its owner sees into.
pub(super) fn make(folder: &Path) -> Result<(), StoreError> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(file(folder))
}

/// The store for one command alone, until the file is dropped.
pub(super) fn lock(store: &Path) -> Result<File, StoreError> {
    make(store)?;
    let path = store.join(".lock");
    let mut options = OpenOptions::new();
    let lock = options.write(true).create(true).truncate(false).mode(0o600).open(&path);
    let lock = lock.map_err(file(&path))?;
    match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(lock),
        Err(_) => Err(StoreError::Busy(store.to_owned())),
    }
}

/// Takes away what an earlier command did not finish.
pub(super) fn tidy(store: &Path) -> Result<(), StoreError> {
    for entry in std::fs::read_dir(store).map_err(file(store))? {
        let entry = entry.map_err(file(store))?;
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            std::fs::remove_dir_all(entry.path()).map_err(file(&entry.path()))?;
        }
    }
    Ok(())
}

/// Puts the package's files into `store/id/name`, in place of what lay there.
pub(super) fn put(store: &Path, id: &str, name: &str, package: &Package) -> Result<(), StoreError> {
    let (aside, folder) = (store.join(format!("{UNFINISHED}{name}")), store.join(id));
    make(&folder)?;
    write_folder(&aside, package).map_err(file(&aside))?;
    let target = folder.join(name);
    let exchanged = renameat_with(CWD, &aside, CWD, &target, RenameFlags::EXCHANGE);
    match exchanged {
        Ok(()) => std::fs::remove_dir_all(&aside).map_err(file(&aside))?,
        Err(_) => std::fs::rename(&aside, &target).map_err(file(&target))?,
    }
    for changed in [&folder, store] {
        sync(changed).map_err(file(changed))?;
    }
    Ok(())
}

fn write_folder(folder: &Path, package: &Package) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    let builder = builder.recursive(true).mode(0o700);
    builder.create(folder)?;
    for (path, content) in package.files() {
        let target = folder.join(path.as_str());
        let above = target.parent().unwrap_or(folder);
        builder.create(above)?;
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&target)?;
        io::copy(&mut content.part(0, content.len()), &mut file)?;
        file.sync_all()?;
        for above in above.ancestors().take_while(|above| above.starts_with(folder)) {
            sync(above)?;
        }
    }
    sync(folder)
}

/// Takes away every version but these.
pub(super) fn keep_only(folder: &Path, kept: &[String]) -> Result<(), StoreError> {
    for entry in std::fs::read_dir(folder).map_err(file(folder))? {
        let entry = entry.map_err(file(folder))?;
        if !kept.iter().any(|name| entry.file_name() == name.as_str()) {
            std::fs::remove_dir_all(entry.path()).map_err(file(&entry.path()))?;
        }
    }
    Ok(())
}

/// Written beside and renamed, so that nobody reads half a file.
pub(super) fn write_json(path: &Path, value: &impl Serialize) -> Result<(), StoreError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.new"));
    write_beside(path, &beside, value).map_err(file(path))
}

fn write_beside(path: &Path, beside: &PathBuf, value: &impl Serialize) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(true).mode(0o600).open(beside)?;
    serde_json::to_writer_pretty(&file, value).map_err(io::Error::other)?;
    file.sync_all()?;
    std::fs::rename(beside, path)?;
    sync(path.parent().unwrap_or(Path::new(".")))
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
