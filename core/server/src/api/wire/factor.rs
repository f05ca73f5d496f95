//! PINs, instruments and further factors on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::secret::Hidden;
use crate::api::problem::Problem;
use crate::app::step_up::Offered;

/// A PIN to set.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPin {
    /// 4 to 12 digits; runs, repetitions and others that are guessed first are refused.
    #[schema(value_type = String, pattern = "^[0-9]{4,12}$")]
    pub(crate) pin: Hidden,
}

/// What a provider knows a payer's money by.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewInstrument {
    /// The provider's token, up to 500 characters. It is never shown again.
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    pub(crate) token: Hidden,
}

/// A payer's instrument at a provider, without its token.
#[derive(Serialize, ToSchema)]
pub(crate) struct Instrument {
    pub(crate) provider: String,
    #[schema(format = DateTime)]
    pub(crate) created_at: String,
    /// When it was last charged.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub(crate) used_at: Option<String>,
}

/// A further factor: the payer's `pin`, an identity check, or `attested` by staff that enrols people.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepUp {
    #[schema(value_type = Option<String>)]
    pub(crate) pin: Option<Hidden>,
    /// `true`: staff vouches for the payer.
    pub(crate) attested: Option<bool>,
    /// The id of an identity check of the payer, of purpose `payment`, that began after the payment was opened.
    #[schema(format = "uuid")]
    pub(crate) identity_check: Option<String>,
}

impl StepUp {
    /// The one factor that is offered.
    pub(crate) fn offered(self) -> Result<Offered, Problem> {
        match (self.pin, self.attested.unwrap_or(false), self.identity_check) {
            (Some(Hidden(pin)), false, None) => Ok(Offered::Pin(pin)),
            (None, true, None) => Ok(Offered::Attested),
            (None, false, Some(id)) => {
                Ok(Offered::Identity(id.parse().map_err(|_| Problem::not_found("identity check"))?))
            }
            _ => {
                let detail =
                    "give the payer's `pin`, an `identity_check`, or `attested`: true where staff vouches";
                Err(Problem::unprocessable("factor_missing", detail))
            }
        }
    }
}
