//! What is asked of an identity provider.

use std::fmt;

use crate::abi;
use crate::error::{Error, Result};

/// An identity operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    /// Say whether a document or claim is what it says, and whose.
    Verify,
    /// Ask what became of an earlier verification.
    Sync,
}

impl Op {
    /// Every operation, in the ABI's order.
    pub const ALL: [Self; 2] = [Self::Verify, Self::Sync];

    /// The operation's number in the ABI.
    pub const fn code(self) -> u32 {
        self as u32 + abi::FP_ID_VERIFY
    }

    /// The operation with this number in the ABI.
    pub fn from_code(code: u32) -> Result<Self> {
        (Self::ALL.into_iter().find(|op| op.code() == code))
            .ok_or_else(|| Error::Unsupported(format!("identity operation {code} is unknown")))
    }
}

/// One operation asked of an identity provider.
#[derive(Clone)]
pub struct Request {
    /// Which operation.
    pub op: Op,
    /// Minted and made durable by the host before the call. SYNC has its own.
    pub attempt_ref: [u8; 16],
    /// The verification that SYNC is about.
    pub original_ref: Option<[u8; 16]>,
    /// The provider's own id, where one is known. SYNC works without it, from `original_ref` alone.
    pub provider_ref: Option<String>,
    /// `{"kind", "claim": {…}, "secret": {name: text, …}, …}`. What is in `secret` comes back in nothing that is shown, kept or
    /// told. Empty for none.
    pub payload_json: Vec<u8>,
    /// What the person handed over, as it was read: a QR code's bytes, an e-KYC file. As secret as a `secret`; empty for none.
    pub document: Vec<u8>,
}

// Claims, secrets and documents are the person's: only what the host made is printed.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("op", &self.op).finish_non_exhaustive()
    }
}
