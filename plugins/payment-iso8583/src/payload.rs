//! What the host says about an operation, as `payload_json`, and what this plugin keeps with one.

use std::fmt;

use plugin_sdk::{Error, Result};
use serde::{Deserialize, Serialize};

/// What the host says. Fields of other providers are left alone.
#[derive(Debug, Clone, Deserialize)]
pub struct Payload {
    /// The host's number of the operation; for REVERSE of the one to undo.
    pub sequence: u64,
    /// Unix seconds now.
    pub now_s: u64,
    /// What the operation kept before, if it was begun before; for REVERSE what the one to undo kept.
    #[serde(default)]
    pub kept: Option<Kept>,
    /// The charge to capture, void or refund.
    #[serde(default)]
    pub original: Option<Original>,
    /// The payer's card.
    #[serde(default)]
    pub instrument: Option<Instrument>,
}

/// The charge that an operation is about.
#[derive(Debug, Clone, Deserialize)]
pub struct Original {
    /// What it kept.
    #[serde(default)]
    pub kept: Option<Kept>,
}

/// The payer's card at this acquirer.
#[derive(Clone, Deserialize)]
pub struct Instrument {
    /// 12 to 19 digits: the card's number, or what the acquirer takes in its place.
    pub token: String,
}

impl fmt::Debug for Instrument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Instrument(…)")
    }
}

/// What names a message for ever: durable before it is sent, so that a reversal after a crash names it exactly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Its type, without the mark of a repeat.
    pub mti: String,
    /// Its processing code.
    pub processing: String,
    /// Its trace number.
    pub stan: String,
    /// Its retrieval reference number.
    pub rrn: String,
    /// When it was first sent, as data element 7 says it.
    pub sent: String,
    /// Minor units.
    pub amount: u64,
    /// The currency's number.
    pub currency: String,
    /// The authorisation code that came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<String>,
}

impl Payload {
    /// Reads `payload_json`. The reason of a failure holds no value of it.
    pub fn parse(json: &[u8]) -> Result<Self> {
        serde_json::from_slice(json).map_err(|error| {
            Error::Invalid(format!("payload_json: {:?} at column {}", error.classify(), error.column()))
        })
    }
}
