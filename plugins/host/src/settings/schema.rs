//! The part of JSON Schema 2020-12 that plugin settings use.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::SettingsError;

/// Deepest nesting of a schema.
const DEPTH_MAX: usize = 16;
/// Marks the handles of secrets.
const SECRET: &str = "x-secret";
/// Longest handle.
const HANDLE_BYTES_MAX: usize = 64;
/// Keywords that describe and check nothing.
const ANNOTATIONS: [&str; 9] =
    ["$schema", "$id", "$comment", "title", "description", "examples", "deprecated", "readOnly", "format"];

/// A schema of settings: `type`, `properties`, `required`, `additionalProperties`, `items`, `enum`, `const`, `default`, bounds
/// of numbers, lengths of texts and arrays, `uniqueItems`, and `x-secret` of handles. Any other keyword that would check something is refused, so that
/// nobody relies on a check that is not made. Unknown settings are refused unless `additionalProperties` allows them.
#[derive(Debug, Clone)]
pub struct Schema {
    types: Vec<String>,
    allowed: Option<Vec<Value>>,
    default: Option<Value>,
    properties: Vec<(String, Schema)>,
    required: Vec<String>,
    additional: bool,
    items: Option<Box<Schema>>,
    bounds: Vec<(Bound, f64)>,
    unique_items: bool,
    secret: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Bound {
    Minimum,
    Maximum,
    ExclusiveMinimum,
    ExclusiveMaximum,
    MinLength,
    MaxLength,
    MinItems,
    MaxItems,
}

impl Bound {
    fn of(keyword: &str) -> Option<Self> {
        Some(match keyword {
            "minimum" => Self::Minimum,
            "maximum" => Self::Maximum,
            "exclusiveMinimum" => Self::ExclusiveMinimum,
            "exclusiveMaximum" => Self::ExclusiveMaximum,
            "minLength" => Self::MinLength,
            "maxLength" => Self::MaxLength,
            "minItems" => Self::MinItems,
            "maxItems" => Self::MaxItems,
            _ => return None,
        })
    }

    /// What is wrong with a value under this bound; `None` when it fits or is of a type that the bound is not about.
    fn problem(self, value: &Value, bound: f64) -> Option<String> {
        let text = || value.as_str().map(|text| text.chars().count() as f64);
        let items = || value.as_array().map(|items| items.len() as f64);
        let (measured, fits): (f64, fn(f64, f64) -> bool) = match self {
            Self::Minimum => (value.as_f64()?, |a, b| a >= b),
            Self::Maximum => (value.as_f64()?, |a, b| a <= b),
            Self::ExclusiveMinimum => (value.as_f64()?, |a, b| a > b),
            Self::ExclusiveMaximum => (value.as_f64()?, |a, b| a < b),
            Self::MinLength => (text()?, |a, b| a >= b),
            Self::MaxLength => (text()?, |a, b| a <= b),
            Self::MinItems => (items()?, |a, b| a >= b),
            Self::MaxItems => (items()?, |a, b| a <= b),
        };
        (!fits(measured, bound)).then(|| match self {
            Self::Minimum => format!("must be at least {bound}"),
            Self::Maximum => format!("must be at most {bound}"),
            Self::ExclusiveMinimum => format!("must be more than {bound}"),
            Self::ExclusiveMaximum => format!("must be less than {bound}"),
            Self::MinLength => format!("must have at least {bound} characters"),
            Self::MaxLength => format!("must have at most {bound} characters"),
            Self::MinItems => format!("must have at least {bound} items"),
            Self::MaxItems => format!("must have at most {bound} items"),
        })
    }
}

impl Schema {
    /// Reads a schema. An empty text is the schema of a plugin without settings.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        let text = if text.trim().is_empty() { r#"{"type":"object"}"# } else { text };
        let value = serde_json::from_str(text).map_err(|error| SettingsError::Schema(error.to_string()))?;
        Self::of(&value, "settings", 0)
    }

    fn of(value: &Value, path: &str, depth: usize) -> Result<Self, SettingsError> {
        let refused = |what: String| Err(SettingsError::Schema(format!("{path}: {what}")));
        let Some(keywords) = value.as_object() else { return refused("a schema has to be an object".into()) };
        if depth > DEPTH_MAX {
            return refused(format!("nested more than {DEPTH_MAX} deep"));
        }
        let mut schema = Self {
            types: Vec::new(),
            allowed: None,
            default: None,
            properties: Vec::new(),
            required: Vec::new(),
            additional: false,
            items: None,
            bounds: Vec::new(),
            unique_items: false,
            secret: false,
        };
        for (keyword, value) in keywords {
            let taken = schema.take(keyword, value, path, depth)?;
            let says_nothing =
                ANNOTATIONS.contains(&keyword.as_str()) || (keyword.starts_with("x-") && keyword != SECRET);
            if !taken && !says_nothing {
                return refused(format!("keyword {keyword} is malformed or not supported"));
            }
        }
        match schema.required.iter().find(|name| !schema.knows(name)) {
            Some(name) => refused(format!("requires {name}, which is no property")),
            None => Ok(schema),
        }
    }

