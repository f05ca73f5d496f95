//! Numbers that rise in commit order: taking one locks its row until the transaction ends.
use diesel::prelude::*;

use crate::{StoreError, connection::AnyConnection, schema::counters};

/// The next number of `name`.
pub(crate) fn next(connection: &mut AnyConnection, name: &str) -> Result<i64, StoreError> {
    diesel::update(counters::table.find(name))
        .set(counters::value.eq(counters::value + 1))
        .execute(connection)?;
    last(connection, name)
}

/// The last number taken.
pub(crate) fn last(connection: &mut AnyConnection, name: &str) -> Result<i64, StoreError> {
    Ok(counters::table.find(name).select(counters::value).first(connection)?)
}
