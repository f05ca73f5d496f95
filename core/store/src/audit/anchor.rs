//! Anchors: a checkpoint's root handed to a payment provider that writes it where nobody can take it back.
use diesel::prelude::*;
use domain::Timestamp;

use crate::{Store, StoreError, connection::insert_or_ignore, row, schema::audit_anchors};

/// The intent to have a checkpoint anchored.
#[derive(Debug, Clone)]
pub struct NewAnchor {
    /// The checkpoint's number.
    pub checkpoint: i64,
    /// The payment plugin's id.
    pub provider: String,
    /// The reference by which the provider knows this request; the same with every try.
    pub attempt_ref: [u8; 16],
}

/// An anchor: at most one of each checkpoint.
#[derive(Debug, Clone)]
pub struct AnchorRow {
    /// The checkpoint's number.
    pub checkpoint: i64,
    /// The payment plugin's id.
    pub provider: String,
    /// The reference by which the provider knows it.
    pub attempt_ref: [u8; 16],
    /// What the plugin keeps with it, as JSON.
    pub kept: Option<String>,
    /// The provider's own reference, such as the transaction's hash on a chain, once it is anchored.
    pub anchor_ref: Option<String>,
    /// Why the provider refused it for good, as a stable code.
    pub reason: Option<String>,
    /// When it was first asked for.
    pub created_at: Timestamp,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = audit_anchors)]
struct Record {
    checkpoint_id: i64,
    provider: String,
    attempt_ref: Vec<u8>,
    kept: Option<String>,
    anchor_ref: Option<String>,
    reason: Option<String>,
    created_at: i64,
    updated_at: i64,
}

impl TryFrom<Record> for AnchorRow {
    type Error = StoreError;
    fn try_from(r: Record) -> Result<Self, StoreError> {
        let attempt_ref = r.attempt_ref.try_into();
        Ok(Self {
            checkpoint: r.checkpoint_id,
            provider: r.provider,
            attempt_ref: attempt_ref.map_err(|_| StoreError::Corrupt("attempt_ref".to_owned()))?,
            kept: r.kept,
            anchor_ref: r.anchor_ref,
            reason: r.reason,
            created_at: Timestamp(r.created_at),
        })
    }
}

impl Store {
    /// Commits the intent, before the provider hears of it, unless there is one for this checkpoint.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn prepare_anchor(&self, at: Timestamp, new: &NewAnchor) -> Result<(), StoreError> {
        self.write(|c| {
            let record = Record {
                checkpoint_id: new.checkpoint,
                provider: new.provider.clone(),
                attempt_ref: new.attempt_ref.to_vec(),
                kept: None,
                anchor_ref: None,
                reason: None,
                created_at: at.0,
                updated_at: at.0,
            };
            insert_or_ignore!(c, audit_anchors::table, record);
            Ok(())
        })
    }

    /// Makes what the plugin keeps durable, before it goes on.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn keep_with_anchor(&self, at: Timestamp, checkpoint: i64, kept: &str) -> Result<(), StoreError> {
        self.write(|c| {
            let change = (audit_anchors::kept.eq(kept), audit_anchors::updated_at.eq(at.0));
            diesel::update(audit_anchors::table.find(checkpoint)).set(change).execute(c)?;
            Ok(())
        })
    }

    /// Ends an anchor: where it is, or why it was refused.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn end_anchor(
        &self,
        at: Timestamp,
        checkpoint: i64,
        end: Result<&str, &str>,
    ) -> Result<(), StoreError> {
        self.write(|c| {
            let change = (
                audit_anchors::anchor_ref.eq(end.ok()),
                audit_anchors::reason.eq(end.err()),
                audit_anchors::updated_at.eq(at.0),
            );
            diesel::update(audit_anchors::table.find(checkpoint)).set(change).execute(c)?;
            Ok(())
        })
    }

    /// Anchors whose end is open, oldest first.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn open_anchors(&self) -> Result<Vec<AnchorRow>, StoreError> {
        let rows = self.read(|c| {
            let open = audit_anchors::table
                .filter(audit_anchors::anchor_ref.is_null())
                .filter(audit_anchors::reason.is_null());
            Ok(open.order(audit_anchors::checkpoint_id).limit(row::PAGE_ROWS_MAX).load::<Record>(c)?)
        })?;
        rows.into_iter().map(AnchorRow::try_from).collect()
    }

    /// The anchors of checkpoints after `after`, in order.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn anchors(&self, after: i64, limit: u32) -> Result<Vec<AnchorRow>, StoreError> {
        let rows = self.read(|c| {
            let rows = audit_anchors::table.filter(audit_anchors::checkpoint_id.gt(after));
            let page = rows.order(audit_anchors::checkpoint_id).limit(row::page(limit));
            Ok(page.load::<Record>(c)?)
        })?;
        rows.into_iter().map(AnchorRow::try_from).collect()
    }
}
