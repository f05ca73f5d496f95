//! Checkpoints in the database: made over what was written since the last one, kept as they were signed.
use diesel::prelude::*;
use domain::Timestamp;

use super::{
    AuditFault, records,
    statement::{Checkpoint, Signed},
    tree::Tree,
    verifier::Verifier,
    walk,
};
use crate::{
    Store, StoreError, connection::AnyConnection, device::DeviceKey, row, schema::audit_checkpoints,
};

/// A checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckpointRow {
    /// Its number, from 1.
    pub id: i64,
    /// The first record that the checkpoint before did not cover.
    pub first_seq: i64,
    /// The last record that it covers.
    pub last_seq: i64,
    /// The Merkle root of all records up to there.
    pub root: Vec<u8>,
    /// The chain's digest there.
    pub chain: Vec<u8>,
    /// When it was made.
    pub at: Timestamp,
    /// The roots of the tree's complete parts, from which the next checkpoint goes on.
    pub peaks: Vec<u8>,
    /// All of this but `peaks`, as it was signed.
    pub signed: Signed,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = audit_checkpoints)]
struct Record {
    id: i64,
    first_seq: i64,
    last_seq: i64,
    root: Vec<u8>,
    chain_sha256: Vec<u8>,
    at: i64,
    peaks: Vec<u8>,
    statement: Vec<u8>,
    signature: Vec<u8>,
}

impl From<Record> for CheckpointRow {
    fn from(r: Record) -> Self {
        let Record { id, first_seq, last_seq, root, chain_sha256: chain, at, peaks, statement, signature } =
            r;
        let signed = Signed { statement, signature };
        Self { id, first_seq, last_seq, root, chain, at: Timestamp(at), peaks, signed }
    }
}

impl From<CheckpointRow> for Record {
    fn from(row: CheckpointRow) -> Self {
        let CheckpointRow { id, first_seq, last_seq, root, chain, at, peaks, signed } = row;
        let Signed { statement, signature } = signed;
        Self { id, first_seq, last_seq, root, chain_sha256: chain, at: at.0, peaks, statement, signature }
    }
}

impl CheckpointRow {
    fn new(said: &Checkpoint, signed: Signed, tree: &Tree) -> Self {
        Self {
            id: said.id,
            first_seq: said.first_seq,
            last_seq: said.last_seq,
            root: said.root.to_vec(),
            chain: said.chain.to_vec(),
            at: said.at,
            peaks: tree.peaks(),
            signed,
        }
    }

    /// Takes `verifier` over this checkpoint and compares the columns with what was signed.
    pub(super) fn verify(&self, verifier: &mut Verifier) -> Result<(), AuditFault> {
        let said = verifier.checkpoint(self.id, &self.signed)?;
        self.says(&said)?;
        match self.peaks == verifier.tree().peaks() {
            true => Ok(()),
            false => Err(self.other_column("peaks")),
        }
    }

    fn says(&self, said: &Checkpoint) -> Result<(), AuditFault> {
        let columns = [
            ("first_seq", self.first_seq == said.first_seq),
            ("last_seq", self.last_seq == said.last_seq),
            ("root", self.root == said.root),
            ("chain_sha256", self.chain == said.chain),
            ("at", self.at == said.at),
        ];
        let other = columns.iter().find(|(_, same)| !same);
        other.map_or(Ok(()), |(name, _)| Err(self.other_column(name)))
    }

    fn other_column(&self, name: &str) -> AuditFault {
        AuditFault::checkpoint(self.id, format!("its column {name} does not say what was signed"))
    }

    /// A walk that goes on behind this checkpoint.
    fn behind(&self, key: &DeviceKey) -> Result<(Checkpoint, Verifier), AuditFault> {
        let said = self.signed.opened(&key.public(), self.id)?;
        self.says(&said)?;
        let tree = Tree::restored(said.last_seq.unsigned_abs(), &self.peaks);
        let tree = tree.filter(|tree| tree.root() == said.root).ok_or_else(|| self.other_column("peaks"))?;
        let verifier = Verifier::behind(key.public(), said.clone(), &self.signed, tree);
        Ok((said, verifier))
    }
}

