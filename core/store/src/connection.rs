//! One connection to either database, and what each needs before use.
use std::time::Duration;

use diesel::{
    Connection as _, PgConnection, SqliteConnection, connection::SimpleConnection as _, prelude::*,
    result::Error as DieselError,
};
use diesel_migrations::MigrationHarness as _;

use crate::{
    DatabaseUrl, StoreError,
    migration::{POSTGRES, SQLITE, versions},
};

/// SQLite: readers beside one writer, every commit on the disk before it is acknowledged.
const SQLITE_PRAGMAS: &str = "PRAGMA busy_timeout = 10000;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA secure_delete = ON;
    PRAGMA trusted_schema = OFF;";

/// How soon PostgreSQL's client gives up a server that the network keeps away, where the address doesn't say: it would wait for hours.
/// Seconds, and milliseconds for the last one.
const TIMEOUTS: [(&str, u32); 5] = [
    ("connect_timeout", 5),
    ("keepalives_idle", 10),
    ("keepalives_interval", 5),
    ("keepalives_count", 3),
    ("tcp_user_timeout", 15_000),
];

/// The address with [`TIMEOUTS`], as far as it has none of its own.
fn with_timeouts(libpq: &str) -> String {
    let mut address = libpq.to_owned();
    let parameters = libpq.split_once('?').map_or("", |(_, parameters)| parameters);
    let has = |name: &str| parameters.split('&').any(|own| own.split('=').next() == Some(name));
    for (name, value) in TIMEOUTS.into_iter().filter(|(name, _)| !has(name)) {
        let separator = if address.contains('?') { '&' } else { '?' };
        address.push_str(&format!("{separator}{name}={value}"));
    }
    address
}

/// A connection to SQLite or PostgreSQL.
#[derive(diesel::MultiConnection)]
pub(crate) enum AnyConnection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl AnyConnection {
    /// Opens `url`, ready for use.
    pub(crate) fn open(url: &DatabaseUrl) -> Result<Self, StoreError> {
        match url {
            DatabaseUrl::Sqlite(path) => {
                let cause = |why: String| StoreError::NotWritable(format!("{}: {why}", path.display()));
                let mut connection = SqliteConnection::establish(&path.to_string_lossy())
                    .map_err(|error| cause(error.to_string()))?;
                settled(&mut connection).map_err(|error| cause(error.to_string()))?;
                Ok(Self::Sqlite(connection))
            }
            DatabaseUrl::Postgres(libpq) => {
                let unavailable = |why: String| StoreError::Unavailable(format!("{url}: {}", why.trim()));
                let mut connection = PgConnection::establish(&with_timeouts(libpq))
                    .map_err(|error| unavailable(error.to_string()))?;
                connection.batch_execute(
                    "SET lock_timeout = '10s'; SET statement_timeout = '30s'; SET synchronous_commit = on",
                )?;
                Ok(Self::Postgres(connection))
            }
        }
    }

    /// How many migrations this program knows and the database has not seen. Changes nothing.
    pub(crate) fn pending(&mut self) -> Result<usize, StoreError> {
        let (applied, known) = (self.applied()?, self.known()?);
        Ok(known.iter().filter(|version| !applied.contains(version)).count())
    }

    /// Refuses a database that has seen migrations which this program doesn't know.
    pub(crate) fn is_not_newer(&mut self) -> Result<(), StoreError> {
        let (applied, known) = (self.applied()?, self.known()?);
        match applied.into_iter().find(|version| !known.contains(version)) {
            Some(version) => Err(StoreError::Newer(version)),
            None => Ok(()),
        }
    }

    fn known(&self) -> Result<Vec<String>, StoreError> {
        match self {
            Self::Sqlite(_) => versions::<diesel::sqlite::Sqlite>(&SQLITE),
            Self::Postgres(_) => versions::<diesel::pg::Pg>(&POSTGRES),
        }
    }

    fn applied(&mut self) -> Result<Vec<String>, StoreError> {
        if !self.has_table("__diesel_schema_migrations")? {
            return Ok(Vec::new());
        }
        let rows: Vec<Named> = match self {
            Self::Sqlite(connection) => diesel::sql_query(APPLIED).load(connection)?,
            Self::Postgres(connection) => diesel::sql_query(APPLIED).load(connection)?,
        };
        Ok(rows.into_iter().map(|row| row.name).collect())
    }

    /// Whether there is a table of this name.
    pub(crate) fn has_table(&mut self, name: &str) -> Result<bool, StoreError> {
        use diesel::sql_types::Text;
        let found: Vec<Named> = match self {
            Self::Sqlite(connection) => {
                let query =
                    diesel::sql_query("SELECT name FROM sqlite_schema WHERE type = 'table' AND name = ?");
                query.bind::<Text, _>(name).load(connection)?
            }
            Self::Postgres(connection) => {
                let query = diesel::sql_query(
                    "SELECT tablename::text AS name FROM pg_tables
                     WHERE tablename = $1 AND schemaname = ANY (current_schemas(false))",
                );
                query.bind::<Text, _>(name).load(connection)?
            }
        };
        Ok(!found.is_empty())
    }

