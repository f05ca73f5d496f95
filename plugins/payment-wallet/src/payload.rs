//! What the host's ledger says about the wallet and the operation, as `payload_json`.

use plugin_sdk::{Error, Result};
use serde::Deserialize;

/// The state of the books at the moment of the question.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Payload {
    /// The money that the operation is about.
    pub reservation: Reservation,
    /// The payer's wallet.
    #[serde(default)]
    pub wallet: Wallet,
    /// What has become of the original sale; needed for a refund.
    #[serde(default)]
    pub captured: Option<Captured>,
}

/// A transfer of the host's ledger. For AUTHORIZE and SALE it is the one made for this attempt; for CAPTURE, VOID, SYNC and
/// REVERSE that of the original attempt; for REFUND the one that would give the money back.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Reservation {
    /// What has become of it.
    pub state: ReservationState,
    /// Minor units; 0 with state `none`.
    #[serde(default)]
    pub amount: i64,
    /// ISO 4217 code; empty with state `none`.
    #[serde(default)]
    pub currency: String,
}

/// What has become of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReservationState {
    /// The ledger has no such transfer.
    None,
    /// The money is held.
    Pending,
    /// The money has moved.
    Posted,
    /// The money was let go.
    Voided,
}

/// The payer's wallet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Wallet {
    /// Whether it may pay.
    #[serde(default)]
    pub status: WalletStatus,
    /// Largest amount of one sale from this wallet, in minor units; none beyond the plugin's own.
    #[serde(default)]
    pub sale_max: Option<i64>,
}

/// Whether a wallet may pay. What is not said is unknown, and an unknown wallet does not pay.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WalletStatus {
    /// It may.
    Active,
    /// It may not pay; money can still be given back to it.
    Frozen,
    /// It is gone.
    Closed,
    /// The host did not say.
    #[default]
    Unknown,
}

/// What has become of the sale that a refund is about.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Captured {
    /// What was taken, in minor units.
    pub amount: i64,
    /// ISO 4217 code of both amounts.
    pub currency: String,
    /// What earlier refunds gave back or are about to, in minor units.
    pub refunded: i64,
    /// Seconds since it was taken, by the host's clock.
    pub age_s: u64,
}

impl Payload {
    /// Reads a payload. Fields that the wallet does not use are ignored. Fails with [`Error::Invalid`] when one that it
    /// needs is absent, or when what was captured or refunded is below zero.
    pub fn parse(json: &[u8]) -> Result<Self> {
        let payload: Self =
            serde_json::from_slice(json).map_err(|error| Error::Invalid(format!("payload_json: {error}")))?;
        match &payload.captured {
            Some(captured) if captured.amount < 0 || captured.refunded < 0 => {
                Err(Error::Invalid("payload_json: captured: an amount below zero".to_owned()))
            }
            _ => Ok(payload),
        }
    }
}
