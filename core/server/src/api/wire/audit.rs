//! The audit chain on the wire, and in the files that verify without us.

use serde::{Deserialize, Serialize};
use store::{AuditFault, AuditPlace};
use utoipa::ToSchema;

use super::money::moment;
use crate::app::verification::{Progress, Walked};

/// One link of the audit chain.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditEntry {
    pub(crate) seq: i64,
    #[schema(format = DateTime)]
    pub(crate) at: String,
    pub(crate) actor: String,
    pub(crate) action: String,
    pub(crate) subject: String,
    /// All of the above and more as it was written: the digest is of these bytes.
    pub(crate) record: String,
    /// The `hash` of the entry before, hex; zeros for the first.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub(crate) previous: String,
    /// SHA-256 over the byte 1, `previous`, the length of `record` in 8 bytes, and `record`, hex.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub(crate) hash: String,
}

/// A signed statement that all records up to one are these and no others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Checkpoint {
    pub(crate) id: i64,
    /// The first record that the checkpoint before did not cover.
    pub(crate) first_seq: i64,
    /// It covers every record from 1 to this one.
    pub(crate) last_seq: i64,
    /// Merkle root (RFC 6962) over the records' bytes, hex.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub(crate) root: String,
    /// The chain's `hash` at `last_seq`, hex.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub(crate) chain: String,
    /// SHA-256 of the statement of the checkpoint before, hex; zeros for the first.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub(crate) previous: String,
    pub(crate) at_micros: i64,
    /// All of the above as it was signed.
    pub(crate) statement: String,
    /// Ed25519 over `statement`, hex.
    #[schema(pattern = "^[0-9a-f]{128}$")]
    pub(crate) signature: String,
    /// The appliance's public key, hex.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub(crate) key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) anchor: Option<Anchor>,
}

/// Where a checkpoint's root was written, so that nobody can take it back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Anchor {
    /// The payment plugin that wrote it.
    pub(crate) provider: String,
    /// `open`, `anchored` or `refused`.
    pub(crate) state: String,
    /// The provider's reference, such as the transaction's hash on a chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reference: Option<String>,
}

/// A page of checkpoints, and the key that signed them.
#[derive(Serialize, ToSchema)]
pub(crate) struct Checkpoints {
    /// The appliance's public key (Ed25519), hex.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub(crate) key: String,
    pub(crate) items: Vec<Checkpoint>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_cursor: Option<String>,
}

/// The proof that one record is among those that a checkpoint covers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Proof {
    pub(crate) seq: i64,
    /// The record's bytes.
    pub(crate) record: String,
    /// From the record to the root: the hash of the other side at each step, hex.
    pub(crate) path: Vec<String>,
    pub(crate) checkpoint: Checkpoint,
}

/// What a walk through everything has found.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditVerification {
    /// Whether nothing was changed, left out or put in.
    pub(crate) whole: bool,
    /// How many records there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) records: Option<i64>,
    /// How many checkpoints.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) checkpoints: Option<i64>,
    /// The last record that a checkpoint covers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) covered: Option<i64>,
    /// The Merkle root of all records, hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub(crate) root: Option<String>,
    /// The first thing that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fault: Option<Fault>,
    #[schema(format = DateTime)]
    pub(crate) verified_at: String,
    pub(crate) took_ms: u64,
}

/// A walk that is under way.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditWalk {
    #[schema(format = DateTime)]
    pub(crate) began_at: String,
    /// So many records were found whole.
    pub(crate) records: i64,
    /// Of so many.
    pub(crate) of: i64,
}

/// What is known of the audit.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditStanding {
    /// The walk that is under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) walk: Option<AuditWalk>,
    /// What the last one found; there is one an hour, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last: Option<AuditVerification>,
}

impl From<Progress> for AuditWalk {
    fn from(Progress { began, records, of }: Progress) -> Self {
        Self { began_at: moment(began), records, of }
    }
}

impl From<&Walked> for AuditVerification {
    fn from(Walked { at, took, found }: &Walked) -> Self {
        let (found, fault) = match found {
            Ok(found) => (Some(found), None),
            Err(fault) => (None, Some(fault.clone().into())),
        };
        Self {
            whole: fault.is_none(),
            records: found.map(|found| found.records),
            checkpoints: found.map(|found| found.checkpoints),
            covered: found.map(|found| found.covered),
            root: found.map(|found| hex::encode(found.root)),
            fault,
            verified_at: moment(*at),
            took_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

/// Something that is wrong with the audit.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditFault)]
pub(crate) struct Fault {
    /// `record`, `checkpoint` or `receipt`.
    place: &'static str,
    /// Which: the record's `seq`, the checkpoint's `id`, the payment's id.
    at: String,
    what: String,
}

impl From<AuditFault> for Fault {
    fn from(AuditFault { place, what }: AuditFault) -> Self {
        let (place, at) = match place {
            AuditPlace::Record(seq) => ("record", seq.to_string()),
            AuditPlace::Checkpoint(id) => ("checkpoint", id.to_string()),
            AuditPlace::Receipt(transaction) => ("receipt", transaction),
        };
        Self { place, at, what }
    }
}

/// One line of an export.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum Line {
    Header { format: String, key: String },
    Record { seq: i64, record: String, previous: String, hash: String },
    Checkpoint(Box<Checkpoint>),
    End { records: i64, checkpoints: i64 },
}

/// What the header of an export says.
pub(crate) const EXPORT_FORMAT: &str = "facepay.audit.export/1";
