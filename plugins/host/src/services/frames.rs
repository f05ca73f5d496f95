//! Frames that a plugin keeps beyond their call: copies, as the memory of a call is used again for the next.

use std::collections::HashMap;
use std::ptr::NonNull;
use std::sync::{Mutex, MutexGuard, PoisonError};

use plugin_sdk::abi::{self, Growing, fp_frame, fp_host, fp_status};
use plugin_sdk::{Error, Frame, Plane};

use super::{HostServices, contain};

/// Most frames of one plugin.
const FRAMES_MAX: usize = 32;
/// Most bytes of them.
const BYTES_MAX: usize = 256 << 20;
/// Where planes begin: on multiples of this, as in a call.
const ALIGN: usize = 64;

pub(super) static TABLE: abi::fp_host_frame_ref_v1 = abi::fp_host_frame_ref_v1 {
    struct_size: size_of::<abi::fp_host_frame_ref_v1>() as u32,
    _pad: 0,
    retain: Some(retain),
    release: Some(release),
};

/// The frames that one plugin keeps.
#[derive(Default)]
pub(crate) struct Frames(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    /// By the address that the plugin knows them by.
    frames: HashMap<usize, Retained>,
    /// Of these, and of those that are being made.
    count: usize,
    bytes: usize,
    /// The instance is gone: nothing is kept any more.
    is_over: bool,
}

/// A copy that the plugin reads by pointers: an allocation that is this value's, but that no reference of ours claims for itself.
struct Retained {
    copied: NonNull<Copied>,
    bytes: usize,
}

/// A frame, and the pixels that it leads to.
struct Copied {
    raw: fp_frame,
    _pixels: Vec<u8>,
}

// SAFETY: the allocation belongs to the value; nobody writes what is in it.
unsafe impl Send for Retained {}

impl Retained {
    /// A copy of a frame with these planes, of each so many bytes, on `bytes` in all.
    fn of(frame: &Frame<'_>, planes: &[Plane<'_>], lens: &[usize], bytes: usize) -> Result<Self, Error> {
        let mut pixels = Vec::<u8>::new();
        pixels.try_reserve_exact(bytes).map_err(|_| Error::Busy)?;
        pixels.resize(bytes, 0);
        let mut raw = *frame.as_abi();
        raw.struct_size = size_of::<fp_frame>() as u32;
        raw.plane = fp_frame::empty().plane;
        // The vector is not touched again until it is dropped: the frame's pointers are made of this one.
        let base = pixels.as_mut_ptr();
        let mut at = base.align_offset(ALIGN);
        for ((plane, len), place) in planes.iter().zip(lens).zip(&mut raw.plane) {
            // SAFETY: `bytes` is room for every plane and for what lies between them, and was just made: it overlaps no frame.
            unsafe {
                let to = base.add(at);
                std::ptr::copy_nonoverlapping(plane.data.as_ptr(), to, *len);
                (place.data, place.size) = (to.cast_const(), *len);
            }
            (place.pitch, place.rows) = (plane.pitch, plane.rows);
            at += len.next_multiple_of(ALIGN);
        }
        let copied = Box::into_raw(Box::new(Copied { raw, _pixels: pixels }));
        // SAFETY: a box is never null.
        Ok(Self { copied: unsafe { NonNull::new_unchecked(copied) }, bytes })
    }

    /// What the plugin gets.
    fn frame(&self) -> *const fp_frame {
        // SAFETY: the allocation lives as long as this value; no reference is made.
        unsafe { &raw const (*self.copied.as_ptr()).raw }
    }
}

impl Drop for Retained {
    fn drop(&mut self) {
        // SAFETY: made by `Box::into_raw` in `of`, and given back once.
        drop(unsafe { Box::from_raw(self.copied.as_ptr()) });
    }
}

/// Bytes of a copy of planes with so many bytes each; `None` where no memory has so many.
fn bytes_of(lens: &[usize]) -> Option<usize> {
    lens.iter().try_fold(ALIGN, |bytes, len| bytes.checked_add(len.checked_next_multiple_of(ALIGN)?))
}

