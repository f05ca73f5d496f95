//! The audit chain: every change leaves a record that carries the digest of the one before it, and signed checkpoints
//! stand for all records up to them.
mod anchor;
mod checkpoint;
mod fault;
mod page;
mod proof;
mod record;
mod statement;
pub mod tree;
mod verifier;

use diesel::{prelude::*, sql_types};
use domain::Timestamp;

pub use anchor::{AnchorRow, NewAnchor};
pub use checkpoint::{CheckpointRow, Exported};
pub use fault::{AuditFault, AuditPlace};
pub use page::AuditFilter;
pub use proof::Proof;
pub use statement::{Checkpoint, Signed};
pub use verifier::{Audited, Link, Verifier};

use crate::{By, Store, StoreError, connection::AnyConnection, counter, row, schema::audit};

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its place in the chain, from 1.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// To what: an id, never a name.
    pub subject: String,
    /// More about it, as JSON; no personal data.
    pub detail: String,
    /// All of the above as the bytes that were written, which the digest is of.
    pub record: Vec<u8>,
    /// The digest of the record before.
    pub previous: Vec<u8>,
    /// SHA-256 over 1, the digest before, and the length and bytes of the record.
    pub sha256: Vec<u8>,
}

/// A record to be written in the transaction of the change that it is about.
pub(crate) struct NewAudit {
    pub action: &'static str,
    pub subject: String,
    pub detail: String,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = audit)]
struct Record {
    seq: i64,
    at: i64,
    actor: String,
    action: String,
    subject: String,
    detail: String,
    record: Vec<u8>,
    previous_sha256: Vec<u8>,
    sha256: Vec<u8>,
}

impl NewAudit {
    pub(crate) fn new(action: &'static str, subject: impl ToString) -> Self {
        Self { action, subject: subject.to_string(), detail: "{}".into() }
    }

    /// Adds `detail`, a JSON object without personal data.
    pub(crate) fn with(mut self, detail: String) -> Self {
        self.detail = detail;
        self
    }

    /// Adds the digest of the receipt that was written with the change.
    pub(crate) fn about_receipt(mut self, sha256: Option<String>) -> Self {
        if let (Some(sha256), Some(fields)) = (sha256, self.detail.strip_suffix('}')) {
            self.detail = format!("{fields},\"receipt_sha256\":\"{sha256}\"}}");
        }
        self
    }

    /// Writes the record in two statements: this is on the way of every payment.
    pub(crate) fn append(self, connection: &mut AnyConnection, by: By<'_>) -> Result<(), StoreError> {
        let Place { seq, previous } = place(connection)?;
        let mut row = AuditRow {
            seq,
            at: by.at,
            actor: by.actor.to_owned(),
            action: self.action.to_owned(),
            subject: self.subject,
            detail: self.detail,
            record: Vec::new(),
            previous: previous.unwrap_or_else(|| record::GENESIS.to_vec()),
            sha256: Vec::new(),
        };
        row.record = record::bytes(&row);
        row.sha256 = record::digest(&row.previous, &row.record).to_vec();
        diesel::insert_into(audit::table).values(Record::from(row)).execute(connection)?;
        Ok(())
    }
}

/// The place of a new record, and the digest of the one before it.
#[derive(QueryableByName)]
struct Place {
    #[diesel(sql_type = sql_types::BigInt)]
    seq: i64,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Binary>)]
    previous: Option<Vec<u8>>,
}

/// Takes the next place; whoever comes after waits until this transaction ends.
fn place(connection: &mut AnyConnection) -> Result<Place, StoreError> {
    let taken = diesel::sql_query(
        "UPDATE counters SET value = value + 1 WHERE name = 'audit'
         RETURNING value AS seq, (SELECT sha256 FROM audit WHERE audit.seq = counters.value - 1) AS previous",
    );
    // Diesel offers this for each database, not for both at once.
    Ok(match connection {
        AnyConnection::Sqlite(c) => taken.get_result(c)?,
        AnyConnection::Postgres(c) => taken.get_result(c)?,
    })
}

