//! The store itself: how it is opened, read and written.
use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use domain::Timestamp;

use crate::{
    DatabaseUrl, StoreError,
    audit::NewAudit,
    connection::AnyConnection,
    data_key, fact,
    look_up::Rotation,
    pool::Readers,
    root,
    seal::{self, Key},
    subject::SubjectKeys,
    writer::Writer,
};

/// Who does something, and when.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    /// A key's or operator's id, or the part of the appliance that acts on its own.
    pub actor: &'a str,
    /// When.
    pub at: Timestamp,
}

/// The database, the keys that it is sealed with, and people's shares of keys.
pub struct Store {
    readers: Readers,
    writer: Writer,
    /// The appliance's key. It wraps people's data keys and the root, and nothing else.
    pub(crate) appliance: Key,
    /// The root: what is no person's is sealed, tagged and signed by it, and stays so when the appliance's key is replaced.
    pub(crate) key: Key,
    pub(crate) subjects: SubjectKeys,
    /// The turn that templates are looked up by, once it was needed.
    pub(crate) rotation: Mutex<Option<Arc<Rotation>>>,
}

impl Store {
    /// Opens the database at `url`, brings its tables up to date and makes sure that `key` is the one
    /// its contents were sealed with, and the folder `keys` the one that has its people's shares. A new database gets a
    /// new folder.
    ///
    /// # Errors
    /// When the database can't be reached or written, or was sealed with another key.
    pub fn open(url: &DatabaseUrl, key: Key, keys: &Path) -> Result<Self, StoreError> {
        // One connection now, so that a wrong URL shows at once.
        let mut connection = AnyConnection::open(url)?;
        connection.migrate()?;
        let root = root::of(&mut connection, &key)?.unwrap_or_else(Key::random);
        let subjects = data_key::keys_of(&mut connection, keys)?;
        let mut store = Self {
            readers: Readers::new(url),
            writer: Writer::new(url),
            appliance: key,
            key: root,
            subjects,
            rotation: Mutex::default(),
        };
        store.key = store.claim_database()?;
        store.adopt_keys()?;
        Ok(store)
    }

    /// Opens the database at `url` as it is, to look at it: nothing is made, migrated or set.
    ///
    /// # Errors
    /// As [`Self::open`], and when the tables are not those of this program.
    pub fn open_as_is(url: &DatabaseUrl, key: Key, keys: &Path) -> Result<Self, StoreError> {
        if is_missing(url) {
            return Err(StoreError::Conflict(format!("there is no {url}")));
        }
        let mut connection = AnyConnection::open(url)?;
        let pending = connection.pending()?;
        if pending > 0 {
            let text =
                format!("{pending} migrations are pending; the next start of this version applies them");
            return Err(StoreError::Conflict(text));
        }
        let root = root::of(&mut connection, &key)?.unwrap_or_else(|| key.clone());
        let subjects = SubjectKeys::open(keys)?;
        let (readers, writer) = (Readers::new(url), Writer::new(url));
        Ok(Self { readers, writer, appliance: key, key: root, subjects, rotation: Mutex::default() })
    }

    /// Whether the database at `url` was sealed with a key before. Changes nothing.
    ///
    /// # Errors
    /// When the database can't be reached.
    pub fn has_key(url: &DatabaseUrl) -> Result<bool, StoreError> {
        if is_missing(url) {
            return Ok(false);
        }
        let mut connection = AnyConnection::open(url)?;
        Ok(connection.has_table("facts")? && fact::value(&mut connection, root::KEY_CHECK)?.is_some())
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
        self.readers.read(query)
    }

    /// Reads what belongs together as it was at one moment.
    pub(crate) fn read_at_once<T>(
        &self,
        query: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.readers.read(|connection| connection.at_once(query))
    }

    /// Runs `work`: all of it is committed when this returns, or nothing is.
    pub(crate) fn write<T>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.writer.write(work)
    }

    /// How long the write that is under way has taken so far. On PostgreSQL always nothing: a write there may wait for another
    /// machine, which this one's restart doesn't mend.
    pub fn writer_held_up(&self, now: Instant) -> Duration {
        self.writer.held_up(now)
    }

    /// How often this store had the disk make changes durable; several changes may share one commit.
    pub fn commits(&self) -> u64 {
        self.writer.commits()
    }

    /// Like [`Self::write`], with an audit record of what `work` says it did.
    pub(crate) fn write_audited<T>(
        &self,
        by: By<'_>,
        work: impl FnOnce(&mut AnyConnection) -> Result<(T, NewAudit), StoreError>,
    ) -> Result<T, StoreError> {
        self.write(|connection| {
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

/// Opening a missing SQLite file would make it.
pub(crate) fn is_missing(url: &DatabaseUrl) -> bool {
    matches!(url, DatabaseUrl::Sqlite(file) if !file.exists())
}
