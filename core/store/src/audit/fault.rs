//! What a verifier finds: the exact place, and what is wrong there.
use std::fmt;

/// The first thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct AuditFault {
    /// Where.
    pub place: AuditPlace,
    /// What.
    pub what: String,
}

/// A place in the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuditPlace {
    /// A record, by its `seq`.
    Record(i64),
    /// A checkpoint, by its `id`.
    Checkpoint(i64),
    /// A payment's receipt, by the payment's id.
    Receipt(String),
}

impl AuditFault {
    /// One about the record `seq`.
    pub fn record(seq: i64, what: impl Into<String>) -> Self {
        Self { place: AuditPlace::Record(seq), what: what.into() }
    }

    /// One about the checkpoint `id`.
    pub fn checkpoint(id: i64, what: impl Into<String>) -> Self {
        Self { place: AuditPlace::Checkpoint(id), what: what.into() }
    }

    /// One about the receipt of the payment `transaction`.
    pub(crate) fn receipt(transaction: impl ToString, what: impl Into<String>) -> Self {
        Self { place: AuditPlace::Receipt(transaction.to_string()), what: what.into() }
    }
}

impl fmt::Display for AuditPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Record(seq) => write!(f, "audit record {seq}"),
            Self::Checkpoint(id) => write!(f, "checkpoint {id}"),
            Self::Receipt(transaction) => write!(f, "receipt of payment {transaction}"),
        }
    }
}
