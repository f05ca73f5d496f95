//! As much of JSON Schema (2020-12) as the interface's document uses.

use serde_json::Value;

/// What `value` at `place` has that `schema` of `document` does not allow.
pub(crate) fn faults(document: &Value, schema: &Value, value: &Value, place: &str) -> Vec<String> {
    let fault = |what: String| vec![format!("{place}: {what}, found {value}")];
    if let Some(reference) = schema["$ref"].as_str() {
        return faults(document, resolved(document, reference), value, place);
    }
    if let Some(parts) = schema["allOf"].as_array() {
        return parts.iter().flat_map(|part| faults(document, part, value, place)).collect();
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let fitting =
            choices.iter().filter(|choice| faults(document, choice, value, place).is_empty()).count();
        return if fitting == 1 {
            Vec::new()
        } else {
            fault(format!("one of them has to fit, {fitting} do"))
        };
    }
    if !is_of_type(&schema["type"], value) {
        return fault(format!("has to be {}", schema["type"]));
    }
    if schema["enum"].as_array().is_some_and(|names| !names.contains(value)) {
        return fault(format!("has to be in {}", schema["enum"]));
    }
    match value {
        Value::String(text) => text_fault(schema, text).map_or(Vec::new(), |what| fault(what.to_owned())),
        Value::Number(number) => {
            let (least, most) = (schema["minimum"].as_f64(), schema["maximum"].as_f64());
            let number = number.as_f64().unwrap_or(f64::NAN);
            let within = least.is_none_or(|least| number >= least) && most.is_none_or(|most| number <= most);
            if within { Vec::new() } else { fault(format!("has to be within {least:?} and {most:?}")) }
        }
        Value::Array(items) => {
            let each = |(at, item)| faults(document, &schema["items"], item, &format!("{place}/{at}"));
            items.iter().enumerate().flat_map(each).collect()
        }
        Value::Object(fields) => {
            let named = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let missing = named.filter(|name| !fields.contains_key(*name));
            let missing = missing.map(|name| format!("{place}: {name} is missing")).collect::<Vec<_>>();
            let known = fields.iter().flat_map(|(name, field)| match schema["properties"].get(name) {
                Some(schema) => faults(document, schema, field, &format!("{place}/{name}")),
                None if schema["additionalProperties"] == false => {
                    vec![format!("{place}: {name} is unknown")]
                }
                None => Vec::new(),
            });
            missing.into_iter().chain(known).collect()
        }
        Value::Null | Value::Bool(_) => Vec::new(),
    }
}

/// What a reference within `document` points to.
pub(crate) fn resolved<'a>(document: &'a Value, reference: &str) -> &'a Value {
    let found = reference.strip_prefix('#').and_then(|pointer| document.pointer(pointer));
    found.unwrap_or_else(|| panic!("{reference} points to nothing"))
}

fn is_of_type(names: &Value, value: &Value) -> bool {
    let is = |name: &Value| match name.as_str() {
        Some("null") => value.is_null(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("number") => value.is_number(),
        Some("string") => value.is_string(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        _ => true,
    };
    names.as_array().map_or_else(|| is(names), |names| names.iter().any(is))
}

fn text_fault(schema: &Value, text: &str) -> Option<&'static str> {
    let chars = u64::try_from(text.chars().count()).unwrap();
    let fits = match schema["format"].as_str() {
        Some("uuid") => text.len() == 36 && text.parse::<uuid::Uuid>().is_ok(),
        Some("date-time") => text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok(),
        Some("date") => text.parse::<jiff::civil::Date>().is_ok(),
        _ => true,
    };
    match () {
        () if !fits => Some("has not the format"),
        () if schema["minLength"].as_u64().is_some_and(|least| chars < least) => Some("is too short"),
        () if schema["maxLength"].as_u64().is_some_and(|most| chars > most) => Some("is too long"),
        () if schema["pattern"].as_str().is_some_and(|pattern| !has_pattern(pattern, text)) => {
            Some("has not the pattern")
        }
        () => None,
    }
}

/// The patterns of answers are one class of letters and how often: `^[0-9a-f]{64}$`, `^[a-z0-9-]{1,40}$`.
fn has_pattern(pattern: &str, text: &str) -> bool {
    let parts = pattern.strip_prefix("^[").and_then(|rest| rest.strip_suffix("}$")?.split_once("]{"));
    let (class, times) = parts.unwrap_or_else(|| panic!("{pattern} is of no such form"));
    let (least, most) = times.split_once(',').unwrap_or((times, times));
    let (least, most) = (least.parse::<usize>().unwrap(), most.parse::<usize>().unwrap());
    (least..=most).contains(&text.len()) && text.chars().all(|letter| is_in(class, letter))
}

fn is_in(class: &str, letter: char) -> bool {
    let class: Vec<char> = class.chars().collect();
    let mut at = 0;
    while at < class.len() {
        let ranged = class.get(at + 1) == Some(&'-') && class.get(at + 2).is_some();
        let (from, to) = if ranged { (class[at], class[at + 2]) } else { (class[at], class[at]) };
        if (from..=to).contains(&letter) {
            return true;
        }
        at += if ranged { 3 } else { 1 };
    }
    false
}

#[test]
fn what_a_schema_does_not_allow_is_found() {
    use serde_json::json;
    let document = json!({ "id": { "type": "string", "format": "uuid" } });
    let digits = json!({ "type": ["string", "null"], "pattern": "^[0-9a-f]{2,4}$" });
    let person = json!({
        "type": "object",
        "required": ["id"],
        "properties": { "id": { "$ref": "#/id" }, "age": { "type": "integer", "minimum": 0 } },
        "additionalProperties": false,
    });
    let id = "01938f5e-7a6b-7c01-8000-00000000002a";
    for (schema, value, faulty) in [
        (&digits, json!("0af"), 0),
        (&digits, json!(null), 0),
        (&digits, json!("0ag"), 1),
        (&digits, json!("0af00"), 1),
        (&digits, json!(7), 1),
        (&person, json!({ "id": id, "age": 3 }), 0),
        (&person, json!({ "age": -1 }), 2),
        (&person, json!({ "id": "x", "colour": 1 }), 2),
        (&json!({ "oneOf": [{ "type": "integer" }, { "type": "null" }] }), json!("x"), 1),
        (&json!({ "type": "array", "items": { "enum": ["a", "b"] } }), json!(["a", "c", "d"]), 2),
        (&json!({ "type": "string", "format": "date-time" }), json!("2026-01-31"), 1),
        (&json!({ "allOf": [{ "type": "object" }, { "required": ["a"] }] }), json!({}), 1),
    ] {
        assert_eq!(faults(&document, schema, &value, "").len(), faulty, "{schema} {value}");
    }
}
