//! The wallet's settings.

use serde::Deserialize;

/// JSON Schema of [`Settings`].
pub const SCHEMA: &str = r#"{
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Stored-value wallet",
    "type": "object",
    "additionalProperties": false,
    "required": ["currencies", "sale_amount_max"],
    "properties": {
        "currencies": {
            "title": "Currencies",
            "description": "ISO 4217 codes that the wallet takes.",
            "type": "array", "minItems": 1, "maxItems": 32, "uniqueItems": true,
            "items": { "type": "string", "minLength": 3, "maxLength": 3 }
        },
        "sale_amount_max": {
            "title": "Largest payment",
            "description": "Largest amount of one sale or authorisation, in minor units of its currency.",
            "type": "integer", "minimum": 1, "maximum": 1000000000000
        },
        "refund_window_days": {
            "title": "Refunds within (days)",
            "description": "Days after capture within which money is given back; 0 = never.",
            "type": "integer", "minimum": 0, "maximum": 3650, "default": 180
        }
    }
}"#;

/// What the operator decides about the wallet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// ISO 4217 codes that the wallet takes.
    pub currencies: Vec<String>,
    /// Largest amount of one sale or authorisation, in minor units.
    pub sale_amount_max: i64,
    /// Days after capture within which money is given back.
    #[serde(default = "refund_window_days")]
    pub refund_window_days: u32,
}

fn refund_window_days() -> u32 {
    180
}

impl Settings {
    /// What the schema cannot say: codes are upper-case letters.
    pub(crate) fn check(&self) -> Result<(), String> {
        let code = |code: &String| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        match self.currencies.iter().find(|found| !code(found)) {
            Some(found) => {
                Err(format!("currencies: {found} is no ISO 4217 code of three upper-case letters"))
            }
            None if self.sale_amount_max < 1 => Err("sale_amount_max: must be at least 1".into()),
            None => Ok(()),
        }
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
