//! How many threads may be inside one plugin instance at once.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Instant;

/// A counting semaphore with deadlines.
pub(crate) struct Permits {
    free: Mutex<u32>,
    returned: Condvar,
}

/// The right to be inside; given back on drop.
pub(crate) struct Permit<'a>(&'a Permits);

impl Permits {
    pub(crate) fn new(count: u32) -> Self {
        Self { free: Mutex::new(count), returned: Condvar::new() }
    }

    /// Waits for a free place; `None` when the deadline comes first.
    pub(crate) fn take(&self, deadline: Option<Instant>) -> Option<Permit<'_>> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while *free == 0 {
            free = match deadline {
                None => self.returned.wait(free).unwrap_or_else(PoisonError::into_inner),
                Some(deadline) => {
                    let left = deadline.checked_duration_since(Instant::now())?;
                    self.returned.wait_timeout(free, left).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        *free -= 1;
        Some(Permit(self))
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.returned.notify_one();
    }
}
