//! Whether somebody needs a camera: then each of its pictures is decoded, however much decoding has to do.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// A camera at which somebody was asked for belongs to a till for so long.
const ATTENDED_FOR: Duration = Duration::from_secs(600);

/// Who needs a camera.
#[derive(Default)]
pub(crate) struct Need {
    attended: Mutex<Option<Instant>>,
    holders: AtomicUsize,
}

impl Need {
    /// Somebody wants to know at `now` who is there.
    pub(crate) fn attend(&self, now: Instant) {
        *self.attended.lock() = Some(now);
    }

    /// Whether somebody needs the camera at `now`.
    pub(crate) fn is_there(&self, now: Instant) -> bool {
        let lately = |at: Instant| now.saturating_duration_since(at) < ATTENDED_FOR;
        self.holders.load(Ordering::Relaxed) > 0 || self.attended.lock().is_some_and(lately)
    }
}

/// Somebody follows what happens at a camera, until this is dropped.
pub struct Hold(Arc<Need>);

impl Hold {
    pub(crate) fn new(need: Arc<Need>) -> Hold {
        need.holders.fetch_add(1, Ordering::Relaxed);
        Hold(need)
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.holders.fetch_sub(1, Ordering::Relaxed);
    }
}
