//! The store itself: how it is opened, read and written.
use domain::Timestamp;

use crate::{
    DatabaseUrl, StoreError,
    audit::NewAudit,
    connection::AnyConnection,
    counter,
    pool::Pools,
    seal::{self, Key},
};

/// Who does something, and when.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    /// A key's or operator's id, or the part of the appliance that acts on its own.
    pub actor: &'a str,
    /// When.
    pub at: Timestamp,
}

/// The database and the appliance's key.
pub struct Store {
    pools: Pools,
    pub(crate) key: Key,
}

/// Serialization failures that are tried again before they are reported.
const RETRIES_MAX: u32 = 5;

const KEY_CHECK: &str = "appliance_key_check";

impl Store {
    /// Opens the database at `url`, brings its tables up to date and makes sure that `key` is the one
    /// its contents were sealed with.
    ///
    /// # Errors
    /// When the database can't be reached or written, or was sealed with another key.
    pub fn open(url: &DatabaseUrl, key: Key) -> Result<Self, StoreError> {
        let store = Self { pools: Pools::open(url)?, key };
        store.check_key()?;
        Ok(store)
    }

    fn check_key(&self) -> Result<(), StoreError> {
        let tag = hex::encode(self.key.tag(KEY_CHECK, ""));
        match self.fact(KEY_CHECK)? {
            None => self.set_fact(KEY_CHECK, &tag),
            Some(known) if known == tag => Ok(()),
            Some(_) => Err(StoreError::Seal),
        }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it doesn't.
    pub fn ping(&self) -> Result<(), StoreError> {
        self.read(|c| Ok(diesel::connection::SimpleConnection::batch_execute(c, "SELECT 1")?))
    }

    pub(crate) fn read<T>(
        &self,
        query: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        query(&mut *self.pools.reader()?)
    }

    /// Reads what belongs together as it was at one moment.
    pub(crate) fn read_at_once<T>(
        &self,
        query: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.pools.reader()?.at_once(query)
    }

    /// Runs `work` in one transaction. A conflict between two PostgreSQL transactions is tried again.
    pub(crate) fn write<T>(
        &self,
        work: impl Fn(&mut AnyConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut connection = self.pools.writer()?;
        for _ in 0..RETRIES_MAX {
            match connection.atomically(&work) {
                Err(StoreError::Database(error)) if is_conflict(&error) => {}
                done => return done,
            }
        }
        connection.atomically(work)
    }

    /// Like [`Self::write`], with an audit record of what `work` says it did.
    pub(crate) fn write_audited<T>(
        &self,
        by: By<'_>,
        work: impl Fn(&mut AnyConnection) -> Result<(T, NewAudit), StoreError>,
    ) -> Result<T, StoreError> {
        self.write(|connection| {
            counter::queue(connection)?;
            let (value, record) = work(connection)?;
            record.append(connection, by)?;
            Ok(value)
        })
    }

    /// Seals appliance-wide data, such as a camera's address.
    pub(crate) fn seal_own(&self, plain: &[u8], what: &str, id: &str) -> Result<Vec<u8>, StoreError> {
        self.key.seal(plain, &seal::context(&[what, id]))
    }

    pub(crate) fn open_own(&self, sealed: &[u8], what: &str, id: &str) -> Result<Vec<u8>, StoreError> {
        self.key.open(sealed, &seal::context(&[what, id]))
    }
}

fn is_conflict(error: &diesel::result::Error) -> bool {
    use diesel::result::{DatabaseErrorKind::SerializationFailure, Error::DatabaseError};
    match error {
        DatabaseError(SerializationFailure, _) => true,
        DatabaseError(_, info) => info.message().contains("deadlock detected"),
        _ => false,
    }
}
