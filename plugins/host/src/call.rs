//! The context that a caller gives to a call.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Instant;

use plugin_sdk::abi::{self, Growing};
use plugin_sdk::monotonic_ns;

/// Until when, within which trace, and how to give up. The default is a call without any of them.
#[derive(Debug, Clone, Default)]
pub struct CallContext {
    /// An answer after this is not used.
    pub deadline: Option<Instant>,
    /// The W3C trace that the call belongs to.
    pub trace: Option<Trace>,
    /// Set to non-zero, from any thread, to give up.
    pub cancel: Option<Arc<AtomicU32>>,
}

/// W3C trace context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trace {
    /// Trace id, not all zero.
    pub trace_id: [u8; 16],
    /// Span id, not all zero.
    pub span_id: [u8; 8],
}

impl CallContext {
    /// A call whose answer is not used after `deadline`.
    pub fn until(deadline: Instant) -> Self {
        Self { deadline: Some(deadline), ..Self::default() }
    }

    /// The deadline on `CLOCK_MONOTONIC` in nanoseconds, 0 for none.
    pub(crate) fn deadline_ns(&self) -> i64 {
        let Some(deadline) = self.deadline else { return 0 };
        let (now, now_ns) = (Instant::now(), monotonic_ns());
        let nanoseconds = |time: std::time::Duration| i64::try_from(time.as_nanos()).unwrap_or(i64::MAX);
        match deadline.checked_duration_since(now) {
            Some(left) => now_ns.saturating_add(nanoseconds(left)),
            None => now_ns.saturating_sub(nanoseconds(now - deadline)).max(1),
        }
    }

    /// The call in the shape of the ABI; valid while `self` and `reason` are.
    pub(crate) fn to_abi(&self, deadline_ns: i64, reason: &mut abi::fp_writer) -> abi::fp_call {
        let mut raw = abi::fp_call::empty();
        raw.deadline_ns = deadline_ns;
        raw.cancel = self.cancel.as_ref().map_or(std::ptr::null(), |word| word.as_ptr().cast_const());
        raw.reason = reason;
        if let Some(trace) = self.trace {
            (raw.trace_id, raw.span_id) = (trace.trace_id, trace.span_id);
        }
        raw
    }
}
