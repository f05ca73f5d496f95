//! A gallery between starts: a folder of sealed parts, whose keys are in the database.
//!
//! A part's key goes in the transaction that changes a face of the part (the database's own triggers), and a part written
//! while its faces changed gets none. So a part that opens is whole and current, and the files need no care of their own:
//! one that is half-written, changed, swapped, older or somebody else's does not open, and its faces are read from the
//! database as if it were not there.
use std::{
    collections::HashSet,
    fmt,
    fs::{DirBuilder, File},
    io::{self, Read as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    str::FromStr,
};

use domain::UserId;
use uuid::Uuid;
use zeroize::{Zeroize as _, Zeroizing};

use crate::{
    gallery_part::KeptPart,
    seal::{Key, context},
};

/// How parts are written; a change of what is in them needs another one.
const FORMAT: &str = "1";
/// No part is larger: people are spread evenly by the ends of their ids, and a million of 512 values take 0.13 MiB each.
const PART_BYTES_MAX: u64 = 64 << 20;

/// One part of a gallery: the people whose ids end with the same three hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Part(u16);

impl Part {
    /// How many there are.
    pub const COUNT: u16 = 1 << 12;

    /// The part of a person's templates.
    #[must_use]
    pub fn of(user: UserId) -> Self {
        let [.., before, last] = *user.0.as_bytes();
        Self(u16::from_be_bytes([before, last]) % Self::COUNT)
    }

    pub(crate) fn number(self) -> u16 {
        self.0
    }

    /// Every part.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..Self::COUNT).map(Self)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03x}", self.0)
    }
}

impl FromStr for Part {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let part = u16::from_str_radix(text, 16).ok().filter(|number| *number < Self::COUNT).map(Self);
        part.filter(|part| part.to_string() == text).ok_or_else(|| format!("gallery part `{text}`"))
    }
}

/// Why a part was not opened; its faces are in the database.
#[derive(Debug, thiserror::Error)]
pub enum PartFault {
    /// The file is not there or can't be read.
    #[error("the file can't be read")]
    File(#[from] io::Error),
    /// The file is not the one that the key is of.
    #[error("the file does not open")]
    Sealed,
}

/// A part that lies sealed in the folder and has no key yet.
pub struct WrittenPart {
    file: File,
    pub(crate) part: Part,
    pub(crate) key: Key,
    pub(crate) changes: i64,
    pub(crate) templates: usize,
}

impl WrittenPart {
    /// Waits until the part is on the disk.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }
}

/// Where one part after the other is opened; overwritten when dropped.
#[derive(Default)]
pub struct PartBuffer(Zeroizing<Vec<u8>>);

/// A folder of sealed parts.
pub struct Snapshot {
    folder: PathBuf,
    /// Names the folder in the database, which several appliances may share.
    id: String,
}

impl Snapshot {
    /// The snapshot in `folder`, which is made when it is not there.
    ///
    /// # Errors
    /// When the folder can't be made or written.
    pub fn open(folder: &Path) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let file = folder.join("id");
        let known = std::fs::read_to_string(&file).ok().filter(|id| id.parse::<Uuid>().is_ok());
        let folder = folder.to_owned();
        if let Some(id) = known {
            return Ok(Self { folder, id });
        }
        // It has no keys: whatever is here is written anew.
        let id = Uuid::new_v4().to_string();
        overwrite(&file, id.as_bytes())?.sync_data()?;
        Ok(Self { folder, id })
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    fn file(&self, tag: u32, part: Part) -> PathBuf {
        self.folder.join(format!("{tag}-{part}"))
    }

    fn bound_to(&self, tag: u32, part: Part) -> Vec<u8> {
        context(&["gallery-part", FORMAT, &self.id, &tag.to_string(), &part.to_string()])
    }

    /// Opens a part of the recogniser `tag` into `buffer`, and gives what was written.
    ///
    /// # Errors
    /// When it does not open, for whatever reason.
    pub fn read<'a>(
        &self,
        tag: u32,
        kept: &KeptPart,
        PartBuffer(buffer): &'a mut PartBuffer,
    ) -> Result<&'a [u8], PartFault> {
        let key = kept.key.as_ref().ok_or(PartFault::Sealed)?;
        // Before it grows, which would leave what is in it behind.
        buffer.zeroize();
        let file = File::open(self.file(tag, kept.part))?;
        let size = file.metadata()?.len();
        if size > PART_BYTES_MAX {
            return Err(PartFault::Sealed);
        }
        buffer.reserve(usize::try_from(size).unwrap_or_default());
        file.take(size).read_to_end(buffer)?;
        let opened = key.open_in_place(buffer, &self.bound_to(tag, kept.part));
        opened.map_err(|_| PartFault::Sealed)
    }

    /// Seals `plain`, the `templates` of a part of the recogniser `tag` as they were after so many `changes`, with a key of
    /// its own. What lay there is written over; until the key is kept the part is nobody's.
    ///
    /// # Errors
    /// When the folder can't be written.
    pub fn write(
        &self,
        (tag, part): (u32, Part),
        (templates, changes): (usize, i64),
        plain: &[u8],
    ) -> io::Result<WrittenPart> {
        let key = Key::random();
        let sealed = key.seal(plain, &self.bound_to(tag, part)).map_err(io::Error::other)?;
        let file = overwrite(&self.file(tag, part), &sealed)?;
        Ok(WrittenPart { file, part, key, changes, templates })
    }

    /// Removes the files of parts that are not among the `kept` ones; says how many there were.
    ///
    /// # Errors
    /// When the folder can't be read or written.
    pub fn sweep(&self, kept: &HashSet<(u32, Part)>) -> io::Result<usize> {
        let mut removed = 0;
        for entry in std::fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let Some((tag, part)) = name.to_str().and_then(|name| name.split_once('-')) else { continue };
            let (Ok(tag), Ok(part)) = (tag.parse(), part.parse()) else { continue };
            if !kept.contains(&(tag, part)) {
                std::fs::remove_file(entry.path())?;
                removed += 1;
            }
        }
        Ok(removed)
    }
}

/// Writes over what lies there, so that little of it is left on the disk.
fn overwrite(path: &Path, bytes: &[u8]) -> io::Result<File> {
    let mut file = File::options().write(true).create(true).truncate(false).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.set_len(bytes.len() as u64)?;
    Ok(file)
}
