//! Memory that two processes share: one writes, the other reads. There are no locks, pointers or allocators in it.

use std::fs::File;
use std::io::{self, Error};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd};
use std::ptr::NonNull;

/// A mapping of shared memory whose size cannot change: neither side can take pages away from the other.
pub(crate) struct Area {
    base: NonNull<u8>,
    len: usize,
}

// SAFETY: the mapping belongs to the value, and what is read and written through it goes through its methods, whose
// contracts name who may do so when.
unsafe impl Send for Area {}

/// A memory file of `len` zero bytes.
pub(crate) fn memory(len: usize) -> io::Result<File> {
    // SAFETY: the name is NUL-terminated; the call touches no memory of ours.
    let fd =
        unsafe { libc::memfd_create(c"facepay-area".as_ptr(), libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING) };
    if fd < 0 {
        return Err(Error::last_os_error());
    }
    // SAFETY: `fd` was just opened and belongs to nobody else.
    let file = unsafe { File::from_raw_fd(fd) };
    file.set_len(len as u64)?;
    Ok(file)
}

/// Forbids the changes named by `seals` for ever, and any further seal.
pub(crate) fn seal(file: &File, seals: i32) -> io::Result<()> {
    // SAFETY: the descriptor is open; sealing touches no memory of ours.
    match unsafe { libc::fcntl(file.as_raw_fd(), libc::F_ADD_SEALS, seals | libc::F_SEAL_SEAL) } {
        0 => Ok(()),
        _ => Err(Error::last_os_error()),
    }
}

impl Area {
    /// Memory that this process writes and whoever gets the file can only read.
    pub(crate) fn to_write(len: usize) -> io::Result<(Self, File)> {
        let file = memory(len)?;
        let area = Self::map(as_fd(&file), len, true)?;
        seal(&file, libc::F_SEAL_SHRINK | libc::F_SEAL_GROW | libc::F_SEAL_FUTURE_WRITE)?;
        Ok((area, file))
    }

    /// Memory that this process reads and whoever gets the file can write.
    pub(crate) fn to_read(len: usize) -> io::Result<(Self, File)> {
        let file = memory(len)?;
        seal(&file, libc::F_SEAL_SHRINK | libc::F_SEAL_GROW)?;
        Ok((Self::map(as_fd(&file), len, false)?, file))
    }

    /// Maps the first `len` bytes of a memory file.
    pub(crate) fn map(file: BorrowedFd<'_>, len: usize, writable: bool) -> io::Result<Self> {
        let protection = if writable { libc::PROT_READ | libc::PROT_WRITE } else { libc::PROT_READ };
        // SAFETY: a new mapping at an address of the kernel's choice touches no memory of ours.
        let base = unsafe {
            libc::mmap(std::ptr::null_mut(), len, protection, libc::MAP_SHARED, file.as_raw_fd(), 0)
        };
        match NonNull::new(base.cast::<u8>()).filter(|_| base != libc::MAP_FAILED) {
            Some(base) => Ok(Self { base, len }),
            None => Err(Error::last_os_error()),
        }
    }

    /// Where the mapping begins.
    pub(crate) fn base(&self) -> *mut u8 {
        self.base.as_ptr()
    }

    /// Its bytes.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The bytes from `at` on, to be written by this process alone.
    ///
    /// # Safety
    /// The mapping is writable, no other process can write the memory, and what lies before `at` is not part of the slice.
    pub(crate) unsafe fn writable(&mut self, at: usize) -> &mut [u8] {
        let at = at.min(self.len);
        // SAFETY: within the mapping, which lives as long as `self`; the caller's contract makes it exclusive.
        unsafe { std::slice::from_raw_parts_mut(self.base.as_ptr().add(at), self.len - at) }
    }

    /// The `len` bytes from `at` on, as long as the other side does not write them.
    ///
    /// # Safety
    /// Nobody writes the bytes while the slice is in use.
    pub(crate) unsafe fn readable(&self, at: usize, len: usize) -> Option<&[u8]> {
        let end = at.checked_add(len).filter(|end| *end <= self.len)?;
        // SAFETY: within the mapping; the caller's contract keeps the bytes as they are.
        Some(unsafe { std::slice::from_raw_parts(self.base.as_ptr().add(at), end - at) })
    }

    /// A copy of the `len` bytes from `at` on, whoever writes them meanwhile; `None` when they are not all within.
    pub(crate) fn copied(&self, at: usize, len: usize) -> Option<Vec<u8>> {
        at.checked_add(len).filter(|end| *end <= self.len)?;
        let mut bytes = Vec::with_capacity(len);
        // SAFETY: `len` bytes are readable within the mapping and writable in the vector's room. The other process may write
        // them at the same time: each byte is then its old or new value, any of which is a valid `u8` to be checked later.
        unsafe {
            std::ptr::copy_nonoverlapping(self.base.as_ptr().add(at), bytes.as_mut_ptr(), len);
            bytes.set_len(len);
        }
        Some(bytes)
    }
}

impl Drop for Area {
    fn drop(&mut self) {
        // SAFETY: the mapping was made by `map`, and nothing borrowed from it outlives the value.
        unsafe { libc::munmap(self.base.as_ptr().cast(), self.len) };
    }
}

fn as_fd(file: &File) -> BorrowedFd<'_> {
    std::os::fd::AsFd::as_fd(file)
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn what_one_side_writes_the_other_side_can_only_read() {
        let (mut area, file) = Area::to_write(4096).unwrap();
        // SAFETY: the mapping is writable, and nobody else writes it.
        let room = unsafe { area.writable(64) };
        room[0] = 7;
        assert!(Area::map(file.as_fd(), 4096, true).is_err(), "the other side could write");
        assert!(file.set_len(0).is_err(), "the other side could take the pages away");
        let other = Area::map(file.as_fd(), 4096, false).unwrap();
        assert_eq!(other.copied(64, 1), Some(vec![7]));
        assert_eq!((other.copied(4096, 1), other.copied(usize::MAX, 2)), (None, None));
    }

    #[test]
    fn the_side_that_writes_results_cannot_take_pages_away() {
        let (area, file) = Area::to_read(4096).unwrap();
        assert!(file.set_len(0).is_err());
        let mut other = Area::map(file.as_fd(), 4096, true).unwrap();
        // SAFETY: writable, and only copied from by this test.
        let room = unsafe { other.writable(0) };
        room[4095] = 9;
        assert_eq!(area.copied(4095, 1), Some(vec![9]));
    }
}
