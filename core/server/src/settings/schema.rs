//! The JSON Schema of every key.

use serde_json::{Map, Value, json};

use super::{DEFAULT_TOML, SettingsError};

/// Made from the delivered defaults, which hold every key.
pub(crate) fn schema() -> Result<Value, SettingsError> {
    let defaults = super::parse("default.toml", DEFAULT_TOML)?;
    let mut root = object("", &defaults);
    root["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    root["title"] = json!("FacePay settings");
    Ok(root)
}

fn object(path: &str, table: &toml::Table) -> Value {
    let mut properties = Map::new();
    for (name, value) in table {
        let key = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        properties.insert(name.clone(), property(&key, value));
    }
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

fn property(key: &str, value: &toml::Value) -> Value {
    let kind = match value {
        // The plugins check their own settings.
        toml::Value::Table(_) if key == "plugins.settings" => return json!({ "type": "object" }),
        toml::Value::Table(table) => return object(key, table),
        toml::Value::Array(_) if key == "cameras.list" => return cameras(),
        toml::Value::Array(_) if ["plugins.recognition_set", "plugins.recognition_shadow"].contains(&key) => {
            return recognisers();
        }
        toml::Value::Array(_) => {
            return json!({ "type": "array", "items": { "type": "string" }, "default": value });
        }
        toml::Value::Integer(_) => "integer",
        toml::Value::Float(_) => "number",
        toml::Value::Boolean(_) => "boolean",
        toml::Value::String(_) | toml::Value::Datetime(_) => "string",
    };
    let mut schema = json!({ "type": kind, "default": value });
    let words: &[&str] = match key {
        "compute.device" => &["auto", "gpu", "cpu"],
        "log.format" => &["text", "json"],
        "profile" => &["", "demo", "production"],
        _ => &[],
    };
    if !words.is_empty() {
        schema["enum"] = json!(words);
    }
    schema
}

fn cameras() -> Value {
    let text = json!({ "type": "string" });
    json!({
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "id": { "type": "string", "pattern": "^[a-z0-9-]{1,40}$" },
                "source": text,
                "name": text,
                "decode": { "type": "string", "enum": ["all", "key-frames"], "default": "all" },
            },
            "required": ["id", "source"],
            "additionalProperties": false,
        },
    })
}

fn recognisers() -> Value {
    json!({
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "plugin": { "type": "string", "minLength": 1 },
                "weight": { "type": "number", "exclusiveMinimum": 0 },
                "settings": { "type": "object" },
            },
            "required": ["plugin", "weight"],
            "additionalProperties": false,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_knows_every_section_and_refuses_other_keys() {
        let schema = schema().unwrap();
        assert_eq!(schema["properties"]["server"]["properties"]["connections_max"]["type"], "integer");
        assert_eq!(schema["properties"]["compute"]["properties"]["device"]["enum"][1], "gpu");
        assert_eq!(schema["properties"]["policy"]["additionalProperties"], false);
        assert_eq!(schema["properties"]["plugins"]["properties"]["settings"], json!({ "type": "object" }));
    }
}
