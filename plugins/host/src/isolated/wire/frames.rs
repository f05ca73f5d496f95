//! Frames, faces and values on their way: plain numbers, and pixels where they lie.

use plugin_sdk::abi::{self, Growing, fp_face};

use super::{Full, Reader, Writer};

/// Puts frames down: what they are, and their pixels.
pub(crate) fn put_frames(to: &mut Writer<'_>, frames: &[plugin_sdk::Frame<'_>]) -> Result<(), Full> {
    to.u32(frames.len() as u32)?;
    for frame in frames {
        let raw = frame.as_abi();
        for value in [raw.fourcc, raw.width, raw.height, raw.stream_id, raw.colour_matrix, raw.colour_range] {
            to.u32(value)?;
        }
        to.u64(raw.pts_ns.cast_unsigned())?;
        to.u64(raw.seq)?;
        to.u32(raw.n_planes)?;
        for plane in (0..frame.planes()).filter_map(|index| frame.plane(index)) {
            to.u32(plane.pitch)?;
            to.u32(plane.rows)?;
            to.pixels(plane.data)?;
        }
    }
    Ok(())
}

/// The frames that [`put_frames`] put down; their pixels are where they lie in `from`.
pub(crate) fn take_frames(from: &mut Reader<'_>) -> Option<Vec<abi::fp_frame>> {
    let count = from.u32()?.min(abi::ITEMS_MAX);
    let frames = (0..count).map(|_| {
        let mut raw = abi::fp_frame::empty();
        raw.fourcc = from.u32()?;
        (raw.width, raw.height) = (from.u32()?, from.u32()?);
        (raw.stream_id, raw.colour_matrix, raw.colour_range) = (from.u32()?, from.u32()?, from.u32()?);
        (raw.pts_ns, raw.seq) = (from.u64()?.cast_signed(), from.u64()?);
        (raw.dmabuf_fd, raw.device_id) = (-1, -1);
        raw.n_planes = from.u32()?;
        for plane in raw.plane.get_mut(..raw.n_planes as usize)? {
            let (pitch, rows) = (from.u32()?, from.u32()?);
            let pixels = from.pixels()?;
            *plane = abi::fp_plane { data: pixels.as_ptr(), size: pixels.len(), pitch, rows };
        }
        Some(raw)
    });
    frames.collect()
}

/// The bytes of faces: plain numbers without padding.
pub(crate) fn face_bytes(faces: &[fp_face]) -> &[u8] {
    // SAFETY: `fp_face` is 90 words of 4 bytes without padding or pointers.
    unsafe { std::slice::from_raw_parts(faces.as_ptr().cast(), size_of_val(faces)) }
}

/// Copies the bytes of plain numbers into their places; they are as many.
pub(crate) fn copy_into<T: Plain>(places: &mut [T], bytes: &[u8]) {
    assert_eq!(size_of_val(places), bytes.len());
    // SAFETY: as many bytes are readable as are writable; any bytes are a valid `Plain`.
    unsafe {
        std::ptr::copy_nonoverlapping(bytes.as_ptr(), places.as_mut_ptr().cast::<u8>(), bytes.len());
    }
}

/// Numbers only: any bytes are a valid value.
///
/// # Safety
/// The type holds integers and floats only.
pub(crate) unsafe trait Plain: Copy {}
// SAFETY: integers and floats only.
unsafe impl Plain for fp_face {}
// SAFETY: a float.
unsafe impl Plain for f32 {}
