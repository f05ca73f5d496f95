//! The plugin's settings.

use alloy_primitives::Address;
use serde::Deserialize;

/// JSON Schema of [`Settings`].
pub const SCHEMA: &str = r#"{
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "ERC-20 token on an EVM chain",
    "type": "object",
    "additionalProperties": false,
    "required": ["chain_id", "token", "token_decimals", "currency", "merchant", "key", "max_fee_per_gas_max_wei"],
    "properties": {
        "endpoint": {
            "title": "Endpoint",
            "description": "The node's JSON-RPC, as an index into payment.endpoints. One node, not a pool of nodes that may disagree.",
            "type": "integer", "minimum": 0, "maximum": 255, "default": 0
        },
        "path": {
            "title": "Path",
            "description": "Path of the JSON-RPC below the endpoint; {api_key} in it stands for the secret of that name.",
            "type": "string", "minLength": 1, "maxLength": 1024, "default": "/"
        },
        "api_key": {
            "title": "API key",
            "description": "Handle of the secret that goes into the path.",
            "type": "string", "minLength": 1, "maxLength": 128, "x-secret": true
        },
        "chain_id": {
            "title": "Chain id",
            "description": "The chain's EIP-155 id; a node of another chain is not used.",
            "type": "integer", "minimum": 1, "maximum": 9007199254740991
        },
        "token": {
            "title": "Token contract",
            "description": "Address of the ERC-20 contract.",
            "type": "string", "minLength": 42, "maxLength": 42, "x-secret": false
        },
        "token_decimals": {
            "title": "Decimals of the token",
            "description": "Decimals of the token.",
            "type": "integer", "minimum": 0, "maximum": 36, "x-secret": false
        },
        "currency": {
            "title": "Currency",
            "description": "ISO 4217 code of the currency whose unit one token stands for.",
            "type": "string", "minLength": 3, "maxLength": 3
        },
        "merchant": {
            "title": "Merchant address",
            "description": "Address that is paid.",
            "type": "string", "minLength": 42, "maxLength": 42
        },
        "key": {
            "title": "Key of the hot wallet",
            "description": "Handle of the hot wallet's private key.",
            "type": "string", "minLength": 1, "maxLength": 128, "x-secret": true
        },
        "merchant_key": {
            "title": "Key of the merchant address",
            "description": "Handle of the merchant address's private key; without it nothing is refunded.",
            "type": "string", "minLength": 1, "maxLength": 128, "x-secret": true
        },
        "confirmations": {
            "title": "Confirmations",
            "description": "Blocks that have to agree, the transaction's own included.",
            "type": "integer", "minimum": 1, "maximum": 10000, "default": 12
        },
        "max_fee_per_gas_max_wei": {
            "title": "Most wei for one gas",
            "description": "Most wei for one gas, base fee and tip together; a cancellation may pay twice as much.",
            "type": "integer", "minimum": 1, "maximum": 1000000000000000
        },
        "gas_limit": {
            "title": "Gas limit",
            "description": "Most gas of one transaction.",
            "type": "integer", "minimum": 42000, "maximum": 16000000, "default": 100000
        },
        "poll_ms": {
            "title": "Between two looks (ms)",
            "description": "Between two looks at a transaction.",
            "type": "integer", "minimum": 1, "maximum": 60000, "default": 2000
        },
        "timeout_ms": {
            "title": "Longest wait (ms)",
            "description": "Longest wait for one answer of the node.",
            "type": "integer", "minimum": 1, "maximum": 60000, "default": 5000
        }
    }
}"#;

/// What the operator decides.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Index into the host's endpoints.
    #[serde(default)]
    pub endpoint: u32,
    /// Path of the JSON-RPC, with `{api_key}` where the secret goes.
    #[serde(default = "root")]
    pub path: String,
    /// Handle of the secret in the path.
    #[serde(default)]
    pub api_key: Option<String>,
    /// EIP-155 id.
    pub chain_id: u64,
    /// The ERC-20 contract, in hex.
    pub token: String,
    /// Decimals of the token.
    pub token_decimals: u8,
    /// ISO 4217 code.
    pub currency: String,
    /// Who is paid, in hex.
    pub merchant: String,
    /// Handle of the hot wallet's key.
    pub key: String,
    /// Handle of the merchant's key.
    #[serde(default)]
    pub merchant_key: Option<String>,
    /// Blocks that have to agree, the transaction's own included.
    #[serde(default = "confirmations")]
    pub confirmations: u64,
    /// Most wei for one gas.
    pub max_fee_per_gas_max_wei: u64,
    /// Most gas of one transaction.
    #[serde(default = "gas_limit")]
    pub gas_limit: u64,
    /// Milliseconds between two looks.
    #[serde(default = "poll_ms")]
    pub poll_ms: u32,
    /// Milliseconds to wait for one answer.
    #[serde(default = "timeout_ms")]
    pub timeout_ms: u32,
}

fn root() -> String {
    "/".into()
}

fn confirmations() -> u64 {
    12
}

fn gas_limit() -> u64 {
    100_000
}

fn poll_ms() -> u32 {
    2000
}

fn timeout_ms() -> u32 {
    5000
}

/// The addresses among the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Addresses {
    /// The ERC-20 contract.
    pub(crate) token: Address,
    /// Who is paid.
    pub(crate) merchant: Address,
}

impl Settings {
    /// What the schema cannot say, and the addresses that it could only measure.
    pub(crate) fn check(&self) -> Result<Addresses, String> {
        if self.currency.len() != 3 || !self.currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err("currency: must be an ISO 4217 code of three upper-case letters".into());
        }
        if self.chain_id == 0 || self.confirmations == 0 || self.max_fee_per_gas_max_wei == 0 {
            return Err("chain_id, confirmations, max_fee_per_gas_max_wei: must be at least 1".into());
        }
        if self.token_decimals > 36 {
            return Err("token_decimals: must be at most 36".into());
        }
        if self.path.contains("{api_key}") != self.api_key.is_some() {
            return Err("api_key: belongs to a path with {api_key} in it, and to no other".into());
        }
        let addresses = Addresses {
            token: address(&self.token).map_err(|flaw| format!("token: {flaw}"))?,
            merchant: address(&self.merchant).map_err(|flaw| format!("merchant: {flaw}"))?,
        };
        match addresses.token == addresses.merchant {
            true => Err("merchant: the token's contract cannot be paid".into()),
            false => Ok(addresses),
        }
    }

    /// The path as the host takes it: it puts the secret in.
    pub(crate) fn rpc_path(&self) -> String {
        match &self.api_key {
            Some(handle) => self.path.replace("{api_key}", &format!("${{secret:{handle}}}")),
            None => self.path.clone(),
        }
    }
}

/// An address. One in mixed case has to carry the right EIP-55 checksum: money sent to a mistyped address is gone.
fn address(text: &str) -> Result<Address, String> {
    let digits = text.strip_prefix("0x").ok_or("must begin with 0x")?;
    let parsed: Address = text.parse().map_err(|_| "must have 40 hex digits")?;
    let one_case = !digits.bytes().any(|digit| digit.is_ascii_uppercase())
        || !digits.bytes().any(|digit| digit.is_ascii_lowercase());
    if !one_case && parsed.to_checksum(None) != text {
        return Err("its EIP-55 checksum is wrong".into());
    }
    match parsed.is_zero() {
        true => Err("must not be zero".into()),
        false => Ok(parsed),
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
