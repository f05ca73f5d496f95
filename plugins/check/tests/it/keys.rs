//! Keys of the tests: codes that depend on the key and on every byte, and are no cryptography.

use std::fmt::Write;

use plugin_host::{InferenceError, MacAlgorithm, SecretService, SignAlgorithm};
use serde_json::{Value, json};

/// A key; another number is another key.
pub(crate) struct Keys(pub(crate) u64);

fn code(key: u64, data: &[u8]) -> Vec<u8> {
    let start = 0xCBF2_9CE4_8422_2325_u64 ^ key.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let sum = |salt: u8| {
        data.iter()
            .chain([&salt])
            .fold(start, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x100_0000_01B3))
    };
    (0..4).flat_map(|salt| sum(salt).to_le_bytes()).collect()
}

impl SecretService for Keys {
    fn mac(&self, _: &str, _: MacAlgorithm, data: &[u8]) -> Result<Vec<u8>, InferenceError> {
        Ok(code(self.0, data))
    }

    fn sign(&self, _: &str, _: SignAlgorithm, _: &[u8]) -> Result<Vec<u8>, InferenceError> {
        Err(InferenceError::Unsupported("these keys sign nothing".into()))
    }
}

/// A message of `messages.c`'s provider, signed with the first key.
pub(crate) fn signed_message() -> Value {
    let (body, now_s) = ("event 7: sale 12 paid", 1_764_374_400);
    let signature = code(1, format!("{now_s}.{body}").as_bytes());
    let hex = signature.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    let headers = [["content-type", "text/plain"], ["x-signature", &format!("t={now_s},v1={hex}")]];
    json!({ "headers": headers, "body": body, "now_s": now_s })
}
