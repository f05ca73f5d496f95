//! One appliance for each data folder: a second one would settle the first one's payments under its hands.

use std::fs::{File, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::start::{StartError, make_folder, not_writable};

/// The right to be the appliance of a data folder; given back when dropped, and by the system when the process dies.
pub(super) struct Alone(File);

impl Alone {
    /// Takes the folder, or says who has it.
    pub(super) fn in_folder(folder: &Path) -> Result<Self, StartError> {
        make_folder(folder)?;
        let path = folder.join("lock");
        let mut options = File::options();
        let opened = options.read(true).write(true).create(true).truncate(false).mode(0o600).open(&path);
        let mut file = opened.map_err(|error| not_writable(&path, &error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(taken(folder, &path)),
            Err(TryLockError::Error(error)) => return Err(not_writable(&path, &error)),
        }
        // The number only helps to find the process; the lock holds without it.
        let _ = file.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
        Ok(Self(file))
    }
}

/// The process that is the appliance of `folder` now, by its number; `None` where there is none, or none that this account may ask after.
pub(crate) fn holder(folder: &Path) -> Option<String> {
    let mut file = File::open(folder.join("lock")).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => {
            let mut process = String::new();
            file.read_to_string(&mut process).ok()?;
            Some(process)
        }
        _ => None,
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        // Closing the file is not enough while a program that is just being started still has a copy of it.
        if let Err(error) = self.0.unlock() {
            tracing::warn!(%error, "the data folder could not be given back");
        }
    }
}

fn taken(folder: &Path, path: &Path) -> StartError {
    let holder = std::fs::read_to_string(path).unwrap_or_default();
    let holder = if holder.is_empty() { "of an unknown number".to_owned() } else { holder };
    StartError::Unavailable(format!(
        "another appliance (process {holder}) runs on {}; stop it, or give this one a data.folder and a \
         database.url of its own",
        folder.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_appliance_until_that_one_ends() {
        let folder = tempfile::tempdir().unwrap();
        let first = Alone::in_folder(folder.path()).unwrap();
        let refused = Alone::in_folder(folder.path()).err().unwrap().to_string();
        let process = std::process::id().to_string();
        assert!(refused.contains(&process) && refused.contains("data.folder"), "{refused}");
        assert_eq!(holder(folder.path()), Some(process));
        let inherited = first.0.try_clone().unwrap();
        drop(first);
        assert_eq!(holder(folder.path()), None);
        Alone::in_folder(folder.path()).unwrap();
        drop(inherited);
    }
}
