//! SQLite's database exchanged for a copy from before a newer program changed its tables: only where no money moved since.
use std::path::{Path, PathBuf};

use diesel::{Connection as _, SqliteConnection, prelude::*};

use crate::{
    DatabaseUrl, StoreError,
    connection::AnyConnection,
    dump::{beside, copied, renamed, unwritten},
};

/// What rises whenever money moves, or may: its name, its table and its query.
const FIGURES: [(&str, &str, &str); 6] = [
    ("operations", "counters", "SELECT value AS figure FROM counters WHERE name = 'operation'"),
    ("transfers", "transfers", "SELECT count(*) AS figure FROM transfers"),
    ("requests", "idempotency", "SELECT count(*) AS figure FROM idempotency"),
    // Old ones are taken away meanwhile.
    ("the newest request", "idempotency", "SELECT coalesce(max(created_at), 0) AS figure FROM idempotency"),
    ("receipts", LATER, "SELECT count(*) AS figure FROM follower_receipts"),
    ("the newest receipt", LATER, "SELECT coalesce(max(received_at), 0) AS figure FROM follower_receipts"),
];
/// Came with a later migration: a database without it has none.
const LATER: &str = "follower_receipts";

/// A copy that is checked and lies on the disk beside the database whose place it takes.
#[derive(Debug)]
pub struct Exchange {
    live: PathBuf,
    restoring: PathBuf,
    aside: PathBuf,
}

impl DatabaseUrl {
    /// Has all ready for the database to be `copy`, which [`Self::dump`] made of it; what it is now will be at `aside`. `None` where this
    /// program knows every migration of the database, which then stays as it is. Changes nothing of it; nobody may work on it meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when money moved since the copy was made, `aside` is there, or for PostgreSQL; else when either can't be
    /// read or the disk is full.
    pub fn exchange(&self, copy: &Path, aside: &Path) -> Result<Option<Exchange>, StoreError> {
        let Self::Sqlite(live) = self else {
            return Err(StoreError::Conflict(format!(
                "{self} may be others' as well: nothing is put back in it"
            )));
        };
        // One that was cut short between its two names had its figures compared before.
        if live.exists() || !aside.exists() {
            match self.pending() {
                Ok(_) => return Ok(None),
                Err(StoreError::Newer(_)) => {}
                Err(error) => return Err(error),
            }
            if aside.exists() {
                return Err(StoreError::Conflict(format!(
                    "{} is there from another time and is not overwritten",
                    aside.display()
                )));
            }
            no_money_moved(&mut opened(live)?, &mut opened(copy)?)?;
        }
        is_whole(copy)?;
        let restoring = beside(live, ".restoring");
        copied(copy, &restoring).map_err(unwritten(&restoring))?;
        Ok(Some(Exchange { live: live.clone(), restoring, aside: aside.to_owned() }))
    }
}

impl Exchange {
    /// Exchanges them. One that is cut short is finished by another [`DatabaseUrl::exchange`].
    ///
    /// # Errors
    /// When a file can't be moved.
    pub fn finish(self) -> Result<(), StoreError> {
        // The database first: while it is not there, nothing takes the log for another one's.
        for ending in ["", "-wal", "-shm"] {
            let from = beside(&self.live, ending);
            if from.exists() {
                renamed(&from, &beside(&self.aside, ending)).map_err(unwritten(&from))?;
            }
        }
        renamed(&self.restoring, &self.live).map_err(unwritten(&self.live))
    }
}

/// Opens a file as it is.
fn opened(file: &Path) -> Result<AnyConnection, StoreError> {
    let cause = |why: String| StoreError::Conflict(format!("{}: {why}", file.display()));
    if !file.exists() {
        return Err(cause("there is no such file".to_owned()));
    }
    let connection = SqliteConnection::establish(&file.to_string_lossy());
    connection.map(AnyConnection::Sqlite).map_err(|error| cause(error.to_string()))
}

/// Whether the file is a database that this program can work on.
fn is_whole(file: &Path) -> Result<(), StoreError> {
    #[derive(QueryableByName)]
    struct Checked {
        #[diesel(sql_type = diesel::sql_types::Text)]
        quick_check: String,
    }
    let mut connection = opened(file)?;
    connection.is_not_newer()?;
    let checked: Vec<Checked> = loaded(&mut connection, "PRAGMA quick_check(1)")?;
    match checked.first() {
        Some(first) if first.quick_check == "ok" => Ok(()),
        _ => Err(StoreError::Corrupt(file.display().to_string())),
    }
}

fn no_money_moved(live: &mut AnyConnection, copy: &mut AnyConnection) -> Result<(), StoreError> {
    for (name, table, query) in FIGURES {
        let (now, then) = (figure(live, table, query)?, figure(copy, table, query)?);
        if now > then {
            return Err(StoreError::Conflict(format!(
                "money may have moved since the copy was made ({name}: {now}, {then} in the copy)"
            )));
        }
    }
    Ok(())
}

fn figure(connection: &mut AnyConnection, table: &str, query: &str) -> Result<i64, StoreError> {
    #[derive(QueryableByName)]
    struct Figure {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        figure: i64,
    }
    if table == LATER && !connection.has_table(table)? {
        return Ok(0);
    }
    let found: Vec<Figure> = loaded(connection, query)?;
    let first = found.first().map(|found| found.figure);
    first.ok_or_else(|| StoreError::Corrupt(format!("{table} lacks a row")))
}

fn loaded<R>(connection: &mut AnyConnection, query: &str) -> Result<Vec<R>, StoreError>
where
    R: QueryableByName<diesel::sqlite::Sqlite> + 'static,
{
    match connection {
        AnyConnection::Sqlite(connection) => Ok(diesel::sql_query(query).load(connection)?),
        AnyConnection::Postgres(_) => Err(StoreError::Conflict("only a file can be exchanged".to_owned())),
    }
}

#[cfg(test)]
mod tests;
