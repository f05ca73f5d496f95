//! Approvals and the requests to providers on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::money::Amount;
use super::user::ErasureCertificate;

/// Something that waits, or waited, for a second person.
#[derive(Serialize, ToSchema)]
pub(crate) struct Approval {
    pub(crate) id: String,
    /// `refund`, `resolve`, `erase`, `plugin` or `model`.
    pub(crate) kind: &'static str,
    /// `awaiting_approval`, `approved`, `rejected` or `expired`.
    pub(crate) state: &'static str,
    /// The payment to refund, the request to resolve, the person to erase, the plugin to change.
    pub(crate) subject: String,
    /// What exactly: `{amount, currency}`, `{outcome, reason}`, `{change}` or `{step}`.
    #[schema(value_type = Object)]
    pub(crate) detail: serde_json::Value,
    pub(crate) requested_by: String,
    pub(crate) requested_at: String,
    pub(crate) expires_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) decided_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) decided_at: Option<String>,
    /// What it led to; in the answer to its approval only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) operation: Option<Operation>,
    /// Of a person who was erased; in the answer to its approval only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) certificate: Option<ErasureCertificate>,
}

/// One request to a payment provider.
#[derive(Serialize, ToSchema)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) transaction_id: String,
    /// `sale`, `authorize`, `capture`, `void` or `refund`.
    pub(crate) kind: &'static str,
    /// `approved`, `declined`, `unknown`, `manual_review` and so on.
    pub(crate) state: &'static str,
    pub(crate) amount: Amount,
    pub(crate) provider: String,
    /// The reference by which the provider knows the request, hex.
    pub(crate) attempt: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) provider_ref: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    pub(crate) created_at: String,
}

/// What one person found out about a request that no provider answers for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewResolution {
    /// `approved`, `declined` or `reversed`.
    pub(crate) outcome: String,
    /// How it is known, 1 to 200 characters.
    pub(crate) reason: String,
}
