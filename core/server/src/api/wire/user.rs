//! People, their consents and their wallets on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::money::{Amount, AmountIn};
use super::names::UserStatus;

/// A person to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewUser {
    /// 1 to 120 characters.
    #[schema(min_length = 1, max_length = 120)]
    pub(crate) name: String,
    #[schema(max_length = 254)]
    pub(crate) email: Option<String>,
}

/// What to change about a person; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserChange {
    #[schema(min_length = 1, max_length = 120)]
    pub(crate) name: Option<String>,
    #[schema(max_length = 254)]
    pub(crate) email: Option<String>,
    /// `active` or `blocked`.
    #[schema(value_type = Option<UserStatus>)]
    pub(crate) status: Option<String>,
}

/// A person who can pay.
#[derive(Serialize, ToSchema)]
pub(crate) struct User {
    #[schema(format = "uuid")]
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<String>,
    /// `active` or `blocked`.
    #[schema(value_type = UserStatus)]
    pub(crate) status: &'static str,
    #[schema(format = DateTime)]
    pub(crate) created_at: String,
    /// One for each currency; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) wallets: Option<Vec<Wallet>>,
}

/// A person's money.
#[derive(Serialize, ToSchema)]
pub(crate) struct Wallet {
    #[schema(format = "uuid")]
    pub(crate) account_id: String,
    /// What can be spent: posted less set aside.
    pub(crate) available: Amount,
    /// What is booked.
    pub(crate) posted: Amount,
    /// What payments under way have set aside.
    pub(crate) reserved: Amount,
}

impl From<&store::AccountRow> for Wallet {
    fn from(row: &store::AccountRow) -> Self {
        let amount = |minor| Amount::minor(minor, row.currency);
        Self {
            account_id: row.id.to_string(),
            available: amount(row.balance.available()),
            posted: amount(row.balance.posted),
            reserved: amount(row.balance.pending_debits),
        }
    }
}

/// Money to put into a wallet.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCredit {
    pub(crate) amount: AmountIn,
}

/// Money that was put into a wallet.
#[derive(Serialize, ToSchema)]
pub(crate) struct Credit {
    #[schema(format = "uuid")]
    pub(crate) transfer_id: String,
    pub(crate) amount: Amount,
    pub(crate) wallet: Wallet,
}

/// A consent to record.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewConsent {
    /// The version of the text, such as `2026-01`.
    #[schema(min_length = 1, max_length = 40)]
    pub(crate) version: String,
    /// The text that the person was shown; its SHA-256 is kept.
    #[schema(min_length = 1, max_length = 65536)]
    pub(crate) text: String,
    /// Of the text (BCP 47); `en` when absent.
    #[schema(min_length = 1, max_length = 35)]
    pub(crate) language: Option<String>,
    /// How it was given, such as `branch` or `link`; `branch` when absent.
    #[schema(min_length = 1, max_length = 35)]
    pub(crate) channel: Option<String>,
    /// RFC 3339; `policy.consent_days` from now when absent.
    #[schema(format = DateTime)]
    pub(crate) expires_at: Option<String>,
}

/// A consent to be recognised and to pay by face.
#[derive(Serialize, ToSchema)]
pub(crate) struct Consent {
    #[schema(format = "uuid")]
    pub(crate) id: String,
    pub(crate) version: String,
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub(crate) text_sha256: String,
    pub(crate) language: String,
    pub(crate) channel: String,
    /// Who recorded it.
    pub(crate) operator: String,
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

/// Proof that a person's data is gone.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErasureCertificate {
    #[schema(format = "uuid")]
    pub(crate) user_id: String,
    #[schema(format = DateTime)]
    pub(crate) erased_at: String,
    /// Face templates that can no longer be opened.
    pub(crate) templates: usize,
    /// What was done: the person's data key is destroyed, so that copies in backups stay unreadable.
    pub(crate) method: &'static str,
    /// All of the above as it was signed.
    pub(crate) statement: String,
    /// Ed25519 over `statement`, hex.
    #[schema(pattern = "^[0-9a-f]{128}$")]
    pub(crate) signature: String,
    /// The appliance's public key, hex.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub(crate) key: String,
}
