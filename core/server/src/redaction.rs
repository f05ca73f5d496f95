//! What may be shown of what can hold a secret. Whatever is printed of settings, addresses and plugins' tables, in logs, errors,
//! `config show`, `doctor` and answers, goes through [`Redacted`].

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};

/// What stands where a secret was.
pub const MASK: &str = "***";

/// Words in the name of a setting whose value is a secret. One too many hides a harmless value, one too few shows a secret.
const SECRET: [&str; 17] = [
    "secret",
    "pass",
    "token",
    "pin",
    "credential",
    "key",
    "licence",
    "license",
    "auth",
    "private",
    "pepper",
    "salt",
    "seed",
    "otp",
    "code",
    "cookie",
    "session",
];

/// A text without the secrets that were in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Redacted(String);

impl Redacted {
    /// An address without a user, a password or a query, any of which can hold a secret. What is no address, but could have
    /// been meant as one, loses all that stands before its last `@`.
    pub fn url(url: &str) -> Self {
        let Some((scheme, rest)) = url.split_once("://") else {
            return Self(match url.rsplit_once('@') {
                Some((_, rest)) => format!("{MASK}@{}", without_query(rest)),
                None => without_query(url),
            });
        };
        let authority_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(authority_end);
        // A password that was not escaped may have ended the authority too early.
        let (authority, tail) = match tail.rsplit_once('@') {
            Some((_, rest)) if rest.contains('.') || rest.contains(':') => {
                let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
                (format!("@{}", &rest[..end]), &rest[end..])
            }
            _ => (authority.to_owned(), tail),
        };
        let shown = match authority.rsplit_once('@') {
            Some((_, host)) => format!("{MASK}@{host}"),
            None => authority,
        };
        Self(format!("{scheme}://{shown}{}", without_query(tail)))
    }

    /// What a plugin is told, as JSON: values that names call secret are masked, and secrets are taken out of addresses.
    pub fn table(value: &Value) -> Value {
        match value {
            Value::Object(fields) => Value::Object(Self::fields(fields)),
            Value::Array(items) => items.iter().map(Self::table).collect(),
            Value::String(text) if text.contains("://") || text.contains('@') => Self::url(text).0.into(),
            harmless => harmless.clone(),
        }
    }

    /// The fields of such a table.
    pub fn fields(fields: &Map<String, Value>) -> Map<String, Value> {
        let shown = fields.iter().map(|(name, value)| match is_secret(name) {
            true => (name.clone(), MASK.into()),
            false => (name.clone(), Self::table(value)),
        });
        shown.collect()
    }
}

impl fmt::Display for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Redacted> for String {
    fn from(redacted: Redacted) -> Self {
        redacted.0
    }
}

fn without_query(tail: &str) -> String {
    match tail.find(['?', '#']) {
        Some(end) => format!("{}?{MASK}", &tail[..end]),
        None => tail.to_owned(),
    }
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET.iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_address_is_shown_without_what_can_be_secret_in_it() {
        for (url, shown) in [
            ("postgresql://joe:hunter2@db/pay?sslkey=hunter2", "postgresql://***@db/pay?***"),
            ("redis://:hunter2@h:6379", "redis://***@h:6379"),
            ("rtsp://admin:hun/ter2@10.0.0.9/stream", "rtsp://***@10.0.0.9/stream"),
            ("rtsp://admin:hun?ter2@10.0.0.9:554/stream", "rtsp://***@10.0.0.9:554/stream"),
            ("rtsp://admin:h@nter2@10.0.0.9/stream", "rtsp://***@10.0.0.9/stream"),
            ("http://127.0.0.1:9000/base#hunter2", "http://127.0.0.1:9000/base?***"),
            ("joe:hunter2@db", "***@db"),
            ("sqlite:/var/lib/facepay.db", "sqlite:/var/lib/facepay.db"),
            ("v4l2:///dev/video0", "v4l2:///dev/video0"),
            ("http://host/@handle", "http://host/@handle"),
        ] {
            assert_eq!(Redacted::url(url).to_string(), shown, "{url}");
        }
    }

    #[test]
    fn what_a_plugin_is_told_is_shown_by_the_names_of_its_settings() {
        let told = json!({
            "merchant": "m-1", "licence_key": "hunter2", "asa_licence": "hunter2", "AccessKeyId": ["hunter2"],
            "passphrase": "hunter2", "nested": [{ "token": "hunter2" }], "proxy": "http://joe:hunter2@proxy/", "fee": 3,
        });
        let shown = Redacted::table(&told);
        assert!(!shown.to_string().contains("hunter2"), "{shown}");
        assert_eq!(
            (&shown["merchant"], &shown["fee"], &shown["proxy"]),
            (&json!("m-1"), &json!(3), &json!("http://***@proxy/"))
        );
    }
}
