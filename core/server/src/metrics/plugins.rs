//! The series of plugins at work.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

/// What a plugin can be.
const STATES: [&str; 3] = ["active", "faulted", "disabled"];
/// What can become of a change.
const CHANGES: [&str; 5] = ["reloaded", "rolled_back", "enabled", "disabled", "refused"];

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct PluginLabels {
    plugin: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct StateLabels {
    plugin: String,
    state: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ChangeLabels {
    plugin: String,
    result: &'static str,
}

/// One place of a plugin.
pub(crate) struct PluginFigures {
    pub(crate) id: String,
    /// One of [`STATES`].
    pub(crate) state: &'static str,
    pub(crate) generation: u64,
    /// Memory of its own process; `None` where it has none, which counts as 0.
    pub(crate) resident_bytes: Option<u64>,
}

/// Metrics of the plugins.
#[derive(Default)]
pub(crate) struct Plugins {
    state: Family<StateLabels, Gauge>,
    generation: Family<PluginLabels, Gauge>,
    changes: Family<ChangeLabels, Counter>,
    resident: Family<PluginLabels, Gauge<f64, AtomicU64>>,
}

impl Plugins {
    /// Makes the series of a plugin.
    pub(crate) fn touch(&self, plugin: &str) {
        for result in CHANGES {
            drop(self.changes.get_or_create(&ChangeLabels { plugin: plugin.to_owned(), result }));
        }
    }

    /// Counts what became of a change: one of [`CHANGES`].
    pub(crate) fn changed(&self, plugin: &str, result: &'static str) {
        self.changes.get_or_create(&ChangeLabels { plugin: plugin.to_owned(), result }).inc();
    }

    /// Brings the series up to these places, which are all there are.
    pub(crate) fn observe(&self, places: &[PluginFigures]) {
        for PluginFigures { id, .. } in places {
            let those = || places.iter().filter(|place| place.id == *id);
            for state in STATES {
                let count = those().filter(|place| place.state == state).count();
                let labels = StateLabels { plugin: id.clone(), state };
                self.state.get_or_create(&labels).set(i64::try_from(count).unwrap_or(i64::MAX));
            }
            let labels = PluginLabels { plugin: id.clone() };
            let generation = those().map(|place| place.generation).max().unwrap_or_default();
            self.generation.get_or_create(&labels).set(i64::try_from(generation).unwrap_or(i64::MAX));
            let resident: u64 = those().filter_map(|place| place.resident_bytes).sum();
            self.resident.get_or_create(&labels).set(resident as f64);
        }
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register("plugin_state", "Places of a plugin in each state", self.state.clone());
        registry.register("plugin_generation", "How often a plugin was loaded", self.generation.clone());
        registry.register("plugin_changes", "Changes of a plugin at work", self.changes.clone());
        registry.register_with_unit(
            "plugin_resident",
            "Memory of a plugin's own process",
            Unit::Bytes,
            self.resident.clone(),
        );
    }
}
