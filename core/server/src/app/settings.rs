//! Settings shown and tried. They are changed in files, which the console has no rights to.

use serde_json::{Map, Value};

use super::App;
use crate::api::Problem;
use crate::api::wire::settings::{SettingsCheck, SettingsDifference};
use crate::settings::{Layers, Settings};

/// Every key with its value in force, without secrets.
pub(crate) fn values(settings: &Settings) -> Result<Value, Problem> {
    let table: toml::Table =
        toml::from_str(&settings.redacted()).map_err(|error| Problem::internal(&error))?;
    serde_json::to_value(table).map_err(|error| Problem::internal(&error))
}

/// Whether the appliance would start with `changes` in its topmost file, and what would be different.
pub(crate) async fn check(app: &App, changes: Map<String, Value>) -> Result<SettingsCheck, Problem> {
    let proposed = written(&[], &changes)?;
    let keys: Vec<String> = changes.keys().cloned().collect();
    let (now, layers) = (values(app.settings())?, app.settings().layers.clone());
    let layers = Layers { proposed: Some(proposed), ..layers };
    // Files are read again, and checked against the disk.
    let loaded = tokio::task::spawn_blocking(move || Settings::load(&layers)).await;
    let then = match loaded.map_err(|error| Problem::internal(&error))? {
        Ok(settings) => settings,
        Err(error) => {
            return Ok(SettingsCheck { valid: false, problem: Some(error.to_string()), changes: Vec::new() });
        }
    };
    let told = values(&then)?;
    let differs = |key: String| {
        let source = then.sources.get(&key).cloned().unwrap_or_default();
        let overridden = source.starts_with("environment ");
        let source = app.settings().sources.get(&key).cloned().unwrap_or(source);
        let (from, to) = (at(&now, &key), at(&told, &key));
        (from != to || overridden).then_some(SettingsDifference { key, from, to, source, overridden })
    };
    let changes = keys.into_iter().filter_map(differs).collect();
    Ok(SettingsCheck { valid: true, problem: None, changes })
}

/// The value of a key; null where there is none.
pub(super) fn at(values: &Value, key: &str) -> Value {
    key.split('.').fold(values, |value, name| &value[name]).clone()
}

/// Deeper than any setting, and shallow enough for whatever walks a table by recursion.
const DEPTH_MAX: usize = 16;

/// The changes as a file would have them, in the table `under` which they lie.
pub(super) fn written(under: &[&str], changes: &Map<String, Value>) -> Result<String, Problem> {
    let not_told = |detail: String| Problem::unprocessable("settings_not_told", detail);
    let mut root = Map::new();
    for (key, value) in changes {
        if key.split('.').count() > DEPTH_MAX {
            return Err(not_told(format!("no setting lies {DEPTH_MAX} tables deep: `{key:.80}`")));
        }
        let (tables, name) = key.rsplit_once('.').unwrap_or(("", key));
        let mut table = &mut root;
        let parts = under.iter().copied().chain(tables.split('.').filter(|part| !part.is_empty()));
        for part in parts {
            let inner = table.entry(part).or_insert_with(|| Value::Object(Map::new()));
            table = inner
                .as_object_mut()
                .ok_or_else(|| not_told(format!("`{part}` is told as a value and as a table")))?;
        }
        table.insert(name.to_owned(), value.clone());
    }
    // JSON's null is nothing that a setting can be.
    let table = toml::Table::try_from(&root).map_err(|error| not_told(error.to_string()))?;
    toml::to_string(&table).map_err(|error| not_told(error.to_string()))
}
