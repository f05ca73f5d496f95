//! One call: its deadline, its cancellation and the trace that it belongs to.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::abi::{self, Growing};
use crate::error::{Error, Result};

/// The context of one call. Long work asks [`Call::check`] now and then.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    pub(crate) deadline_ns: i64,
    pub(crate) cancel: Option<&'a AtomicU32>,
    pub(crate) trace_id: [u8; 16],
    pub(crate) span_id: [u8; 8],
}

impl<'a> Call<'a> {
    /// A call without deadline, cancellation or trace.
    pub const fn unbounded() -> Self {
        Self { deadline_ns: 0, cancel: None, trace_id: [0; 16], span_id: [0; 8] }
    }

    /// The same call with a deadline on the clock of [`monotonic_ns`]; zero or less means none.
    pub const fn with_deadline_ns(self, deadline_ns: i64) -> Self {
        Self { deadline_ns, ..self }
    }

    /// The same call, cancelled once `word` is not zero.
    pub const fn with_cancel(self, word: &'a AtomicU32) -> Self {
        Self { cancel: Some(word), ..self }
    }

    /// The same call within a W3C trace; all-zero ids mean none.
    pub const fn with_trace(self, trace_id: [u8; 16], span_id: [u8; 8]) -> Self {
        Self { trace_id, span_id, ..self }
    }

    /// The call that the ABI carries.
    ///
    /// # Safety
    /// `raw.cancel` is null or points to a word that is valid for `'a` and only accessed atomically.
    pub unsafe fn from_abi(raw: &abi::fp_call) -> Self {
        Self {
            deadline_ns: raw.deadline_ns,
            // SAFETY: the caller's contract.
            cancel: unsafe { raw.cancel.cast::<AtomicU32>().as_ref() },
            trace_id: raw.trace_id,
            span_id: raw.span_id,
        }
    }

    /// The call as the ABI carries it, without a sink for reasons. Valid for `'a`.
    pub fn to_abi(&self) -> abi::fp_call {
        abi::fp_call {
            deadline_ns: self.deadline_ns.max(0),
            cancel: self.cancel.map_or(std::ptr::null(), |word| word.as_ptr().cast_const()),
            trace_id: self.trace_id,
            span_id: self.span_id,
            ..Growing::empty()
        }
    }

    /// The deadline on the clock of [`monotonic_ns`].
    pub fn deadline_ns(&self) -> Option<i64> {
        (self.deadline_ns > 0).then_some(self.deadline_ns)
    }

    /// Time left, zero when the deadline has passed; `None` without one.
    pub fn remaining(&self) -> Option<Duration> {
        let left = self.deadline_ns()?.saturating_sub(monotonic_ns());
        Some(Duration::from_nanos(u64::try_from(left).unwrap_or(0)))
    }

    /// True once the caller has given up.
    pub fn is_cancelled(&self) -> bool {
        self.cancel.is_some_and(|word| word.load(Ordering::Acquire) != 0)
    }

    /// The W3C trace id, all zero for none.
    pub fn trace_id(&self) -> [u8; 16] {
        self.trace_id
    }

    /// The W3C span id, all zero for none.
    pub fn span_id(&self) -> [u8; 8] {
        self.span_id
    }

    /// Fails with [`Error::Cancelled`] or [`Error::Deadline`] when going on is useless.
    pub fn check(&self) -> Result<()> {
        if self.is_cancelled() {
            return Err(Error::Cancelled);
        }
        match self.remaining() {
            Some(Duration::ZERO) => Err(Error::Deadline),
            _ => Ok(()),
        }
    }
}

/// Nanoseconds on `CLOCK_MONOTONIC`, the clock of every deadline and capture time in the ABI.
pub fn monotonic_ns() -> i64 {
    let mut now = Timespec { seconds: 0, nanoseconds: 0 };
    // SAFETY: `now` is a writable `struct timespec` of 64-bit Linux, which is what the function fills.
    let failed = unsafe { clock_gettime(CLOCK_MONOTONIC, &raw mut now) };
    assert_eq!(failed, 0, "CLOCK_MONOTONIC exists on every Linux");
    now.seconds * 1_000_000_000 + now.nanoseconds
}

/// `struct timespec` of 64-bit Linux.
#[repr(C)]
struct Timespec {
    seconds: i64,
    nanoseconds: i64,
}

const CLOCK_MONOTONIC: i32 = 1;

// SAFETY: the declaration agrees with POSIX `clock_gettime` on 64-bit Linux; libc is linked by std.
unsafe extern "C" {
    fn clock_gettime(clock: i32, time: *mut Timespec) -> i32;
}