    /// Brings the tables up to date. Those of a newer version are left alone.
    pub(crate) fn migrate(&mut self) -> Result<(), StoreError> {
        self.is_not_newer()?;
        let done = match self {
            // Two programs may start on a new file at once: the second waits for the first one's commit.
            Self::Sqlite(connection) => connection.immediate_transaction(|c| {
                Ok::<_, DieselError>(c.run_pending_migrations(SQLITE).map(drop))
            })?,
            Self::Postgres(connection) => {
                // Two appliances may start at once: the second waits here and finds nothing to do.
                connection.batch_execute("SELECT pg_advisory_lock(7305)")?;
                let done = connection.run_pending_migrations(POSTGRES).map(drop);
                connection.batch_execute("SELECT pg_advisory_unlock(7305)")?;
                done
            }
        };
        done.map_err(|cause| match cause.downcast::<DieselError>() {
            Ok(error) => StoreError::from(*error),
            Err(cause) => StoreError::Corrupt(format!("the migrations don't apply: {cause}")),
        })
    }

    /// Runs `work` in a transaction that begins with `settings`; all of it is committed, or nothing.
    pub(crate) fn in_transaction<T>(
        &mut self,
        settings: &str,
        work: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.batch_execute(&format!("BEGIN; {settings}"))?;
        let mut open = Open { connection: self, done: false };
        let value = work(open.connection)?;
        open.connection.batch_execute("COMMIT")?;
        open.done = true;
        Ok(value)
    }

    /// Runs `query` on the database as it is at one moment.
    pub(crate) fn at_once<T>(
        &mut self,
        query: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.batch_execute(match self {
            Self::Sqlite(_) => "BEGIN",
            Self::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
        })?;
        let mut open = Open { connection: self, done: false };
        let value = query(open.connection)?;
        open.connection.batch_execute("COMMIT")?;
        open.done = true;
        Ok(value)
    }
}

/// How often and how long after each other turning to WAL is tried.
const TRIES_MAX: u32 = 200;
const TRIED_EVERY: Duration = Duration::from_millis(10);

/// Sets what SQLite needs. While another program turns the same new file to WAL, SQLite refuses at once and does
/// not wait for `busy_timeout`; it is tried again here.
fn settled(connection: &mut SqliteConnection) -> QueryResult<()> {
    for _ in 1..TRIES_MAX {
        match connection.batch_execute(SQLITE_PRAGMAS) {
            Err(error) if error.to_string().contains("database is locked") => std::thread::sleep(TRIED_EVERY),
            done => return done,
        }
    }
    connection.batch_execute(SQLITE_PRAGMAS)
}

const APPLIED: &str = "SELECT version AS name FROM __diesel_schema_migrations";

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = diesel::sql_types::Text)]
    name: String,
}

/// An open transaction; rolled back when dropped without a commit, a panic included.
struct Open<'a> {
    connection: &'a mut AnyConnection,
    done: bool,
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        if !self.done && self.connection.batch_execute("ROLLBACK").is_err() {
            tracing::debug!("nothing to roll back: the database had ended the transaction itself");
        }
    }
}

/// Inserts a row unless one with the same key is there, which a concurrent transaction may be about to
/// commit; gives the number of rows inserted. Diesel offers this for each database, not for both at once.
macro_rules! insert_or_ignore {
    ($connection:expr, $table:expr, $row:expr) => {{
        use diesel::RunQueryDsl as _;
        match $connection {
            $crate::connection::AnyConnection::Sqlite(c) => {
                diesel::insert_into($table).values($row).on_conflict_do_nothing().execute(c)?
            }
            $crate::connection::AnyConnection::Postgres(c) => {
                diesel::insert_into($table).values($row).on_conflict_do_nothing().execute(c)?
            }
        }
    }};
}
pub(crate) use insert_or_ignore;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_gets_the_timeouts_that_it_has_not() {
        let plain = with_timeouts("postgresql://pay@db/facepay");
        let first = "postgresql://pay@db/facepay?connect_timeout=5&keepalives_idle=10&";
        assert!(plain.starts_with(first), "{plain}");
        let own = with_timeouts("postgresql://pay@db/facepay?connect_timeout=60&sslmode=require");
        let first = "postgresql://pay@db/facepay?connect_timeout=60&sslmode=require&keepalives_idle=10&";
        assert!(own.starts_with(first), "{own}");
        assert_eq!(own.matches("connect_timeout").count(), 1);
    }

    #[derive(QueryableByName)]
    struct Pragma {
        #[diesel(sql_type = diesel::sql_types::Text)]
        value: String,
    }

    #[test]
    fn a_database_that_a_newer_version_has_changed_is_left_alone() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let url = format!("sqlite:{}", file.path().display()).parse().unwrap();
        let mut connection = AnyConnection::open(&url).unwrap();
        connection.migrate().unwrap();
        connection.migrate().unwrap();
        connection
            .batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('999999')")
            .unwrap();
        assert!(matches!(connection.migrate(), Err(StoreError::Newer(version)) if version == "999999"));
    }

    #[test]
    fn every_commit_to_sqlite_is_on_the_disk_before_it_is_acknowledged() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let url = format!("sqlite:{}", file.path().display()).parse().unwrap();
        let AnyConnection::Sqlite(mut connection) = AnyConnection::open(&url).unwrap() else {
            panic!("this is SQLite");
        };
        // 2 is FULL.
        for (name, expected) in
            [("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1"), ("secure_delete", "1")]
        {
            let sql = format!("SELECT CAST({name} AS TEXT) AS value FROM pragma_{name}");
            let found: Pragma = diesel::sql_query(sql).get_result(&mut connection).unwrap();
            assert_eq!(found.value, expected, "{name}");
        }
    }
}
