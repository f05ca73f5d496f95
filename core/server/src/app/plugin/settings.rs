//! A plugin's settings: shown with what they may be, and tried before anybody writes them into a file.

use std::collections::BTreeMap;
use std::sync::Arc;

use plugin_host::{Plugin, PluginState, Schema, SettingsError};
use serde_json::{Map, Value, json};

use super::change::{TRIED_WITHIN, known};
use super::golden;
use crate::api::wire::settings::{HiddenSetting, PluginSettings, PluginSettingsCheck, SettingsDifference};
use crate::api::{Problem, chain};
use crate::app::App;
use crate::app::settings::{at, written};
use crate::plugins::{Hidden, Place, Plugins, Told};
use crate::settings::Settings;

/// The settings of a plugin at work, and what they may be.
pub(crate) async fn shown(app: &App, id: &str) -> Result<PluginSettings, Problem> {
    let places = known(app, id)?;
    let plugin = places[0].mount().plugin();
    let schema = schema(&plugin)?;
    let Told { values, hidden } = told(app, &schema, &in_force(&plugin)?);
    let reading = app.clone();
    // Files are read again: they may say otherwise than at the start.
    let files = tokio::task::spawn_blocking(move || reading.plugins().settings_with(None)).await;
    let files = files.map_err(|error| Problem::internal(&error))?;
    let sources = sources(files.as_ref().unwrap_or(app.settings()), &places);
    let name = places[0].recipe().name().to_owned();
    let hidden = hidden.into_iter().map(HiddenSetting::from).collect();
    Ok(PluginSettings { plugin: plugin.manifest().id.clone(), name, schema, values, hidden, sources })
}

impl From<Hidden> for HiddenSetting {
    fn from(Hidden { key, names_secrets, found, misses_one }: Hidden) -> Self {
        Self { key, names_secrets, found, misses_one }
    }
}

/// Whether the plugin goes to work with `changes` in the topmost file, everywhere it is at work, and what would be different. It is
/// loaded beside the one at work, tried, and ended.
pub(crate) async fn check(
    app: &App,
    id: &str,
    changes: Map<String, Value>,
) -> Result<PluginSettingsCheck, Problem> {
    let places = known(app, id)?;
    let proposed = written(&["plugins", "settings", places[0].recipe().name()], &changes)?;
    let _turn = app.plugins().turn().lock().await;
    let before = places[0].mount().plugin();
    let schema = schema(&before)?;
    let trying = {
        let (app, places) = (app.clone(), places.clone());
        tokio::task::spawn_blocking(move || tried(&app, &places, proposed))
    };
    // One that hangs keeps its thread, but not the turn.
    let tried = tokio::time::timeout(TRIED_WITHIN, trying).await;
    let late = || Err(Flaw::from(format!("it did not come up within {TRIED_WITHIN:?}")));
    let (settings, now) =
        match tried.unwrap_or_else(|_| Ok(late())).map_err(|error| Problem::internal(&error))? {
            Ok(tried) => tried,
            Err(Flaw { problem, key }) => {
                let (changes, secrets_missing) = (Vec::new(), Vec::new());
                let problem = Some(problem);
                return Ok(PluginSettingsCheck { valid: false, problem, key, changes, secrets_missing });
            }
        };
    let before = in_force(&before)?;
    let (were, are) = (told(app, &schema, &before), told(app, &schema, &now));
    let sources_now = sources(app.settings(), &places);
    let sources = sources(&settings, &places);
    let differs = |key: String| {
        let name = key.split('.').next().unwrap_or(&key);
        let layer = |of: &BTreeMap<String, String>| of.get(name).cloned().unwrap_or_default();
        let overridden = is_above_files(&layer(&sources));
        let (from, to) = (at(&before, &key), at(&now, &key));
        let (source, different) = (layer(&sources_now), from != to);
        let (from, to) = (were.shown(&key, &from), are.shown(&key, &to));
        (different || overridden).then_some(SettingsDifference { key, from, to, source, overridden })
    };
    let changes = changes.into_iter().filter_map(|(key, _)| differs(key)).collect();
    let missing = are.hidden.into_iter().filter(|hidden| hidden.names_secrets && hidden.misses_one);
    let secrets_missing = missing.map(|hidden| hidden.key).collect();
    Ok(PluginSettingsCheck { valid: true, problem: None, key: None, changes, secrets_missing })
}

/// Why settings are of no use.
struct Flaw {
    problem: String,
    key: Option<String>,
}

impl From<String> for Flaw {
    fn from(problem: String) -> Self {
        Self { problem, key: None }
    }
}

impl From<SettingsError> for Flaw {
    fn from(error: SettingsError) -> Self {
        let key = match &error {
            SettingsError::Value { path, .. } if path != "settings" => path.split('[').next(),
            _ => None,
        };
        Self { key: key.map(str::to_owned), problem: error.to_string() }
    }
}

/// All settings with the proposed ones over them, and those that the plugin's first place would have. Blocks.
fn tried(app: &App, places: &[Arc<Place>], proposed: String) -> Result<(Settings, Value), Flaw> {
    let plugins = app.plugins();
    let settings = plugins.settings_with(Some(proposed)).map_err(|error| chain(&error))?;
    for place in places {
        let schema = Schema::parse(&place.mount().plugin().manifest().config_schema)?;
        schema.settle(&Plugins::config_json(place.recipe(), &settings))?;
    }
    let portrait = golden::Portrait::new().map_err(|error| chain(&error))?;
    let golden = portrait.golden().map_err(|error| error.to_string())?;
    let mut first = None;
    for place in places {
        let (mount, before) = (place.mount(), place.mount().plugin());
        let plugin = plugins.load_on_trial(place.recipe(), &settings).map_err(|error| error.to_string())?;
        mount.may_exchange(&plugin).map_err(|error| error.to_string())?;
        let answers = mount.state() == PluginState::Active;
        plugin.self_test(&golden, answers.then_some(&before)).map_err(|error| chain(&error))?;
        first = first.or(Some(in_force(&plugin).map_err(|_| "its settings are no JSON".to_owned())?));
    }
    Ok((settings, first.unwrap_or_default()))
}

fn told(app: &App, schema: &Value, settings: &Value) -> Told {
    Told::of(schema, settings, |handle| app.plugins().has_secret(handle))
}

/// The schema that the plugin tells; of one that takes no settings that of nothing.
fn schema(plugin: &Plugin) -> Result<Value, Problem> {
    match plugin.manifest().config_schema.trim() {
        "" => Ok(json!({ "type": "object", "properties": {} })),
        text => serde_json::from_str(text).map_err(|error| Problem::internal(&error)),
    }
}

/// The settings that the plugin was configured with, secrets included.
fn in_force(plugin: &Plugin) -> Result<Value, Problem> {
    serde_json::from_str(plugin.settings_json()).map_err(|error| Problem::internal(&error))
}

/// The settings of one place over a plugin's own, as a layer.
const MEMBER: &str = "plugins.recognition_set";

/// Where each of the plugin's keys comes from.
fn sources(settings: &Settings, places: &[Arc<Place>]) -> BTreeMap<String, String> {
    let mut sources = settings.plugin_sources.get(places[0].recipe().name()).cloned().unwrap_or_default();
    let upper = places.iter().flat_map(|place| place.recipe().upper().keys());
    sources.extend(upper.map(|key| (key.clone(), MEMBER.to_owned())));
    sources
}

/// Whether a file of settings changes nothing below this layer.
fn is_above_files(layer: &str) -> bool {
    layer == MEMBER || layer.starts_with("environment ")
}
