//! Reading structs whose writer may be older or newer than this build (rule R1 of the header).

use std::fmt;

use super::*;

/// A struct of the ABI that starts with `struct_size` and may grow at its end.
///
/// # Safety
/// The type is `#[repr(C)]`, its first field is `struct_size: u32`, and all-zero bytes are a valid value of it.
pub unsafe trait Growing: Copy {
    /// The struct's name in the C header.
    const NAME: &'static str;
    /// Its size when it was first published: no correct writer says less.
    const SIZE_MIN: usize;

    /// A value with every field zero but `struct_size`, which says the size that this build knows.
    fn empty() -> Self {
        // SAFETY: the trait's contract: zero bytes are valid, and the first four are `struct_size`.
        unsafe {
            let mut value: Self = std::mem::zeroed();
            (&raw mut value).cast::<u32>().write(size_of::<Self>() as u32);
            value
        }
    }
}

/// Why a struct of the other side could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadError {
    /// The pointer is null.
    Null {
        /// Name of the struct in the C header.
        name: &'static str,
    },
    /// The pointer is not aligned to 8 bytes, as every struct of the ABI with a pointer in it has to be.
    Misaligned {
        /// Name of the struct in the C header.
        name: &'static str,
    },
    /// `struct_size` is less than the struct's first published size.
    Short {
        /// Name of the struct in the C header.
        name: &'static str,
        /// The `struct_size` found.
        found: usize,
        /// The least that is correct.
        expected: usize,
    },
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null { name } => write!(f, "{name} is a null pointer"),
            Self::Misaligned { name } => write!(f, "{name} is not aligned"),
            Self::Short { name, found, expected } => {
                write!(f, "{name}.struct_size is {found}, expected at least {expected}")
            }
        }
    }
}

impl std::error::Error for ReadError {}

/// Copies a struct written by the other side; fields that its writer did not know are zero. The copy's `struct_size` is
/// what was copied, not what the writer said: the copy has no tail that this build does not know.
///
/// # Safety
/// `from` is null or points to `struct_size` readable bytes.
pub unsafe fn read<T: Growing>(from: *const T) -> Result<T, ReadError> {
    // SAFETY: the caller's contract is the same, and no `T` is larger than this.
    unsafe { read_within(from, size_of::<T>()) }
}

/// As [`read`], from a place of `room` bytes: no more is read of it, whatever its `struct_size` says.
///
/// # Safety
/// `from` is null or points to the lesser of `room` and `struct_size` readable bytes, and `room` is at least 4.
pub(super) unsafe fn read_within<T: Growing>(from: *const T, room: usize) -> Result<T, ReadError> {
    if from.is_null() {
        return Err(ReadError::Null { name: T::NAME });
    }
    if !from.is_aligned() {
        return Err(ReadError::Misaligned { name: T::NAME });
    }
    // SAFETY: the caller's contract: every such struct starts with a readable `struct_size`.
    let found = unsafe { from.cast::<u32>().read() } as usize;
    if found < T::SIZE_MIN {
        return Err(ReadError::Short { name: T::NAME, found, expected: T::SIZE_MIN });
    }
    let mut value = T::empty();
    let known = found.min(size_of::<T>()).min(room);
    // SAFETY: `known` bytes are readable at `from` (its writer says so) and writable at `value`; they do not overlap.
    // Any bytes are a valid `T`: it holds integers, floats, raw pointers and optional function pointers only.
    unsafe {
        std::ptr::copy_nonoverlapping(from.cast::<u8>(), (&raw mut value).cast::<u8>(), known);
        (&raw mut value).cast::<u32>().write(known as u32);
    }
    Ok(value)
}

/// Writes a struct into the other side's storage, no more of it than the `struct_size` that the storage announces, and
/// sets that to what was written.
///
/// # Safety
/// `to` is null or points to `struct_size` writable bytes whose first four are `struct_size`.
pub unsafe fn write<T: Growing>(to: *mut T, value: &T) -> Result<(), ReadError> {
    if to.is_null() {
        return Err(ReadError::Null { name: T::NAME });
    }
    if !to.is_aligned() {
        return Err(ReadError::Misaligned { name: T::NAME });
    }
    // SAFETY: the caller's contract: the storage starts with a readable `struct_size`.
    let room = unsafe { to.cast::<u32>().read() } as usize;
    if room < T::SIZE_MIN {
        return Err(ReadError::Short { name: T::NAME, found: room, expected: T::SIZE_MIN });
    }
    let written = room.min(size_of::<T>());
    // SAFETY: `written` bytes are writable at `to` and readable at `value`, which is a copy of ours.
    unsafe {
        std::ptr::copy_nonoverlapping((&raw const *value).cast::<u8>(), to.cast::<u8>(), written);
        to.cast::<u32>().write(written as u32);
    }
    Ok(())
}

/// The size in which a struct was first published.
macro_rules! first_size {
    ($name:ident) => {
        size_of::<$name>()
    };
    ($name:ident, $size:expr) => {
        $size
    };
}

macro_rules! growing {
    ($($name:ident $(since $size:expr)?),* $(,)?) => {$(
        // SAFETY: a `#[repr(C)]` struct of this mirror: starts with `struct_size: u32`; the rest are integers, floats,
        // raw pointers and `Option`s of function pointers, for all of which zero is valid.
        unsafe impl Growing for $name {
            const NAME: &'static str = stringify!($name);
            const SIZE_MIN: usize = first_size!($name $(, $size)?);
        }
    )*};
}

// What has grown since revision 1.0 says where it ended then.
growing!(
    fp_call,
    fp_host,
    fp_host_log_v1,
    fp_metric,
    fp_host_metrics_v1,
    fp_host_artifact_v1,
    fp_host_secret_v1,
    fp_host_executor_v1,
    fp_descriptor,
    fp_limits,
    fp_plugin,
    fp_frame,
    fp_frame_batch,
    fp_face since std::mem::offset_of!(fp_face, eye_open),
    fp_face_batch,
    fp_out_array,
    fp_detector_v1,
    fp_liveness_v1,
    fp_embedding_info,
    fp_recognizer_v1,
    fp_region,
    fp_region_batch,
    fp_tensor_desc,
    fp_model_info,
    fp_host_inference_v1,
    fp_host_frame_ref_v1,
    fp_pay_request,
    fp_effect,
    fp_event,
    fp_payment_v1,
    fp_id_request,
    fp_identity_v1,
);
