//! Group commit: writes that come at the same time share one commit, and with it one wait for the disk.
//!
//! Every write runs in a savepoint of the transaction that is open at that moment, so that one which fails takes nothing
//! of the others with it. Whoever finds nobody waiting behind them commits for all; nobody is told that a write is done
//! before its commit is. One writer at a time is no loss: the audit chain is one line anyway.
use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use diesel::connection::SimpleConnection as _;

use crate::{
    DatabaseUrl, StoreError,
    connection::AnyConnection,
    fail_point::{self, Side},
};

/// The most writes that share one commit: whoever came first waits for the last.
const BATCH_MAX: usize = 64;

/// The one connection that writes.
pub(crate) struct Writer {
    url: DatabaseUrl,
    waiting: AtomicUsize,
    line: Mutex<Line>,
    /// When the writer that has the turn got it; `None` while nobody has it.
    taken_at: Mutex<Option<Instant>>,
    commits: AtomicU64,
}

/// What the writer who has the turn works on.
#[derive(Default)]
struct Line {
    connection: Option<AnyConnection>,
    batch: Option<Arc<Batch>>,
    savepoint: Savepoint,
}

/// Where the open transaction's savepoint is. It is set with the statement before it and ended with the one behind it: each
/// statement of its own would be one more way to a server and back for every write.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Savepoint {
    /// There is none.
    #[default]
    None,
    /// Set, and nothing written since.
    Set,
    /// Behind it is a write that stays.
    Kept,
}

/// Writes that end together.
#[derive(Default)]
struct Batch {
    size: AtomicUsize,
    end: Mutex<Option<Result<(), Lost>>>,
    ended: Condvar,
}

/// Why a batch came to nothing; each of its writes gets an error of its own made of it.
#[derive(Clone)]
enum Lost {
    NotWritable(String),
    Unavailable(String),
}

impl From<&StoreError> for Lost {
    fn from(error: &StoreError) -> Self {
        match error {
            StoreError::NotWritable(text) => Self::NotWritable(text.clone()),
            other => Self::Unavailable(other.to_string()),
        }
    }
}

impl From<Lost> for StoreError {
    fn from(lost: Lost) -> Self {
        match lost {
            Lost::NotWritable(text) => Self::NotWritable(text),
            Lost::Unavailable(text) => Self::Unavailable(text),
        }
    }
}

impl Writer {
    /// A writer to `url`, which is opened with the first write.
    pub(crate) fn new(url: &DatabaseUrl) -> Self {
        Self {
            url: url.clone(),
            waiting: AtomicUsize::new(0),
            line: Mutex::default(),
            taken_at: Mutex::default(),
            commits: AtomicU64::new(0),
        }
    }

    /// How many commits there were.
    pub(crate) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// How long the writer that has the turn has had it. Says nothing of a server on another machine: what waits for that one
    /// is not held up here.
    pub(crate) fn held_up(&self, now: Instant) -> Duration {
        let DatabaseUrl::Sqlite(_) = self.url else { return Duration::ZERO };
        locked(&self.taken_at).map_or(Duration::ZERO, |at| now.saturating_duration_since(at))
    }

    /// Runs `work`; returns when it is committed, or when nothing of it is left.
    pub(crate) fn write<T>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let mut line = locked(&self.line);
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        let turn = Turn::take(&self.taken_at);
        let batch = match line.batch.clone() {
            Some(batch) => batch,
            None => line.begin(&self.url)?,
        };
        let size = batch.size.fetch_add(1, Ordering::Relaxed) + 1;
        let done = line.run(work);
        // Somebody who waits takes over this batch; otherwise nobody would commit it.
        if line.batch.is_some() && (size >= BATCH_MAX || self.waiting.load(Ordering::SeqCst) == 0) {
            line.commit(self.commits.fetch_add(1, Ordering::Relaxed) + 1);
        }
        drop(turn);
        drop(line);
        let done = match done {
            Ok(done) => done,
            Err(panic) => resume_unwind(panic),
        };
        match (done, batch.wait()) {
            (done, Ok(())) => done,
            // A refusal may rest on what another write of the lost batch had done.
            (_, Err(lost)) => Err(lost),
        }
    }
}

/// A writer's turn, as long as it lasts.
struct Turn<'a>(&'a Mutex<Option<Instant>>);

impl<'a> Turn<'a> {
    fn take(taken_at: &'a Mutex<Option<Instant>>) -> Self {
        *locked(taken_at) = Some(Instant::now());
        Self(taken_at)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *locked(self.0) = None;
    }
}

type Ran<T> = std::thread::Result<Result<T, StoreError>>;

