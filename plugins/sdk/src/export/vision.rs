//! The C tables of the vision traits.

use std::ffi::c_void;
use std::marker::PhantomData;

use crate::abi::{self, fp_call, fp_face, fp_face_batch, fp_frame_batch, fp_out_array, fp_status};
use crate::error::{Error, Result};
use crate::export::instance::{Instance, take};
use crate::face::Face;
use crate::frame::Frame;
use crate::vision::{Detector, Liveness, Metric, Recognizer};

/// The tables of `P`, one per trait that it implements.
pub(super) struct Tables<P>(PhantomData<P>);

impl<P: Detector> Tables<P> {
    pub(super) const DETECTOR: &'static abi::fp_detector_v1 = &abi::fp_detector_v1 {
        struct_size: size_of::<abi::fp_detector_v1>() as u32,
        _pad: 0,
        detect: Some(detect::<P>),
    };
}

impl<P: Liveness> Tables<P> {
    pub(super) const LIVENESS: &'static abi::fp_liveness_v1 = &abi::fp_liveness_v1 {
        struct_size: size_of::<abi::fp_liveness_v1>() as u32,
        _pad: 0,
        score: Some(score::<P>),
    };
}

impl<P: Recognizer> Tables<P> {
    pub(super) const RECOGNIZER: &'static abi::fp_recognizer_v1 = &abi::fp_recognizer_v1 {
        struct_size: size_of::<abi::fp_recognizer_v1>() as u32,
        _pad: 0,
        describe: Some(describe::<P>),
        embed: Some(embed::<P>),
    };
}

/// The frames of a call.
///
/// # Safety
/// The batch and the pixels it leads to are valid for `'a`: the contract of every vision call.
unsafe fn frames<'a>(batch: *const fp_frame_batch) -> Result<Vec<Frame<'a>>> {
    // SAFETY: the caller's contract.
    unsafe {
        let batch = take(batch)?;
        abi::read_array(batch.frames, batch.count, batch.stride)?
            .iter()
            .enumerate()
            .map(|(index, raw)| Frame::from_abi(raw).map_err(|error| named(index, error)))
            .collect()
    }
}

fn named(index: usize, error: Error) -> Error {
    match error {
        Error::Unsupported(reason) => Error::Unsupported(format!("frame {index}: {reason}")),
        other => Error::Invalid(format!("frame {index}: {}", other.reason())),
    }
}

/// The faces of a call, each known to lie in one of its frames.
///
/// # Safety
/// The batch is valid during the call.
unsafe fn faces(batch: *const fp_face_batch, frames: usize) -> Result<Vec<Face>> {
    // SAFETY: the caller's contract.
    let raw = unsafe {
        let batch = take(batch)?;
        abi::read_array(batch.faces, batch.count, batch.stride)?
    };
    let faces: Vec<Face> = raw.iter().map(Face::from_abi).collect();
    match faces.iter().find(|face| face.frame_index as usize >= frames) {
        Some(face) => Err(Error::Invalid(format!("face in frame {} of {frames}", face.frame_index))),
        None => Ok(faces),
    }
}

/// [work]
unsafe extern "C" fn detect<P: Detector>(
    this: *mut c_void,
    call: *const fp_call,
    batch: *const fp_frame_batch,
    out: *mut fp_out_array,
) -> fp_status {
    // SAFETY: the host calls on a live instance, and all arguments are valid during the call.
    unsafe {
        Instance::<P>::work(this, call, |plugin, call| {
            let frames = frames(batch)?;
            let found = plugin.detect(call, &frames)?;
            give(out, &found)
        })
    }
}

