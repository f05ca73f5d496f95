//! What Stripe's answers mean: objects, refusals, and everything that proves nothing.

use plugin_sdk::HttpResponse;
use serde::Deserialize;

use crate::payload::is_id;

/// An object of Stripe's, as far as it is used here.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "object")]
pub(crate) enum Object {
    /// A charge and its state.
    #[serde(rename = "payment_intent")]
    Intent(Intent),
    /// Money on its way back.
    #[serde(rename = "refund")]
    Refund(Refund),
    /// A page of either.
    #[serde(rename = "list")]
    List(List),
}

/// A PaymentIntent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Intent {
    pub(crate) id: String,
    pub(crate) status: String,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    /// What was taken; absent in answers of stand-ins, then it is the amount.
    #[serde(default)]
    pub(crate) amount_received: Option<i64>,
    #[serde(default)]
    pub(crate) metadata: Option<Metadata>,
    #[serde(default)]
    pub(crate) last_payment_error: Option<Refusal>,
}

/// A refund.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Refund {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) status: Option<String>,
    pub(crate) amount: i64,
    #[serde(default)]
    pub(crate) payment_intent: Option<String>,
    #[serde(default)]
    pub(crate) metadata: Option<Metadata>,
}

/// One page, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct List {
    pub(crate) data: Vec<Object>,
    pub(crate) has_more: bool,
}

/// What was said to Stripe about an object when it was made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Metadata {
    #[serde(default)]
    pub(crate) facepay_attempt: Option<String>,
}

/// Why Stripe refused.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Refusal {
    #[serde(default)]
    pub(crate) r#type: Option<String>,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    decline_code: Option<String>,
    #[serde(default)]
    pub(crate) payment_intent: Option<RefusedIntent>,
}

/// The PaymentIntent that a refusal is about.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct RefusedIntent {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) status: Option<String>,
}

#[derive(Deserialize)]
struct Refused {
    error: Refusal,
}

/// What an answer says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It was done, and this came of it.
    Object(Object),
    /// The payer's bank or card said no. True also when the request was repeated: Stripe repeats its answer.
    CardRefused { code: String, intent: Option<String> },
    /// The request was refused before it did anything. Says nothing about an earlier sending of the same bytes.
    RequestRefused { code: String, intent: Option<RefusedIntent> },
    /// Too many requests: this one did nothing.
    Limited,
    /// Anything may have happened.
    Unclear,
}

impl Intent {
    /// Whether it was made for this attempt.
    pub(crate) fn is_of(&self, attempt: &str) -> bool {
        self.metadata.as_ref().is_some_and(|metadata| metadata.facepay_attempt.as_deref() == Some(attempt))
    }
}

impl Refund {
    /// Whether it was made for this attempt.
    pub(crate) fn is_of(&self, attempt: &str) -> bool {
        self.metadata.as_ref().is_some_and(|metadata| metadata.facepay_attempt.as_deref() == Some(attempt))
    }
}

impl Object {
    /// Its id, where it has one.
    pub(crate) fn id(&self) -> Option<&str> {
        match self {
            Self::Intent(intent) => Some(&intent.id),
            Self::Refund(refund) => Some(&refund.id),
            Self::List(_) => None,
        }
    }

    /// Whether its ids can be put into a path and its amounts be true.
    fn is_sound(&self) -> bool {
        match self {
            Self::Intent(intent) => is_id(&intent.id, "pi_") && intent.amount >= 0,
            Self::Refund(refund) => is_id(&refund.id, "re_") && refund.amount >= 0,
            Self::List(list) => list.data.iter().all(Self::is_sound),
        }
    }
}

impl Refusal {
    /// The most telling of Stripe's codes, or `otherwise`, in `[a-z0-9_]`.
    pub(crate) fn code(&self, otherwise: &str) -> String {
        let said = [&self.decline_code, &self.code].into_iter().flatten().find(|code| !code.is_empty());
        let code = said.map_or(otherwise, String::as_str);
        let letter = |letter: char| match letter.to_ascii_lowercase() {
            letter if letter.is_ascii_lowercase() || letter.is_ascii_digit() => letter,
            _ => '_',
        };
        code.chars().take(64).map(letter).collect()
    }
}

/// Reads an answer. What is cut off, malformed or not of Stripe is [`Answer::Unclear`].
pub(crate) fn read(response: &HttpResponse) -> Answer {
    match response.status {
        _ if response.truncated => Answer::Unclear,
        200..=299 => match serde_json::from_slice::<Object>(&response.body) {
            Ok(object) if object.is_sound() => Answer::Object(object),
            _ => Answer::Unclear,
        },
        // Whoever says so, also something on the way to Stripe, did not do it.
        429 => Answer::Limited,
        // The same key is in work (409), or a message was not understood on the way (408, 421, 425).
        408 | 409 | 421 | 425 => Answer::Unclear,
        400..=499 => match serde_json::from_slice::<Refused>(&response.body) {
            Ok(Refused { error }) => refused(response.status, error),
            Err(_) => Answer::Unclear,
        },
        _ => Answer::Unclear,
    }
}

fn refused(status: u16, error: Refusal) -> Answer {
    let intent = error.payment_intent.clone().filter(|intent| is_id(&intent.id, "pi_"));
    let request = |code: String, intent| Answer::RequestRefused { code, intent };
    match (error.r#type.as_deref(), status) {
        (Some("idempotency_error"), _) => request("idempotency_mismatch".into(), intent),
        (Some("card_error"), _) | (Some("invalid_request_error"), 402) => {
            Answer::CardRefused { code: error.code("card_declined"), intent: intent.map(|intent| intent.id) }
        }
        (Some("invalid_request_error" | "authentication_error"), 401 | 403) => {
            request("provider_credentials".into(), intent)
        }
        (Some("invalid_request_error"), _) => request(error.code("invalid_request"), intent),
        _ => Answer::Unclear,
    }
}
