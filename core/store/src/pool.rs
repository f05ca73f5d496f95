//! Connections kept open for reading.
use std::time::Duration;

use diesel::{
    connection::SimpleConnection as _,
    r2d2::{ManageConnection, Pool, PooledConnection},
};

use crate::{DatabaseUrl, StoreError, connection::AnyConnection};

/// How long a caller waits for a free connection.
const WAIT_MAX: Duration = Duration::from_secs(10);
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

    pub(crate) fn one(&self) -> Result<PooledConnection<Opener>, StoreError> {
        self.0.get().map_err(|error| StoreError::Unavailable(error.to_string()))
    }
}

#[derive(Debug)]
struct LogOpening;

impl diesel::r2d2::HandleError<StoreError> for LogOpening {
    fn handle_error(&self, error: StoreError) {
        tracing::warn!(%error, "a database connection could not be opened");
    }
}
