//! What the host says about an operation and its books, as `payload_json`.

use plugin_sdk::{Error, Money, Result};
use serde::Deserialize;
use serde_json::Value;

use crate::refusal::Refusal;

/// The part of the payload that is used here; other fields are ignored.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Payload {
    /// What the attempt kept; for SYNC and REVERSE, the attempt that is asked about.
    pub kept: Option<Value>,
    /// The money that the ledger holds for the operation.
    pub reservation: Reservation,
    /// The payer's wallet in the ledger.
    pub wallet: Wallet,
    /// What has become of the original sale; needed for a refund.
    pub captured: Option<Captured>,
    /// The digest to anchor, in hex.
    pub sha256: Option<String>,
}

/// A transfer of the host's ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Reservation {
    /// What has become of it.
    pub state: ReservationState,
    /// Minor units.
    pub amount: i64,
    /// ISO 4217 code.
    pub currency: String,
}

/// What has become of a transfer of the ledger.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReservationState {
    /// The ledger has no such transfer.
    #[default]
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
#[serde(default)]
pub struct Wallet {
    /// Whether it may pay.
    pub status: WalletStatus,
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
    /// What other refunds gave back or are about to, in minor units.
    pub refunded: i64,
}

impl Payload {
    /// Reads a payload; an empty one says nothing. Fails with [`Error::Invalid`] when it is malformed.
    pub fn parse(json: &[u8]) -> Result<Self> {
        if json.is_empty() {
            return Ok(Self::default());
        }
        serde_json::from_slice(json).map_err(|error| Error::Invalid(format!("payload_json: {error}")))
    }

    /// AUTHORIZE and SALE: the payer may pay, and exactly the amount is held.
    pub fn may_pay(&self, money: &Money) -> Result<(), Refusal> {
        match self.wallet.status {
            WalletStatus::Active => self.exactly_held(money),
            WalletStatus::Frozen => Err(Refusal::WalletFrozen),
            WalletStatus::Closed => Err(Refusal::WalletClosed),
            WalletStatus::Unknown => Err(Refusal::WalletUnknown),
        }
    }

    /// CAPTURE: no more than what is held. A wallet that was frozen after the authorisation still honours it.
    pub fn may_capture(&self, money: &Money) -> Result<(), Refusal> {
        self.held()?;
        match &self.reservation {
            held if held.currency != money.currency() => Err(Refusal::ReservationMismatch),
            held if money.minor > held.amount => Err(Refusal::CaptureAboveReserved),
            _ => Ok(()),
        }
    }

    /// REFUND: exactly the amount is held for the way back, and no more is given back than was taken.
    pub fn may_refund(&self, money: &Money) -> Result<(), Refusal> {
        let Some(Captured { amount, currency, refunded }) = &self.captured else {
            return Err(Refusal::NothingToRefund);
        };
        let left = amount.checked_sub(*refunded).filter(|_| *refunded >= 0).unwrap_or(0);
        if currency != money.currency() {
            return Err(Refusal::CurrencyMismatch);
        }
        if money.minor > left {
            return Err(Refusal::RefundAboveCaptured);
        }
        self.exactly_held(money)
    }

    /// VOID: money that is held can be let go, again too.
    pub fn may_void(&self) -> Result<(), Refusal> {
        match self.reservation.state {
            ReservationState::Pending | ReservationState::Voided => Ok(()),
            ReservationState::Posted => Err(Refusal::AlreadyCaptured),
            ReservationState::None => Err(Refusal::ReservationMissing),
        }
    }

    fn exactly_held(&self, money: &Money) -> Result<(), Refusal> {
        self.held()?;
        match self.reservation.amount == money.minor && self.reservation.currency == money.currency() {
            true => Ok(()),
            false => Err(Refusal::ReservationMismatch),
        }
    }

    fn held(&self) -> Result<(), Refusal> {
        match self.reservation.state {
            ReservationState::Pending => Ok(()),
            ReservationState::None => Err(Refusal::ReservationMissing),
            ReservationState::Posted => Err(Refusal::AlreadyCaptured),
            ReservationState::Voided => Err(Refusal::AlreadyVoided),
        }
    }
}
