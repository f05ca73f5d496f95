//! Text, bytes, arrays and sinks of the other side, read and written within their bounds.

use std::ffi::c_void;

use super::*;
use crate::error::{Error, Result};

/// Longest text or byte string that is taken from the other side.
pub const BYTES_MAX: usize = 16 << 20;
/// Most items in one array of the other side.
pub const ITEMS_MAX: u32 = 4096;
/// Longest reason that is written with a failed call.
pub const REASON_BYTES_MAX: usize = 1024;

impl fp_str {
    /// Borrows a text. The value must not outlive it.
    pub const fn of(text: &str) -> Self {
        Self { ptr: text.as_ptr().cast(), len: text.len() }
    }

    /// The text.
    ///
    /// # Safety
    /// `ptr` points to `len` bytes that stay readable and unchanged for `'a`, or `len` is 0.
    pub unsafe fn text<'a>(self) -> Result<&'a str> {
        let bytes = fp_bytes { ptr: self.ptr.cast(), len: self.len };
        // SAFETY: the caller's contract is the same.
        let bytes = unsafe { bytes.slice() }?;
        std::str::from_utf8(bytes).map_err(|_| Error::Invalid("text is not UTF-8".into()))
    }
}

impl fp_bytes {
    /// Borrows bytes. The value must not outlive them.
    pub const fn of(bytes: &[u8]) -> Self {
        Self { ptr: bytes.as_ptr(), len: bytes.len() }
    }

    /// The bytes.
    ///
    /// # Safety
    /// `ptr` points to `len` bytes that stay readable and unchanged for `'a`, or `len` is 0.
    pub unsafe fn slice<'a>(self) -> Result<&'a [u8]> {
        match (self.ptr.is_null(), self.len) {
            (_, 0) => Ok(&[]),
            (true, len) => Err(Error::Invalid(format!("null pointer to {len} bytes"))),
            (false, len) if len > BYTES_MAX => {
                Err(Error::Invalid(format!("{len} bytes, more than {BYTES_MAX}")))
            }
            // SAFETY: not null, and readable for `'a` by the caller's contract.
            (false, len) => Ok(unsafe { std::slice::from_raw_parts(self.ptr, len) }),
        }
    }
}

impl fp_writer {
    /// A sink that appends to `text` and refuses what would make it longer than [`REASON_BYTES_MAX`].
    /// Valid as long as `text` is borrowed.
    pub fn into_reason(text: &mut Vec<u8>) -> Self {
        Self { ctx: (&raw mut *text).cast(), append: Some(append_reason) }
    }
}

/// [any] Appends to the `Vec<u8>` behind `ctx`, up to the limit of a reason.
unsafe extern "C" fn append_reason(ctx: *mut c_void, p: *const c_void, n: usize) -> i32 {
    if ctx.is_null() || p.is_null() || n == 0 {
        return i32::from(n != 0);
    }
    // SAFETY: `ctx` was made from a `&mut Vec<u8>` that is borrowed for as long as the writer is in use.
    let text = unsafe { &mut *ctx.cast::<Vec<u8>>() };
    let room = REASON_BYTES_MAX.saturating_sub(text.len());
    // SAFETY: the writer's contract: `n` bytes are readable at `p`; no more than `n` are read.
    text.extend_from_slice(unsafe { std::slice::from_raw_parts(p.cast::<u8>(), n.min(room)) });
    i32::from(n > room)
}

/// Writes text to a sink of the other side; does nothing without one.
///
/// # Safety
/// `to` is null or points to a writer that is valid during this call.
pub unsafe fn write_text(to: *mut fp_writer, text: &str) {
    if to.is_null() || text.is_empty() {
        return;
    }
    let cut = text.floor_char_boundary(REASON_BYTES_MAX);
    // SAFETY: not null, and valid by the caller's contract.
    let writer = unsafe { *to };
    if let Some(append) = writer.append {
        // SAFETY: the writer is valid; `cut` bytes of `text` are readable.
        unsafe { append(writer.ctx, text.as_ptr().cast(), cut) };
    }
}

/// Copies an array whose elements lie `stride` bytes apart.
///
/// # Safety
/// `first` points to `count` elements of `stride` readable bytes each; or `count` is 0.
pub unsafe fn read_array<T: Growing>(first: *const T, count: u32, stride: u32) -> Result<Vec<T>> {
    if count == 0 {
        return Ok(Vec::new());
    }
    if count > ITEMS_MAX || (stride as usize) < T::SIZE_MIN {
        return Err(Error::Invalid(format!(
            "{count} items of {} with stride {stride}: at most {ITEMS_MAX}, at least {} bytes apart",
            T::NAME,
            T::SIZE_MIN
        )));
    }
    (0..count as usize)
        .map(|index| {
            // SAFETY: within the array that the caller vouches for.
            let item = unsafe { read_within(first.byte_add(index * stride as usize), stride as usize) };
            item.map_err(|error| Error::Invalid(format!("item {index}: {error}")))
        })
        .collect()
}
