//! The host's memory for frames behind [`Frames`](crate::Frames).
//!
//! The host takes kept frames back when the instance is destroyed, or was not made, but safe code may hold on to one for longer: the
//! last thing that `destroy`, and a `create` that fails, does here is to shut the frames away, so that nobody looks at one that is
//! gone.

use std::sync::{Condvar, Mutex, PoisonError};

use super::{HostPtr, checked};
use crate::abi::{self, fp_frame};
use crate::error::{Error, Result};
use crate::frame::Frame;
use crate::frames::FrameKeeper;

/// The host's frames through the C table.
pub(super) struct AbiFrames {
    host: HostPtr,
    table: abi::fp_host_frame_ref_v1,
    state: Mutex<State>,
    left: Condvar,
}

#[derive(Default)]
struct State {
    /// Threads that use a kept frame, or give one back.
    inside: usize,
    is_shut: bool,
}

/// A use of kept frames, which lasts until it is dropped.
struct Inside<'a>(&'a AbiFrames);

impl AbiFrames {
    pub(super) fn new(host: HostPtr, table: abi::fp_host_frame_ref_v1) -> Self {
        Self { host, table, state: Mutex::default(), left: Condvar::new() }
    }

    /// Waits for those that look at a frame, and lets nobody look after them.
    pub(super) fn shut(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.is_shut = true;
        while state.inside > 0 {
            state = self.left.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn enter(&self) -> Option<Inside<'_>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.is_shut {
            return None;
        }
        state.inside += 1;
        Some(Inside(self))
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner).inside -= 1;
        self.0.left.notify_all();
    }
}

fn gone() -> Error {
    Error::Invalid("a kept frame is gone: its instance was destroyed".into())
}

impl FrameKeeper for AbiFrames {
    fn retain(&self, frame: &Frame<'_>) -> Result<usize> {
        let _inside = self.enter().ok_or_else(gone)?;
        let retain =
            self.table.retain.ok_or_else(|| Error::Internal("the host's frames have no retain()".into()))?;
        let mut kept = std::ptr::null();
        // SAFETY: [work]; the host lives; frame and place are valid during the call.
        let status = unsafe { retain(self.host.0, frame.as_abi(), &raw mut kept) };
        // The table has no place for a reason.
        let reason = || b"a frame was not kept; the host's log says why".to_vec();
        checked(status, if status == abi::FP_OK { Vec::new() } else { reason() })?;
        match kept.is_null() {
            true => Err(Error::Internal("the host kept no frame".into())),
            false => Ok(kept.expose_provenance()),
        }
    }

    fn show(&self, kept: usize, look: &mut dyn FnMut(&Frame<'_>)) -> Result<()> {
        let _inside = self.enter().ok_or_else(gone)?;
        let kept = std::ptr::with_exposed_provenance::<fp_frame>(kept);
        // SAFETY: `retain` gave the frame, its only holder has not let it go, and the instance is not destroyed while we are
        // inside: so it is as it was given. The frame does not outlive `look`.
        unsafe {
            let raw = abi::read(kept).map_err(|error| Error::Internal(error.to_string()))?;
            look(&Frame::from_abi(&raw)?);
        }
        Ok(())
    }

    fn release(&self, kept: usize) {
        let Some(_inside) = self.enter() else { return }; // the host has taken it back
        if let Some(release) = self.table.release {
            // SAFETY: [any]; the host lives, and gave the frame, which nobody uses any more.
            unsafe { release(self.host.0, std::ptr::with_exposed_provenance::<fp_frame>(kept)) };
        }
    }
}
