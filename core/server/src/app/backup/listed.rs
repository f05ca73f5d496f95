//! The backups that lie in the folder, and which of them were opened and walked through.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use domain::Timestamp;
use serde::{Deserialize, Serialize};

use super::{BY_HAND, ENDING, Occasion, kept};
use crate::app::evidence::moment;

/// How the files end in which `facepay backup verify` notes what it found sound.
const SOUND: &str = ".sound";

/// A backup of the database.
pub(crate) struct Listed {
    /// The file's name.
    pub(crate) name: String,
    pub(crate) made_at: Timestamp,
    pub(crate) bytes: u64,
    pub(crate) occasion: Occasion,
    /// When it was opened and found sound, as it is now; `None` where nobody did so beside it.
    pub(crate) verified_at: Option<Timestamp>,
}

/// That a file as it was then is sound.
#[derive(Serialize, Deserialize)]
struct Sound {
    at_micros: i64,
    bytes: u64,
    modified_micros: i64,
}

/// What lies in `folder`, the newest first; nothing where there is no folder.
///
/// # Errors
/// When it can't be read.
pub(crate) fn listed(folder: &Path) -> std::io::Result<Vec<Listed>> {
    let files = match kept(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        files => files?,
    };
    // One that is removed meanwhile is not there any more.
    Ok(files.iter().rev().filter_map(|file| one(file)).collect())
}

fn one(file: &Path) -> Option<Listed> {
    let metadata = file.metadata().ok()?;
    let name = file.file_name()?.to_string_lossy().into_owned();
    Some(Listed {
        made_at: made_at(&name).unwrap_or_else(|| modified(&metadata)),
        bytes: metadata.len(),
        occasion: occasion(&name),
        verified_at: verified_at(file, &metadata),
        name,
    })
}

/// What a file's name says it was made for.
pub(super) fn occasion(name: &str) -> Occasion {
    if name.ends_with(BY_HAND) { Occasion::ByHand } else { Occasion::Planned }
}

/// The moment that a file's name begins with.
fn made_at(name: &str) -> Option<Timestamp> {
    let stamp = name.strip_suffix(BY_HAND).or_else(|| name.strip_suffix(ENDING))?;
    let at: jiff::Timestamp = stamp.parse().ok()?;
    Some(Timestamp(at.as_microsecond()))
}

fn modified(metadata: &Metadata) -> Timestamp {
    moment(metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH))
}

/// The file beside, in which it is noted that this one is sound.
pub(super) fn note_of(file: &Path) -> PathBuf {
    let mut beside = file.as_os_str().to_owned();
    beside.push(SOUND);
    PathBuf::from(beside)
}

/// Notes beside the file that it is sound as it is.
///
/// # Errors
/// When nothing can be written there; the backup is sound all the same.
pub(crate) fn note_sound(file: &Path, at: Timestamp) -> std::io::Result<()> {
    let metadata = file.metadata()?;
    let (bytes, modified_micros) = (metadata.len(), modified(&metadata).0);
    let note = Sound { at_micros: at.0, bytes, modified_micros };
    std::fs::write(note_of(file), serde_json::to_vec(&note)?)
}

/// A note about a file that was changed since says nothing.
fn verified_at(file: &Path, metadata: &Metadata) -> Option<Timestamp> {
    let note: Sound = serde_json::from_slice(&std::fs::read(note_of(file)).ok()?).ok()?;
    let is_as_it_was = (note.bytes, note.modified_micros) == (metadata.len(), modified(metadata).0);
    is_as_it_was.then_some(Timestamp(note.at_micros))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::backup::stamp;

    #[test]
    fn what_lies_there_is_told_with_its_moment_and_whether_it_was_found_sound() {
        let folder = tempfile::tempdir().unwrap();
        assert!(listed(&folder.path().join("none")).unwrap().is_empty());
        let at = |seconds: i64| Timestamp(1_793_491_200_000_000 + seconds * 1_000_000 + 7);
        let (planned, by_hand) = (format!("{}{ENDING}", stamp(at(0))), format!("{}{BY_HAND}", stamp(at(60))));
        for name in [planned.as_str(), &by_hand, "keys.age", "keys.age.new", "odd.facepay.age"] {
            std::fs::write(folder.path().join(name), name).unwrap();
        }
        note_sound(&folder.path().join(&planned), at(90)).unwrap();
        let found = listed(folder.path()).unwrap();
        let told: Vec<_> = found.iter().map(|backup| (backup.name.as_str(), backup.occasion)).collect();
        let odd = ("odd.facepay.age", Occasion::Planned);
        assert_eq!(told, [odd, (&by_hand, Occasion::ByHand), (&planned, Occasion::Planned)]);
        assert_eq!((found[1].made_at, found[1].verified_at), (at(60), None));
        assert_eq!((found[2].made_at, found[2].verified_at), (at(0), Some(at(90))));
        assert_eq!(found[2].bytes, planned.len() as u64);
        // What was changed since is not what was found sound.
        std::fs::write(folder.path().join(&planned), "another").unwrap();
        assert_eq!(listed(folder.path()).unwrap()[2].verified_at, None);
    }
}
