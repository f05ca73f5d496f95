//! The threads that help one plugin instance with its tasks. They are started when they are first needed, and stay until the instance has
//! ended: one whose tasks hang keeps no other's helpers.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::Job;

/// Stack of a thread: as much as one that makes calls.
const STACK_BYTES: usize = 4 << 20;

/// The threads of one instance, at most so many.
pub(super) struct Pool {
    threads_max: u32,
    state: Mutex<State>,
    called: Condvar,
}

#[derive(Default)]
struct State {
    /// A job for each helper that was called and has not come.
    waiting: VecDeque<Arc<Job>>,
    threads: u32,
    /// Threads that wait for work.
    idle: usize,
    /// The instance is gone.
    is_over: bool,
}

impl Pool {
    pub(super) fn new(threads_max: u32) -> Self {
        Self { threads_max, state: Mutex::default(), called: Condvar::new() }
    }

    /// Calls for so many helpers. They come when they can; nobody waits for one that has not come.
    pub(super) fn help(self: &Arc<Self>, job: &Arc<Job>, helpers: u32) {
        if helpers == 0 {
            return;
        }
        let mut state = self.lock();
        for _ in 0..helpers {
            if state.is_over {
                return;
            }
            state.waiting.push_back(Arc::clone(job));
            if state.waiting.len() > state.idle && state.threads < self.threads_max {
                let pool = Arc::clone(self);
                let thread = std::thread::Builder::new().name("task".into()).stack_size(STACK_BYTES);
                // Without a thread more, those that are there come when they can.
                state.threads += u32::from(thread.spawn(move || pool.work()).is_ok());
            }
        }
        drop(state);
        self.called.notify_all();
    }

    /// Calls off the helpers that have not come.
    pub(super) fn call_off(&self, job: &Arc<Job>) {
        self.lock().waiting.retain(|waiting| !Arc::ptr_eq(waiting, job));
    }

    /// Lets the threads end, each when it has left its task.
    pub(super) fn end(&self) {
        self.lock().is_over = true;
        self.called.notify_all();
    }

    fn work(&self) {
        let mut state = self.lock();
        while !state.is_over {
            if let Some(job) = state.waiting.pop_front() {
                drop(state);
                job.help();
                state = self.lock();
                continue;
            }
            state.idle += 1;
            state = self.called.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
        state.threads -= 1;
    }

    #[cfg(test)]
    pub(super) fn threads(&self) -> u32 {
        self.lock().threads
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
