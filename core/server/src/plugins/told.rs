//! What may be shown of a plugin's settings. What its schema marks as a secret, and what is called like one, is left out and named.

use serde_json::{Map, Value};

use crate::redaction::{MASK, Redacted};

/// Marks settings that name secrets; where it is false, a name that sounds like a secret's is none.
const SECRET: &str = "x-secret";

/// Settings without what is not to be shown.
pub(crate) struct Told {
    pub(crate) values: Value,
    pub(crate) hidden: Vec<Hidden>,
}

/// A setting that has a value which is not shown.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Hidden {
    /// Its name, with those of the objects that it lies in: `acquirer.key`.
    pub(crate) key: String,
    /// It names secrets, and is none itself.
    pub(crate) names_secrets: bool,
    /// The secrets that it names and that are there: what is the name of none may be the secret itself.
    pub(crate) found: Vec<String>,
    /// It names one that is not there.
    pub(crate) misses_one: bool,
}

impl Told {
    /// What may be shown of `settings` that fit the `schema`.
    pub(crate) fn of(schema: &Value, settings: &Value, is_there: impl Fn(&str) -> bool) -> Self {
        let mut told = Telling { hidden: Vec::new(), is_there: &is_there };
        let values = told.fields(schema, settings, "");
        Self { values, hidden: told.hidden }
    }

    /// What may be shown of the value `real` of a key.
    pub(crate) fn shown(&self, key: &str, real: &Value) -> Value {
        let shown = key.split('.').fold(&self.values, |value, name| &value[name]);
        match self.hidden.iter().find(|hidden| hidden.key == key) {
            Some(hidden) if !hidden.found.is_empty() && !hidden.misses_one => hidden.found.join(", ").into(),
            _ if shown.is_null() && !real.is_null() => MASK.into(),
            _ => shown.clone(),
        }
    }
}

struct Telling<'a> {
    hidden: Vec<Hidden>,
    is_there: &'a dyn Fn(&str) -> bool,
}

impl Telling<'_> {
    fn fields(&mut self, schema: &Value, settings: &Value, above: &str) -> Value {
        let mut shown = Map::new();
        for (name, value) in settings.as_object().into_iter().flatten() {
            let key = if above.is_empty() { name.clone() } else { format!("{above}.{name}") };
            let of = &schema["properties"][name];
            if let Some(value) = self.field(of, (name, &key), value) {
                shown.insert(name.clone(), value);
            }
        }
        Value::Object(shown)
    }

    /// The value, where it may be shown.
    fn field(&mut self, schema: &Value, (name, key): (&str, &str), value: &Value) -> Option<Value> {
        let mut handles = Vec::new();
        let is_object = value.is_object() && schema["properties"].is_object();
        if !is_object && marks(schema) {
            texts(value, &mut handles);
        }
        // Nothing is set by an empty text.
        if !handles.is_empty() {
            let count = handles.len();
            handles.retain(|handle| (self.is_there)(handle));
            let misses_one = handles.len() < count;
            self.hidden.push(Hidden { key: key.to_owned(), names_secrets: true, found: handles, misses_one });
            return None;
        }
        let alone = Map::from_iter([(name.to_owned(), value.clone())]);
        // The fields of an object are judged each by itself, unless the whole is called like a secret.
        let sounds_secret = match (schema[SECRET] == false, is_object) {
            (true, true) => false,
            (true, false) => Redacted::table(value) != *value,
            (false, true) => Redacted::fields(&alone)[name] == MASK,
            (false, false) => Redacted::fields(&alone) != alone,
        };
        // Neither yes and no nor an empty text can be a secret.
        if sounds_secret && *value != "" && !value.is_boolean() {
            let key = key.to_owned();
            self.hidden.push(Hidden { key, names_secrets: false, found: Vec::new(), misses_one: false });
            return None;
        }
        Some(if is_object { self.fields(schema, value, key) } else { value.clone() })
    }
}

