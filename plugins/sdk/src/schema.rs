//! Whether a schema of settings is true: it says what the plugin reads, and says it to people.
//!
//! ```
//! #[derive(serde::Deserialize)]
//! struct Settings {
//!     scale: f32,
//! }
//! let schema = r#"{ "type": "object", "properties": { "scale": {
//!     "title": "Scale", "description": "How much larger than the face.", "type": "number", "minimum": 1, "maximum": 4
//! } } }"#;
//! assert_eq!(plugin_sdk::schema::flaws::<Settings>(schema), [""; 0]);
//! ```

use std::cell::Cell;

use serde::de::value::Error;
use serde::de::{DeserializeOwned, Deserializer, Error as _, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Value;

/// What a schema lacks beside the type that reads the settings: settings that only one of them knows, and of each setting the title,
/// the description, and the bounds without which no form can tell what may be typed. Empty for a schema that is true.
pub fn flaws<Settings: DeserializeOwned>(schema: &str) -> Vec<String> {
    let schema: Value = match serde_json::from_str(schema) {
        Ok(schema) => schema,
        Err(error) => return vec![format!("it is no JSON: {error}")],
    };
    let Some(told) = schema["properties"].as_object() else { return vec!["it has no properties".to_owned()] };
    let read = settings_of::<Settings>();
    let unread = told.keys().filter(|name| !read.contains(&name.as_str()));
    let untold = read.iter().filter(|name| !told.contains_key(**name));
    let mut flaws: Vec<String> = unread.map(|name| format!("{name} is told and not read")).collect();
    flaws.extend(untold.map(|name| format!("{name} is read and not told")));
    for (name, setting) in told {
        let missing = unsaid(setting).into_iter().chain(unbounded(setting));
        flaws.extend(missing.map(|keyword| format!("{name} has no {keyword}")));
    }
    flaws
}

/// The settings that a type reads, by the names that they have in JSON.
pub fn settings_of<Settings: DeserializeOwned>() -> &'static [&'static str] {
    let found = Cell::new([].as_slice());
    // It never gets further than the names.
    let _ = Settings::deserialize(Names(&found));
    found.get()
}

fn unsaid(setting: &Value) -> Vec<&'static str> {
    let says = |keyword: &str| setting[keyword].as_str().is_some_and(|text| !text.trim().is_empty());
    ["title", "description"].into_iter().filter(|keyword| !says(keyword)).collect()
}

/// The bounds that a value of this type needs.
fn unbounded(setting: &Value) -> Vec<&'static str> {
    if setting.get("enum").is_some() || setting.get("const").is_some() {
        return Vec::new();
    }
    let needed: &[&str] = match setting["type"].as_str() {
        Some("number" | "integer") => &["minimum", "maximum"],
        Some("string") => &["maxLength"],
        Some("array") => {
            let own = setting.get("maxItems").is_none().then_some("maxItems");
            return own.into_iter().chain(unbounded(&setting["items"])).collect();
        }
        Some("boolean" | "object") => &[],
        _ => &["type"],
    };
    needed.iter().copied().filter(|keyword| setting.get(keyword).is_none()).collect()
}

/// Keeps the names of the fields that a type asks for.
struct Names<'a>(&'a Cell<&'static [&'static str]>);

impl<'de> Deserializer<'de> for Names<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("there are names only"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.0.set(fields);
        self.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    #[serde(default, rename_all = "kebab-case")]
    #[derive(Default)]
    #[allow(dead_code, reason = "only the names count")]
    struct Settings {
        first_one: u32,
        #[serde(rename = "2nd")]
        second: Option<String>,
    }

    #[test]
    fn what_a_type_reads_is_found_by_the_names_of_json() {
        assert_eq!(settings_of::<Settings>(), ["first-one", "2nd"]);
        assert!(settings_of::<Vec<u8>>().is_empty());
    }

    #[test]
    fn each_flaw_of_a_schema_is_named() {
        let told =
            |first: &str, second: &str| format!(r#"{{"properties":{{"first-one":{first},"2nd":{second}}}}}"#);
        let number = r#"{"title":"A","description":"B","type":"integer","minimum":1,"maximum":2}"#;
        let text = r#"{"title":"A","description":"B","type":"string","maxLength":2}"#;
        let rows = [
            (told(number, text), &[][..]),
            (told(number, r#"{"title":"A","description":"B","enum":["x"]}"#), &[]),
            (told(&number.replace(r#""minimum":1,"#, ""), text), &["first-one has no minimum"]),
            (told(number, &text.replace("\"B\"", "\" \"")), &["2nd has no description"]),
            (told(number, r#"{"title":"A","description":"B"}"#), &["2nd has no type"]),
            (
                told(number, r#"{"title":"A","description":"B","type":"array","items":{"type":"string"}}"#),
                &["2nd has no maxItems", "2nd has no maxLength"],
            ),
            (
                told(number, text).replace("2nd", "third"),
                &["third is told and not read", "2nd is read and not told"],
            ),
            ("{}".to_owned(), &["it has no properties"]),
        ];
        for (schema, expected) in rows {
            assert_eq!(flaws::<Settings>(&schema), expected, "{schema}");
        }
    }
}
