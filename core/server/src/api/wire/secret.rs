//! Text that comes in and is never shown again.

use std::fmt;

use domain::Secret;
use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// A secret in a request. What is wrong with one is said without showing it, and it is overwritten when dropped.
pub(crate) struct Hidden(pub(crate) Secret<String>);

impl<'de> Deserialize<'de> for Hidden {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Not `deserialize_string`: that shows a number before it is visited.
        deserializer.deserialize_any(Text)
    }
}

struct Text;

/// Numbers would be shown by serde's own messages.
impl Visitor<'_> for Text {
    type Value = Hidden;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text in quotes")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Hidden, E> {
        Ok(Hidden(Secret::new(text.to_owned())))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Hidden, E> {
        Ok(Hidden(Secret::new(text)))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Hidden, E> {
        Err(E::custom("expected text in quotes"))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Hidden, E> {
        Err(E::custom("expected text in quotes"))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Hidden, E> {
        Err(E::custom("expected text in quotes"))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Hidden, E> {
        Err(E::custom("expected text in quotes"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_secret_is_said_without_it() {
        for json in ["4711", "-4711", "47.11", "true", "[4711]", "{\"4711\":1}", "null"] {
            let error = serde_json::from_str::<Hidden>(json).err().unwrap().to_string();
            assert!(!error.contains("47"), "{json}: {error}");
        }
        assert_eq!(serde_json::from_str::<Hidden>("\"4711\"").ok().unwrap().0.expose(), "4711");
    }
}