/// Writes faces into the host's array.
///
/// # Safety
/// `out` is null or points to a valid array.
unsafe fn give(out: *mut fp_out_array, faces: &[Face]) -> Result<()> {
    // SAFETY: the caller's contract.
    let mut array = unsafe { take(out) }?;
    array.count = faces.len() as u32;
    // SAFETY: as above.
    unsafe { abi::write(out, &array) }.map_err(|error| Error::Invalid(error.to_string()))?;
    if array.count > array.capacity {
        return Err(Error::BufferTooSmall);
    }
    let item = size_of::<fp_face>().min(array.stride as usize);
    if faces.is_empty() {
        return Ok(());
    }
    if array.items.is_null() || item < size_of::<u32>() {
        return Err(Error::Invalid(format!("faces of {} bytes at a null or narrow place", array.stride)));
    }
    for (index, face) in faces.iter().enumerate() {
        let mut raw = face.to_abi();
        raw.struct_size = item as u32;
        // SAFETY: `index < capacity`, so `stride` bytes are writable there, and `item <= stride`.
        unsafe {
            let place = array.items.byte_add(index * array.stride as usize);
            std::ptr::copy_nonoverlapping((&raw const raw).cast::<u8>(), place.cast::<u8>(), item);
        }
    }
    Ok(())
}

/// [work]
unsafe extern "C" fn score<P: Liveness>(
    this: *mut c_void,
    call: *const fp_call,
    batch: *const fp_frame_batch,
    of: *const fp_face_batch,
    live_score: *mut f32,
    n: u32,
) -> fp_status {
    // SAFETY: the host calls on a live instance, and all arguments are valid during the call.
    unsafe {
        Instance::<P>::work(this, call, |plugin, call| {
            let frames = frames(batch)?;
            let faces = faces(of, frames.len())?;
            let scores = plugin.score(call, &frames, &faces)?;
            if scores.len() != faces.len() {
                return Err(Error::Internal(format!("{} scores for {} faces", scores.len(), faces.len())));
            }
            fill(live_score, n as usize, &scores)
        })
    }
}

/// Writes values into the host's array, which must have exactly their number.
///
/// # Safety
/// `out` points to `len` writable values, or `len` is 0.
unsafe fn fill(out: *mut f32, len: usize, values: &[f32]) -> Result<()> {
    if values.len() != len || (out.is_null() && len > 0) {
        return Err(Error::Invalid(format!("room for {len} values, {} to give", values.len())));
    }
    if len > 0 {
        // SAFETY: not null, `len` values are writable by the caller's contract, and `values` has as many.
        unsafe { std::ptr::copy_nonoverlapping(values.as_ptr(), out, len) };
    }
    Ok(())
}

/// [any]
unsafe extern "C" fn describe<P: Recognizer>(
    this: *mut c_void,
    out: *mut abi::fp_embedding_info,
) -> fp_status {
    let call = <fp_call as abi::Growing>::empty();
    // SAFETY: the host calls on a live instance; `out` is null or has as many writable bytes as its `struct_size` says.
    unsafe {
        Instance::<P>::work(this, &raw const call, |plugin, _| {
            let info = plugin.describe()?;
            let metric = match info.metric {
                Metric::Cosine => abi::FP_DISTANCE_COSINE,
                Metric::L2 => abi::FP_DISTANCE_L2,
            };
            let struct_size = size_of::<abi::fp_embedding_info>() as u32;
            let raw =
                abi::fp_embedding_info { struct_size, dim: info.dim, metric, model_tag: info.model_tag };
            abi::write(out, &raw).map_err(|error| Error::Invalid(error.to_string()))
        })
    }
}

/// [work]
unsafe extern "C" fn embed<P: Recognizer>(
    this: *mut c_void,
    call: *const fp_call,
    batch: *const fp_frame_batch,
    of: *const fp_face_batch,
    out: *mut f32,
    out_len: usize,
) -> fp_status {
    // SAFETY: the host calls on a live instance, and all arguments are valid during the call.
    unsafe {
        Instance::<P>::work(this, call, |plugin, call| {
            let frames = frames(batch)?;
            let faces = faces(of, frames.len())?;
            let values = plugin.embed(call, &frames, &faces)?;
            fill(out, out_len, &values)
        })
    }
}