/// Whether a schema marks the value or anything in it.
fn marks(schema: &Value) -> bool {
    match schema {
        Value::Object(keywords) => {
            keywords.get(SECRET) == Some(&Value::Bool(true))
                || keywords.iter().any(|(keyword, inner)| match keyword.as_str() {
                    "items" => marks(inner),
                    "properties" => inner.as_object().is_some_and(|all| all.values().any(marks)),
                    _ => false,
                })
        }
        _ => false,
    }
}

/// Every text in a value that is not empty.
fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if !text.is_empty() => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(fields) => fields.values().for_each(|item| texts(item, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(settings: &Value) -> Told {
        let schema = json!({ "type": "object", "properties": {
            "key": { "type": "string", "x-secret": true },
            "old": { "type": "array", "items": { "type": "string", "x-secret": true } },
            "licence_key": { "type": "string" },
            "token": { "type": "string", "x-secret": false },
            "proxy": { "type": "string" },
            "fee": { "type": "integer" },
            "passive": { "type": "boolean" },
            "acquirer": { "type": "object", "properties": {
                "pin": { "type": "string", "x-secret": true }, "host": { "type": "string" }
            } },
            "hosts": { "type": "array", "items": { "type": "object", "properties": {
                "name": { "type": "string" }, "pin": { "type": "string", "x-secret": true }
            } } },
        } });
        Told::of(&schema, settings, |handle| handle.starts_with("there"))
    }

    #[test]
    fn what_is_a_secret_or_called_like_one_is_left_out_and_named() {
        let secret = json!({
            "key": "hunter2", "old": ["there.a", "hunter2"], "licence_key": "hunter2",
            "proxy": "http://joe:hunter2@proxy/", "acquirer": { "pin": "hunter2", "host": "a" },
            "hosts": [{ "name": "b", "pin": "hunter2" }], "token": "0xabc", "fee": 3, "passive": true,
        });
        let told = told(&secret);
        let shown = json!({ "acquirer": { "host": "a" }, "token": "0xabc", "fee": 3, "passive": true });
        assert_eq!(told.values, shown);
        let mut keys: Vec<_> = told.hidden.iter().map(|hidden| hidden.key.as_str()).collect();
        keys.sort_unstable();
        assert_eq!(keys, ["acquirer.pin", "hosts", "key", "licence_key", "old", "proxy"]);
        assert!(!format!("{:?}", told.hidden).contains("hunter2"));
        assert_eq!(told.shown("key", &secret["key"]), MASK);
        assert_eq!(told.shown("acquirer", &secret["acquirer"]), json!({ "host": "a" }));
        assert_eq!(
            (told.shown("fee", &secret["fee"]), told.shown("none", &Value::Null)),
            (json!(3), Value::Null)
        );
    }

    #[test]
    fn a_name_is_shown_where_a_secret_of_that_name_lies() {
        let told = told(&json!({ "key": "there.key", "old": ["there.a", "elsewhere"], "licence_key": "" }));
        let [key, old] = told.hidden.as_slice() else { panic!("{:?}", told.hidden) };
        assert_eq!((key.found.as_slice(), key.misses_one), (["there.key".to_owned()].as_slice(), false));
        assert_eq!((old.found.as_slice(), old.misses_one), (["there.a".to_owned()].as_slice(), true));
        assert_eq!(told.shown("key", &json!("there.key")), "there.key");
        assert_eq!(told.shown("old", &json!(["there.a", "elsewhere"])), MASK);
        assert_eq!(told.values, json!({ "licence_key": "" }));
    }

    #[test]
    fn what_is_called_like_a_secret_is_none_where_its_author_says_so() {
        let secret = json!({ "token": "http://joe:hunter2@proxy/" });
        assert_eq!(told(&secret).values, json!({}), "a password in an address is one all the same");
        assert_eq!(told(&json!({ "token": "0x1" })).values, json!({ "token": "0x1" }));
    }
}
