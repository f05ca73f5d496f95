//! A package as one `.fpk` file: an uncompressed tar archive of plain files, the same bytes for the same package.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use tar::{Builder, EntryType, Header};

use crate::path::PackagePath;
use crate::refusal::Refusal;
use crate::sealed::SealedFile;
use crate::source::{FILE_BYTES_MAX, FILES_MAX, PACKAGE_BYTES_MAX, Source, sealed};

/// An archive in sealed memory, and where its files lie in it.
pub struct Archive {
    bytes: SealedFile,
    files: BTreeMap<PackagePath, (u64, u64)>,
}

impl Archive {
    pub(crate) fn open(path: &Path) -> Result<Self, Refusal> {
        let name = path.display().to_string();
        let file = File::open(path).map_err(Refusal::unreadable(name.as_str()))?;
        // The headers come on top of the files.
        let bytes = sealed(file, &name, PACKAGE_BYTES_MAX + (FILES_MAX as u64) * 1024)?;
        let files = index(&bytes, &name)?;
        Ok(Self { bytes, files })
    }

    pub(crate) fn list(&self) -> Vec<PackagePath> {
        self.files.keys().cloned().collect()
    }

    pub(crate) fn read(&self, path: &PackagePath, bytes_max: u64) -> Result<Option<SealedFile>, Refusal> {
        let Some((offset, len)) = self.files.get(path).copied() else { return Ok(None) };
        let file = sealed(self.bytes.part(offset, len), path.as_str(), bytes_max)?;
        match file.len() == len {
            true => Ok(Some(file)),
            false => Err(Refusal::FileMissing { path: format!("{path} (the archive ends within it)") }),
        }
    }
}

/// Where each file lies in the archive. Only plain files may be there, each once.
fn index(bytes: &SealedFile, name: &str) -> Result<BTreeMap<PackagePath, (u64, u64)>, Refusal> {
    let mut files = BTreeMap::new();
    let mut archive = tar::Archive::new(bytes.part(0, bytes.len()));
    for entry in archive.entries().map_err(Refusal::unreadable(name))? {
        let entry = entry.map_err(Refusal::unreadable(name))?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if entry.header().entry_type() != EntryType::Regular {
            return Err(Refusal::NotAFile { path });
        }
        let place = (entry.raw_file_position(), entry.size());
        if files.insert(PackagePath::parse(&path)?, place).is_some() {
            return Err(Refusal::FileExtra { path });
        }
        if files.len() > FILES_MAX {
            return Err(Refusal::TooLarge { what: "the number of files".into(), limit: FILES_MAX as u64 });
        }
    }
    Ok(files)
}

/// Writes the folder's files into a new `.fpk` file, in order of their names, without times, owners or modes: the same bytes
/// for the same files.
///
/// # Errors
/// When the folder holds what no package does, or the file cannot be written.
pub fn write_archive(folder: &Path, archive: &Path) -> Result<(), Refusal> {
    let source = Source::open(folder)?;
    let mut files = Vec::new();
    for path in source.list()? {
        let file = source.read(&path, FILE_BYTES_MAX)?;
        let file = file.ok_or_else(|| Refusal::FileMissing { path: path.to_string() })?;
        files.push((path, file));
    }
    let written = File::create(archive).and_then(|out| write(&files, out));
    written.map_err(Refusal::unreadable(archive.display().to_string()))
}

fn write(files: &[(PackagePath, SealedFile)], out: File) -> io::Result<()> {
    let mut builder = Builder::new(out);
    for (path, file) in files {
        let mut header = Header::new_ustar();
        header.set_entry_type(EntryType::Regular);
        header.set_mode(0o644);
        header.set_size(file.len());
        builder.append_data(&mut header, path.as_str(), file.part(0, file.len()))?;
    }
    let mut out = builder.into_inner()?;
    out.flush()?;
    out.sync_all()
}
