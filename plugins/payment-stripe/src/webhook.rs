//! A message that Stripe sends on its own: whether it is authentic, and what it is about.
//!
//! It is a hint and moves nothing: the host asks by SYNC.

use plugin_sdk::{Error, MacAlgorithm, Outcome, Result, Secrets, Verdict};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::judge::declined;
use crate::payload::is_id;

/// How old a signature may be, and how far ahead its clock.
const TOLERANCE_S: u64 = 300;
/// Most signatures that are compared: Stripe sends one for each live secret.
const SIGNATURES_MAX: usize = 8;

/// What the host received.
#[derive(Deserialize)]
pub(crate) struct Message {
    headers: Vec<(String, String)>,
    body: String,
    now_s: i64,
}

#[derive(Deserialize)]
struct Event {
    id: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: Value,
}

impl Message {
    /// Reads a payload. Fails with [`Error::Invalid`] when it is no message.
    pub(crate) fn parse(json: &[u8]) -> Result<Self> {
        serde_json::from_slice(json).map_err(|error| Error::Invalid(format!("payload_json: {error}")))
    }

    /// What the message amounts to, checked with the key called `handle`. Fails when the host can't use that key.
    pub(crate) fn outcome(&self, keys: Option<&Secrets>, handle: Option<&str>) -> Result<Outcome> {
        let refused = |code: &str| Ok(Outcome::new(declined(code)));
        let Some(handle) = handle else { return refused("signature_invalid") };
        let Some((signed_at, signatures)) = self.signatures() else { return refused("signature_invalid") };
        let keys = keys.ok_or_else(|| Error::Unsupported("the host keeps no keys".to_owned()))?;
        let signed = format!("{signed_at}.{}", self.body);
        let expected = keys.mac(handle, MacAlgorithm::HmacSha256, signed.as_bytes())?;
        // Every one is compared, so that the time says nothing about which one was near.
        let authentic = signatures.iter().fold(false, |any, found| any | same(&expected, found));
        if !authentic {
            return refused("signature_invalid");
        }
        match signed_at.parse::<i64>() {
            Ok(signed_at) if self.now_s.abs_diff(signed_at) <= TOLERANCE_S => Ok(self.about()),
            _ => refused("too_old"),
        }
    }

    /// The moment of signing as it stands there, and the signatures; none when the header is not there or malformed.
    fn signatures(&self) -> Option<(&str, Vec<Vec<u8>>)> {
        let mut headers = self.headers.iter().filter(|(name, _)| name == "stripe-signature");
        let (_, header) = headers.next()?;
        if headers.next().is_some() {
            return None;
        }
        let fields: Vec<(&str, &str)> =
            header.split(',').filter_map(|field| field.trim().split_once('=')).collect();
        let mut times = fields.iter().filter(|(name, _)| *name == "t").map(|(_, value)| *value);
        let signed_at =
            times.next().filter(|time| !time.is_empty() && time.bytes().all(|b| b.is_ascii_digit()))?;
        if times.next().is_some() {
            return None;
        }
        let signatures = fields.iter().filter(|(name, _)| *name == "v1").take(SIGNATURES_MAX);
        Some((signed_at, signatures.filter_map(|(_, value)| bytes(value)).collect()))
    }

    /// What an authentic message is about.
    fn about(&self) -> Outcome {
        let nothing = || Outcome::new(declined("not_about_us"));
        let Ok(event) = serde_json::from_str::<Event>(&self.body) else { return nothing() };
        let object = &event.data.object;
        let text = |name: &str| object.get(name).and_then(Value::as_str);
        let attempt =
            object.pointer("/metadata/facepay_attempt").and_then(Value::as_str).filter(|it| is_attempt(it));
        let own = text("id").unwrap_or_default();
        let charge = text("payment_intent").filter(|id| is_id(id, "pi_"));
        let provider_ref = match (text("object"), attempt, charge) {
            (Some("payment_intent"), Some(_), _) if is_id(own, "pi_") => own,
            (Some("payment_intent"), ..) => return nothing(),
            (Some("refund"), Some(_), _) if is_id(own, "re_") => own,
            // Of a charge, a dispute or a refund that somebody else made: the host knows whether the charge is ours.
            (_, _, Some(charge)) => charge,
            _ => return nothing(),
        };
        let result = json!({ "event_id": event.id, "attempt": attempt });
        Outcome {
            verdict: Verdict::Approved,
            provider_ref: provider_ref.to_owned(),
            result_json: result.to_string().into_bytes(),
        }
    }
}

fn is_attempt(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// The bytes of a hexadecimal text.
fn bytes(hex: &str) -> Option<Vec<u8>> {
    if !hex.len().is_multiple_of(2) || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()).collect()
}

/// Whether two codes are the same, in a time that does not tell where they differ.
fn same(expected: &[u8], found: &[u8]) -> bool {
    let differences = expected.iter().zip(found).fold(0, |all, (a, b)| all | (a ^ b));
    let differences = std::hint::black_box(differences);
    !expected.is_empty() && expected.len() == found.len() && differences == 0
}
