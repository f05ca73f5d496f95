//! Requests as an appliance makes them of people who stand before it.

use plugin_sdk::identity::{Op, Request};
use serde_json::{Map, Value, json};

use crate::seed::Chance;
use crate::subject::Subject;

/// A number as it is printed in a document.
const NUMBER: &str = "8410 5527 6630";

/// Makes requests, each attempt with a reference of its own.
pub(crate) struct Desk {
    chance: Chance,
    sequence: u64,
    /// What the caller of the check says that a person hands over: `kind`, `claim`, `secret`, `document_hex`.
    handed: Map<String, Value>,
    secrets: Vec<String>,
}

impl Desk {
    pub(crate) fn new(subject: &Subject) -> Self {
        let handed = subject.instrument.as_object().cloned().unwrap_or_default();
        let own = handed.get("secret").and_then(Value::as_object).into_iter().flat_map(Map::values);
        let own = own.filter_map(Value::as_str).map(str::to_owned);
        let secrets = own.chain([NUMBER.to_owned()]).collect();
        Self { chance: subject.chance(40), sequence: 0, handed, secrets }
    }

    /// As [`Self::new`], whose people hand over documents that are drawn by chance.
    pub(crate) fn of_strangers(subject: &Subject) -> Self {
        Self { handed: Map::new(), ..Self::new(subject) }
    }

    /// Whether the caller handed a document over, which may be a true one.
    pub(crate) fn hands_over(&self) -> bool {
        self.handed.contains_key("document_hex")
    }

    /// A verification of a person whom nobody has seen before, unless the caller handed a document over.
    pub(crate) fn verify(&mut self) -> Request {
        let handed = self.handed.get("document_hex").and_then(Value::as_str).and_then(bytes_of);
        let drawn = || format!("document {}", crate::drive::hex(&self.chance.bytes::<16>())).into_bytes();
        let document = handed.unwrap_or_else(drawn);
        self.secrets.push(String::from_utf8_lossy(&document).into_owned());
        self.sequence += 1;
        Request {
            op: Op::Verify,
            attempt_ref: self.chance.bytes(),
            original_ref: None,
            provider_ref: None,
            payload_json: self.payload(),
            document,
        }
    }

    /// Asks what became of a verification, with nothing but its attempt. What was confided is not kept, so it is not said.
    pub(crate) fn sync(&mut self, about: &Request) -> Request {
        let mut payload: Map<String, Value> = serde_json::from_slice(&about.payload_json).unwrap_or_default();
        payload.insert("claim".into(), json!({}));
        payload.insert("secret".into(), json!({}));
        Request {
            op: Op::Sync,
            attempt_ref: self.chance.bytes(),
            original_ref: Some(about.attempt_ref),
            provider_ref: None,
            payload_json: Value::Object(payload).to_string().into_bytes(),
            document: Vec::new(),
        }
    }

    pub(crate) fn payload(&self) -> Vec<u8> {
        let given = |name: &str, usual: Value| self.handed.get(name).cloned().unwrap_or(usual);
        let payload = json!({
            "kind": given("kind", json!("document")), "purpose": "enrolment", "sequence": self.sequence,
            "begun_at_s": 1_764_374_400, "now_s": 1_764_374_401, "kept": null,
            "claim": given("claim", json!({ "name": "Ada Example" })),
            "secret": given("secret", json!({ "number": NUMBER, "share_code": "4321" }))
        });
        payload.to_string().into_bytes()
    }

    /// A payload that fits no document.
    pub(crate) fn odd_payload(&self) -> Vec<u8> {
        json!({ "kind": "no such kind", "secret": { "number": NUMBER, "odd": "" } }).to_string().into_bytes()
    }

    /// Whether a text holds what a person confided to this desk.
    pub(crate) fn confided(&self, text: &str) -> bool {
        let letters = |text: &str| -> String {
            let kept = text.chars().filter(char::is_ascii_alphanumeric);
            kept.map(|letter| letter.to_ascii_lowercase()).collect()
        };
        let text = letters(text);
        let secrets = self.secrets.iter().map(|secret| letters(secret));
        secrets.filter(|secret| secret.len() >= 6).any(|secret| text.contains(&secret))
    }
}

/// The bytes of hexadecimal digits.
fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    let digits = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok());
    digits.map(|pair| u8::from_str_radix(pair.filter(|pair| pair.len() == 2)?, 16).ok()).collect()
}
