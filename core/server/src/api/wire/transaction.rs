//! Payments and receipts on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::money::{Amount, AmountIn};
use super::names::TransactionState;

/// A payment to make. The payer is proved by a picture or a camera; staff may leave both out up to
/// `policy.attended_amount_max`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTransaction {
    /// Who pays.
    #[schema(format = "uuid")]
    pub(crate) user_id: String,
    pub(crate) amount: AmountIn,
    /// The merchant's own name for it, up to 200 characters.
    #[schema(max_length = 200)]
    pub(crate) reference: Option<String>,
    /// JPEG or PNG, base64.
    pub(crate) image: Option<String>,
    /// The id of a camera whose newest picture is taken.
    #[schema(pattern = "^[a-z0-9-]{1,40}$")]
    pub(crate) camera: Option<String>,
    /// The till, where no camera names the place: 1 to 40 of `a-z`, `0-9` and `-`.
    #[schema(pattern = "^[a-z0-9-]{1,40}$")]
    pub(crate) terminal: Option<String>,
    /// The payment plugin that is to take it; the appliance's first one when absent.
    pub(crate) provider: Option<String>,
}

/// The payer's yes.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Confirmation {
    /// `automatic` (default), or `manual`: set the money aside, take it later by `capture`.
    pub(crate) capture: Option<Capture>,
}

/// When the money is taken.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Capture {
    Automatic,
    Manual,
}

/// A body without content: `{}`.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Empty {}

/// How much to take; all that was set aside when absent. The rest is free again.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCapture {
    pub(crate) amount: Option<AmountIn>,
}

/// How much to give back; all that is left when absent.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRefund {
    pub(crate) amount: Option<AmountIn>,
}

/// A payment.
#[derive(Serialize, ToSchema)]
pub(crate) struct Transaction {
    #[schema(format = "uuid")]
    pub(crate) id: String,
    /// `requires_confirmation`, `processing`, `captured`, `declined`, `in_doubt` and so on.
    #[schema(value_type = TransactionState)]
    pub(crate) state: &'static str,
    pub(crate) amount: Amount,
    pub(crate) captured: Amount,
    pub(crate) refunded: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uuid")]
    pub(crate) user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reference: Option<String>,
    /// Why it was declined, or what it waits for: what weighs most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// The payment plugin that is to take it, where one was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) provider: Option<String>,
    /// The camera or till.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) terminal: Option<String>,
    pub(crate) branch: String,
    /// Every reason why a further factor is asked, what weighs most first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) reasons: Vec<String>,
    #[schema(format = DateTime)]
    pub(crate) created_at: String,
    #[schema(format = DateTime)]
    pub(crate) updated_at: String,
    #[schema(format = DateTime)]
    pub(crate) expires_at: String,
}

/// The first of the codes that a payment keeps, and all of them where there is more to tell.
pub(crate) fn reasons(codes: Option<String>) -> (Option<String>, Vec<String>) {
    let all: Vec<String> = codes.iter().flat_map(|codes| codes.split(',')).map(str::to_owned).collect();
    (all.first().cloned(), all)
}

/// A receipt.
#[derive(Serialize, ToSchema)]
pub(crate) struct Receipt {
    #[schema(format = "uuid")]
    pub(crate) transaction_id: String,
    #[schema(value_type = TransactionState)]
    pub(crate) state: &'static str,
    pub(crate) amount: Amount,
    pub(crate) refunded: Amount,
    /// The amount as people read it: `12.50 EUR`.
    pub(crate) amount_text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reference: Option<String>,
    #[schema(format = DateTime)]
    pub(crate) paid_at: String,
    /// What was signed when the money moved, as canonical JSON: what the decision was measured by, with what, and what
    /// the provider answered. `state` and `refunded` above are of this moment.
    pub(crate) receipt: String,
    /// Ed25519 over `receipt`, hex.
    #[schema(pattern = "^[0-9a-f]{128}$")]
    pub(crate) signature: String,
    /// The appliance's public key, hex.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub(crate) key: String,
}
