//! The threads of this process that help with tasks. They are started when they are first needed, and stay.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use super::Job;

/// Most threads, whatever the plugins of the process may have together.
const THREADS_MAX: usize = 16;
/// Most calls for help that wait. One too many is not heard: whoever called does the work alone.
const WAITING_MAX: usize = 64;
/// Stack of a thread: as much as one that makes calls.
const STACK_BYTES: usize = 4 << 20;

static POOL: Mutex<Pool> = Mutex::new(Pool { waiting: VecDeque::new(), threads: 0, idle: 0 });
static CALLED: Condvar = Condvar::new();

struct Pool {
    waiting: VecDeque<Arc<Job>>,
    threads: usize,
    /// Threads that wait for work.
    idle: usize,
}

/// Calls for so many helpers. They come when they can; nobody waits for one that has not come.
pub(super) fn help(job: &Arc<Job>, helpers: u32) {
    let mut pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    for _ in 0..helpers {
        if pool.waiting.len() >= WAITING_MAX {
            break;
        }
        pool.waiting.push_back(Arc::clone(job));
        if pool.waiting.len() > pool.idle && pool.threads < THREADS_MAX {
            let thread = std::thread::Builder::new().name("task".into()).stack_size(STACK_BYTES);
            pool.threads += usize::from(thread.spawn(work).is_ok());
        }
    }
    drop(pool);
    CALLED.notify_all();
}

fn work() {
    let mut pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        if let Some(job) = pool.waiting.pop_front() {
            drop(pool);
            job.help();
            pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
            continue;
        }
        pool.idle += 1;
        pool = CALLED.wait(pool).unwrap_or_else(PoisonError::into_inner);
        pool.idle -= 1;
    }
}
