//! Zip archives as `torch.save` writes them: every file stored as it is. The directory at the end is believed, never the
//! headers between the files, and only where both lie inside the archive.

use super::super::ImportError;
use super::super::cursor::Cursor;

/// What every zip archive begins with.
pub(super) const MAGIC: &[u8] = b"PK\x03\x04";

const END: &[u8] = b"PK\x05\x06";
const DIRECTORY: u32 = 0x0201_4b50;
const LOCAL: u32 = 0x0403_4b50;
/// Files of an archive; a state dict has one per tensor and a handful more.
const FILES_MAX: u16 = 8192;
/// Length of the end record, and the most that its comment adds.
const END_LEN: usize = 22;
const COMMENT_LEN_MAX: usize = u16::MAX as usize;

/// A file of the archive.
pub(super) struct Stored<'a> {
    pub(super) name: &'a str,
    pub(super) bytes: &'a [u8],
}

/// The archive's files.
///
/// # Errors
/// [`ImportError::Damaged`] when anything points outside the archive, is compressed, encrypted or there twice.
pub(super) fn files(archive: &[u8]) -> Result<Vec<Stored<'_>>, ImportError> {
    let from = archive.len().saturating_sub(END_LEN + COMMENT_LEN_MAX);
    let end = archive[from..].windows(END.len()).rposition(|window| window == END);
    let end = from + end.ok_or(ImportError::Damaged("a zip archive without a directory"))?;
    let mut record = Cursor::at(archive, end + 10)?;
    let (count, _len, offset) = (record.u16()?, record.u32()?, record.u32()?);
    if usize::from(record.u16()?) != record.rest().len() {
        return Err(ImportError::Damaged("a zip archive that ends early"));
    }
    if count > FILES_MAX {
        return Err(ImportError::Damaged("a zip archive of more files than a state dict has"));
    }
    let mut directory = Cursor::at(archive, offset as usize)?;
    let mut files: Vec<Stored<'_>> = Vec::new();
    for _ in 0..count {
        let file = file(archive, &mut directory)?;
        if files.iter().any(|other| other.name == file.name) {
            return Err(ImportError::Damaged("a zip archive with two files of one name"));
        }
        files.push(file);
    }
    Ok(files)
}

fn file<'a>(archive: &'a [u8], directory: &mut Cursor<'a>) -> Result<Stored<'a>, ImportError> {
    if directory.u32()? != DIRECTORY {
        return Err(ImportError::Damaged("a zip directory that is shorter than it says"));
    }
    let _versions = directory.u32()?;
    let (flags, method) = (directory.u16()?, directory.u16()?);
    let _time_and_checksum = directory.u64()?;
    let (packed, len) = (directory.u32()?, directory.u32()?);
    let (name_len, extra_len, comment_len) = (directory.u16()?, directory.u16()?, directory.u16()?);
    let _disk_and_attributes = directory.u64()?;
    let offset = directory.u32()?;
    let name = directory.take(name_len.into())?;
    directory.take(usize::from(extra_len) + usize::from(comment_len))?;
    if flags & 1 != 0 || method != 0 || packed != len {
        return Err(ImportError::Damaged("a zip archive with a compressed or encrypted file"));
    }
    let name = std::str::from_utf8(name).map_err(|_| ImportError::Damaged("a name that is not UTF-8"))?;

    let mut local = Cursor::at(archive, offset as usize)?;
    if local.u32()? != LOCAL {
        return Err(ImportError::Damaged("a zip directory that points at no file"));
    }
    local.take(22)?;
    let (name_len, extra_len) = (local.u16()?, local.u16()?);
    local.take(usize::from(name_len) + usize::from(extra_len))?;
    Ok(Stored { name, bytes: local.take(len as usize)? })
}
