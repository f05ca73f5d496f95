//! Checkouts on the wire: paying at a camera.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::group::{Compensation, Leg, Split};
use super::money::{Amount, AmountIn};
use super::names::{CheckoutState, GroupPolicy};

/// A payment to be made by whoever looks into a camera.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCheckout {
    /// The camera's id.
    #[schema(pattern = "^[a-z0-9-]{1,40}$")]
    pub(crate) camera: String,
    pub(crate) amount: AmountIn,
    /// The merchant's own name for it, up to 200 characters.
    #[schema(max_length = 200)]
    pub(crate) reference: Option<String>,
    /// Until it expires; `checkout.deadline_ms_default` when absent.
    #[schema(minimum = 1)]
    pub(crate) deadline_ms: Option<u64>,
    /// The payment plugin that is to take it; the appliance's first one when absent.
    pub(crate) provider: Option<String>,
    /// How several people share the amount; one person pays it all when absent.
    pub(crate) split: Option<Split>,
    /// What becomes of the others when one does not pay: `all_or_nothing` (default), `redistribute` or `partial`.
    #[schema(value_type = Option<GroupPolicy>)]
    pub(crate) policy: Option<String>,
}

/// The payer moves as they are asked, one gesture after the other: a recording cannot know which.
#[derive(Serialize, ToSchema)]
pub(crate) struct Challenge {
    /// Names this challenge in events and in the receipt.
    pub(crate) nonce: String,
    /// `waiting`, `prompt`, `passed` or `failed`; after a failure the payer is challenged anew while `tries_left`.
    pub(crate) phase: &'static str,
    /// What to do now: `blink`, `turn_left`, `turn_right`, `nod` or `smile`; left and right are the payer's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) gesture: Option<&'static str>,
    /// Which of `count` gestures that is, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) number: Option<usize>,
    /// Gestures in all.
    pub(crate) count: usize,
    /// Why it failed: `late`, `wrong_gesture`, `too_early`, `flat`, `face_lost`, `somebody_else` or `not_measured`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failure: Option<&'static str>,
    /// How often the payer may be challenged again.
    pub(crate) tries_left: u32,
}

/// A payment at a camera, by one person or, with `legs`, by several.
#[derive(Serialize, ToSchema)]
pub(crate) struct Checkout {
    #[schema(format = "uuid")]
    pub(crate) id: String,
    /// `awaiting_payer`, `awaiting_confirmation`, `paying`, `paid`, `declined`, `expired` and so on; by several people
    /// `gathering`, `confirming`, `authorizing`, `capturing`, `undoing`, `in_doubt`, `paid`, `partially_paid`, `voided`,
    /// `declined`, `expired` or `cancelled`.
    #[schema(value_type = CheckoutState)]
    pub(crate) state: &'static str,
    pub(crate) camera: String,
    pub(crate) amount: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reference: Option<String>,
    /// Who was recognised.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uuid")]
    pub(crate) user_id: Option<String>,
    /// The payment behind it; each of `legs` has its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uuid")]
    pub(crate) transaction_id: Option<String>,
    /// Why it was declined or needs a further factor: what weighs most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// Every reason, what weighs most first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) reasons: Vec<String>,
    /// What the payer is asked to do before the camera, once they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) challenge: Option<Challenge>,
    /// What becomes of the others when one does not pay.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<GroupPolicy>)]
    pub(crate) policy: Option<&'static str>,
    /// The parts, by number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) legs: Option<Vec<Leg>>,
    /// What was given free or given back, and what is yet to be; those of earlier rounds included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) compensations: Option<Vec<Compensation>>,
    #[schema(format = DateTime)]
    pub(crate) created_at: String,
    #[schema(format = DateTime)]
    pub(crate) expires_at: String,
}
