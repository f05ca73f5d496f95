//! Frames that a plugin keeps beyond their call: copies, as the memory of a call is used again for the next.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use plugin_sdk::abi::{self, fp_frame, fp_host, fp_status};
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
    frames: HashMap<usize, Box<Copied>>,
    bytes: usize,
    /// The instance is gone: nothing is kept any more.
    is_over: bool,
}

/// A frame, and the pixels that it leads to.
struct Copied {
    raw: fp_frame,
    pixels: Vec<u8>,
}

// SAFETY: the frame leads to the pixels beside it, which nobody writes.
unsafe impl Send for Copied {}

impl Frames {
    fn keep(&self, frame: &Frame<'_>) -> Result<*const fp_frame, Error> {
        let planes: Vec<Plane<'_>> = (0..frame.planes()).filter_map(|index| frame.plane(index)).collect();
        // Not what a plane says that it has beyond its rows.
        let lens =
            planes.iter().map(|plane| plane.data.len().min(plane.pitch as usize * plane.rows as usize));
        let lens: Vec<usize> = lens.collect();
        let bytes = lens.iter().map(|len| len.next_multiple_of(ALIGN)).sum::<usize>() + ALIGN;
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.is_over {
            return Err(Error::Invalid("a frame to keep for an instance that is gone".into()));
        }
        if kept.frames.len() >= FRAMES_MAX || bytes > BYTES_MAX - kept.bytes {
            return Err(Error::Busy);
        }
        let mut pixels = Vec::new();
        pixels.try_reserve_exact(bytes).map_err(|_| Error::Busy)?;
        pixels.resize(bytes, 0);
        let mut copied = Box::new(Copied { raw: *frame.as_abi(), pixels });
        let Copied { raw, pixels } = &mut *copied;
        let mut at = pixels.as_ptr().align_offset(ALIGN);
        for ((plane, len), place) in planes.iter().zip(lens).zip(&mut raw.plane) {
            pixels[at..at + len].copy_from_slice(&plane.data[..len]);
            (place.data, place.size) = (pixels[at..].as_ptr(), len);
            at += len.next_multiple_of(ALIGN);
        }
        raw.struct_size = size_of::<fp_frame>() as u32;
        let address = &raw const copied.raw;
        kept.bytes += bytes;
        kept.frames.insert(address.addr(), copied);
        Ok(address)
    }

    fn let_go(&self, frame: *const fp_frame) -> Result<(), Error> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let gone = kept.frames.remove(&frame.addr());
        let gone = gone.ok_or_else(|| Error::Invalid("release of a frame that is not kept".into()))?;
        kept.bytes -= gone.pixels.len();
        Ok(())
    }

    /// Takes all frames back, for good.
    pub(super) fn end(&self) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = Kept { is_over: true, ..Kept::default() };
    }
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
