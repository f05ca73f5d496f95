//! What is asked of a payment provider.

use std::fmt;

use crate::abi;
use crate::error::{Error, Result};

/// A payment operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    /// Hold an amount.
    Authorize,
    /// Take what was held, or less.
    Capture,
    /// Hold and take in one.
    Sale,
    /// Let go of what was held.
    Void,
    /// Give back what was taken.
    Refund,
    /// Ask what became of an earlier attempt.
    Sync,
    /// Undo an attempt whose outcome is unknown.
    Reverse,
    /// Read a message of the provider.
    Webhook,
    /// Read the provider's settlement file.
    Settlement,
    /// Make a digest public where nobody can change it.
    Anchor,
}

impl Op {
    /// Every operation, in the ABI's order.
    pub const ALL: [Self; 10] = [
        Self::Authorize,
        Self::Capture,
        Self::Sale,
        Self::Void,
        Self::Refund,
        Self::Sync,
        Self::Reverse,
        Self::Webhook,
        Self::Settlement,
        Self::Anchor,
    ];

    /// The operation's number in the ABI.
    pub const fn code(self) -> u32 {
        self as u32 + abi::FP_PAY_AUTHORIZE
    }

    /// The operation with this number in the ABI.
    pub fn from_code(code: u32) -> Result<Self> {
        (Self::ALL.into_iter().find(|op| op.code() == code))
            .ok_or_else(|| Error::Unsupported(format!("payment operation {code} is unknown")))
    }
}

/// An amount in minor units of an ISO 4217 currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money {
    /// Minor units, more than zero.
    pub minor: i64,
    currency: [u8; 3],
    exponent: u8,
}

impl Money {
    /// An amount. Fails with [`Error::Invalid`] unless it is above zero, the code is three upper-case letters and the
    /// exponent is at most 4.
    pub fn new(minor: i64, currency: &str, exponent: u8) -> Result<Self> {
        let code: [u8; 3] = (currency.as_bytes().try_into())
            .map_err(|_| Error::Invalid(format!("currency code of {} letters", currency.len())))?;
        if minor <= 0 || exponent > 4 || !code.iter().all(u8::is_ascii_uppercase) {
            return Err(Error::Invalid("amount, currency or exponent out of range".into()));
        }
        Ok(Self { minor, currency: code, exponent })
    }

    /// The ISO 4217 alphabetic code.
    pub fn currency(&self) -> &str {
        std::str::from_utf8(&self.currency).expect("new() took ASCII letters only")
    }

    /// Digits after the decimal point.
    pub fn exponent(&self) -> u8 {
        self.exponent
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} minor units {}", self.minor, self.currency())
    }
}

/// One operation asked of a payment provider.
#[derive(Clone)]
pub struct Request {
    /// Which operation.
    pub op: Op,
    /// Minted and made durable by the host before the call; the provider's idempotency key. SYNC and REVERSE have their own.
    pub attempt_ref: [u8; 16],
    /// The attempt that this operation is about: what to capture, void, refund, sync or reverse.
    pub original_ref: Option<[u8; 16]>,
    /// The provider's own id, where one is known. SYNC and REVERSE work without it, from `original_ref` alone.
    pub provider_ref: Option<String>,
    /// The amount; operations on the whole of an earlier one have none.
    pub money: Option<Money>,
    /// Instrument token, splits, merchant data, or a raw webhook's headers and body. Empty for none.
    pub payload_json: Vec<u8>,
}
