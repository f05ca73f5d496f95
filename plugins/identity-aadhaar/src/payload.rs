//! What the host says about an operation, as `payload_json`.

use plugin_sdk::{Error, Result};
use serde::Deserialize;

use crate::refusal::Refusal;

/// A consent may be so far ahead of the appliance's clock.
const AHEAD_S_MAX: u64 = 60;

/// The host's knowledge at the moment of the question. Fields that are not used here are ignored.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Payload {
    /// What the document is: `aadhaar-qr`, `aadhaar-ekyc` or `aadhaar-auth`.
    pub kind: String,
    /// Unix seconds now.
    pub now_s: Option<u64>,
    /// What the person says.
    pub claim: Claim,
    /// What the person confides.
    pub secret: Confided,
}

/// What the person says.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Claim {
    /// Which text the person agreed to, and when.
    pub consent: Option<Consent>,
}

/// An agreement to a text that the operator showed.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Consent {
    /// Id of the text, with its version.
    pub text: String,
    /// When the person agreed, in Unix seconds.
    pub given_at_s: u64,
}

/// What the person confides.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Confided {
    /// The Aadhaar number or virtual id.
    pub number: Option<String>,
    /// The password of an offline e-KYC file.
    pub share_code: Option<String>,
    /// A mobile number, to be compared with the document's hash.
    pub mobile: Option<String>,
    /// An e-mail address, to be compared with the document's hash.
    pub email: Option<String>,
}

impl Payload {
    /// Reads a payload; an empty one says nothing. The error repeats nothing of it.
    pub fn parse(json: &[u8]) -> Result<Self> {
        if json.is_empty() {
            return Ok(Self::default());
        }
        let read = serde_json::from_slice(json);
        read.map_err(|_| Error::Invalid("payload_json: not as an identity's payload is".into()))
    }

    /// Now, without which nothing can be told from what is old.
    pub fn now_s(&self) -> Result<u64> {
        self.now_s.ok_or_else(|| Error::Invalid("payload_json: now_s is missing".into()))
    }

    /// The consent, when it is one that the operator asks for and was given lately.
    pub fn consent(&self, texts: &[String], now_s: u64, age_s_max: u64) -> Result<&Consent, Refusal> {
        let consent = self.claim.consent.as_ref().ok_or(Refusal::ConsentMissing)?;
        if !texts.contains(&consent.text) {
            return Err(Refusal::ConsentUnknown);
        }
        let is_ahead = consent.given_at_s > now_s.saturating_add(AHEAD_S_MAX);
        match is_ahead || now_s.saturating_sub(consent.given_at_s) > age_s_max {
            true => Err(Refusal::ConsentStale),
            false => Ok(consent),
        }
    }
}

impl Consent {
    /// What the host keeps of it with the operation.
    pub(crate) fn kept(&self) -> Vec<u8> {
        let consent = serde_json::json!({ "text": self.text, "given_at_s": self.given_at_s });
        serde_json::json!({ "consent": consent }).to_string().into_bytes()
    }
}
