//! What a part of an operation wants done next, and how an operation ends.

use plugin_sdk::{Outcome, Verdict};
use serde_json::{Value, json};

use crate::kept::Kept;
use crate::receipt::Receipt;
use crate::refusal::Refusal;
use crate::rpc::{Question, hexed};

/// What a part of an operation wants done next.
#[derive(Debug)]
pub(crate) enum Next {
    /// Ask the node.
    Ask(Question),
    /// Make this durable; it is broadcast only afterwards.
    Keep(Box<Kept>),
    /// Wait, then look again.
    Rest,
    /// The operation has ended.
    End(Outcome),
}

impl From<Refusal> for Next {
    fn from(refusal: Refusal) -> Self {
        Self::End(declined(refusal))
    }
}

pub(crate) fn declined(refusal: Refusal) -> Outcome {
    Outcome::new(Verdict::Declined { code: refusal.code().to_owned() })
}

/// The end of an operation that has a transaction; with its place on the chain, where it has one.
pub(crate) fn ending(verdict: Verdict, kept: &Kept, mined: Option<&Receipt>) -> Outcome {
    let hash = hexed(kept.signed.hash.as_slice());
    let mut result = json!({ "tx": hash });
    if let Some(receipt) = mined {
        result["block"] = json!(receipt.block);
        result["block_hash"] = Value::from(hexed(receipt.block_hash.as_slice()));
    }
    Outcome { verdict, provider_ref: hash, result_json: result.to_string().into_bytes() }
}
