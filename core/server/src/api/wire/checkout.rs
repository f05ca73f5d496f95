//! Checkouts on the wire: paying at a camera.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::money::{Amount, AmountIn};

/// A payment to be made by whoever looks into a camera.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCheckout {
    /// The camera's id.
    pub(crate) camera: String,
    pub(crate) amount: AmountIn,
    /// The merchant's own name for it, up to 200 characters.
    pub(crate) reference: Option<String>,
    /// Until it expires; `checkout.deadline_ms_default` when absent.
    pub(crate) deadline_ms: Option<u64>,
    /// The payment plugin that is to take it; the appliance's first one when absent.
    pub(crate) provider: Option<String>,
}

/// A payment at a camera.
#[derive(Serialize, ToSchema)]
pub(crate) struct Checkout {
    pub(crate) id: String,
    /// `awaiting_payer`, `awaiting_confirmation`, `paying`, `paid`, `declined`, `expired` and so on.
    pub(crate) state: &'static str,
    pub(crate) camera: String,
    pub(crate) amount: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reference: Option<String>,
    /// Who was recognised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user_id: Option<String>,
    /// The payment behind it.
    pub(crate) transaction_id: String,
    /// Why it was declined or needs a further factor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    pub(crate) created_at: String,
    pub(crate) expires_at: String,
}
