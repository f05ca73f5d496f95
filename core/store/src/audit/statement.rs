//! Checkpoints: signed statements that all records up to one are these and no others.
use domain::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    fault::AuditFault,
    tree::{Hash, Tree},
};
use crate::{
    device::{DeviceKey, PublicKey},
    json::canonical,
};

/// What the statement of a checkpoint says it is.
const TYPE: &str = "facepay.checkpoint/1";

/// What a checkpoint says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Its number, from 1.
    pub id: i64,
    /// The first record that the checkpoint before did not cover.
    pub first_seq: i64,
    /// The last record that it covers, as it covers all before.
    pub last_seq: i64,
    /// The Merkle root of all records from 1 to `last_seq`.
    pub root: Hash,
    /// The chain's digest at `last_seq`.
    pub chain: Hash,
    /// SHA-256 of the statement of the checkpoint before; zeros for the first.
    pub previous: Hash,
    /// When it was made.
    pub at: Timestamp,
    /// By whose key it is signed, in hex.
    pub key: String,
}

/// A checkpoint as it was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The bytes that are signed: canonical JSON.
    pub statement: Vec<u8>,
    /// Ed25519.
    pub signature: Vec<u8>,
}

impl Checkpoint {
    /// The checkpoint that follows `last`, over the records of `tree` whose chain ends in `chain`.
    pub(super) fn after(last: Option<(&Self, &Signed)>, tree: &Tree, chain: Hash, at: Timestamp) -> Self {
        let (id, covered, previous) = match last {
            Some((last, signed)) => (last.id, last.last_seq, signed.sha256()),
            None => (0, 0, [0; 32]),
        };
        Self {
            id: id + 1,
            first_seq: covered + 1,
            last_seq: i64::try_from(tree.size()).unwrap_or(i64::MAX),
            root: tree.root(),
            chain,
            previous,
            at,
            key: String::new(),
        }
    }

    /// Signs it.
    pub(super) fn signed(mut self, key: &DeviceKey) -> (Self, Signed) {
        self.key = key.public().to_string();
        let statement = canonical(&json!({
            "type": TYPE,
            "id": self.id,
            "first_seq": self.first_seq,
            "last_seq": self.last_seq,
            "root": hex::encode(self.root),
            "chain": hex::encode(self.chain),
            "previous": hex::encode(self.previous),
            "at_micros": self.at.0,
            "key": self.key,
        }));
        let signature = key.sign(statement.as_bytes()).to_vec();
        (self, Signed { statement: statement.into_bytes(), signature })
    }

    /// Reads a statement; `None` when it is none.
    #[must_use]
    pub fn read(statement: &[u8]) -> Option<Self> {
        let said: Value = serde_json::from_slice(statement).ok()?;
        let number = |name: &str| said[name].as_i64();
        let hash = |name: &str| {
            let mut bytes = [0; 32];
            hex::decode_to_slice(said[name].as_str()?, &mut bytes).ok()?;
            Some(bytes)
        };
        if said["type"] != TYPE || canonical(&said).as_bytes() != statement {
            return None;
        }
        Some(Self {
            id: number("id")?,
            first_seq: number("first_seq")?,
            last_seq: number("last_seq")?,
            root: hash("root")?,
            chain: hash("chain")?,
            previous: hash("previous")?,
            at: Timestamp(number("at_micros")?),
            key: said["key"].as_str()?.to_owned(),
        })
    }
}

impl Signed {
    /// SHA-256 of the statement, which the next checkpoint names.
    #[must_use]
    pub fn sha256(&self) -> Hash {
        Sha256::digest(&self.statement).into()
    }

    /// What it says, when `key` signed it; `id` is the number under which it was found.
    ///
    /// # Errors
    /// When the statement can't be read or `key` did not sign it.
    pub fn opened(&self, key: &PublicKey, id: i64) -> Result<Checkpoint, AuditFault> {
        let fault = |what| AuditFault::checkpoint(id, what);
        if !key.verify(&self.statement, &self.signature) {
            let by =
                Checkpoint::read(&self.statement).map(|said| said.key).filter(|by| *by != key.to_string());
            return Err(match by {
                Some(other) => fault(format!("it names the key {other}, not {key}")),
                None => fault("its signature does not hold: statement or signature was changed".to_owned()),
            });
        }
        Checkpoint::read(&self.statement).ok_or_else(|| fault("its statement can't be read".to_owned()))
    }
}
