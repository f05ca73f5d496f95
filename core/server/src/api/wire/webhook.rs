//! Webhooks on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::names::DeliveryStateName;

/// An address to tell of what happens.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewWebhook {
    /// `http://HOST/PATH` on this machine or in `webhooks.networks`.
    pub(crate) url: String,
    /// Kinds of events such as `transaction.captured`, or `transaction.*`; all when absent.
    pub(crate) events: Option<Vec<String>>,
}

/// A webhook without its secrets.
#[derive(Serialize, ToSchema)]
pub(crate) struct Webhook {
    #[schema(format = "uuid")]
    pub(crate) id: String,
    pub(crate) url: String,
    /// What it hears of; all when empty.
    pub(crate) events: Vec<String>,
    /// How many secrets sign each message: two while one takes over from the other.
    pub(crate) secrets: usize,
    #[schema(format = DateTime)]
    pub(crate) created_at: String,
}

/// A webhook at the only moment when its secret is shown.
#[derive(Serialize, ToSchema)]
pub(crate) struct MintedWebhook {
    #[serde(flatten)]
    pub(crate) webhook: Webhook,
    /// Keep it: it is not shown again.
    pub(crate) secret: String,
}

/// A new secret at the only moment when it is shown.
#[derive(Serialize, ToSchema)]
pub(crate) struct MintedSecret {
    /// Keep it: it is not shown again.
    pub(crate) secret: String,
}

/// A message to a webhook, and what became of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Delivery {
    /// The message's place; rises.
    pub(crate) seq: i64,
    pub(crate) kind: String,
    /// waiting, delivered or dead.
    #[schema(value_type = DeliveryStateName)]
    pub(crate) state: &'static str,
    pub(crate) attempts: u32,
    /// While it waits: when it is sent next.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub(crate) next_try_at: Option<String>,
    /// When it arrived or was given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub(crate) ended_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_error: Option<String>,
}

/// Which messages to send once more; one of the two.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplayRequest {
    /// All from this place on.
    pub(crate) from: Option<u32>,
    /// Those that were given up.
    pub(crate) dead: Option<bool>,
}

/// What came of a message that tells of nothing.
#[derive(Serialize, ToSchema)]
pub(crate) struct WebhookTest {
    pub(crate) delivered: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    pub(crate) took_ms: u64,
}

/// What became of a provider's message.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProviderMessage {
    /// applied, duplicate or unrelated.
    pub(crate) result: &'static str,
}
