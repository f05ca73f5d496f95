//! Threads that help with searches: a large gallery is read by all cores.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, LazyLock};

use parking_lot::{Condvar, Mutex};

use super::scan::{Candidates, Scan};

/// A helper is asked for so many bytes; a smaller part is read before the helper is awake.
const BYTES_PER_HELPER: usize = 1 << 20;
const HELPERS_MAX: usize = 15;
/// Searches that wait for one helper; those beyond are done without it.
const WAITING_MAX: usize = 4;

/// One for each core but the caller's; they live as long as the process.
static HELPERS: LazyLock<Vec<SyncSender<Arc<Shared>>>> = LazyLock::new(|| {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let helper = |number: usize| {
        let (sender, receiver) = sync_channel(WAITING_MAX);
        let thread = std::thread::Builder::new().name(format!("gallery-{number}"));
        match thread.spawn(move || help(&receiver)) {
            Ok(_) => Some(sender),
            Err(error) => {
                tracing::warn!(%error, "no thread helps to search the gallery; searches take longer");
                None
            }
        }
    };
    (1..cores.min(HELPERS_MAX + 1)).filter_map(helper).collect()
});

/// A scan that several threads do together.
struct Shared {
    scan: Arc<Scan>,
    state: Mutex<State>,
    done: Condvar,
}

#[derive(Default)]
struct State {
    parts: Vec<Vec<Candidates>>,
    segments: usize,
    /// A helper gave up, and what it had taken is lost.
    broken: bool,
}

/// How many threads read a large gallery.
pub(super) fn threads() -> usize {
    1 + HELPERS.len()
}

/// The candidates of each query of a scan.
pub(super) fn run(scan: &Arc<Scan>) -> Vec<Candidates> {
    let helpers = (scan.bytes() / BYTES_PER_HELPER).min(HELPERS_MAX);
    let shared = Arc::new(Shared { scan: scan.clone(), state: Mutex::default(), done: Condvar::new() });
    if helpers > 0 {
        // Whoever is busy is left alone: the caller does it all if need be.
        HELPERS.iter().take(helpers).for_each(|helper| drop(helper.try_send(shared.clone())));
    }
    shared.take_part();
    let mut state = shared.state.lock();
    while state.segments < scan.segments.len() && !state.broken {
        shared.done.wait(&mut state);
    }
    if state.broken {
        return scan.whole();
    }
    let join = |all: Vec<Candidates>, part: Vec<Candidates>| {
        all.into_iter().zip(part).map(|(one, other)| one.join(other, &scan.wanted)).collect()
    };
    std::mem::take(&mut state.parts).into_iter().reduce(join).unwrap_or_default()
}

impl Shared {
    fn take_part(&self) {
        let (found, segments) = self.scan.part();
        let mut state = self.state.lock();
        state.segments += segments;
        state.parts.push(found);
        if state.segments == self.scan.segments.len() {
            self.done.notify_all();
        }
    }
}

fn help(work: &Receiver<Arc<Shared>>) {
    while let Ok(shared) = work.recv() {
        if catch_unwind(AssertUnwindSafe(|| shared.take_part())).is_err() {
            shared.state.lock().broken = true;
            shared.done.notify_all();
        }
    }
}
