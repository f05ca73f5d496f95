//! Proofs: that one record is among those that a checkpoint covers, without the others.
use diesel::prelude::*;

use super::{
    AuditFault, CheckpointRow, WALK_ROWS, checkpoint,
    statement::{Checkpoint, Signed},
    tree::{self, Hash},
};
use crate::{Store, StoreError, connection::AnyConnection, device::PublicKey, schema::audit};

/// The way from one record to a signed root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The record's place.
    pub seq: i64,
    /// Its bytes.
    pub record: Vec<u8>,
    /// The hash of the other side at each step from the record to the root.
    pub path: Vec<Hash>,
    /// The checkpoint's number.
    pub checkpoint: i64,
    /// The checkpoint.
    pub signed: Signed,
}

impl Proof {
    /// What the checkpoint says, when it is signed by `key` and covers exactly this record at this place.
    ///
    /// # Errors
    /// When something was changed; the fault names it.
    pub fn verify(&self, key: &PublicKey) -> Result<Checkpoint, AuditFault> {
        let said = self.signed.opened(key, self.checkpoint)?;
        if said.id != self.checkpoint {
            return Err(AuditFault::checkpoint(self.checkpoint, "it is signed under another number"));
        }
        let fault = |what: &str| Err(AuditFault::record(self.seq, what));
        let own: serde_json::Value = serde_json::from_slice(&self.record).unwrap_or_default();
        if own["seq"] != self.seq {
            return fault("its bytes were changed: they name another place");
        }
        let (index, size) = (self.seq.unsigned_abs().wrapping_sub(1), said.last_seq.unsigned_abs());
        match tree::root_by(&self.path, tree::leaf(&self.record), index, size) {
            Some(root) if root == said.root => Ok(said),
            Some(_) => fault("record or path was changed: they don't lead to the checkpoint's root"),
            None => fault("the path has not the length that leads from this place to the root"),
        }
    }
}

impl Store {
    /// The proof of record `seq` under the newest checkpoint. Reads every record that this covers.
    ///
    /// # Errors
    /// When there is no such record, or no checkpoint covers it yet.
    pub fn audit_proof(&self, seq: i64) -> Result<Proof, StoreError> {
        self.read_at_once(|c| {
            let covered = checkpoint::newest(c)?;
            let record: Option<Vec<u8>> = audit::table.find(seq).select(audit::record).first(c).optional()?;
            let record = record.ok_or(StoreError::NotFound("audit record"))?;
            let CheckpointRow { id, last_seq, signed, .. } =
                covered.filter(|checkpoint| seq <= checkpoint.last_seq).ok_or_else(|| {
                    let words = "no checkpoint covers this record yet; one is made every hour, and by \
                                 `facepay audit checkpoint`";
                    StoreError::Conflict(words.to_owned())
                })?;
            let leaves = leaves(c, last_seq)?;
            let index = usize::try_from(seq - 1).unwrap_or(usize::MAX);
            Ok(Proof { seq, record, path: tree::path(&leaves, index), checkpoint: id, signed })
        })
    }
}

/// The leaves of the records up to `last`.
fn leaves(c: &mut AnyConnection, last: i64) -> Result<Vec<Hash>, StoreError> {
    let mut leaves = Vec::new();
    let mut after = 0;
    while after < last {
        let page = audit::table.filter(audit::seq.gt(after)).filter(audit::seq.le(last)).order(audit::seq);
        let rows: Vec<(i64, Vec<u8>)> = page.select((audit::seq, audit::record)).limit(WALK_ROWS).load(c)?;
        let Some((seq, _)) = rows.last() else { break };
        after = *seq;
        leaves.extend(rows.iter().map(|(_, record)| tree::leaf(record)));
    }
    Ok(leaves)
}
