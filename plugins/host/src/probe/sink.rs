//! Where a plugin says why a call failed: a sink that keeps it, one that refuses, or none.

use std::ffi::c_void;

use plugin_sdk::abi::{fp_status, fp_writer};

/// Longest text that a sink keeps.
const TEXT_BYTES_MAX: usize = 64 << 10;

/// What a call is given to write into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sink {
    /// Keeps what is written.
    #[default]
    Keeps,
    /// Refuses from the first byte on.
    Refuses,
    /// There is none: the writer is NULL.
    Absent,
}

/// What a call answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status as it came.
    pub status: fp_status,
    /// What was written to the sink.
    pub reason: String,
    /// How often the plugin wrote after the sink had refused, which it must not.
    pub writes_after_refusal: u32,
}

/// What stands behind a sink during one call.
struct Written {
    refuses: bool,
    refused: bool,
    after: u32,
    text: Vec<u8>,
}

impl Sink {
    /// Makes a call with this sink; the writer is valid during it.
    pub(super) fn during(self, call: impl FnOnce(*mut fp_writer) -> fp_status) -> Answer {
        let refuses = self == Self::Refuses;
        let mut written = Written { refuses, refused: false, after: 0, text: Vec::new() };
        let mut writer = fp_writer { ctx: (&raw mut written).cast(), append: Some(append) };
        let status = match self {
            Self::Absent => call(std::ptr::null_mut()),
            Self::Keeps | Self::Refuses => call(&raw mut writer),
        };
        let reason = String::from_utf8_lossy(&written.text).into_owned();
        Answer { status, reason, writes_after_refusal: written.after }
    }
}

/// `[any]` Appends to the `Written` behind `ctx`.
unsafe extern "C" fn append(ctx: *mut c_void, p: *const c_void, n: usize) -> i32 {
    // SAFETY: `ctx` is the `Written` of the call that is running; it is used by one thread at a time.
    let Some(written) = (unsafe { ctx.cast::<Written>().as_mut() }) else { return 1 };
    written.after += u32::from(written.refused);
    let room = TEXT_BYTES_MAX.saturating_sub(written.text.len());
    if written.refuses || p.is_null() || n > room {
        written.refused = true;
        return 1;
    }
    // SAFETY: the writer's contract: `n` bytes are readable at `p`.
    written.text.extend_from_slice(unsafe { std::slice::from_raw_parts(p.cast::<u8>(), n) });
    0
}
