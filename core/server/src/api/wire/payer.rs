//! What a person sees of their own, and the devices that they see it on, on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::face_payment::FacePayment;
use super::money::Amount;
use super::names::UserStatus;
use super::secret::Hidden;
use super::user::Wallet;

/// What the person has of their link and of the other way, for a device to be signed in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPayerDevice {
    #[schema(value_type = String)]
    pub(crate) token: Hidden,
    #[schema(value_type = String)]
    pub(crate) code: Hidden,
    /// What the person is to know the device by.
    #[schema(min_length = 1, max_length = 60)]
    pub(crate) name: String,
    /// The token comes in a cookie that no script reads, and is not in the answer.
    #[serde(default)]
    pub(crate) cookie: bool,
}

/// A device that is signed in.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpenedPayerDevice {
    #[schema(format = "uuid")]
    pub(crate) id: String,
    /// Shown once; absent where a cookie holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<String>,
    /// Goes with the cookie, in `x-csrf-token` with everything but GET.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) csrf: Option<String>,
}

/// A device on which a person looks after what is their own.
#[derive(Serialize, ToSchema)]
pub(crate) struct PayerDevice {
    #[schema(format = "uuid")]
    pub(crate) id: String,
    pub(crate) name: String,
    #[schema(format = DateTime)]
    pub(crate) opened_at: String,
    /// When it was last used, to the hour.
    #[schema(format = DateTime)]
    pub(crate) seen_at: String,
    /// Whether it is the one that asks.
    pub(crate) this: bool,
}

/// All devices of a person, the newest first; there are eight at the most.
#[derive(Serialize, ToSchema)]
pub(crate) struct PayerDevices {
    pub(crate) items: Vec<PayerDevice>,
}

/// How it stands with the person whose device asks.
#[derive(Serialize, ToSchema)]
#[schema(as = OwnStanding)]
pub(crate) struct Own {
    #[schema(format = "uuid")]
    pub(crate) user_id: String,
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<String>,
    /// `active` or `blocked`.
    #[schema(value_type = UserStatus)]
    pub(crate) status: &'static str,
    pub(crate) face_payment: FacePayment,
    /// Whether a face pays only once payment by face is switched on; where not, it pays on the consent.
    pub(crate) face_payment_asked: bool,
    pub(crate) faces: OwnFaces,
    /// Whether there is a PIN, which acts of weight are asked for then.
    pub(crate) pin: bool,
    /// One for each currency.
    pub(crate) wallets: Vec<Wallet>,
    /// One for each currency that the person pays in.
    pub(crate) limits: Vec<OwnLimit>,
    /// The device that asks.
    #[schema(format = "uuid")]
    pub(crate) device_id: String,
    /// For a page that was loaded anew and has forgotten it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) csrf: Option<String>,
}

/// What is enrolled of a person's face.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnFaces {
    pub(crate) count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub(crate) first_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub(crate) newest_at: Option<String>,
}

/// What a person may spend in a currency, and what is spent of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnLimit {
    /// The largest payment.
    pub(crate) payment_max: Amount,
    /// The largest sum in 24 hours.
    pub(crate) day_max: Amount,
    /// What the last 24 hours come to, payments under way included.
    pub(crate) day_spent: Amount,
    /// The most payments in an hour.
    pub(crate) hour_count_max: u32,
    /// How many the last hour had.
    pub(crate) hour_count: u32,
}

/// A consent of the person whose device asks.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnConsent {
    #[schema(format = "uuid")]
    pub(crate) id: String,
    pub(crate) version: String,
    /// Of the text that was agreed to.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub(crate) text_sha256: String,
    /// The text, where this appliance keeps it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
    pub(crate) language: String,
    pub(crate) channel: String,
    #[schema(format = DateTime)]
    pub(crate) given_at: String,
    #[schema(format = DateTime)]
    pub(crate) expires_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub(crate) withdrawn_at: Option<String>,
    /// `live`, `not_yet`, `expired` or `withdrawn`.
    pub(crate) standing: &'static str,
}

/// The person's PIN, where they have one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ByOwnPin {
    #[schema(value_type = Option<String>)]
    pub(crate) pin: Option<Hidden>,
}
