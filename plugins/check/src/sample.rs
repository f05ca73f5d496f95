//! Settings made from a schema: the least that it asks for, and others by chance.

use serde_json::{Map, Number, Value, json};

use crate::seed::Chance;

/// Deepest nesting that is followed, as deep as the host's schema goes.
const DEPTH_MAX: usize = 16;
/// What handles of secrets in samples begin with, so that they are recognised where they must not be.
pub(crate) const CANARY: &str = "canary-in-the-mine";

/// Makes values of schemas.
pub(crate) struct Sampler<'a> {
    chance: &'a mut Chance,
}

impl<'a> Sampler<'a> {
    pub(crate) fn new(chance: &'a mut Chance) -> Self {
        Self { chance }
    }

    /// The required fields without a default, each as simple as may be.
    pub(crate) fn least(&mut self, schema: &Value) -> Value {
        self.value(schema, false, 0)
    }

    /// Any fields with any values; most fit the schema.
    pub(crate) fn any(&mut self, schema: &Value) -> Value {
        self.value(schema, true, 0)
    }

    fn value(&mut self, schema: &Value, by_chance: bool, depth: usize) -> Value {
        if let Some(only) = schema.get("const") {
            return only.clone();
        }
        if let Some(allowed) = schema["enum"].as_array().filter(|allowed| !allowed.is_empty()) {
            let index = if by_chance { self.chance.below(allowed.len() as u64) as usize } else { 0 };
            return allowed[index].clone();
        }
        if let Some(default) = schema.get("default").filter(|_| !by_chance || self.chance.once_in(3)) {
            return default.clone();
        }
        match kind(schema) {
            _ if depth > DEPTH_MAX => Value::Null,
            "object" => self.object(schema, by_chance, depth),
            "array" => self.array(schema, by_chance, depth),
            "integer" | "number" => self.number(schema, by_chance),
            "boolean" => Value::Bool(by_chance && self.chance.once_in(2)),
            "null" => Value::Null,
            _ => self.text(schema, by_chance),
        }
    }

    fn object(&mut self, schema: &Value, by_chance: bool, depth: usize) -> Value {
        let Some(properties) = schema["properties"].as_object() else { return json!({}) };
        let required = required(schema);
        let mut fields = Map::new();
        for (name, property) in properties {
            let needed = required.contains(&name.as_str()) && property.get("default").is_none();
            if needed || by_chance && self.chance.once_in(2) {
                fields.insert(name.clone(), self.value(property, by_chance, depth + 1));
            }
        }
        Value::Object(fields)
    }

    fn array(&mut self, schema: &Value, by_chance: bool, depth: usize) -> Value {
        let least = schema["minItems"].as_u64().unwrap_or(0);
        let more = if by_chance { self.chance.below(4) } else { 0 };
        let count = (least + more).min(schema["maxItems"].as_u64().unwrap_or(u64::MAX));
        let item = schema.get("items").cloned().unwrap_or_else(|| json!({ "type": "string" }));
        Value::Array((0..count).map(|_| self.value(&item, by_chance, depth + 1)).collect())
    }

    fn number(&mut self, schema: &Value, by_chance: bool) -> Value {
        let whole = kind(schema) == "integer";
        let step = if whole { 1.0 } else { f64::EPSILON };
        let bound = |keyword: &str| schema[keyword].as_f64();
        let least = bound("minimum").or(bound("exclusiveMinimum").map(|bound| bound + step));
        let most = bound("maximum").or(bound("exclusiveMaximum").map(|bound| bound - step));
        let low = least.unwrap_or(most.map_or(0.0, |most| most.min(0.0)));
        let high = most.unwrap_or(low.max(0.0) + 1000.0);
        let value = match by_chance.then(|| self.chance.below(4)) {
            None | Some(0) => low,
            Some(1) => high,
            Some(_) => low + (high - low) * self.chance.unit(),
        };
        match whole {
            true => json!(value.round() as i64),
            false => Number::from_f64(value).map_or(Value::Null, Value::Number),
        }
    }

    fn text(&mut self, schema: &Value, by_chance: bool) -> Value {
        if schema["x-secret"] == true {
            return json!(CANARY);
        }
        let least = schema["minLength"].as_u64().unwrap_or(0);
        let more = if by_chance { self.chance.below(40) } else { 0 };
        let count = (least + more).min(schema["maxLength"].as_u64().unwrap_or(u64::MAX)).min(4096);
        let letters: Vec<char> =
            if by_chance { "aZ0 \"\\\u{e9}\u{4e2d}\n\0%${".chars().collect() } else { vec!['a'] };
        let text = (0..count).map(|_| letters[self.chance.below(letters.len() as u64) as usize]);
        json!(text.collect::<String>())
    }
}

/// The first type that a schema allows; a schema without one is of an object where it has properties.
fn kind(schema: &Value) -> &str {
    let named = schema["type"].as_str().or_else(|| schema["type"][0].as_str());
    named.unwrap_or(if schema["properties"].is_object() { "object" } else { "string" })
}

/// The names of an object's required fields.
pub(crate) fn required(schema: &Value) -> Vec<&str> {
    schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Value {
        json!({ "type": "object", "required": ["key", "level"], "properties": {
            "key": { "type": "string", "x-secret": true },
            "level": { "type": "integer", "minimum": 3, "maximum": 5 },
            "scale": { "type": "number", "default": 2.0 },
            "names": { "type": "array", "minItems": 1, "maxItems": 3, "items": { "type": "string", "minLength": 2 } }
        }})
    }

    #[test]
    fn the_least_settings_hold_what_is_required_and_has_no_default() {
        let least = Sampler::new(&mut Chance::from_seed(1)).least(&schema());
        assert_eq!(least, json!({ "key": CANARY, "level": 3 }));
    }

    #[test]
    fn settings_by_chance_fit_their_schema_and_differ() {
        let checked = plugin_host::Schema::parse(&schema().to_string()).unwrap();
        let mut chance = Chance::from_seed(7);
        let made: Vec<Value> = (0..200).map(|_| Sampler::new(&mut chance).any(&schema())).collect();
        for settings in &made {
            assert!(checked.settle(&settings.to_string()).is_ok(), "{settings}");
        }
        assert!(made.iter().any(|settings| settings != &made[0]));
    }

    #[test]
    fn the_same_seed_makes_the_same_settings() {
        let make = || Sampler::new(&mut Chance::from_seed(9)).any(&schema());
        assert_eq!(make(), make());
    }
}
