//! Bytes in memory that nobody can change any more: copied, sealed, and only then hashed.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::FileExt;

use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
use sha2::{Digest as _, Sha256};

use crate::digest::Digest;

/// Bytes that are hashed at a time.
const CHUNK_BYTES: usize = 64 << 10;

/// A memory file that can neither grow, shrink nor be written to, with the hash that it has for ever.
#[derive(Debug)]
pub struct SealedFile {
    file: File,
    len: u64,
    digest: Digest,
}

impl SealedFile {
    /// Copies all that `from` gives, seals it, and hashes what was sealed. `None` when there is more than `len_max`.
    ///
    /// # Errors
    /// When reading fails or there is no memory.
    pub fn copy(from: impl Read, len_max: u64) -> io::Result<Option<Self>> {
        let mut file: File =
            memfd_create("facepay-plugin", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?.into();
        let len = io::copy(&mut from.take(len_max.saturating_add(1)), &mut file)?;
        if len > len_max {
            return Ok(None);
        }
        file.flush()?;
        fcntl_add_seals(&file, SealFlags::SEAL | SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE)?;
        let digest = hashed(&file, len)?;
        Ok(Some(Self { file, len, digest }))
    }

    /// What it has been since it was sealed.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Bytes in it.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Everything in it.
    ///
    /// # Errors
    /// When there is no memory for a second copy.
    pub fn bytes(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.part(0, self.len).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Reads `len` bytes from `offset` on.
    pub fn part(&self, offset: u64, len: u64) -> impl Read {
        Cursor { file: &self.file, offset }.take(len)
    }

    /// The descriptor, for whoever maps it.
    pub fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }

    /// The descriptor, for whoever keeps it.
    pub fn into_fd(self) -> OwnedFd {
        self.file.into()
    }
}

/// A place in a file that others may read too.
struct Cursor<'a> {
    file: &'a File,
    offset: u64,
}

impl Read for Cursor<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(into, self.offset)?;
        self.offset += read as u64;
        Ok(read)
    }
}

fn hashed(file: &File, len: u64) -> io::Result<Digest> {
    let (mut sha256, mut chunk) = (Sha256::new(), vec![0; CHUNK_BYTES]);
    let mut from = Cursor { file, offset: 0 }.take(len);
    loop {
        match from.read(&mut chunk)? {
            0 => return Ok(Digest(sha256.finalize().into())),
            read => sha256.update(&chunk[..read]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_cannot_be_changed_and_has_its_own_hash() {
        let sealed = SealedFile::copy(&b"abc"[..], 3).unwrap().unwrap();
        assert_eq!(sealed.digest(), Digest::of(b"abc"));
        assert_eq!(sealed.bytes().unwrap(), b"abc");
        assert_eq!((sealed.len(), sealed.is_empty()), (3, false));
        let file = &sealed.file;
        assert!(file.write_at(b"x", 0).is_err(), "written over");
        assert!(file.set_len(1).is_err() && file.set_len(9).is_err());
        assert!(fcntl_add_seals(file, SealFlags::FUTURE_WRITE).is_err(), "the seals are sealed");
        assert!(SealedFile::copy(&b"abcd"[..], 3).unwrap().is_none());
    }
}
