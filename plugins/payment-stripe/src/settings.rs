//! The settings of one Stripe account.

use serde::Deserialize;

/// JSON Schema of [`Settings`].
pub const SCHEMA: &str = r#"{
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Stripe",
    "type": "object",
    "additionalProperties": false,
    "required": ["api_key"],
    "properties": {
        "endpoint": {
            "title": "Endpoint",
            "description": "Index into payment.endpoints of Stripe's API.",
            "type": "integer", "minimum": 0, "maximum": 255, "default": 0
        },
        "api_key": {
            "title": "API key",
            "description": "Handle of the account's secret key.",
            "type": "string", "minLength": 1, "maxLength": 64, "x-secret": true
        },
        "webhook_secret": {
            "title": "Secret of the webhooks",
            "description": "Handle of the secret that Stripe signs its webhooks with. Without it no webhook is authentic.",
            "type": "string", "minLength": 1, "maxLength": 64, "x-secret": true
        },
        "timeout_ms": {
            "title": "Longest wait (ms)",
            "description": "Longest wait for one answer.",
            "type": "integer", "minimum": 1000, "maximum": 60000, "default": 8000
        },
        "api_version": {
            "title": "Version of the API",
            "description": "Version of Stripe's API that each request asks for.",
            "type": "string", "minLength": 10, "maxLength": 32, "default": "2024-06-20"
        },
        "currencies": {
            "title": "Currencies",
            "description": "ISO 4217 codes that are taken; empty: all that Stripe counts as the appliance does.",
            "type": "array", "maxItems": 64, "uniqueItems": true, "default": [],
            "items": { "type": "string", "minLength": 3, "maxLength": 3 }
        },
        "settle_s": {
            "title": "Settled after (s)",
            "description": "Seconds after which an attempt that Stripe has not heard of can't arrive any more.",
            "type": "integer", "minimum": 30, "maximum": 86400, "default": 120
        }
    }
}"#;

/// What the operator decides about the account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Index into `payment.endpoints` of Stripe's API.
    #[serde(default)]
    pub endpoint: u32,
    /// Handle of the account's secret key.
    pub api_key: String,
    /// Handle of the secret that webhooks are signed with.
    #[serde(default)]
    pub webhook_secret: Option<String>,
    /// Longest wait for one answer.
    #[serde(default = "timeout_ms")]
    pub timeout_ms: u32,
    /// Version of Stripe's API that each request asks for.
    #[serde(default = "api_version")]
    pub api_version: String,
    /// ISO 4217 codes that are taken; empty for all.
    #[serde(default)]
    pub currencies: Vec<String>,
    /// Seconds after which an attempt that Stripe has not heard of can't arrive any more.
    #[serde(default = "settle_s")]
    pub settle_s: u32,
}

fn timeout_ms() -> u32 {
    8000
}

fn api_version() -> String {
    "2024-06-20".to_owned()
}

fn settle_s() -> u32 {
    120
}

impl Settings {
    /// What the schema cannot say: codes are upper-case letters, a version is a date with perhaps a name.
    pub(crate) fn check(&self) -> Result<(), String> {
        let code = |code: &String| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        if let Some(found) = self.currencies.iter().find(|found| !code(found)) {
            return Err(format!("currencies: {found} is no ISO 4217 code of three upper-case letters"));
        }
        let version = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-._".contains(&byte);
        match self.api_version.bytes().all(version) {
            true => Ok(()),
            false => Err("api_version: not a date with perhaps a name, as in 2024-06-20".to_owned()),
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
