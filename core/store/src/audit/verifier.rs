//! Walks records and checkpoints in their order, wherever they come from, and stops at the first that is wrong.
use super::{
    AuditRow,
    fault::AuditFault,
    record,
    statement::{Checkpoint, Signed},
    tree::{self, Hash, Tree},
};
use crate::device::PublicKey;

/// A record as the verifier takes it.
#[derive(Debug, Clone, Copy)]
pub struct Link<'a> {
    /// Its place.
    pub seq: i64,
    /// Its bytes.
    pub record: &'a [u8],
    /// What it says the digest before it is.
    pub previous: &'a [u8],
    /// Its digest.
    pub sha256: &'a [u8],
}

/// What was found sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audited {
    /// How many records there are.
    pub records: i64,
    /// How many checkpoints.
    pub checkpoints: i64,
    /// The last record that a checkpoint covers.
    pub covered: i64,
    /// The Merkle root of all records.
    pub root: Hash,
}

/// The walk so far.
pub struct Verifier {
    key: PublicKey,
    seq: i64,
    chain: Hash,
    tree: Tree,
    last: Option<(Checkpoint, Hash)>,
    checkpoints: i64,
    /// A checkpoint that somebody else kept; records up to its last must be those it covers.
    kept: Option<Checkpoint>,
}

impl Verifier {
    /// A walk from the first record; checkpoints must be signed by `key`.
    #[must_use]
    pub fn new(key: PublicKey) -> Self {
        let tree = Tree::default();
        Self { key, seq: 0, chain: record::GENESIS, tree, last: None, checkpoints: 0, kept: None }
    }

    /// Also compares with a checkpoint that was kept elsewhere.
    ///
    /// # Errors
    /// When it isn't signed by the key.
    pub fn against(mut self, kept: &Signed) -> Result<Self, AuditFault> {
        let id = Checkpoint::read(&kept.statement).map_or(0, |said| said.id);
        self.kept = Some(kept.opened(&self.key, id)?);
        Ok(self)
    }

    /// A walk that goes on behind `last`, whose records were verified when it was made.
    pub(super) fn behind(key: PublicKey, last: Checkpoint, signed: &Signed, tree: Tree) -> Self {
        let (seq, chain, checkpoints) = (last.last_seq, last.chain, last.id);
        Self { key, seq, chain, tree, last: Some((last, signed.sha256())), checkpoints, kept: None }
    }

    /// The last record seen.
    #[must_use]
    pub fn seq(&self) -> i64 {
        self.seq
    }

    /// The Merkle tree of the records so far.
    #[must_use]
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The chain's digest at the last record seen.
    #[must_use]
    pub fn chain(&self) -> Hash {
        self.chain
    }

    /// Takes the next record.
    ///
    /// # Errors
    /// When it isn't the next one, doesn't follow, or was changed.
    pub fn record(&mut self, link: Link<'_>) -> Result<(), AuditFault> {
        let expected = self.seq + 1;
        let fault = |what: &str| Err(AuditFault::record(expected, what));
        if link.seq != expected {
            return fault("it is missing");
        }
        if link.previous != self.chain {
            return fault("it does not follow the record before it");
        }
        let digest = record::digest(&self.chain, link.record);
        if link.sha256 != digest {
            return fault("its contents were changed: they don't give its digest");
        }
        self.seq = expected;
        self.chain = digest;
        self.tree.push(tree::leaf(link.record));
        match &self.kept {
            Some(kept) if kept.last_seq == self.seq => self.compare(kept, "a checkpoint kept elsewhere"),
            _ => Ok(()),
        }
    }

    /// Takes a record with the columns beside its bytes.
    pub(super) fn row(&mut self, row: &AuditRow) -> Result<(), AuditFault> {
        self.record(Link {
            seq: row.seq,
            record: &row.record,
            previous: &row.previous,
            sha256: &row.sha256,
        })?;
        match record::other_column(row) {
            Some(column) => {
                let what = format!("its column {column} does not say what its bytes say");
                Err(AuditFault::record(row.seq, what))
            }
            None => Ok(()),
        }
    }

    /// Takes the next checkpoint, just behind the last record that it covers; `id` is the number it was found under.
    ///
    /// # Errors
    /// When it isn't the next one, isn't signed, doesn't follow, or covers other records.
    pub fn checkpoint(&mut self, id: i64, signed: &Signed) -> Result<Checkpoint, AuditFault> {
        let expected = self.checkpoints + 1;
        if id != expected {
            return Err(AuditFault::checkpoint(expected, "it is missing"));
        }
        let said = signed.opened(&self.key, id)?;
        let (covered, previous) =
            self.last.as_ref().map_or((0, [0; 32]), |(last, hash)| (last.last_seq, *hash));
        let fault = |what: &str| Err(AuditFault::checkpoint(id, what));
        if said.id != id {
            return fault("it is signed under another number");
        }
        if said.previous != previous {
            return fault("it does not follow the checkpoint before it");
        }
        if said.first_seq != covered + 1 || said.last_seq < said.first_seq {
            return fault("it does not begin where the checkpoint before it ends");
        }
        if said.last_seq > self.seq {
            return Err(cut_off(self.seq, &format!("checkpoint {id}"), said.last_seq));
        }
        if said.last_seq < self.seq {
            return fault("it does not stand behind the last record that it covers");
        }
        self.compare(&said, &format!("checkpoint {id}"))?;
        self.checkpoints = id;
        self.last = Some((said.clone(), signed.sha256()));
        Ok(said)
    }

    /// Ends the walk. `written` is how many records there should be, where that is known.
    ///
    /// # Errors
    /// When records are missing from here.
    pub fn end(self, written: Option<i64>) -> Result<Audited, AuditFault> {
        if let Some(kept) = &self.kept
            && self.seq < kept.last_seq
        {
            return Err(cut_off(self.seq, "a checkpoint kept elsewhere", kept.last_seq));
        }
        match written {
            Some(written) if written > self.seq => Err(cut_off(self.seq, "the counter", written)),
            Some(written) if written < self.seq => {
                let what = format!("it is there, and only {written} records were written");
                Err(AuditFault::record(written + 1, what))
            }
            _ => Ok(Audited {
                records: self.seq,
                checkpoints: self.checkpoints,
                covered: self.last.map_or(0, |(last, _)| last.last_seq),
                root: self.tree.root(),
            }),
        }
    }

    /// Whether all records up to here are those that `said` covers. Those before the checkpoint before were compared
    /// with that one.
    fn compare(&self, said: &Checkpoint, name: &str) -> Result<(), AuditFault> {
        if (said.root, said.chain) == (self.tree.root(), self.chain) {
            return Ok(());
        }
        let sound = self.last.as_ref().map_or(0, |(last, _)| last.last_seq);
        let first = if sound < said.last_seq { sound + 1 } else { 1 };
        let what = format!(
            "root differs: a record of {first} to {} was rewritten with all that follow, so that the chain holds and \
             {name} does not",
            said.last_seq
        );
        Err(AuditFault::checkpoint(said.id, what))
    }
}

fn cut_off(last: i64, by: &str, expected: i64) -> AuditFault {
    let what = format!("records are missing from here: {by} says that there are {expected}");
    AuditFault::record(last + 1, what)
}
