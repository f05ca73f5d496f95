//! Plugins at work: which are loaded, and a word to the listeners when one goes out of use.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use plugin_host::{CallError, Plugin, PluginState};
use serde_json::{Value, json};

use super::App;
use crate::effects;

/// A plugin goes out of use by itself, whoever called it, so its state is looked at so often.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// Every loaded plugin.
pub(super) fn loaded(app: &App) -> Vec<Arc<Plugin>> {
    let mut loaded: Vec<_> = app.vision().map(|vision| vision.plugins().to_vec()).unwrap_or_default();
    loaded.extend(app.providers().iter().map(|provider| provider.payment().plugin().clone()));
    loaded
}

/// The state in which each plugin was last told of, by its id.
type Told = BTreeMap<String, PluginState>;

/// Tells of every plugin that was loaded, and from then on of every change.
pub(super) fn announce(app: &App) {
    for plugin in loaded(app) {
        app.metrics().touch_faults(&plugin.manifest().id, &CallError::KINDS);
    }
    for provider in app.providers().iter() {
        app.metrics().touch_faults(provider.id(), &effects::FAULT_KINDS);
    }
    let mut told = Told::new();
    tell(app, &mut told);
    app.spawn(watch(app.clone(), told));
}

async fn watch(app: App, mut told: Told) {
    let mut ticks = tokio::time::interval(LOOK_INTERVAL);
    loop {
        ticks.tick().await;
        tell(&app, &mut told);
    }
}

fn tell(app: &App, told: &mut Told) {
    let now = loaded(app).into_iter().map(|plugin| (plugin.manifest().id.clone(), plugin.state()));
    for event in changes(told, now) {
        if let Value::Object(body) = event {
            app.hub().publish("plugin.state", body);
        }
    }
}

/// What is to be told of the plugins that are not as they were.
fn changes(told: &mut Told, now: impl Iterator<Item = (String, PluginState)>) -> Vec<Value> {
    let mut events = Vec::new();
    for (id, state) in now {
        if told.get(&id) == Some(&state) {
            continue;
        }
        let (name, reason) = match &state {
            PluginState::Active => ("active", ""),
            PluginState::Faulted { reason } => ("faulted", reason.as_str()),
        };
        events.push(json!({ "plugin": id, "state": name, "reason": reason }));
        told.insert(id, state);
    }
    events
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_is_told_of_when_it_was_loaded_and_when_it_goes_out_of_use() {
        let faulted = || PluginState::Faulted { reason: "panicked".to_owned() };
        let mut told = Told::new();
        for (state, name) in [
            (PluginState::Active, Some("active")),
            (PluginState::Active, None),
            (faulted(), Some("faulted")),
            (faulted(), None),
        ] {
            let events = changes(&mut told, [("a".to_owned(), state)].into_iter());
            let names: Vec<_> = events.iter().map(|event| event["state"].as_str()).collect();
            assert_eq!(names, Vec::from_iter(name.map(Some)));
        }
    }
}
