//! Plugins at work: which they are, and a word to the listeners whenever one's state or generation changes.

mod change;
mod golden;
mod settings;

use std::time::Duration;

use plugin_host::{CallError, Mount, PluginState};
use serde_json::{Value, json};

pub(super) use change::leave_disabled;
pub(crate) use change::{Change, disable, renew};
pub(crate) use settings::{check, shown};

use super::App;
use crate::api::wire::system as wire;
use crate::effects;
use crate::metrics::PluginFigures;
use crate::plugins::described;

/// A plugin goes out of use by itself, whoever called it, so its state is looked at so often.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// How a plugin was last told of.
#[derive(Clone, PartialEq)]
struct Told {
    id: String,
    state: PluginState,
    generation: u64,
}

impl Told {
    fn of(mount: &Mount) -> Self {
        let id = mount.plugin().manifest().id.clone();
        Self { id, state: mount.state(), generation: mount.generation() }
    }
}

/// Tells of every plugin that was loaded, and from then on of every change.
pub(super) fn announce(app: &App) {
    for place in app.plugins().places() {
        app.metrics().touch_faults(&place.id(), &CallError::KINDS);
        app.metrics().plugins.touch(&place.id());
    }
    for provider in app.providers().iter() {
        app.metrics().touch_faults(provider.id(), &effects::FAULT_KINDS);
    }
    let mut told = Vec::new();
    tell(app, &mut told);
    app.spawn(watch(app.clone(), told));
}

/// The plugins at work, as they are shown.
pub(crate) fn all(app: &App) -> Vec<wire::Plugin> {
    app.plugins().places().iter().map(|place| described(place.mount())).collect()
}

/// The plugins without which no payment is taken that are out of use until somebody acts.
pub(super) fn out_of_use(app: &App) -> Vec<String> {
    let places = app.plugins().places().into_iter().filter(|place| !place.recipe().is_dispensable());
    let faults = places.filter_map(|place| match place.mount().state() {
        PluginState::Disabled { .. } => Some(format!("{} is disabled", place.id())),
        // One whose process is being replaced is back in a moment.
        PluginState::Faulted { .. } if place.mount().plugin().is_out_of_use() => {
            Some(format!("{} is out of use", place.id()))
        }
        PluginState::Faulted { .. } | PluginState::Active => None,
    });
    faults.collect()
}

/// Brings the metrics of the plugins up to this moment.
pub(super) fn observe(app: &App) {
    let figures = app.plugins().places().into_iter().map(|place| {
        let mount = place.mount();
        let state = match mount.state() {
            PluginState::Active => "active",
            PluginState::Faulted { .. } => "faulted",
            PluginState::Disabled { .. } => "disabled",
        };
        let (generation, resident_bytes) = (mount.generation(), mount.plugin().resident_bytes());
        PluginFigures { id: place.id(), state, generation, resident_bytes }
    });
    app.metrics().plugins.observe(&figures.collect::<Vec<_>>());
}

async fn watch(app: App, mut told: Vec<Told>) {
    let mut ticks = tokio::time::interval(LOOK_INTERVAL);
    loop {
        ticks.tick().await;
        tell(&app, &mut told);
    }
}

fn tell(app: &App, told: &mut Vec<Told>) {
    let now = app.plugins().places().iter().map(|place| Told::of(place.mount())).collect();
    for event in changes(told, now) {
        if let Value::Object(body) = event {
            app.hub().publish("plugin.state", body);
        }
    }
}

/// What is to be told of the plugins that are not as they were. Both lists are in the order of the places.
fn changes(told: &mut Vec<Told>, now: Vec<Told>) -> Vec<Value> {
    let fresh = now.iter().enumerate().filter(|(at, now)| told.get(*at) != Some(*now));
    let events = fresh.map(|(_, Told { id, state, generation })| {
        let (name, reason) = match state {
            PluginState::Active => ("active", ""),
            PluginState::Faulted { reason } => ("faulted", reason.as_str()),
            PluginState::Disabled { reason } => ("disabled", reason.as_str()),
        };
        json!({ "plugin": id, "state": name, "reason": reason, "generation": generation })
    });
    let events = events.collect();
    *told = now;
    events
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_is_told_of_when_it_was_loaded_renewed_and_goes_out_of_use() {
        let faulted = || PluginState::Faulted { reason: "panicked".to_owned() };
        let disabled = || PluginState::Disabled { reason: "recalled".to_owned() };
        let mut told = Vec::new();
        for (state, generation, name) in [
            (PluginState::Active, 1, Some("active")),
            (PluginState::Active, 1, None),
            (faulted(), 1, Some("faulted")),
            (faulted(), 1, None),
            (PluginState::Active, 2, Some("active")),
            (PluginState::Active, 3, Some("active")),
            (disabled(), 3, Some("disabled")),
        ] {
            let events = changes(&mut told, vec![Told { id: "a".to_owned(), state, generation }]);
            let names: Vec<_> = events.iter().map(|event| event["state"].as_str()).collect();
            assert_eq!(names, Vec::from_iter(name.map(Some)));
        }
    }

    #[test]
    fn two_places_of_one_plugin_are_told_of_each_by_itself() {
        let active = |id: &str| Told { id: id.to_owned(), state: PluginState::Active, generation: 1 };
        let mut told = vec![active("a"), active("a")];
        let renewed = Told { generation: 2, ..active("a") };
        assert_eq!(changes(&mut told, vec![active("a"), renewed.clone()]).len(), 1);
        assert!(changes(&mut told, vec![active("a"), renewed]).is_empty());
    }
}
