//! The host's threads behind [`Executor`](crate::Executor).

use std::ffi::c_void;

use super::{HostPtr, checked};
use crate::abi;
use crate::error::{Error, Result};
use crate::executor::{ExecutorService, TASKS_MAX};

/// The host's threads through the C table.
pub(super) struct AbiExecutor {
    pub(super) host: HostPtr,
    pub(super) table: abi::fp_host_executor_v1,
}

/// A task that the host calls by pointer.
struct Task<'a>(&'a (dyn Fn(u32) + Sync));

impl ExecutorService for AbiExecutor {
    fn run(&self, n: u32, task: &(dyn Fn(u32) + Sync)) -> Result<()> {
        let run = self.table.run.ok_or_else(|| Error::Internal("the host's executor has no run()".into()))?;
        let task = Task(task);
        let ctx = (&raw const task).cast_mut().cast::<c_void>();
        // SAFETY: [work]; the host lives; it calls `call` with `ctx` only until `run` returns, and the task may be called from any
        // thread.
        let status = unsafe { run(self.host.0, n, Some(call), ctx) };
        // The table has no place for a reason.
        let reason = || format!("{n} tasks of {TASKS_MAX} at most, or within a task").into_bytes();
        checked(status, if status == abi::FP_OK { Vec::new() } else { reason() })
    }
}

/// One task. It does not unwind: [`Executor`](crate::Executor) has contained it.
unsafe extern "C" fn call(ctx: *mut c_void, index: u32) {
    // SAFETY: `ctx` is the task of a run that has not returned.
    let task = unsafe { &*ctx.cast::<Task<'_>>() };
    (task.0)(index);
}
