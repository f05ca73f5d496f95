//! Settings against schemas, row by row.

use super::*;

const SCHEMA: &str = r#"{
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["endpoint"],
    "properties": {
        "endpoint": { "type": "string", "minLength": 3 },
        "key": { "type": "string", "x-secret": true, "maxLength": 4 },
        "tries": { "type": "integer", "minimum": 1, "maximum": 5, "default": 3 },
        "mode": { "enum": ["live", "test"] },
        "currencies": { "type": "array", "items": { "type": "string", "minLength": 3, "maxLength": 3 },
                        "minItems": 1, "uniqueItems": true },
        "nested": { "type": "object", "properties": { "on": { "type": "boolean" } } }
    }
}"#;

fn refused(settings: &str) -> String {
    let schema = Schema::parse(SCHEMA).unwrap();
    schema
        .settle(settings)
        .map_or_else(|error| error.to_string(), |settled| format!("accepted {}", settled.json))
}

#[test]
fn each_wrong_setting_is_named_with_what_is_allowed() {
    let rows = [
        (r#"{}"#, "endpoint: is missing"),
        (r#"{"endpoint": 7}"#, "endpoint: must be of type string"),
        (r#"{"endpoint": "ab"}"#, "endpoint: must have at least 3 characters"),
        (r#"{"endpoint": "abc", "tries": 0}"#, "tries: must be at least 1"),
        (r#"{"endpoint": "abc", "tries": 6}"#, "tries: must be at most 5"),
        (r#"{"endpoint": "abc", "tries": 1.5}"#, "tries: must be of type integer"),
        (r#"{"endpoint": "abc", "mode": "dev"}"#, r#"mode: must be "live" or "test""#),
        (r#"{"endpoint": "abc", "currencies": []}"#, "currencies: must have at least 1 items"),
        (r#"{"endpoint": "abc", "currencies": ["EU"]}"#, "currencies[0]: must have at least 3 characters"),
        (r#"{"endpoint": "abc", "currencies": ["EUR", "EUR"]}"#, "currencies[1]: is there twice"),
        (r#"{"endpoint": "abc", "nested": {"on": 1}}"#, "nested.on: must be of type boolean"),
        (r#"{"endpoint": "abc", "nested": {"off": 1}}"#, "nested.off: is no setting; settings are: on"),
        (r#"[]"#, "settings: must be of type object"),
    ];
    for (settings, expected) in rows {
        assert_eq!(refused(settings), expected, "{settings}");
    }
    assert!(
        refused(r#"{"endpoint": "abc", "tires": 2}"#)
            .starts_with("tires: is no setting; settings are: endpoint")
    );
    assert!(refused("{").starts_with("not JSON"));
}

#[test]
fn a_refused_secret_is_not_repeated_in_the_error() {
    let error = refused(r#"{"endpoint": "abc", "key": "hunter2hunter2"}"#);
    assert_eq!(error, "key: must have at most 4 characters");
}

#[test]
fn only_what_is_marked_secret_is_a_handle() {
    let schema = r#"{"type":"object","properties":{
        "key":{"type":"string","x-secret":true}, "endpoint":{"type":"string"},
        "old":{"type":"array","items":{"type":"string","x-secret":true}},
        "nested":{"type":"object","properties":{"pin":{"type":"string","x-secret":true,"default":"acme.pin"}}}}}"#;
    let schema = Schema::parse(schema).unwrap();
    let handles = |text: &str| Vec::from_iter(schema.settle(text).unwrap().secret_handles);
    assert_eq!(
        handles(r#"{"key":"a","endpoint":"b","old":["c","d",""],"nested":{}}"#),
        ["a", "acme.pin", "c", "d"]
    );
    assert!(handles(r#"{"key":"","endpoint":"b"}"#).is_empty());
    for wrong in ["../a", "a/b", ".a", "sk live", &"a".repeat(65), "ä"] {
        let error = schema.settle(&format!(r#"{{"key":"{wrong}"}}"#)).unwrap_err().to_string();
        assert!(error.starts_with("key: must be the name of a secret") && !error.contains(wrong), "{error}");
    }
    let error = Schema::parse(r#"{"type":"string","x-secret":"yes"}"#).unwrap_err().to_string();
    assert!(error.contains("keyword x-secret"), "{error}");
}

#[test]
fn a_default_is_filled_in_and_a_given_value_is_kept() {
    let schema = Schema::parse(SCHEMA).unwrap();
    let settled = |text: &str| serde_json::from_str::<Value>(&schema.settle(text).unwrap().json).unwrap();
    assert_eq!(settled(r#"{"endpoint": "abc"}"#)["tries"], 3);
    assert_eq!(settled(r#"{"endpoint": "abc", "tries": 5}"#)["tries"], 5);
}

#[test]
fn a_plugin_without_a_schema_takes_no_settings() {
    let schema = Schema::parse("").unwrap();
    assert_eq!(schema.settle("").unwrap().json, "{}");
    assert_eq!(
        schema.settle(r#"{"a": 1}"#).unwrap_err().to_string(),
        "a: is no setting; settings are: there are none"
    );
}

#[test]
fn a_schema_with_a_check_that_is_not_made_is_refused() {
    let rows = [
        (r#"{"type": "object", "properties": {"a": {"pattern": "x"}}}"#, "settings.a: keyword pattern"),
        (r#"{"type": "map"}"#, "settings: keyword type"),
        (r#"{"type": "object", "required": ["a"]}"#, "requires a, which is no property"),
        (r#"true"#, "a schema has to be an object"),
        (r#"{"#, "EOF"),
    ];
    for (schema, expected) in rows {
        let error = Schema::parse(schema).unwrap_err().to_string();
        assert!(error.contains(expected), "{schema}: {error}");
    }
}