impl From<Record> for AuditRow {
    fn from(r: Record) -> Self {
        let Record { seq, at, actor, action, subject, detail, record, previous_sha256: previous, sha256 } = r;
        Self { seq, at: Timestamp(at), actor, action, subject, detail, record, previous, sha256 }
    }
}

impl From<AuditRow> for Record {
    fn from(row: AuditRow) -> Self {
        let AuditRow { seq, at, actor, action, subject, detail, record, previous, sha256 } = row;
        Self { seq, at: at.0, actor, action, subject, detail, record, previous_sha256: previous, sha256 }
    }
}

/// How many records are read at a time while the chain is walked.
const WALK_ROWS: i64 = 1_000;

impl Store {
    /// Records after `after`, in order.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn audit(&self, after: i64, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        self.read(|c| records(c, after, row::page(limit)))
    }

    /// Walks the whole chain: the number of records, or the first thing that is wrong.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn audit_verify(&self) -> Result<Result<i64, AuditFault>, StoreError> {
        let walked = self.audit_walk(Verifier::new(self.device_key().public()))?;
        Ok(walked.map(|audited| audited.records))
    }

    /// Takes `verifier` over every record, its columns, and every checkpoint.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn audit_walk(&self, verifier: Verifier) -> Result<Result<Audited, AuditFault>, StoreError> {
        let walked = self.audit_walk_while(verifier, |_, _| true)?;
        walked.ok_or_else(|| StoreError::Unavailable("the walk through the audit was given up".into()))
    }

    /// As [`Store::audit_walk`], and says every so many records how many were walked through of how many, until `go_on` says no:
    /// nothing is given then.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn audit_walk_while(
        &self,
        mut verifier: Verifier,
        mut go_on: impl FnMut(i64, i64) -> bool,
    ) -> Result<Option<Result<Audited, AuditFault>>, StoreError> {
        self.read_at_once(|c| {
            let written = counter::last(c, "audit")?;
            let mut checkpoints = checkpoint::all(c)?.into_iter().peekable();
            let mut gone_on = true;
            let walked = walk(c, &mut verifier, |verifier, seq| {
                while let Some(row) = checkpoints.next_if(|row| row.last_seq <= seq) {
                    row.verify(verifier)?;
                }
                if seq % WALK_ROWS == 0 || seq == written {
                    gone_on = go_on(seq, written);
                }
                Ok(gone_on)
            })?;
            if !gone_on {
                return Ok(None);
            }
            Ok(Some(walked.and_then(|()| {
                checkpoints.try_for_each(|row| row.verify(&mut verifier))?;
                verifier.end(Some(written))
            })))
        })
    }
}

/// Takes `verifier` over every record behind its last, and tells `each` of the place it is at, until that says no.
fn walk(
    c: &mut AnyConnection,
    verifier: &mut Verifier,
    mut each: impl FnMut(&mut Verifier, i64) -> Result<bool, AuditFault>,
) -> Result<Result<(), AuditFault>, StoreError> {
    loop {
        let rows = records(c, verifier.seq(), WALK_ROWS)?;
        if rows.is_empty() {
            return Ok(Ok(()));
        }
        for row in &rows {
            match verifier.row(row).and_then(|()| each(verifier, row.seq)) {
                Ok(true) => {}
                taken => return Ok(taken.map(drop)),
            }
        }
    }
}

fn records(c: &mut AnyConnection, after: i64, limit: i64) -> Result<Vec<AuditRow>, StoreError> {
    let rows = audit::table.filter(audit::seq.gt(after)).order(audit::seq).limit(limit);
    Ok(rows.load::<Record>(c)?.into_iter().map(AuditRow::from).collect())
}

#[cfg(test)]
mod tests;
