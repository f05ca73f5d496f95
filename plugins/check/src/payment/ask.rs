//! Requests as an appliance makes them.

use plugin_sdk::{Money, Op, Request};
use serde_json::{Value, json};

use crate::drive::hex;
use crate::seed::Chance;
use crate::subject::Subject;

/// A charge that a later request is about.
#[derive(Debug, Clone)]
pub(crate) struct Charge {
    pub(crate) attempt: [u8; 16],
    pub(crate) op: Op,
    pub(crate) minor: i64,
    pub(crate) provider_ref: String,
}

/// Makes requests, each attempt with a reference of its own.
pub(crate) struct Till {
    chance: Chance,
    sequence: u64,
    instrument: Value,
}

impl Till {
    pub(crate) fn new(subject: &Subject) -> Self {
        Self { chance: subject.chance(30), sequence: 0, instrument: subject.instrument.clone() }
    }

    /// A request about a charge; without one, about a charge that nobody knows.
    pub(crate) fn request(&mut self, op: Op, about: Option<&Charge>) -> Request {
        let minor = about.map_or(1250, |charge| charge.minor);
        self.request_of(op, about, minor)
    }

    /// As [`Self::request`], of so many minor units.
    pub(crate) fn request_of(&mut self, op: Op, about: Option<&Charge>, minor: i64) -> Request {
        self.sequence += 1;
        let attempt_ref: [u8; 16] = self.chance.bytes();
        let charge = match op {
            Op::Authorize | Op::Sale | Op::Webhook | Op::Settlement | Op::Anchor => None,
            _ => Some(about.cloned().unwrap_or_else(|| self.unknown())),
        };
        let payload = self.payload(op, &attempt_ref, charge.as_ref());
        let money = Money::new(minor, "EUR", 2).ok().filter(|_| {
            matches!(op, Op::Authorize | Op::Sale | Op::Capture | Op::Refund | Op::Sync | Op::Reverse)
        });
        let known = charge.as_ref().map(|charge| charge.provider_ref.clone());
        Request {
            op,
            attempt_ref,
            original_ref: charge.as_ref().map(|charge| charge.attempt),
            provider_ref: known.filter(|reference| !reference.is_empty()),
            money,
            payload_json: payload.to_string().into_bytes(),
        }
    }

    fn unknown(&mut self) -> Charge {
        let provider_ref = String::new();
        Charge { attempt: self.chance.bytes(), op: Op::Sale, minor: 1250, provider_ref }
    }

    fn payload(&self, op: Op, attempt: &[u8; 16], charge: Option<&Charge>) -> Value {
        let name = |op: Op| format!("{op:?}").to_lowercase();
        // SYNC and REVERSE tell of the attempt that they are about.
        let about = charge.filter(|_| matches!(op, Op::Sync | Op::Reverse));
        let original = charge.map(|charge| {
            json!({ "attempt": hex(&charge.attempt), "sequence": 1, "begun_at_s": 1_764_374_300, "kept": null,
                    "provider_ref": charge.provider_ref, "amount": charge.minor, "currency": "EUR" })
        });
        json!({
            "kind": about.map_or(name(op), |charge| name(charge.op)), "transaction": hex(attempt),
            "merchant": "house", "reference": "table 4", "sequence": self.sequence, "begun_at_s": 1_764_374_400,
            "now_s": 1_764_374_401, "kept": null, "original": original, "instrument": self.instrument,
            "reservation": { "state": "none" }, "wallet": { "status": "active" }, "sha256": "00".repeat(32), "file": "",
            "headers": [], "body": ""
        })
    }
}
