//! Memory between pages that nobody may touch: what reads or writes past its end ends the process.

use std::io;

/// Which end of the memory touches a forbidden page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Edge {
    /// Its first byte follows one.
    Start,
    /// Its last byte is followed by one.
    #[default]
    End,
}

/// Bytes between two forbidden pages.
pub(super) struct Guarded {
    base: *mut u8,
    mapped: usize,
    at: *mut u8,
    len: usize,
}

// SAFETY: the mapping is owned by the value alone; access to it is through `&self` and `&mut self` or by a plugin during a
// call that the owner waits for.
unsafe impl Send for Guarded {}
// SAFETY: as above: shared access only reads.
unsafe impl Sync for Guarded {}

impl Guarded {
    /// A writable copy of the bytes. Empty bytes lie directly before the forbidden page.
    pub(super) fn new(bytes: &[u8], edge: Edge) -> io::Result<Self> {
        let page = page_bytes()?;
        let room = bytes.len().div_ceil(page).max(1) * page;
        let mapped = room + 2 * page;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        // SAFETY: a new anonymous mapping, no memory of ours is touched.
        let base = unsafe { libc::mmap(std::ptr::null_mut(), mapped, libc::PROT_NONE, flags, -1, 0) };
        if base == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let base = base.cast::<u8>();
        let offset = match edge {
            Edge::Start => page,
            Edge::End => page + room - bytes.len(),
        };
        // SAFETY: `offset` lies within the mapping.
        let at = unsafe { base.add(offset) };
        let memory = Self { base, mapped, at, len: bytes.len() };
        memory.protect(libc::PROT_READ | libc::PROT_WRITE)?;
        // SAFETY: `len` bytes from `at` on lie in the pages that were just made writable; the copy's source is ours.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), at, bytes.len()) };
        Ok(memory)
    }

    /// The same bytes, which can only be read from now on.
    pub(super) fn read_only(self) -> io::Result<Self> {
        self.protect(libc::PROT_READ)?;
        Ok(self)
    }

    /// Sets what may be done with all pages but the first and the last.
    fn protect(&self, protection: i32) -> io::Result<()> {
        let page = page_bytes()?;
        // SAFETY: the inner pages of a mapping that this value owns.
        match unsafe { libc::mprotect(self.base.add(page).cast(), self.mapped - 2 * page, protection) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }

    pub(super) fn as_ptr(&self) -> *mut u8 {
        self.at
    }

    pub(super) fn bytes(&self) -> &[u8] {
        // SAFETY: `len` readable bytes that live as long as the mapping; nobody writes between calls.
        unsafe { std::slice::from_raw_parts(self.at, self.len) }
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // SAFETY: the mapping of this value, which nothing else refers to.
        unsafe { libc::munmap(self.base.cast(), self.mapped) };
    }
}

fn page_bytes() -> io::Result<usize> {
    // SAFETY: asks for a constant of the system.
    let bytes = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(bytes).map_err(|_| io::Error::last_os_error())
}
