//! One recognition thread, and for how long it has been at its batch.

use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// A thread that works on one batch after the other.
pub(super) struct Worker {
    thread: JoinHandle<()>,
    /// When it took up its batch; `None` while it waits for one.
    begun: Arc<Mutex<Option<Instant>>>,
}

impl Worker {
    /// Starts a thread that does `work` on each batch that `next` brings, until it brings none.
    ///
    /// # Errors
    /// When the machine gives no more threads.
    pub(super) fn start<B>(
        name: String,
        mut next: impl FnMut() -> Option<B> + Send + 'static,
        mut work: impl FnMut(B) + Send + 'static,
    ) -> std::io::Result<Self> {
        let begun = Arc::<Mutex<Option<Instant>>>::default();
        let at_work = Arc::clone(&begun);
        let run = move || {
            while let Some(batch) = next() {
                *at_work.lock() = Some(Instant::now());
                work(batch);
                *at_work.lock() = None;
            }
        };
        Ok(Self { thread: thread::Builder::new().name(name).spawn(run)?, begun })
    }

    /// How long it has been at its batch: nothing while it waits for one, without end when it is no more.
    pub(super) fn held_up(&self, now: Instant) -> Duration {
        if self.thread.is_finished() {
            return Duration::MAX;
        }
        self.begun.lock().map_or(Duration::ZERO, |begun| now.saturating_duration_since(begun))
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// When it panicked.
    pub(super) fn join(self) -> thread::Result<()> {
        self.thread.join()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, sync_channel};

    use super::*;

    fn until(worker: &Worker, holds: impl Fn(Duration) -> bool) {
        while !holds(worker.held_up(Instant::now())) {
            thread::yield_now();
        }
    }

    #[test]
    fn a_thread_is_held_up_by_its_batch_and_by_nothing_else() {
        let (batches, waiting) = sync_channel::<Receiver<()>>(1);
        let next = move || waiting.recv().ok();
        let worker = Worker::start("test".to_owned(), next, |batch: Receiver<()>| {
            // A batch is done when its sender is gone.
            let _ended = batch.recv();
        })
        .unwrap();
        assert_eq!(worker.held_up(Instant::now()), Duration::ZERO);
        let (done, batch) = sync_channel(1);
        batches.send(batch).unwrap();
        until(&worker, |held_up| held_up > Duration::from_millis(20));
        drop(done);
        until(&worker, |held_up| held_up == Duration::ZERO);
        drop(batches);
        worker.join().unwrap();
    }

    #[test]
    fn a_thread_that_panicked_is_held_up_without_end() {
        let worker = Worker::start("test".to_owned(), || Some(()), |()| panic!("on purpose")).unwrap();
        until(&worker, |held_up| held_up == Duration::MAX);
        assert!(worker.join().is_err());
    }
}