impl Line {
    /// Opens a transaction with a savepoint. A connection that broke meanwhile is replaced.
    fn begin(&mut self, url: &DatabaseUrl) -> Result<Arc<Batch>, StoreError> {
        if let Some(known) = &mut self.connection
            && begin(known).is_err()
        {
            self.connection = None;
        }
        if self.connection.is_none() {
            let mut fresh = AnyConnection::open(url)?;
            begin(&mut fresh)?;
            self.connection = Some(fresh);
        }
        let batch = Arc::<Batch>::default();
        self.batch = Some(batch.clone());
        self.savepoint = Savepoint::Set;
        Ok(batch)
    }

    /// Runs `work` so that all of it stays or nothing. When the database gave up the whole transaction, the batch is lost.
    fn run<T>(&mut self, work: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError>) -> Ran<T> {
        let Some(connection) = &mut self.connection else {
            return Ok(Err(StoreError::Unavailable("the connection is gone".to_owned())));
        };
        let set = match self.savepoint {
            Savepoint::Set => Ok(()),
            Savepoint::None => connection.batch_execute("SAVEPOINT one"),
            Savepoint::Kept => connection.batch_execute("RELEASE one; SAVEPOINT one"),
        };
        if let Err(error) = set {
            let error = StoreError::from(error);
            self.lose(&error);
            return Ok(Err(error));
        }
        let ran = catch_unwind(AssertUnwindSafe(|| work(connection)));
        self.savepoint = Savepoint::Kept;
        if !matches!(ran, Ok(Ok(_))) {
            self.savepoint = Savepoint::None;
            if let Err(error) = connection.batch_execute("ROLLBACK TO one; RELEASE one") {
                let error = match &ran {
                    Ok(Err(cause)) => Lost::from(cause).into(),
                    _ => StoreError::from(error),
                };
                self.lose(&error);
                return ran.map(|done| done.and(Err(error)));
            }
        }
        ran
    }

    /// Commits the batch, the `nth` commit of this writer.
    fn commit(&mut self, nth: u64) {
        let (Some(connection), Some(batch)) = (&mut self.connection, self.batch.take()) else { return };
        fail_point::pass(Side::Before, nth);
        // A release fails where the database had given up the transaction, which PostgreSQL's commit would pass over.
        let commit = match self.savepoint {
            Savepoint::Kept => "RELEASE one; COMMIT",
            Savepoint::None | Savepoint::Set => "COMMIT",
        };
        match connection.batch_execute(commit) {
            Ok(()) => {
                fail_point::pass(Side::After, nth);
                batch.end(Ok(()));
            }
            Err(error) => {
                self.batch = Some(batch);
                self.lose(&StoreError::from(error));
            }
        }
    }

    /// Ends the batch without it. The connection goes with it: dropping it rolls back whatever is left.
    fn lose(&mut self, error: &StoreError) {
        self.connection = None;
        if let Some(batch) = self.batch.take() {
            batch.end(Err(Lost::from(error)));
        }
    }
}

/// Opens a transaction with its first savepoint.
///
/// SQLite takes its one write lock at once, so that a read that turns into a write can't fail half-way. On PostgreSQL, which
/// several appliances may share, the audit chain's row is that lock: whoever took other rows first could wait for it in a
/// circle.
fn begin(connection: &mut AnyConnection) -> Result<(), StoreError> {
    match connection {
        AnyConnection::Sqlite(sqlite) => sqlite.batch_execute("BEGIN IMMEDIATE; SAVEPOINT one")?,
        AnyConnection::Postgres(postgres) => postgres
            .batch_execute("BEGIN; UPDATE counters SET value = value WHERE name = 'audit'; SAVEPOINT one")?,
    }
    Ok(())
}

impl Batch {
    fn end(&self, how: Result<(), Lost>) {
        *locked(&self.end) = Some(how);
        self.ended.notify_all();
    }

    fn wait(&self) -> Result<(), StoreError> {
        let mut end = locked(&self.end);
        loop {
            match &*end {
                Some(how) => return Ok(how.clone()?),
                None => end = self.ended.wait(end).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }
}

/// Panics of `work` are caught before they reach a lock.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_writer_is_held_up_by_the_write_under_way_and_by_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(folder.path().join("x.db"));
        let writer = Writer::new(&url);
        let later = || Instant::now() + Duration::from_secs(10);
        assert_eq!(writer.held_up(later()), Duration::ZERO);
        let within = writer.write(|_| Ok(writer.held_up(later()))).unwrap();
        assert!(within >= Duration::from_secs(10), "{within:?}");
        assert_eq!(writer.held_up(later()), Duration::ZERO);
        let refused: Result<(), _> = writer.write(|_| Err(StoreError::NotFound("nothing")));
        refused.unwrap_err();
        assert_eq!(writer.held_up(later()), Duration::ZERO, "one that fails gives its turn back, too");
    }
}
