//! The one thread that feeds all simulated cameras, each at its own beat.

use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use super::SimulateError;
use super::mount;

/// Wakes the feeding thread. Cheap to clone.
#[derive(Clone)]
pub(super) struct Feeder {
    desk: Arc<Desk>,
}

#[derive(Default)]
struct Desk {
    work: Mutex<Work>,
    changed: Condvar,
}

#[derive(Default)]
struct Work {
    mounts: Vec<Weak<mount::Inner>>,
    changed: bool,
    stop: bool,
}

/// Without anything to feed the thread looks up this often.
const IDLE: Duration = Duration::from_secs(1);

impl Feeder {
    pub(super) fn start() -> Result<(Feeder, JoinHandle<()>), SimulateError> {
        let desk = Arc::new(Desk::default());
        let feeder = Feeder { desk: Arc::clone(&desk) };
        let thread = std::thread::Builder::new()
            .name("sim-feeder".to_owned())
            .spawn(move || run(&desk))
            .map_err(|error| SimulateError::Broken(error.to_string()))?;
        Ok((feeder, thread))
    }

    pub(super) fn take(&self, mount: Weak<mount::Inner>) {
        self.desk.work.lock().mounts.push(mount);
        self.wake();
    }

    /// Something is due earlier than was known.
    pub(super) fn wake(&self) {
        self.desk.work.lock().changed = true;
        self.desk.changed.notify_one();
    }

    pub(super) fn stop(&self) {
        self.desk.work.lock().stop = true;
        self.desk.changed.notify_one();
    }
}

fn run(desk: &Desk) {
    let mut next = Instant::now();
    loop {
        let mut work = desk.work.lock();
        while !work.stop && !work.changed && Instant::now() < next {
            desk.changed.wait_until(&mut work, next);
        }
        if work.stop {
            return;
        }
        work.changed = false;
        work.mounts.retain(|mount| mount.strong_count() > 0);
        let mounts: Vec<_> = work.mounts.iter().filter_map(Weak::upgrade).collect();
        // Not while feeding: a stream that is closed just then waits for its mount, and we for the desk.
        drop(work);
        let now = Instant::now();
        let due = mounts.iter().filter_map(|mount| mount.feed(now)).min();
        next = due.unwrap_or(now + IDLE).min(now + IDLE);
    }
}
