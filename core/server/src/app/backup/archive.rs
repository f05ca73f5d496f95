//! Files in one sealed file: a tar archive within an age file (age-encryption.org/v1), whose first entry says what else is in it.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Component, Path};

use age::x25519::{Identity, Recipient};
use age::{Decryptor, Encryptor};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// How an archive is written; a change of what is in it needs another one.
const FORMAT: &str = "facepay.backup/1";
const MANIFEST: &str = "manifest.json";
/// No list of files is longer.
const MANIFEST_BYTES_MAX: u64 = 16 << 20;

/// What an archive holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// The database and the settings' files.
    Database,
    /// The appliance's key, people's shares of theirs, the keys for providers.
    Keys,
}

/// What an archive says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    format: String,
    pub(crate) kind: Kind,
    /// When its database was as it is in it, as RFC 3339.
    pub(crate) made_at: String,
    /// The version of the program that made it.
    pub(crate) version: String,
    /// What kind of database it is of.
    pub(crate) database: String,
    files: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    path: String,
    bytes: u64,
    sha256: String,
}

impl Manifest {
    pub(crate) fn new(kind: Kind, made_at: String, database: &str) -> Self {
        let (format, version) = (FORMAT.to_owned(), env!("CARGO_PKG_VERSION").to_owned());
        Self { format, kind, made_at, version, database: database.to_owned(), files: Vec::new() }
    }

    /// The paths of the files, in their order.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|entry| entry.path.as_str())
    }
}

/// What is put into an archive.
pub(crate) enum Content<'a> {
    File(&'a Path),
    Bytes(&'a [u8]),
}

impl Content<'_> {
    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(match self {
            Self::File(path) => Box::new(BufReader::new(File::open(path)?)),
            Self::Bytes(bytes) => Box::new(*bytes),
        })
    }
}

/// Writes `items`, each under its path, into the file `to` for whoever has the identity of one of `recipients`. The file is there
/// when all of it is on the disk, and takes the place of one of its name.
///
/// # Errors
/// When something can't be read or written; there is no file then, or the one that was there before.
pub(crate) fn write(
    to: &Path,
    mut manifest: Manifest,
    items: &[(String, Content<'_>)],
    recipients: &[Recipient],
) -> io::Result<()> {
    for (path, content) in items {
        let mut digest = Digesting { inner: io::sink(), sha256: Sha256::new(), bytes: 0 };
        io::copy(&mut content.open()?, &mut digest)?;
        let sha256 = hex::encode(digest.sha256.finalize());
        manifest.files.push(Entry { path: path.clone(), bytes: digest.bytes, sha256 });
    }
    let mut beside = to.as_os_str().to_owned();
    beside.push(".new");
    let file = File::options().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    let recipients = recipients.iter().map(|recipient| recipient as &dyn age::Recipient);
    let encryptor = Encryptor::with_recipients(recipients).map_err(io::Error::other)?;
    let mut archive = tar::Builder::new(encryptor.wrap_output(BufWriter::new(file))?);
    let said = serde_json::to_vec_pretty(&manifest)?;
    append(&mut archive, MANIFEST, said.len() as u64, &mut &said[..])?;
    for ((path, content), entry) in items.iter().zip(&manifest.files) {
        append(&mut archive, path, entry.bytes, &mut content.open()?)?;
    }
    let file = archive.into_inner()?.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.sync_all()?;
    std::fs::rename(&beside, to)?;
    File::open(to.parent().unwrap_or(Path::new(".")))?.sync_all()
}

fn append(
    archive: &mut tar::Builder<impl Write>,
    path: &str,
    bytes: u64,
    content: &mut dyn Read,
) -> io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes);
    header.set_mode(0o600);
    archive.append_data(&mut header, path, content.take(bytes))
}

/// Why an archive is not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unfit {
    /// It can't be read, or what is in it can't be written.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It is no archive, was made for others, or was changed.
    #[error("{0}")]
    Damaged(String),
}

fn damaged(text: impl Into<String>) -> Unfit {
    Unfit::Damaged(text.into())
}

/// Unpacks `file` into the folder `into` for the owner of `identity`. Every file is there with the bytes that were put in, and no
/// other, or there is an error.
///
/// # Errors
/// When it is not as it was written, was made for somebody else, or is not of `kind`.
pub(crate) fn unpack(file: &Path, kind: Kind, identity: &Identity, into: &Path) -> Result<Manifest, Unfit> {
    let decryptor = Decryptor::new_buffered(BufReader::new(File::open(file)?));
    let decryptor = decryptor.map_err(|error| damaged(format!("it is no backup: {error}")))?;
    let opened = decryptor.decrypt(std::iter::once(identity as &dyn age::Identity));
    let opened = opened.map_err(|error| damaged(format!("this identity does not open it: {error}")))?;
    let mut archive = tar::Archive::new(opened);
    let mut entries = archive.entries()?;
    let first = entries.next().ok_or_else(|| damaged("there is nothing in it"))?.map_err(broken)?;
    let mut said = Vec::new();
    first.take(MANIFEST_BYTES_MAX).read_to_end(&mut said).map_err(broken)?;
    let manifest: Manifest =
        serde_json::from_slice(&said).map_err(|error| damaged(format!("its list is damaged: {error}")))?;
    if manifest.format != FORMAT {
        return Err(damaged(format!("its format is {}; this program reads {FORMAT}", manifest.format)));
    }
    if manifest.kind != kind {
        return Err(damaged(format!("it is one of {:?}, not of {kind:?}", manifest.kind)));
    }
    for expected in &manifest.files {
        let entry = entries.next().ok_or_else(|| damaged(format!("{} is missing", expected.path)))?;
        take(entry.map_err(broken)?, expected, into)?;
    }
    match entries.next() {
        None => Ok(manifest),
        Some(_) => Err(damaged("there is more in it than its list says")),
    }
}

/// Of what age or tar can't read any more, the cause says which byte, and to the reader only that it was changed.
fn broken(error: io::Error) -> Unfit {
    damaged(format!("it is cut off or was changed: {error}"))
}

fn take(mut entry: impl Read, expected: &Entry, into: &Path) -> Result<(), Unfit> {
    let path = Path::new(&expected.path);
    if !path.components().all(|part| matches!(part, Component::Normal(_))) {
        return Err(damaged(format!("{} leads out of its folder", expected.path)));
    }
    let to = into.join(path);
    let folder = to.parent().unwrap_or(into);
    std::fs::create_dir_all(folder)?;
    let file = File::options().write(true).create_new(true).mode(0o600).open(&to)?;
    let mut digest = Digesting { inner: file, sha256: Sha256::new(), bytes: 0 };
    io::copy(&mut entry, &mut digest).map_err(broken)?;
    digest.inner.sync_all()?;
    let sha256 = hex::encode(digest.sha256.finalize());
    match digest.bytes == expected.bytes && sha256 == expected.sha256 {
        true => Ok(()),
        false => Err(damaged(format!("{} is not what was put in", expected.path))),
    }
}

/// Counts and hashes what is written.
struct Digesting<W> {
    inner: W,
    sha256: Sha256,
    bytes: u64,
}

impl<W: Write> Write for Digesting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.sha256.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests;
