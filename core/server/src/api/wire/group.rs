//! Group checkouts on the wire: how an amount is shared, and the parts.

use domain::split;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::money::Amount;
use super::names::{LegState, OperationKind, OperationState};

/// How several people share an amount.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Split {
    /// Alike; what is left by rounding goes to the first.
    Equal {
        /// 2 to 16.
        #[schema(minimum = 2, maximum = 16)]
        payers: usize,
    },
    /// These amounts in minor units, which must be the whole.
    Amounts { amounts: Vec<i64> },
    /// In proportion to these weights, by largest remainder.
    Shares { shares: Vec<i64> },
}

impl From<Split> for split::Split {
    fn from(split: Split) -> Self {
        match split {
            Split::Equal { payers } => Self::Equal { payers },
            Split::Amounts { amounts } => Self::Amounts(amounts),
            Split::Shares { shares } => Self::Shares(shares),
        }
    }
}

/// Whose face pays, by its track at the camera: that of `checkout.several_faces`, `sighting` or `face_detection` events.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NamedPayer {
    pub(crate) track: u64,
}

/// One payer's part of a group checkout.
#[derive(Serialize, ToSchema)]
pub(crate) struct Leg {
    /// From 1; the `{n}` of its paths.
    pub(crate) number: u32,
    /// `awaiting_payer`, `awaiting_step_up`, `awaiting_confirmation`, `confirmed`, `authorizing`, `authorized`,
    /// `capturing`, `capture_refused`, `captured`, `undoing`, `in_doubt`, `declined`, `cancelled`, `expired`, `voided` or
    /// `refunded`.
    #[schema(value_type = LegState)]
    pub(crate) state: &'static str,
    pub(crate) amount: Amount,
    /// Who was recognised, or, after the whole was shared anew, who is to look again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uuid")]
    pub(crate) user_id: Option<String>,
    /// The payment behind it.
    #[schema(format = "uuid")]
    pub(crate) transaction_id: String,
    /// Why it was refused or what it waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
}

/// A request by which money of a part was given free or given back.
#[derive(Serialize, ToSchema)]
pub(crate) struct Compensation {
    /// The part's number.
    pub(crate) leg: u32,
    #[schema(format = "uuid")]
    pub(crate) transaction_id: String,
    /// `void` or `refund`.
    #[schema(value_type = OperationKind)]
    pub(crate) kind: &'static str,
    /// Where the request stands: `approved` when the money is back.
    #[schema(value_type = OperationState)]
    pub(crate) state: &'static str,
    pub(crate) amount: Amount,
    #[schema(format = DateTime)]
    pub(crate) at: String,
}