impl Frames {
    fn keep(&self, frame: &Frame<'_>) -> Result<*const fp_frame, Error> {
        let planes: Vec<Plane<'_>> = (0..frame.planes()).filter_map(|index| frame.plane(index)).collect();
        // Not what a plane says that it has beyond its rows.
        let lens = planes
            .iter()
            .map(|plane| plane.data.len().min((plane.pitch as usize).saturating_mul(plane.rows as usize)));
        let lens: Vec<usize> = lens.collect();
        let bytes = bytes_of(&lens).filter(|bytes| *bytes <= BYTES_MAX).ok_or(Error::Busy)?;
        // The place is taken first, so that the copy is made without the lock.
        self.lock().take(bytes)?;
        let made = Retained::of(frame, &planes, &lens, bytes);
        let mut kept = self.lock();
        if kept.is_over || made.is_err() {
            kept.give_back(bytes);
        }
        let made = made?;
        if kept.is_over {
            return Err(gone());
        }
        let address = made.frame();
        kept.frames.insert(address.addr(), made);
        Ok(address)
    }

    fn let_go(&self, frame: *const fp_frame) -> Result<(), Error> {
        let mut kept = self.lock();
        let gone = kept.frames.remove(&frame.addr());
        let gone = gone.ok_or_else(|| Error::Invalid("release of a frame that is not kept".into()))?;
        kept.give_back(gone.bytes);
        Ok(())
    }

    /// Takes all frames back, for good.
    pub(super) fn end(&self) {
        let mut kept = self.lock();
        *kept = Kept { is_over: true, ..Kept::default() };
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Takes a place of so many bytes, where one is left.
    fn take(&mut self, bytes: usize) -> Result<(), Error> {
        if self.is_over {
            return Err(gone());
        }
        if self.count >= FRAMES_MAX || bytes > BYTES_MAX - self.bytes {
            return Err(Error::Busy);
        }
        (self.count, self.bytes) = (self.count + 1, self.bytes + bytes);
        Ok(())
    }

    /// Gives a place back; when all is over there is none any more.
    fn give_back(&mut self, bytes: usize) {
        (self.count, self.bytes) = (self.count.saturating_sub(1), self.bytes.saturating_sub(bytes));
    }
}

fn gone() -> Error {
    Error::Invalid("a frame to keep for an instance that is gone".into())
}

/// [work]
unsafe extern "C" fn retain(
    host: *const fp_host,
    frame: *const fp_frame,
    out: *mut *const fp_frame,
) -> fp_status {
    // SAFETY: the plugin passes the host that it was given.
    let Some(services) = (unsafe { HostServices::of(host) }) else { return abi::FP_E_INVALID };
    let done = contain(|| {
        let frames = services.frames.as_ref();
        let frames = frames.ok_or_else(|| Error::Unsupported("this host keeps no frames".into()))?;
        if out.is_null() {
            return Err(Error::Invalid("no place for the kept frame".into()));
        }
        // SAFETY: the frame is one of a running call, or kept: readable during this one.
        let frame = unsafe {
            let raw = abi::read(frame).map_err(|error| Error::Invalid(error.to_string()))?;
            Frame::from_abi(&raw)?
        };
        let kept = frames.keep(&frame)?;
        // SAFETY: not null, and writable during the call.
        unsafe { *out = kept };
        Ok(())
    });
    match done {
        Err(Error::Busy) => abi::FP_E_BUSY, // as it happens to every plugin that keeps what it can
        other => services.told(other),
    }
}

/// [any]
unsafe extern "C" fn release(host: *const fp_host, frame: *const fp_frame) {
    // SAFETY: the plugin passes the host that it was given.
    let Some(services) = (unsafe { HostServices::of(host) }) else { return };
    let frames = services.frames.as_ref();
    if let Some(frames) = frames.filter(|_| !frame.is_null()) {
        services.told(contain(|| frames.let_go(frame)));
    }
}

#[cfg(test)]
mod tests;
