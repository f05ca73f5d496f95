//! The audit chain: every change leaves a record that carries the digest of the one before it.
use diesel::prelude::*;
use domain::Timestamp;
use sha2::{Digest, Sha256};

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
    /// SHA-256 over the digest before it and all of the above.
    pub sha256: Vec<u8>,
}

/// The first record at which the chain breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("audit record {seq}: {what}")]
pub struct AuditFault {
    /// The record's place.
    pub seq: i64,
    /// What is wrong with it.
    pub what: &'static str,
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
    previous_sha256: Vec<u8>,
    sha256: Vec<u8>,
}

/// What the first record names as the digest before it.
const GENESIS: [u8; 32] = [0; 32];

impl NewAudit {
    pub(crate) fn new(action: &'static str, subject: impl ToString) -> Self {
        Self { action, subject: subject.to_string(), detail: "{}".into() }
    }

    /// Adds `detail`, a JSON object without personal data.
    pub(crate) fn with(mut self, detail: String) -> Self {
        self.detail = detail;
        self
    }

    pub(crate) fn append(self, connection: &mut AnyConnection, by: By<'_>) -> Result<(), StoreError> {
        let seq = counter::next(connection, "audit")?;
        let previous: Option<Vec<u8>> =
            audit::table.find(seq - 1).select(audit::sha256).first(connection).optional()?;
        let mut record = Record {
            seq,
            at: by.at.0,
            actor: by.actor.to_owned(),
            action: self.action.to_owned(),
            subject: self.subject,
            detail: self.detail,
            previous_sha256: previous.unwrap_or_else(|| GENESIS.to_vec()),
            sha256: Vec::new(),
        };
        record.sha256 = record.digest();
        diesel::insert_into(audit::table).values(&record).execute(connection)?;
        Ok(())
    }
}

impl Record {
    /// SHA-256 over the canonical bytes: the digest before, then each field behind its length.
    fn digest(&self) -> Vec<u8> {
        let mut hash = Sha256::new();
        hash.update(&self.previous_sha256);
        hash.update(self.seq.to_be_bytes());
        hash.update(self.at.to_be_bytes());
        hash.update(crate::seal::context(&[&self.actor, &self.action, &self.subject, &self.detail]));
        hash.finalize().to_vec()
    }
}

impl From<Record> for AuditRow {
    fn from(r: Record) -> Self {
        let Record { seq, at, actor, action, subject, detail, sha256, .. } = r;
        Self { seq, at: Timestamp(at), actor, action, subject, detail, sha256 }
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
        let rows = self.read(|c| records(c, after, row::page(limit)))?;
        Ok(rows.into_iter().map(AuditRow::from).collect())
    }

    /// Walks the whole chain: the number of records, or the first that is wrong.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn audit_verify(&self) -> Result<Result<i64, AuditFault>, StoreError> {
        self.read_at_once(|c| {
            let (mut seq, mut previous) = (0, GENESIS.to_vec());
            loop {
                let records = records(c, seq, WALK_ROWS)?;
                if records.is_empty() {
                    break;
                }
                for record in records {
                    if let Some(what) = fault(&record, seq + 1, &previous) {
                        return Ok(Err(AuditFault { seq: seq + 1, what }));
                    }
                    seq = record.seq;
                    previous = record.sha256;
                }
            }
            let cut = AuditFault { seq: seq + 1, what: "records are missing at the end" };
            Ok(if seq == counter::last(c, "audit")? { Ok(seq) } else { Err(cut) })
        })
    }
}

fn records(c: &mut AnyConnection, after: i64, limit: i64) -> Result<Vec<Record>, StoreError> {
    let rows = audit::table.filter(audit::seq.gt(after)).order(audit::seq).limit(limit);
    Ok(rows.load(c)?)
}

fn fault(record: &Record, expected: i64, previous: &[u8]) -> Option<&'static str> {
    if record.seq != expected {
        Some("it is missing")
    } else if record.previous_sha256 != previous {
        Some("it does not follow the record before it")
    } else if record.sha256 != record.digest() {
        Some("its contents were changed")
    } else {
        None
    }
}
