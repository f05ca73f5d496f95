//! Where a package is read from: a folder, or one file with the same in it.

use std::path::Path;

use crate::archive::Archive;
use crate::digest::Digest;
use crate::folder::Folder;
use crate::manifest::{MANIFEST_BYTES_MAX, PackageManifest};
use crate::path::PackagePath;
use crate::refusal::Refusal;
use crate::sealed::SealedFile;

/// The file that is signed.
pub const MANIFEST_FILE: &str = "plugin.json";
/// The detached signature over it.
pub const SIGNATURE_FILE: &str = "plugin.sig";

/// Most files in a package.
pub(crate) const FILES_MAX: usize = 256;
/// Largest file in a package.
pub(crate) const FILE_BYTES_MAX: u64 = 512 << 20;
/// Most bytes of all files in a package.
pub(crate) const PACKAGE_BYTES_MAX: u64 = 1 << 30;

/// A package that nobody has looked at yet.
pub enum Source {
    /// A folder with plain files in it.
    Folder(Folder),
    /// One `.fpk` file: an uncompressed tar archive of the same files.
    Archive(Archive),
}

impl Source {
    /// Opens the folder or the `.fpk` file at `path`.
    ///
    /// # Errors
    /// When it cannot be read, or an archive holds what no package does.
    pub fn open(path: &Path) -> Result<Self, Refusal> {
        let metadata = path.metadata().map_err(Refusal::unreadable(path.display().to_string()))?;
        match metadata.is_dir() {
            true => Folder::open(path).map(Self::Folder),
            false => Archive::open(path).map(Self::Archive),
        }
    }

    /// What the package says of itself, which nobody has verified: for a record of what was refused.
    pub fn claim(&self) -> Option<(Digest, PackageManifest)> {
        let file = self.manifest().ok()?;
        let manifest = PackageManifest::parse(&file.bytes().ok()?).ok()?;
        Some((file.digest(), manifest))
    }

    /// Every file in it.
    pub(crate) fn list(&self) -> Result<Vec<PackagePath>, Refusal> {
        match self {
            Self::Folder(folder) => folder.list(),
            Self::Archive(archive) => Ok(archive.list()),
        }
    }

    /// One file, sealed; `None` where there is none.
    pub(crate) fn read(&self, path: &PackagePath, bytes_max: u64) -> Result<Option<SealedFile>, Refusal> {
        match self {
            Self::Folder(folder) => folder.read(path, bytes_max),
            Self::Archive(archive) => archive.read(path, bytes_max),
        }
    }

    /// The manifest's bytes.
    pub(crate) fn manifest(&self) -> Result<SealedFile, Refusal> {
        let manifest = self.read(&PackagePath::parse(MANIFEST_FILE)?, MANIFEST_BYTES_MAX)?;
        manifest.ok_or_else(|| Refusal::Malformed { what: "it is missing".to_owned() })
    }

    /// The signature's bytes, where there is one.
    pub(crate) fn signature(&self) -> Result<Option<SealedFile>, Refusal> {
        self.read(&PackagePath::parse(SIGNATURE_FILE)?, MANIFEST_BYTES_MAX)
    }
}

/// Seals what `from` gives.
pub(crate) fn sealed(from: impl std::io::Read, path: &str, bytes_max: u64) -> Result<SealedFile, Refusal> {
    let copied = SealedFile::copy(from, bytes_max).map_err(Refusal::unreadable(path))?;
    copied.ok_or_else(|| Refusal::TooLarge { what: path.to_owned(), limit: bytes_max })
}