impl Store {
    /// Signs a checkpoint over every record so far; `None` when the last one covers them. Only what came since then is
    /// read and verified, so that nothing that was rewritten before is signed anew.
    ///
    /// # Errors
    /// When the database can't be written, or another appliance made one at the same moment.
    pub fn add_checkpoint(
        &self,
        at: Timestamp,
    ) -> Result<Result<Option<CheckpointRow>, AuditFault>, StoreError> {
        let key = self.device_key();
        let made = self.read_at_once(|c| {
            let last = newest(c)?;
            let begun = match &last {
                Some(row) => row.behind(&key).map(|(said, verifier)| (Some((said, &row.signed)), verifier)),
                None => Ok((None, Verifier::new(key.public()))),
            };
            let (last, mut verifier) = match begun {
                Ok(begun) => begun,
                Err(fault) => return Ok(Err(fault)),
            };
            let before = verifier.seq();
            if let Err(fault) = walk(c, &mut verifier, |_, _| Ok(true))? {
                return Ok(Err(fault));
            }
            if verifier.seq() == before {
                return Ok(Ok(None));
            }
            let last = last.as_ref().map(|(said, signed)| (said, *signed));
            let said = Checkpoint::after(last, verifier.tree(), verifier.chain(), at);
            let (said, signed) = said.signed(&key);
            Ok(Ok(Some(CheckpointRow::new(&said, signed, verifier.tree()))))
        })?;
        if let Ok(Some(row)) = &made {
            self.write(|c| {
                let record = Record::from(row.clone());
                diesel::insert_into(audit_checkpoints::table).values(record).execute(c)?;
                Ok(())
            })?;
        }
        Ok(made)
    }

    /// Checkpoints after `after`, in order.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn checkpoints(&self, after: i64, limit: u32) -> Result<Vec<CheckpointRow>, StoreError> {
        self.read(|c| {
            let rows = audit_checkpoints::table.filter(audit_checkpoints::id.gt(after));
            let page = rows.order(audit_checkpoints::id).limit(row::page(limit));
            Ok(page.load::<Record>(c)?.into_iter().map(CheckpointRow::from).collect())
        })
    }

    /// The newest checkpoint.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn newest_checkpoint(&self) -> Result<Option<CheckpointRow>, StoreError> {
        self.read(newest)
    }

    /// Hands over every record and checkpoint of one moment, each checkpoint behind the last record that it covers;
    /// what the checkpoints' columns say is left to [`Self::audit_walk`].
    ///
    /// # Errors
    /// When the database doesn't answer, or `each` fails.
    pub fn audit_export<E: From<StoreError>>(
        &self,
        mut each: impl FnMut(Exported<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut failed = None;
        let read = self.read_at_once(|c| {
            let mut checkpoints = all(c)?.into_iter().peekable();
            let mut after = 0;
            loop {
                let rows = records(c, after, super::WALK_ROWS)?;
                let Some(last) = rows.last() else { break };
                after = last.seq;
                for row in &rows {
                    let mut one = || {
                        each(Exported::Record(row))?;
                        while let Some(checkpoint) = checkpoints.next_if(|next| next.last_seq <= row.seq) {
                            each(Exported::Checkpoint(&checkpoint))?;
                        }
                        Ok(())
                    };
                    if let Err(error) = one() {
                        failed = Some(error);
                        return Ok(());
                    }
                }
            }
            for checkpoint in checkpoints {
                if let Err(error) = each(Exported::Checkpoint(&checkpoint)) {
                    failed = Some(error);
                    return Ok(());
                }
            }
            Ok(())
        });
        read.map_err(E::from)?;
        failed.map_or(Ok(()), Err)
    }
}

/// One line of an export.
#[derive(Debug, Clone, Copy)]
pub enum Exported<'a> {
    /// A record.
    Record(&'a super::AuditRow),
    /// A checkpoint.
    Checkpoint(&'a CheckpointRow),
}

pub(super) fn all(c: &mut AnyConnection) -> Result<Vec<CheckpointRow>, StoreError> {
    let rows = audit_checkpoints::table.order(audit_checkpoints::id).load::<Record>(c)?;
    Ok(rows.into_iter().map(CheckpointRow::from).collect())
}

pub(super) fn newest(c: &mut AnyConnection) -> Result<Option<CheckpointRow>, StoreError> {
    let newest = audit_checkpoints::table.order(audit_checkpoints::id.desc());
    Ok(newest.first::<Record>(c).optional()?.map(CheckpointRow::from))
}