    /// Takes one keyword; false when it is not one of ours or malformed.
    fn take(
        &mut self,
        keyword: &str,
        value: &Value,
        path: &str,
        depth: usize,
    ) -> Result<bool, SettingsError> {
        let texts = |value: &Value| -> Option<Vec<String>> {
            value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect()
        };
        Ok(match keyword {
            "type" => {
                let types = value.as_str().map(|one| vec![one.to_owned()]).or_else(|| texts(value));
                put(&mut self.types, types.filter(|all| all.iter().all(|one| is_type(one))))
            }
            "enum" => put(&mut self.allowed, value.as_array().cloned().map(Some)),
            "const" => put(&mut self.allowed, Some(Some(vec![value.clone()]))),
            "default" => put(&mut self.default, Some(Some(value.clone()))),
            "required" => put(&mut self.required, texts(value)),
            "additionalProperties" => put(&mut self.additional, value.as_bool()),
            SECRET => put(&mut self.secret, value.as_bool()),
            "uniqueItems" => put(&mut self.unique_items, value.as_bool()),
            "items" => {
                let items = Self::of(value, &format!("{path}[]"), depth + 1)?;
                put(&mut self.items, Some(Some(Box::new(items))))
            }
            "properties" => {
                let Some(properties) = value.as_object() else { return Ok(false) };
                for (name, child) in properties {
                    let child = Self::of(child, &format!("{path}.{name}"), depth + 1)?;
                    self.properties.push((name.clone(), child));
                }
                true
            }
            _ => {
                let bound = Bound::of(keyword).zip(value.as_f64());
                self.bounds.extend(bound);
                bound.is_some()
            }
        })
    }

    fn knows(&self, name: &str) -> bool {
        self.properties.iter().any(|(known, _)| known == name)
    }

    /// Checks a value and fills in defaults below it.
    pub(super) fn check(&self, value: &mut Value, path: &str) -> Result<(), SettingsError> {
        let wrong = |problem: String| Err(SettingsError::Value { path: path.to_owned(), problem });
        if !self.types.is_empty() && !self.types.iter().any(|one| has_type(value, one)) {
            return wrong(format!("must be of type {}", self.types.join(" or ")));
        }
        if let Some(allowed) = &self.allowed
            && !allowed.contains(value)
        {
            let allowed: Vec<String> = allowed.iter().map(Value::to_string).collect();
            return wrong(format!("must be {}", allowed.join(" or ")));
        }
        if let Some(problem) = self.bounds.iter().find_map(|(bound, limit)| bound.problem(value, *limit)) {
            return wrong(problem);
        }
        match value {
            Value::Object(fields) => self.check_fields(fields, path),
            Value::Array(items) => self.check_items(items, path),
            Value::String(handle) if self.secret && !handle.is_empty() && !is_handle(handle) => wrong(
                "must be the name of a secret, which is a file in secrets.folder, and not the secret".into(),
            ),
            _ => Ok(()),
        }
    }

    /// The handles in settings that were checked: each text under an `x-secret`.
    pub(crate) fn handles(&self, value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                for (name, child) in &self.properties {
                    if let Some(value) = fields.get(name) {
                        child.handles(value, found);
                    }
                }
            }
            Value::Array(items) => {
                for (schema, item) in items.iter().filter_map(|item| Some((self.items.as_ref()?, item))) {
                    schema.handles(item, found);
                }
            }
            Value::String(handle) if self.secret && !handle.is_empty() => {
                found.insert(handle.clone());
            }
            _ => {}
        }
    }

    fn check_fields(&self, fields: &mut Map<String, Value>, path: &str) -> Result<(), SettingsError> {
        let at = |name: &str| if path == "settings" { name.to_owned() } else { format!("{path}.{name}") };
        let wrong = |name: &str, problem: String| Err(SettingsError::Value { path: at(name), problem });
        if !self.additional
            && let Some(name) = fields.keys().find(|name| !self.knows(name))
        {
            let known: Vec<&str> = self.properties.iter().map(|(name, _)| name.as_str()).collect();
            let known = if known.is_empty() { "there are none".to_owned() } else { known.join(", ") };
            return wrong(name, format!("is no setting; settings are: {known}"));
        }
        for (name, child) in &self.properties {
            if let Some(default) = child.default.as_ref().filter(|_| !fields.contains_key(name)) {
                fields.insert(name.clone(), default.clone());
            }
            match fields.get_mut(name) {
                Some(value) => child.check(value, &at(name))?,
                None if self.required.contains(name) => return wrong(name, "is missing".into()),
                None => {}
            }
        }
        Ok(())
    }

    fn check_items(&self, items: &mut [Value], path: &str) -> Result<(), SettingsError> {
        if let Some(schema) = &self.items {
            for (index, item) in items.iter_mut().enumerate() {
                schema.check(item, &format!("{path}[{index}]"))?;
            }
        }
        let repeated = |index: usize| items[..index].contains(&items[index]);
        match (0..items.len()).find(|index| self.unique_items && repeated(*index)) {
            Some(index) => Err(SettingsError::Value {
                path: format!("{path}[{index}]"),
                problem: "is there twice".into(),
            }),
            None => Ok(()),
        }
    }
}

/// Whether a text can be the name of a secret: of a file in one folder, and safe to be shown.
fn is_handle(text: &str) -> bool {
    text.len() <= HANDLE_BYTES_MAX
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

/// Fills a slot when there is something to fill it with.
fn put<T>(slot: &mut T, value: Option<T>) -> bool {
    let found = value.is_some();
    if let Some(value) = value {
        *slot = value;
    }
    found
}

fn is_type(name: &str) -> bool {
    matches!(name, "object" | "array" | "string" | "number" | "integer" | "boolean" | "null")
}

fn has_type(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => {
            value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|number| number.fract() == 0.0)
        }
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => false,
    }
}
