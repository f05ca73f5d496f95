//! One instance without the host's care: each call of its life as it is asked for.

use std::ffi::{CString, c_void};
use std::sync::atomic::{AtomicBool, Ordering};

use plugin_sdk::Limits;
use plugin_sdk::abi::{self, Growing, fp_str};

use super::age::{Age, Laid};
use super::sink::{Answer, Sink};

/// An instance. Deactivated where that is due, and destroyed, on drop.
pub struct Instance {
    table: abi::fp_plugin,
    active: AtomicBool,
}

// SAFETY: the vtable's functions carry thread tags, which the callers of this module keep to: [ctl] functions are called
// by one thread, while no [work] call runs.
unsafe impl Send for Instance {}
// SAFETY: as above.
unsafe impl Sync for Instance {}

impl Instance {
    pub(super) fn new(table: abi::fp_plugin) -> Self {
        Self { table, active: AtomicBool::new(false) }
    }

    /// The `self` argument of the instance's functions.
    pub(super) fn this(&self) -> *mut c_void {
        self.table.self_
    }

    /// `[ctl]` Gives it settings as they stand, unchecked. A plugin without `configure` takes any.
    pub fn configure(&self, json: &str, sink: Sink) -> Answer {
        sink.during(|err| match self.table.configure {
            // SAFETY: [ctl]; text and writer are valid during the call.
            Some(configure) => unsafe { configure(self.this(), fp_str::of(json), err) },
            None => abi::FP_OK,
        })
    }

    /// `[ctl]` Takes it to work under limits that a host of this age wrote.
    pub fn activate(&self, limits: &Limits, age: Age, sink: Sink) -> Answer {
        let mut raw = abi::fp_limits::empty();
        (raw.max_batch, raw.threads) = (limits.max_batch, limits.threads);
        (raw.max_width, raw.max_height) = (limits.max_width, limits.max_height);
        let raw = Laid::of(age, &[raw]).and_then(Laid::read_only).expect("memory for the limits");
        let answer = sink.during(|err| match self.table.activate {
            // SAFETY: [ctl]; limits and writer are valid during the call.
            Some(activate) => unsafe { activate(self.this(), raw.as_ptr(), err) },
            None => abi::FP_OK,
        });
        self.active.store(answer.status == abi::FP_OK, Ordering::Release);
        answer
    }

    /// `[ctl]` Takes it from work.
    pub fn deactivate(&self) {
        if !self.active.swap(false, Ordering::AcqRel) {
            return;
        }
        if let Some(deactivate) = self.table.deactivate {
            // SAFETY: [ctl]; it was active, and no call runs.
            unsafe { deactivate(self.this()) };
        }
    }

    /// `[any]` How it is; what it says is the answer's reason.
    pub fn health(&self, sink: Sink) -> Answer {
        sink.during(|json| match self.table.health {
            // SAFETY: [any]; the writer is valid during the call, or null.
            Some(health) => unsafe { health(self.this(), json) },
            None => abi::FP_OK,
        })
    }

    /// `[any]` Where the table of an interface lies, 0 for nowhere.
    pub fn table_address(&self, id: &str) -> usize {
        self.find(id).addr()
    }

    /// `[any]` A table, or why there is none that can be read.
    pub(super) fn interface<T: Growing>(&self, id: &str) -> Result<T, String> {
        // SAFETY: null, or the constant table that this id stands for (rule R7).
        unsafe { abi::read(self.find(id).cast::<T>()) }.map_err(|error| error.to_string())
    }

    fn find(&self, id: &str) -> *const c_void {
        let Ok(name) = CString::new(id) else { return std::ptr::null() };
        match self.table.get_interface {
            // SAFETY: [any]; the id is NUL-terminated.
            Some(get) => unsafe { get(self.this(), name.as_ptr()) },
            None => std::ptr::null(),
        }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.deactivate();
        if let Some(destroy) = self.table.destroy {
            // SAFETY: [ctl]; not active, called once.
            unsafe { destroy(self.this()) };
        }
    }
}
