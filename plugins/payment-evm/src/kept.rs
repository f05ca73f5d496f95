//! What the host keeps of an operation before anything of it leaves: the signed bytes.

use alloy_primitives::{Address, B256, keccak256};
use serde_json::{Value, json};

use crate::rpc::{address, bytes, hexed, word};
use crate::transaction::{Signed, Transaction};

/// An operation's signed transaction, and the one that was signed to cancel it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// What does the operation.
    pub signed: Signed,
    /// The same, read.
    pub transaction: Transaction,
    /// Who signed.
    pub from: Address,
    /// What was signed in its place, with the same nonce.
    pub cancel: Option<Signed>,
}

impl Kept {
    /// What is kept, as JSON.
    pub fn json(&self) -> Vec<u8> {
        let signed =
            |signed: &Signed| json!({ "raw": hexed(&signed.raw), "hash": hexed(signed.hash.as_slice()) });
        let mut kept = signed(&self.signed);
        kept["nonce"] = json!(self.transaction.nonce);
        kept["from"] = json!(hexed(self.from.as_slice()));
        kept["cancel"] = self.cancel.as_ref().map_or(Value::Null, signed);
        kept.to_string().into_bytes()
    }

    /// What was kept; `None` when it does not hold together.
    pub fn read(kept: &Value) -> Option<Self> {
        let signed = read_signed(kept)?;
        let transaction = Transaction::read(&signed.raw)?;
        let cancel = match kept.get("cancel") {
            None | Some(Value::Null) => None,
            Some(cancel) => {
                let cancel = read_signed(cancel)?;
                (Transaction::read(&cancel.raw)?.nonce == transaction.nonce).then_some(Some(cancel))?
            }
        };
        let nonce = kept.get("nonce")?.as_u64()?;
        let from = address(kept.get("from")?)?;
        (nonce == transaction.nonce).then_some(Self { signed, transaction, from, cancel })
    }

    /// What is to be on its way now.
    pub fn newest(&self) -> &Signed {
        self.cancel.as_ref().unwrap_or(&self.signed)
    }
}

fn read_signed(kept: &Value) -> Option<Signed> {
    let raw = bytes(kept.get("raw")?)?;
    let hash: B256 = word(kept.get("hash")?)?;
    (keccak256(&raw) == hash).then_some(Signed { raw, hash })
}
