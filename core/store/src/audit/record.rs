//! A record's bytes, which are stored as they were written, and its link in the chain.
use sha2::{Digest, Sha256};

use super::{AuditRow, tree::Hash};
use crate::json::quoted;

/// What the first record follows.
pub(super) const GENESIS: Hash = [0; 32];

/// Tells the digest of a record from that of anything else.
const RECORD: u8 = 1;

/// The bytes of the record that `row` is: JSON with these six fields in this order and nothing between them.
pub(super) fn bytes(row: &AuditRow) -> Vec<u8> {
    let (action, actor, subject) = (quoted(&row.action), quoted(&row.actor), quoted(&row.subject));
    let (at, detail, seq) = (row.at.0, &row.detail, row.seq);
    format!(
        "{{\"action\":{action},\"actor\":{actor},\"at_micros\":{at},\"detail\":{detail},\"seq\":{seq},\
         \"subject\":{subject}}}"
    )
    .into_bytes()
}

/// SHA-256 over the digest of the record before and the length and bytes of this one.
pub(super) fn digest(previous: &[u8], bytes: &[u8]) -> Hash {
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes();
    let hash = Sha256::new().chain_update([RECORD]).chain_update(previous);
    hash.chain_update(length).chain_update(bytes).finalize().into()
}

/// The first column of `row` that does not say what the record's own bytes say.
pub(super) fn other_column(row: &AuditRow) -> Option<&'static str> {
    if bytes(row) == row.record {
        return None;
    }
    let said: serde_json::Value = serde_json::from_slice(&row.record).unwrap_or_default();
    let detail: serde_json::Value = serde_json::from_str(&row.detail).unwrap_or_default();
    let columns = [
        ("seq", said["seq"] == row.seq),
        ("at", said["at_micros"] == row.at.0),
        ("actor", said["actor"] == row.actor),
        ("action", said["action"] == row.action),
        ("subject", said["subject"] == row.subject),
        ("detail", said["detail"] == detail && !detail.is_null()),
    ];
    // Every field says the same in other words: only the detail is free to.
    Some(columns.iter().find(|(_, same)| !same).map_or("detail", |(name, _)| name))
}
