//! A plugin's settings, checked against its schema before the plugin sees them.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

mod schema;

pub use schema::Schema;

/// Which plugin of a library to load, and its settings.
#[derive(Clone, Default)]
pub struct PluginSettings {
    /// The plugin's id, as its descriptor says it.
    pub id: String,
    /// A JSON object; empty for one without fields.
    pub config_json: String,
}

/// Settings that fit their schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// A JSON object.
    pub json: String,
    /// The secrets that they name, and no others.
    pub secret_handles: BTreeSet<String>,
}

/// What is wrong with settings or with the schema that they are checked against. Values are never named: they may be secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The plugin's schema is no JSON, or uses a keyword that is not checked here.
    #[error("the plugin's schema cannot be used: {0}")]
    Schema(String),
    /// The settings are no JSON.
    #[error("not JSON: {0}")]
    Json(String),
    /// One setting is wrong.
    #[error("{path}: {problem}")]
    Value {
        /// Where, for example `currencies[1]`; `settings` is the whole.
        path: String,
        /// What is wrong and what is allowed.
        problem: String,
    },
}

impl Schema {
    /// The settings with defaults filled in. Fails when one does not fit.
    pub fn settle(&self, config_json: &str) -> Result<Settled, SettingsError> {
        let mut settings = match config_json.trim() {
            "" => Value::Object(Map::new()),
            text => serde_json::from_str(text).map_err(|error| SettingsError::Json(error.to_string()))?,
        };
        self.check(&mut settings, "settings")?;
        let mut secret_handles = BTreeSet::new();
        self.handles(&settings, &mut secret_handles);
        Ok(Settled { json: settings.to_string(), secret_handles })
    }
}

#[cfg(test)]
mod tests;
