//! The host's threads behind the C table: a plugin's tasks, on those that call it and on one less than the plugin may have threads.

use std::cell::Cell;
use std::ffi::c_void;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use plugin_sdk::abi::{self, fp_host, fp_status, fp_task_fn};
use plugin_sdk::{Error, TASKS_MAX};

use super::{HostServices, contain};

mod pool;

use pool::Pool;

pub(super) static TABLE: abi::fp_host_executor_v1 = abi::fp_host_executor_v1 {
    struct_size: size_of::<abi::fp_host_executor_v1>() as u32,
    _pad: 0,
    run: Some(run),
};

/// The threads of this process that one plugin instance has besides those that call it.
pub(crate) struct Executor {
    helpers_max: u32,
    helping: AtomicU32,
    pool: Arc<Pool>,
}

thread_local! {
    /// Whether this thread is within a task.
    static IN_TASK: Cell<bool> = const { Cell::new(false) };
}

impl Executor {
    /// For a plugin that may have so many threads, of which the caller's is one.
    pub(crate) fn new(threads: u32) -> Self {
        let helpers_max = threads.saturating_sub(1);
        Self { helpers_max, helping: AtomicU32::new(0), pool: Arc::new(Pool::new(helpers_max)) }
    }

    fn run(&self, job: &Arc<Job>) {
        let helpers = self.recruited(job.tasks - 1);
        self.pool.help(job, helpers);
        job.work();
        self.pool.call_off(job);
        job.finish();
        self.helping.fetch_sub(helpers, Ordering::Relaxed);
    }

    /// Lets the helpers go, as the instance has ended. What runs tasks after that does them alone.
    pub(super) fn end(&self) {
        self.pool.end();
    }

    /// Takes up to `wanted` helpers of those that are left.
    fn recruited(&self, wanted: u32) -> u32 {
        let mut taken = 0;
        let _ = self.helping.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |helping| {
            taken = wanted.min(self.helpers_max.saturating_sub(helping));
            Some(helping + taken)
        });
        taken
    }
}

/// The tasks of one run.
struct Job {
    task: fp_task_fn,
    ctx: *mut c_void,
    tasks: u32,
    next: AtomicU32,
    state: Mutex<State>,
    left: Condvar,
}

// SAFETY: the plugin says that its tasks may be called from any thread with their context, by passing them to `run`.
unsafe impl Send for Job {}
// SAFETY: as above.
unsafe impl Sync for Job {}

#[derive(Default)]
struct State {
    /// Helpers that are within tasks.
    inside: u32,
    /// All tasks have begun: helpers that come now have nothing to do, and the context may be gone.
    is_over: bool,
}

impl Job {
    /// Takes part in the work, if it is not over.
    fn help(&self) {
        {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            if state.is_over {
                return;
            }
            state.inside += 1;
        }
        self.work();
        self.state.lock().unwrap_or_else(PoisonError::into_inner).inside -= 1;
        self.left.notify_all();
    }

    /// Does tasks until all have begun.
    fn work(&self) {
        IN_TASK.set(true);
        loop {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            if index >= self.tasks {
                break;
            }
            // SAFETY: the run has not returned: it waits for whoever is inside. Each index is taken once.
            unsafe { (self.task)(self.ctx, index) };
        }
        IN_TASK.set(false);
    }

    /// Waits for the tasks that others do. No helper touches the context after this.
    fn finish(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.is_over = true;
        while state.inside > 0 {
            state = self.left.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// [work]
unsafe extern "C" fn run(
    host: *const fp_host,
    n: u32,
    task: Option<fp_task_fn>,
    ctx: *mut c_void,
) -> fp_status {
    // SAFETY: the plugin passes the host that it was given.
    let Some(services) = (unsafe { HostServices::of(host) }) else { return abi::FP_E_INVALID };
    let ran = contain(|| {
        let executor = services.executor.as_ref();
        let executor = executor.ok_or_else(|| Error::Unsupported("this host runs no tasks".into()))?;
        let task = task.ok_or_else(|| Error::Invalid("no task to run".into()))?;
        if n > TASKS_MAX {
            return Err(Error::Invalid(format!("{n} tasks, at most {TASKS_MAX}")));
        }
        if IN_TASK.get() {
            return Err(Error::Invalid("a task asked for tasks of its own".into()));
        }
        if n > 0 {
            let (next, state, left) = (AtomicU32::new(0), Mutex::default(), Condvar::new());
            executor.run(&Arc::new(Job { task, ctx, tasks: n, next, state, left }));
        }
        Ok(())
    });
    services.told(ran) // the table has no place for a reason
}

#[cfg(test)]
mod tests;
