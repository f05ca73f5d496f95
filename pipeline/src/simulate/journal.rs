//! When each picture of each simulated camera was captured, in a file: for whoever watches them from another process.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Pictures of one camera, at most; a clip is no longer.
const PICTURES_MAX: usize = 3_600;
/// Nanoseconds since 1970, little-endian.
const MOMENT_BYTES: usize = 8;

/// The journal of a farm.
#[derive(Clone)]
pub struct Journal(Arc<File>);

/// One camera's part of a journal.
pub(super) struct Place {
    journal: Journal,
    mount: usize,
}

impl Journal {
    /// Begins one.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn create(path: &Path) -> std::io::Result<Self> {
        Ok(Self(Arc::new(File::create_new(path)?)))
    }

    /// Reads one that another process writes.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn open(path: &Path) -> std::io::Result<Self> {
        Ok(Self(Arc::new(File::open(path)?)))
    }

    /// When the picture with this barcode was captured last by a camera, by its number; `None` before the first time.
    pub fn captured_at(&self, mount: usize, index: u32) -> Option<SystemTime> {
        let mut bytes = [0; MOMENT_BYTES];
        self.0.read_exact_at(&mut bytes, offset(mount, index as usize)).ok()?;
        let nanos = u64::from_le_bytes(bytes);
        (nanos > 0).then(|| UNIX_EPOCH + Duration::from_nanos(nanos))
    }

    pub(super) fn place(&self, mount: usize) -> Place {
        Place { journal: self.clone(), mount }
    }
}

impl Place {
    /// The picture was captured, this long ago.
    pub(super) fn note(&self, index: usize, ago: Duration) {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().saturating_sub(ago);
        let nanos = u64::try_from(since.as_nanos()).unwrap_or(u64::MAX);
        if let Err(error) = self.journal.0.write_all_at(&nanos.to_le_bytes(), offset(self.mount, index)) {
            tracing::warn!(%error, "a simulated picture is not in the journal");
        }
    }
}

fn offset(mount: usize, index: usize) -> u64 {
    ((mount * PICTURES_MAX + index.min(PICTURES_MAX - 1)) * MOMENT_BYTES) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_found_by_its_camera_and_its_number() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let (written, read) = (Journal::create(&path).unwrap(), Journal::open(&path).unwrap());
        assert_eq!(read.captured_at(1, 7), None);
        written.place(1).note(7, Duration::from_secs(60));
        let age = read.captured_at(1, 7).unwrap().elapsed().unwrap();
        assert!((60..65).contains(&age.as_secs()), "{age:?}");
        assert_eq!((read.captured_at(0, 7), read.captured_at(1, 8)), (None, None));
    }
}
