//! Approvals and the requests to providers on the wire.

use serde::{Deserialize, Serialize};
use store::OperationRow;
use utoipa::ToSchema;

use super::money::{Amount, moment};
use super::names::{ApprovalKind, ApprovalState, OperationKind, OperationState, Outcome};
use super::user::ErasureCertificate;

/// Something that waits, or waited, for a second person.
#[derive(Serialize, ToSchema)]
pub(crate) struct Approval {
    #[schema(format = "uuid")]
    pub(crate) id: String,
    /// `refund`, `resolve`, `erase`, `plugin` or `model`.
    #[schema(value_type = ApprovalKind)]
    pub(crate) kind: &'static str,
    /// `awaiting_approval`, `approved`, `rejected` or `expired`.
    #[schema(value_type = ApprovalState)]
    pub(crate) state: &'static str,
    /// The payment to refund, the request to resolve, the person to erase, the plugin to change.
    pub(crate) subject: String,
    /// What exactly: `{amount, currency}`, `{outcome, reason}`, `{change}` or `{step}`.
    #[schema(value_type = Object)]
    pub(crate) detail: serde_json::Value,
    pub(crate) requested_by: String,
    #[schema(format = DateTime)]
    pub(crate) requested_at: String,
    #[schema(format = DateTime)]
    pub(crate) expires_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) decided_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
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
    #[schema(format = "uuid")]
    pub(crate) id: String,
    #[schema(format = "uuid")]
    pub(crate) transaction_id: String,
    /// `sale`, `authorize`, `capture`, `void` or `refund`.
    #[schema(value_type = OperationKind)]
    pub(crate) kind: &'static str,
    /// `approved`, `declined`, `unknown`, `manual_review` and so on.
    #[schema(value_type = OperationState)]
    pub(crate) state: &'static str,
    pub(crate) amount: Amount,
    pub(crate) provider: String,
    /// The reference by which the provider knows the request, hex.
    pub(crate) attempt: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) provider_ref: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    #[schema(format = DateTime)]
    pub(crate) created_at: String,
}

impl From<OperationRow> for Operation {
    fn from(row: OperationRow) -> Self {
        Self {
            id: row.id.to_string(),
            transaction_id: row.transaction.to_string(),
            kind: row.kind.as_str(),
            state: row.state.as_str(),
            amount: row.amount.into(),
            provider: row.provider,
            attempt: hex::encode(row.attempt_ref),
            provider_ref: row.provider_ref,
            reason: row.reason,
            created_at: moment(row.created_at),
        }
    }
}

/// What one person found out about a request that no provider answers for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewResolution {
    /// `approved`, `declined` or `reversed`.
    #[schema(value_type = Outcome)]
    pub(crate) outcome: String,
    /// How it is known, 1 to 200 characters.
    #[schema(min_length = 1, max_length = 200)]
    pub(crate) reason: String,
}
