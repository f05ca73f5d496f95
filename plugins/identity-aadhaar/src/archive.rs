//! The ZIP archive of an offline e-KYC file: one XML document under the share code, by ZipCrypto or AES.

use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use crate::refusal::Refusal;
use crate::xml;

/// Largest archive; UIDAI's are some 15 KiB.
const BYTES_MAX: usize = 1 << 20;
/// An entry of text and a photo is packed no more tightly than this.
const RATIO_MAX: u64 = 50;

/// The text of the document in an archive.
pub fn opened(archive: &[u8], share_code: Option<&str>) -> Result<String, Refusal> {
    if archive.len() > BYTES_MAX {
        return Err(Refusal::ArchiveTooLarge);
    }
    let mut archive = ZipArchive::new(Cursor::new(archive)).map_err(|_| Refusal::ArchiveMalformed)?;
    if archive.len() != 1 {
        return Err(Refusal::ArchiveEntries);
    }
    let entry = archive.by_index_raw(0).map_err(|_| Refusal::ArchiveMalformed)?;
    let is_xml =
        entry.is_file() && entry.name().is_ok_and(|name| name.to_ascii_lowercase().ends_with(".xml"));
    let (packed, size, is_closed) = (entry.compressed_size(), entry.size(), entry.encrypted());
    drop(entry);
    if !is_xml {
        return Err(Refusal::ArchiveEntries);
    }
    if size > xml::BYTES_MAX as u64 || size / RATIO_MAX > packed {
        return Err(Refusal::ArchiveTooLarge);
    }
    if !is_closed {
        return Err(Refusal::ArchiveOpen);
    }
    let share_code = share_code.filter(|code| !code.is_empty()).ok_or(Refusal::ShareCodeMissing)?;
    let entry = archive.by_index_decrypt(0, share_code.as_bytes()).map_err(|error| match error {
        ZipError::InvalidPassword => Refusal::ShareCodeWrong,
        _ => Refusal::ArchiveMalformed,
    })?;
    let mut content = Vec::new();
    // The sizes are the archive's own word: what comes out is counted. One of 256 wrong codes passes ZipCrypto's check, and fails here.
    let read = entry.take(xml::BYTES_MAX as u64 + 1).read_to_end(&mut content);
    if content.len() > xml::BYTES_MAX || content.len() as u64 / RATIO_MAX > packed {
        return Err(Refusal::ArchiveTooLarge);
    }
    read.map_err(|_| Refusal::ShareCodeWrong)?;
    String::from_utf8(content).map_err(|_| Refusal::XmlMalformed)
}
