//! Whether somebody needs a camera: then each of its pictures is decoded, however much decoding has to do.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::CameraId;

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

/// The needs of cameras by name, while there is such a camera or somebody who follows it.
#[derive(Default)]
pub(crate) struct Needs(Mutex<HashMap<CameraId, Weak<Need>>>);

impl Needs {
    /// That of a camera. One that comes again under its name, with another source, is needed by those who needed it before.
    pub(crate) fn of(&self, id: &CameraId) -> Arc<Need> {
        let mut needs = self.0.lock();
        needs.retain(|_, need| need.strong_count() > 0);
        needs.get(id).and_then(Weak::upgrade).unwrap_or_else(|| {
            let need = Arc::default();
            needs.insert(id.clone(), Arc::downgrade(&need));
            need
        })
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
