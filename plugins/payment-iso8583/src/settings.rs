//! What the acquirer's agreement says, as settings.

use plugin_sdk::Framing;
use serde::Deserialize;

use crate::message::Bitmap;

/// JSON Schema of [`Settings`].
pub const SCHEMA: &str = r#"{
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "ISO 8583 acquirer",
    "type": "object",
    "additionalProperties": false,
    "required": ["terminal_id", "merchant_id", "unlocated_is_final"],
    "properties": {
        "endpoint": {
            "title": "Endpoint",
            "description": "Index of the acquirer's address among the plugin's endpoints.",
            "type": "integer", "minimum": 0, "maximum": 255, "default": 0
        },
        "framing": {
            "title": "Framing",
            "description": "What goes before each message: a big-endian length of 2 or of 4 bytes.",
            "type": "string", "enum": ["length16", "length32"], "default": "length16"
        },
        "bitmap": {
            "title": "Bitmaps",
            "description": "How bitmaps travel: 16 hexadecimal digits or 8 bytes.",
            "type": "string", "enum": ["hex", "binary"], "default": "hex"
        },
        "terminal_id": {
            "title": "Terminal id",
            "description": "Data element 41, by which the acquirer knows this appliance.",
            "type": "string", "minLength": 1, "maxLength": 8
        },
        "merchant_id": {
            "title": "Merchant id",
            "description": "Data element 42, by which the acquirer knows the merchant.",
            "type": "string", "minLength": 1, "maxLength": 15
        },
        "merchant_category": {
            "title": "Merchant category",
            "description": "Data element 18, four digits; empty = not sent.",
            "type": "string", "maxLength": 4, "default": ""
        },
        "entry_mode": {
            "title": "Entry mode",
            "description": "Data element 22, three digits: how the card was read.",
            "type": "string", "minLength": 3, "maxLength": 3, "default": "012"
        },
        "utc_offset_minutes": {
            "title": "Local time (minutes)",
            "description": "The local time of data elements 12 and 13, in minutes east of Greenwich.",
            "type": "integer", "minimum": -840, "maximum": 840, "default": 0
        },
        "answer_wait_ms_max": {
            "title": "Longest wait (ms)",
            "description": "Longest wait for the answer to one message.",
            "type": "integer", "minimum": 50, "maximum": 120000, "default": 5000
        },
        "repeat_count_max": {
            "title": "Most repeats",
            "description": "How often a message without an answer is repeated within one operation.",
            "type": "integer", "minimum": 0, "maximum": 20, "default": 2
        },
        "repeat_wait_ms": {
            "title": "Wait before a repeat (ms)",
            "description": "Wait before each repeat.",
            "type": "integer", "minimum": 0, "maximum": 60000, "default": 500
        },
        "unlocated_is_final": {
            "title": "Unlocated is final",
            "description": "Whether the acquirer refuses an original that comes after its reversal was answered with 25. Without that promise such a reversal stays open.",
            "type": "boolean"
        }
    }
}"#;

/// What the operator decides about the acquirer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Index of the acquirer's address.
    #[serde(default)]
    pub endpoint: u32,
    /// What goes before each message.
    #[serde(default)]
    pub framing: LengthFraming,
    /// How bitmaps travel.
    #[serde(default)]
    pub bitmap: Bitmap,
    /// Data element 41.
    pub terminal_id: String,
    /// Data element 42.
    pub merchant_id: String,
    /// Data element 18, or empty.
    #[serde(default)]
    pub merchant_category: String,
    /// Data element 22.
    #[serde(default = "entry_mode")]
    pub entry_mode: String,
    /// Local time, in minutes east of Greenwich.
    #[serde(default)]
    pub utc_offset_minutes: i32,
    /// Longest wait for one answer.
    #[serde(default = "answer_wait_ms_max")]
    pub answer_wait_ms_max: u32,
    /// Repeats of one message within one operation.
    #[serde(default = "repeat_count_max")]
    pub repeat_count_max: u32,
    /// Wait before each repeat.
    #[serde(default = "repeat_wait_ms")]
    pub repeat_wait_ms: u32,
    /// A reversal that is answered with 25 has undone its original for good.
    pub unlocated_is_final: bool,
}

/// The length that goes before each message. A connection may carry several, so there is always one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LengthFraming {
    /// 2 bytes.
    #[default]
    Length16,
    /// 4 bytes.
    Length32,
}

impl From<LengthFraming> for Framing {
    fn from(framing: LengthFraming) -> Self {
        match framing {
            LengthFraming::Length16 => Self::Length16,
            LengthFraming::Length32 => Self::Length32,
        }
    }
}

fn entry_mode() -> String {
    "012".to_owned()
}

fn answer_wait_ms_max() -> u32 {
    5000
}

fn repeat_count_max() -> u32 {
    2
}

fn repeat_wait_ms() -> u32 {
    500
}

impl Settings {
    /// What the schema cannot say: which characters a text may have.
    pub(crate) fn check(&self) -> Result<(), String> {
        let is_plain = |text: &str| text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_plain(&self.terminal_id) || !is_plain(&self.merchant_id) {
            return Err("terminal_id, merchant_id: only printable ASCII".into());
        }
        if !is_digits(&self.entry_mode) || self.entry_mode.len() != 3 {
            return Err("entry_mode: three digits".into());
        }
        if !is_digits(&self.merchant_category) || ![0, 4].contains(&self.merchant_category.len()) {
            return Err("merchant_category: four digits, or empty".into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_says_what_is_read_and_what_may_be_typed() {
        assert_eq!(plugin_sdk::schema::flaws::<Settings>(SCHEMA), [""; 0]);
    }
}
