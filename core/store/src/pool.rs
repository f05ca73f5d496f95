//! Connections kept open for reading.
use std::time::{Duration, Instant};

use diesel::{
    connection::SimpleConnection as _,
    r2d2::{ManageConnection, Pool},
};

use crate::{DatabaseUrl, StoreError, connection::AnyConnection};

/// How long a caller waits for a free connection.
const WAIT_MAX: Duration = Duration::from_secs(10);
/// Connections that only read.
const READERS: u32 = 4;
/// For how long a connection that answered is taken to be alive: asking before every query would double its way to a server.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

struct Opener(DatabaseUrl);

/// A connection and when it last answered; `None` after a failure, whatever of.
struct Reader {
    connection: AnyConnection,
    answered_at: Option<Instant>,
}

impl Reader {
    fn is_trusted(&self, now: Instant) -> bool {
        self.answered_at.is_some_and(|at| now.saturating_duration_since(at) < TRUSTED_FOR)
    }
}

impl ManageConnection for Opener {
    type Connection = Reader;
    type Error = StoreError;

    fn connect(&self) -> Result<Reader, StoreError> {
        Ok(Reader { connection: AnyConnection::open(&self.0)?, answered_at: Some(Instant::now()) })
    }

    fn is_valid(&self, reader: &mut Reader) -> Result<(), StoreError> {
        if reader.is_trusted(Instant::now()) {
            return Ok(());
        }
        Ok(reader.connection.batch_execute("SELECT 1")?)
    }

    fn has_broken(&self, _: &mut Reader) -> bool {
        false
    }
}

pub(crate) struct Readers(Pool<Opener>);

impl Readers {
    /// Connections to `url`, opened when needed.
    pub(crate) fn new(url: &DatabaseUrl) -> Self {
        let pool = Pool::builder()
            .max_size(READERS)
            .min_idle(Some(1))
            .connection_timeout(WAIT_MAX)
            .error_handler(Box::new(LogOpening))
            .build_unchecked(Opener(url.clone()));
        Self(pool)
    }

    /// Runs `query` on a free connection.
    pub(crate) fn read<T>(
        &self,
        query: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut reader = self.0.get().map_err(|error| StoreError::Unavailable(error.to_string()))?;
        // Not trusted again before it answered, even where the query panics.
        reader.answered_at = None;
        let answer = query(&mut reader.connection)?;
        reader.answered_at = Some(Instant::now());
        Ok(answer)
    }
}

#[derive(Debug)]
struct LogOpening;

impl diesel::r2d2::HandleError<StoreError> for LogOpening {
    fn handle_error(&self, error: StoreError) {
        tracing::warn!(%error, "a database connection could not be opened");
    }
}
