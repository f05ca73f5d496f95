//! What every process of one plugin has in common, and how one follows another.

use std::fs::File;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use plugin_package::SealedFile;
use plugin_sdk::{Limits, SecretService, monotonic_ns};

use super::WorkerOptions;
use super::area::Area;
use super::process::{End, Process};
use super::worker::Worker;
use crate::error::LoadError;
use crate::faults::{Failure, FaultLog};
use crate::instance::Offers;
use crate::manifest::Manifest;
use crate::metrics::{self, BOARD_BYTES, MetricsBook};
use crate::package::{Artifacts, Signed};
use crate::services::{Executor, Files, Frames, HostServices, Recorder};
use crate::settings::{PluginSettings, Settled};

/// Pause before the second replacement in a row, doubled for each further one. The first comes at once.
const PAUSE_MIN: Duration = Duration::from_millis(50);
/// Longest pause before a replacement.
const PAUSE_MAX: Duration = Duration::from_secs(30);
/// A process that lived so long failed for a reason of its own: counting begins anew.
const CALM: Duration = Duration::from_secs(600);
/// What every process of one plugin has in common.
pub(super) struct Shared {
    pub(super) path: PathBuf,
    pub(super) settings: PluginSettings,
    pub(super) code: SealedFile,
    pub(super) signed: Option<Signed>,
    pub(super) artifacts: Option<Arc<Artifacts>>,
    pub(super) options: WorkerOptions,
    pub(super) secrets: Option<Arc<dyn SecretService>>,
    pub(super) recorded: Recorded,
    pub(super) limits: Limits,
    /// What the first process said of itself, and its settings. A replacement that says otherwise is refused.
    pub(super) spec: OnceLock<(Manifest, Settled)>,
    /// What the first process offered, which holds for its replacements too.
    pub(super) offers: OnceLock<Offers>,
    pub(super) faults: Arc<FaultLog>,
    pub(super) state: Mutex<State>,
    pub(super) changed: Condvar,
}

/// Where the processes of the plugin record: each on a board of its own. What a dead one counted stays in the book, where its successor
/// cannot write.
pub(super) struct Recorded {
    book: MetricsBook,
    plugin: String,
    /// That of the first process, made with the plugin: a host without memory for it says so at once.
    first: Mutex<Option<Board>>,
}

/// Where one process records, and the memory for it to write.
type Board = (Recorder, File);

impl Recorded {
    pub(super) fn new(book: &MetricsBook, plugin: &str) -> std::io::Result<Self> {
        let (book, plugin, first) = (book.clone(), plugin.to_owned(), Mutex::default());
        let recorded = Self { book, plugin, first };
        let board = recorded.fresh()?;
        *recorded.lock() = Some(board);
        Ok(recorded)
    }

    /// For the next process.
    pub(super) fn board(&self) -> std::io::Result<Board> {
        let first = self.lock().take();
        first.map_or_else(|| self.fresh(), Ok)
    }

    fn fresh(&self) -> std::io::Result<Board> {
        let (area, file) = Area::to_read(BOARD_BYTES)?;
        let board = Arc::new(metrics::Board::shared(area));
        Ok((Recorder::of(&self.book, &self.plugin, board), file))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Board>> {
        self.first.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Default)]
pub(super) struct State {
    pub(super) worker: Option<Arc<Worker>>,
    /// How the last process ended.
    pub(super) last_end: Option<String>,
    /// Processes in a row that did not live long.
    failures: u32,
    pub(super) stopping: bool,
}

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the host has for a process of the plugin, on the host's side.
    pub(super) fn services(&self, recorder: Recorder) -> HostServices {
        HostServices::new(&self.settings.id, None, self.secrets.clone())
            .with_metrics(recorder)
            .with_files(self.artifacts.clone().map(Files::Here))
            // Only offered here: tasks run, and frames lie, in the plugin's process.
            .with_executor(Executor::new(self.limits.threads))
            .with_frames(Frames::default())
    }

    /// A failure to start, in words.
    pub(super) fn failed(&self, what: &str) -> LoadError {
        LoadError::Worker { id: self.settings.id.clone(), what: what.to_owned() }
    }

    /// Puts a process to work, unless it has ended or is not wanted any more.
    pub(super) fn publish(&self, worker: Worker) -> Result<(), End> {
        let mut state = self.lock();
        if let Some(end) = worker.process().end() {
            return Err(end);
        }
        if state.stopping {
            worker.process().kill(Failure::Crash, "is not wanted any more");
        }
        state.worker = Some(Arc::new(worker));
        drop(state);
        self.changed.notify_all();
        Ok(())
    }

    /// Takes note of the end of a process. Returns whether it was at work and is to be replaced.
    pub(super) fn ended(&self, generation: u64, process: &Process, end: End, lived: Duration) -> bool {
        let mut state = self.lock();
        let at_work = state.worker.as_ref().is_some_and(|worker| worker.generation() == generation);
        if at_work {
            state.worker = None;
            state.last_end = Some(end.how.clone());
            state.failures = if lived > CALM { 1 } else { state.failures + 1 };
            if !state.stopping {
                tracing::error!(plugin = %self.settings.id, how = %end.how, "a plugin's process has ended");
                self.faults.failed(end.failure, &end.how, monotonic_ns());
            }
        }
        let replace = at_work && !state.stopping;
        // Known to callers only now: whoever sees the end sees its consequences.
        process.publish(end);
        drop(state);
        self.changed.notify_all();
        replace
    }

    /// Starts processes until one works, the plugin is out of use, or nobody wants it any more.
    pub(super) fn restart(self: &Arc<Self>, mut generation: u64) {
        while self.faults.faulted().is_none() && self.paused() {
            generation += 1;
            let began = Instant::now();
            let started = Worker::start(self, generation);
            let failed = match started.map(|worker| self.publish(worker)) {
                Ok(Ok(())) => {
                    let ms = began.elapsed().as_millis();
                    tracing::info!(plugin = %self.settings.id, ms, "a plugin's process was replaced");
                    return;
                }
                Ok(Err(end)) => end.how,
                Err(error) => error.to_string(),
            };
            tracing::error!(plugin = %self.settings.id, %failed, "a plugin's process could not be replaced");
            self.faults.failed(Failure::Crash, &failed, monotonic_ns());
            let mut state = self.lock();
            (state.last_end, state.failures) = (Some(failed), state.failures + 1);
        }
        self.changed.notify_all();
    }

    /// Waits as long as the failures in a row ask for; false when the plugin is not wanted any more.
    fn paused(&self) -> bool {
        let mut state = self.lock();
        let until = Instant::now() + pause(state.failures);
        while !state.stopping {
            let Some(left) = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
            else {
                return true;
            };
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        false
    }
}

/// The pause before a replacement after so many failures in a row.
fn pause(failures: u32) -> Duration {
    match failures {
        0 | 1 => Duration::ZERO,
        more => PAUSE_MIN.saturating_mul(1 << (more - 2).min(16)).min(PAUSE_MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_replacement_comes_at_once_and_each_further_one_later() {
        let rows = [(0, 0), (1, 0), (2, 50), (3, 100), (4, 200), (11, 25_600), (12, 30_000), (4000, 30_000)];
        for (failures, ms) in rows {
            assert_eq!(pause(failures), Duration::from_millis(ms), "{failures}");
        }
    }
}
