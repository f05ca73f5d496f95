//! The calls into the tables of step machines, which differ in what is asked and in nothing else.

use std::ffi::c_void;

use plugin_sdk::abi::{self, fp_call, fp_status};

use super::{ABSENT, Instance};
use crate::operation::Asked;

/// A running operation of a plugin in this process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TaskPtr {
    at: *mut c_void,
    machine: Machine,
}

/// Which table began an operation, and goes on with it.
#[derive(Debug, Clone, Copy)]
enum Machine {
    Payment,
    Identity,
}

/// `step` of any step machine's table.
pub(crate) type StepFn = unsafe extern "C" fn(
    *mut c_void,
    *const fp_call,
    *mut c_void,
    *const abi::fp_event,
    *mut abi::fp_effect,
) -> fp_status;
/// `end` of any step machine's table.
pub(crate) type EndFn = unsafe extern "C" fn(*mut c_void, *mut c_void);

// SAFETY: step and end are [work], any thread; whoever holds the pointer keeps them to one at a time.
unsafe impl Send for TaskPtr {}

impl Instance {
    /// `[work]` within a permit. There is no task unless the plugin took the operation on.
    pub(crate) fn begin(&self, call: &fp_call, asked: Asked<'_>) -> (fp_status, Option<TaskPtr>) {
        let (this, mut at) = (self.table.self_, std::ptr::null_mut());
        let (payment, identity) = (self.tables.payment, self.tables.identity);
        let (status, machine) = match asked {
            Asked::Payment(request) => {
                let Some(begin) = payment.and_then(|table| table.begin) else { return (ABSENT, None) };
                // SAFETY: [work] within a permit; the instance lives; request, call and place are valid during the call.
                (unsafe { begin(this, call, request, &raw mut at) }, Machine::Payment)
            }
            Asked::Identity(request) => {
                let Some(begin) = identity.and_then(|table| table.begin) else { return (ABSENT, None) };
                // SAFETY: as above.
                (unsafe { begin(this, call, request, &raw mut at) }, Machine::Identity)
            }
        };
        (status, (!at.is_null()).then_some(TaskPtr { at, machine }))
    }

    /// `[work]` within a permit. What the effect points to is valid until the task's next step or end.
    ///
    /// # Safety
    /// The task came from `begin`, has not ended, and no other call is made with it at the same time.
    pub(crate) unsafe fn step(
        &self,
        call: &fp_call,
        task: TaskPtr,
        event: &abi::fp_event,
        next: &mut abi::fp_effect,
    ) -> fp_status {
        let Some(step) = self.functions(task.machine).0 else { return ABSENT };
        // SAFETY: [work] within a permit; the caller's contract; event, call and place are valid during the call.
        unsafe { step(self.table.self_, call, task.at, event, next) }
    }

    /// `[work]` within a permit.
    ///
    /// # Safety
    /// The task came from `begin`; nothing uses it any more.
    pub(crate) unsafe fn end(&self, task: TaskPtr) {
        if let Some(end) = self.functions(task.machine).1 {
            // SAFETY: [work] within a permit; the caller's contract.
            unsafe { end(self.table.self_, task.at) };
        }
    }

    fn functions(&self, machine: Machine) -> (Option<StepFn>, Option<EndFn>) {
        let found = match machine {
            Machine::Payment => self.tables.payment.map(|table| (table.step, table.end)),
            Machine::Identity => self.tables.identity.map(|table| (table.step, table.end)),
        };
        found.unwrap_or_default()
    }
}
