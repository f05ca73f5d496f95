//! Numbers that rise in commit order: taking one locks its row until the transaction ends.
use diesel::prelude::*;

use crate::{StoreError, connection::AnyConnection, schema::counters};

/// The next number of `name`.
pub(crate) fn next(connection: &mut AnyConnection, name: &str) -> Result<i64, StoreError> {
    let taken = diesel::update(counters::table.find(name))
        .set(counters::value.eq(counters::value + 1))
        .returning(counters::value);
    // Diesel offers this for each database, not for both at once.
    Ok(match connection {
        AnyConnection::Sqlite(c) => taken.get_result(c)?,
        AnyConnection::Postgres(c) => taken.get_result(c)?,
    })
}

/// The last number taken.
pub(crate) fn last(connection: &mut AnyConnection, name: &str) -> Result<i64, StoreError> {
    Ok(counters::table.find(name).select(counters::value).first(connection)?)
}
