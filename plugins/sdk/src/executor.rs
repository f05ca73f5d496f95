//! Many tasks at once, on threads of the host.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Error, Result};

/// Most tasks of one run.
pub const TASKS_MAX: u32 = 1 << 16;

/// Runs tasks. The host implements it; a plugin's tests may implement it to choose the order.
pub trait ExecutorService: Send + Sync {
    /// Calls `task` with each number below `n` once, on any threads, and returns when all calls have returned. The task does not
    /// panic.
    fn run(&self, n: u32, task: &(dyn Fn(u32) + Sync)) -> Result<()>;
}

/// The host's threads, as a plugin sees them. Where the host has none to give, tasks run on the caller's thread.
#[derive(Clone)]
pub struct Executor {
    service: Option<Arc<dyn ExecutorService>>,
}

thread_local! {
    /// Whether this thread is within a task of [`alone`].
    static IN_TASK: Cell<bool> = const { Cell::new(false) };
}

/// Does the tasks on this thread, as a host with one thread does: it refuses what a host refuses.
fn alone(n: u32, task: impl Fn(u32)) -> Result<()> {
    /// Ends the tasks, also by a panic.
    struct End;
    impl Drop for End {
        fn drop(&mut self) {
            IN_TASK.set(false);
        }
    }
    if n > TASKS_MAX {
        return Err(Error::Invalid(format!("{n} tasks, at most {TASKS_MAX}")));
    }
    if IN_TASK.replace(true) {
        return Err(Error::Invalid("a task asked for tasks of its own".into()));
    }
    let _end = End;
    (0..n).for_each(task);
    Ok(())
}

impl Executor {
    pub(crate) fn new(service: Option<Arc<dyn ExecutorService>>) -> Self {
        Self { service }
    }

    /// Calls `task` with each number below `n` once, on the caller's thread and on one less than the instance's limit of threads, which all
    /// its runs share, and returns when all calls have returned. Fails with [`Error::Invalid`] for more than [`TASKS_MAX`], and within a
    /// task.
    ///
    /// # Panics
    /// When a task panics: tasks that have not begun are then left out, and the panic goes on here, so that the instance is
    /// poisoned as by any other.
    pub fn run(&self, n: u32, task: impl Fn(u32) + Sync) -> Result<()> {
        let Some(service) = &self.service else { return alone(n, task) };
        let (panicked, panic) = (AtomicBool::new(false), Mutex::new(None::<Box<dyn Any + Send>>));
        let contained = |index: u32| {
            if panicked.load(Ordering::Relaxed) {
                return;
            }
            // What the panic left half-changed is not seen again: it goes on below.
            if let Err(payload) = catch_unwind(AssertUnwindSafe(|| task(index))) {
                panicked.store(true, Ordering::Relaxed);
                let mut first = panic.lock().unwrap_or_else(PoisonError::into_inner);
                match first.is_none() {
                    true => *first = Some(payload),
                    false => std::mem::forget(payload), // its drop could panic again
                }
            }
        };
        let ran = service.run(n, &contained);
        match panic.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(payload) => resume_unwind(payload),
            None => ran,
        }
    }

    /// As [`Self::run`], with what each task gives, in their order.
    ///
    /// # Panics
    /// As [`Self::run`].
    pub fn map<T: Send>(&self, n: u32, task: impl Fn(u32) -> T + Sync) -> Result<Vec<T>> {
        let places: Vec<Mutex<Option<T>>> = (0..n).map(|_| Mutex::new(None)).collect();
        self.run(n, |index| {
            let made = task(index);
            *places[index as usize].lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
        })?;
        let made = places.into_iter().map(|place| place.into_inner().unwrap_or_else(PoisonError::into_inner));
        let missing = || Error::Internal("the host left a task out".into());
        made.map(|one| one.ok_or_else(missing)).collect()
    }
}
