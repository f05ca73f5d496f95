//! What the host says about an operation beside its amount, as `payload_json`.

use plugin_sdk::{Error, Result};
use serde::Deserialize;

/// The host's knowledge at the moment of the question. Fields that are not used here are ignored.
#[derive(Clone, Default, Deserialize)]
pub struct Payload {
    /// Which operation; for SYNC and REVERSE that of the attempt asked about.
    #[serde(default)]
    pub kind: Option<Kind>,
    /// Unix seconds at which the attempt was first asked.
    #[serde(default)]
    pub begun_at_s: Option<i64>,
    /// Unix seconds now, by the same clock.
    #[serde(default)]
    pub now_s: Option<i64>,
    /// What the attempt kept.
    #[serde(default)]
    pub kept: Option<Kept>,
    /// The charge that a capture, void or refund is about.
    #[serde(default)]
    pub original: Option<Original>,
    /// What the payer pays with.
    #[serde(default)]
    pub instrument: Option<Instrument>,
}

/// What kind of operation an attempt was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// An amount was to be held.
    Authorize,
    /// What was held was to be taken.
    Capture,
    /// Both in one.
    Sale,
    /// What was held was to be let go.
    Void,
    /// What was taken was to be given back.
    Refund,
}

/// What this plugin keeps with an attempt.
#[derive(Clone, Default, Deserialize)]
pub struct Kept {
    /// Id of the PaymentIntent.
    #[serde(default)]
    pub payment_intent: Option<String>,
}

/// The charge that a capture, void or refund is about.
#[derive(Clone, Default, Deserialize)]
pub struct Original {
    /// Its attempt, in hexadecimal.
    #[serde(default)]
    pub attempt: Option<String>,
    /// Unix seconds at which it was first asked.
    #[serde(default)]
    pub begun_at_s: Option<i64>,
    /// What it kept.
    #[serde(default)]
    pub kept: Option<Kept>,
    /// Stripe's id of it.
    #[serde(default)]
    pub provider_ref: Option<String>,
    /// ISO 4217 code.
    #[serde(default)]
    pub currency: Option<String>,
}

/// What the payer pays with.
#[derive(Clone, Default, Deserialize)]
pub struct Instrument {
    /// `pm_…`, or `cus_…/pm_…` for one that is saved with a customer.
    #[serde(default)]
    pub token: String,
}

impl Payload {
    /// Reads a payload; an empty one says nothing.
    pub fn parse(json: &[u8]) -> Result<Self> {
        if json.is_empty() {
            return Ok(Self::default());
        }
        serde_json::from_slice(json).map_err(|error| Error::Invalid(format!("payload_json: {error}")))
    }
}

impl Instrument {
    /// The customer, where there is one, and the payment method; none when the token is not of that shape.
    pub(crate) fn parts(&self) -> Option<(Option<&str>, &str)> {
        let (customer, method) = match self.token.split_once('/') {
            Some((customer, method)) => (Some(customer), method),
            None => (None, self.token.as_str()),
        };
        let saved = customer.is_none_or(|customer| is_id(customer, "cus_"));
        let known = ["pm_", "card_", "src_"].iter().any(|prefix| is_id(method, prefix));
        (saved && known).then_some((customer, method))
    }
}

/// Whether a text is an id of Stripe's that starts so: safe in a path and in a form.
pub(crate) fn is_id(text: &str, prefix: &str) -> bool {
    let rest = text.strip_prefix(prefix);
    rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
        && text.len() <= 255
}
