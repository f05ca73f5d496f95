//! Connections kept open: one writer for SQLite, a few for PostgreSQL, and readers beside them.
use std::time::Duration;

use diesel::{
    connection::SimpleConnection as _,
    r2d2::{ManageConnection, Pool, PooledConnection},
};

use crate::{DatabaseUrl, StoreError, connection::AnyConnection};

/// How long a caller waits for a free connection.
const WAIT_MAX: Duration = Duration::from_secs(10);
/// PostgreSQL connections that may write at once.
const POSTGRES_WRITERS: u32 = 8;
/// Connections that only read.
const READERS: u32 = 4;

pub(crate) struct Opener(DatabaseUrl);

impl ManageConnection for Opener {
    type Connection = AnyConnection;
    type Error = StoreError;

    fn connect(&self) -> Result<AnyConnection, StoreError> {
        AnyConnection::open(&self.0)
    }

    fn is_valid(&self, connection: &mut AnyConnection) -> Result<(), StoreError> {
        Ok(connection.batch_execute("SELECT 1")?)
    }

    fn has_broken(&self, _: &mut AnyConnection) -> bool {
        false
    }
}

pub(crate) struct Pools {
    writers: Pool<Opener>,
    readers: Pool<Opener>,
}

impl Pools {
    /// Connections to `url`, opened when needed.
    pub(crate) fn new(url: &DatabaseUrl) -> Self {
        let writers = match url {
            DatabaseUrl::Sqlite(_) => 1,
            DatabaseUrl::Postgres(_) => POSTGRES_WRITERS,
        };
        let pool = |size| {
            Pool::builder()
                .max_size(size)
                .min_idle(Some(1))
                .connection_timeout(WAIT_MAX)
                .error_handler(Box::new(LogOpening))
                .build_unchecked(Opener(url.clone()))
        };
        Self { writers: pool(writers), readers: pool(READERS) }
    }

    pub(crate) fn writer(&self) -> Result<PooledConnection<Opener>, StoreError> {
        self.writers.get().map_err(|error| StoreError::Unavailable(error.to_string()))
    }

    pub(crate) fn reader(&self) -> Result<PooledConnection<Opener>, StoreError> {
        self.readers.get().map_err(|error| StoreError::Unavailable(error.to_string()))
    }
}

#[derive(Debug)]
struct LogOpening;

impl diesel::r2d2::HandleError<StoreError> for LogOpening {
    fn handle_error(&self, error: StoreError) {
        tracing::warn!(%error, "a database connection could not be opened");
    }
}
