//! What an identity plugin is told about a check.

use std::collections::BTreeMap;

use domain::Timestamp;
use plugin_host::identity::{Op, Request};
use serde_json::{Map, Value, json};
use store::IdentityCheckRow;
use uuid::Uuid;

use super::Claimed;

/// The question whether a document or claim is what it says, and whose.
pub(super) fn verify(row: &IdentityCheckRow, claimed: Claimed, now: Timestamp) -> Request {
    let Claimed { claim, secret, document, .. } = claimed;
    let secret: BTreeMap<&str, &str> =
        secret.iter().map(|(name, text)| (name.as_str(), text.expose().as_str())).collect();
    Request {
        op: Op::Verify,
        attempt_ref: row.attempt_ref,
        original_ref: None,
        provider_ref: None,
        payload_json: payload(row, &claim, &secret, now),
        document: document.to_vec(),
    }
}

/// The question what became of a check. What the person confided for it is not kept, and not told.
pub(super) fn sync(row: &IdentityCheckRow, now: Timestamp) -> Request {
    Request {
        op: Op::Sync,
        attempt_ref: *Uuid::new_v4().as_bytes(),
        original_ref: Some(row.attempt_ref),
        provider_ref: row.provider_ref.clone(),
        payload_json: payload(row, &Map::new(), &BTreeMap::new(), now),
        document: Vec::new(),
    }
}

fn payload(
    row: &IdentityCheckRow,
    claim: &Map<String, Value>,
    secret: &BTreeMap<&str, &str>,
    now: Timestamp,
) -> Vec<u8> {
    let kept: Option<Value> = row.kept.as_ref().and_then(|json| serde_json::from_slice(json).ok());
    let payload = json!({
        "kind": row.kind,
        "purpose": row.purpose.as_str(),
        // As every check has its own place in time, this is a number that no other one has.
        "sequence": row.begun_at.0,
        "begun_at_s": seconds(row.begun_at),
        "now_s": seconds(now),
        "kept": kept,
        "claim": claim,
        "secret": secret,
    });
    payload.to_string().into_bytes()
}

fn seconds(at: Timestamp) -> i64 {
    at.0.div_euclid(1_000_000)
}
