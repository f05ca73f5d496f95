//! JSON-RPC: the question to a node, its answer, and the values in it. Nothing that a node says is taken on trust of its form.

use alloy_primitives::{Address, B256, U256, hex};
use plugin_sdk::Event;
use serde_json::{Value, json};

/// A question to the node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// For example `eth_chainId`.
    pub method: &'static str,
    /// Its arguments, an array.
    pub params: Value,
}

/// What a node answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The `result`, which may be null.
    Result(Value),
    /// The `error`.
    Error {
        /// Its code, 0 when it has none.
        code: i64,
        /// It says that the contract refused.
        reverted: bool,
    },
}

/// Why there is no answer. Whatever was asked for may have happened or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// It took too long, or the connection broke or did not come about.
    NoConnection,
    /// Another HTTP status than 200.
    Status(u16),
    /// The response was not the JSON-RPC answer to the question.
    NotAnAnswer,
}

impl Question {
    /// A question.
    pub fn new(method: &'static str, params: Value) -> Self {
        Self { method, params }
    }

    /// The body of the HTTP request.
    pub fn body(&self, id: u32) -> Vec<u8> {
        json!({ "jsonrpc": "2.0", "id": id, "method": self.method, "params": self.params })
            .to_string()
            .into_bytes()
    }
}

/// What the node answered to question `id`.
pub fn read(event: &Event, id: u32) -> Result<Answer, Doubt> {
    let response = match event {
        Event::HttpResponse(response) => response,
        _ => return Err(Doubt::NoConnection),
    };
    if response.status != 200 {
        return Err(Doubt::Status(response.status));
    }
    if response.truncated {
        return Err(Doubt::NotAnAnswer);
    }
    let answer: Value = serde_json::from_slice(&response.body).map_err(|_| Doubt::NotAnAnswer)?;
    if answer.get("id") != Some(&json!(id)) {
        return Err(Doubt::NotAnAnswer);
    }
    match (answer.get("result"), answer.get("error").filter(|error| !error.is_null())) {
        (_, Some(error)) if error.is_object() => Ok(refused(error)),
        (Some(result), None) => Ok(Answer::Result(result.clone())),
        _ => Err(Doubt::NotAnAnswer),
    }
}

fn refused(error: &Value) -> Answer {
    /// What nodes call a contract that reverted.
    const REVERTED: i64 = 3;
    let code = error.get("code").and_then(Value::as_i64).unwrap_or(0);
    let message = error.get("message").and_then(Value::as_str).unwrap_or_default();
    Answer::Error { code, reverted: code == REVERTED || message.contains("revert") }
}

/// A number in hex, as `0x1a`; `None` when it is not one of at most 256 bits.
pub fn quantity(value: &Value) -> Option<U256> {
    let digits = value.as_str()?.strip_prefix("0x")?;
    let sound = (1..=64).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    sound.then(|| U256::from_str_radix(digits, 16).ok())?
}

/// A number in hex of at most 64 bits.
pub fn number(value: &Value) -> Option<u64> {
    quantity(value).and_then(|number| u64::try_from(number).ok())
}

/// Bytes in hex, as `0x00ff`.
pub fn bytes(value: &Value) -> Option<Vec<u8>> {
    hex::decode(value.as_str()?.strip_prefix("0x")?).ok()
}

/// A hash or word of 32 bytes.
pub fn word(value: &Value) -> Option<B256> {
    B256::try_from(bytes(value)?.as_slice()).ok()
}

/// An address, in any case.
pub fn address(value: &Value) -> Option<Address> {
    Address::try_from(bytes(value)?.as_slice()).ok()
}

/// `bytes` in hex, with `0x`.
pub fn hexed(bytes: &[u8]) -> String {
    hex::encode_prefixed(bytes)
}

/// `number` in hex, with `0x` and no zeros before it.
pub fn hexed_number(number: u64) -> String {
    format!("{number:#x}")
}

#[cfg(test)]
mod tests;
