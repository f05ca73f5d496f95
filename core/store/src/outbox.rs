//! Messages to the outside, written with the change that they tell of and sent after its commit.
use diesel::prelude::*;
use domain::Timestamp;

use crate::{Store, StoreError, connection::AnyConnection, counter, row, schema::outbox};

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct OutboxRow {
    /// Its place; rises in commit order without gaps.
    pub seq: i64,
    /// When, in microseconds since 1970 UTC.
    pub at_micros: i64,
    /// What happened, such as `transaction.captured`.
    pub kind: String,
    /// The particulars, as JSON; no personal data.
    pub payload: String,
}

/// Adds a message in the transaction of the change that it tells of.
pub(crate) fn append(
    connection: &mut AnyConnection,
    at: Timestamp,
    kind: &str,
    payload: &str,
) -> Result<(), StoreError> {
    let row = (
        outbox::seq.eq(counter::next(connection, "outbox")?),
        outbox::at.eq(at.0),
        outbox::kind.eq(kind),
        outbox::payload.eq(payload),
        outbox::transaction_id.eq(transaction_in(payload)),
    );
    diesel::insert_into(outbox::table).values(row).execute(connection)?;
    Ok(())
}

/// The payment that a message names.
fn transaction_in(payload: &str) -> Option<&str> {
    let (_, id) = payload.split_once("\"transaction\":\"")?;
    id.split_once('"').map(|(id, _)| id)
}

/// The columns of an [`OutboxRow`].
pub(crate) type Columns = (outbox::seq, outbox::at, outbox::kind, outbox::payload);
/// The columns of an [`OutboxRow`].
pub(crate) const COLUMNS: Columns = (outbox::seq, outbox::at, outbox::kind, outbox::payload);

impl Store {
    /// Messages after `after`, in order.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn outbox(&self, after: i64, limit: u32) -> Result<Vec<OutboxRow>, StoreError> {
        self.read(|c| {
            let rows = outbox::table.filter(outbox::seq.gt(after)).order(outbox::seq).limit(row::page(limit));
            Ok(rows.select(COLUMNS).load(c)?)
        })
    }

    /// The place of the last message, 0 when there is none.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn outbox_last(&self) -> Result<i64, StoreError> {
        self.read(|c| counter::last(c, "outbox"))
    }
}
