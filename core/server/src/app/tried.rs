//! The networks' device and the plugins that the settings name, and what came of putting them to work.

use std::collections::BTreeSet;
use std::sync::Arc;

use pipeline::EngineInference;
use plugin_host::{InferenceService, Mount};
use serde_json::{Map, Value};

use super::{App, vision};
use crate::api::chain;
use crate::api::wire::system::{Compute, Plugin as Described};
use crate::plugins::{Networks, Plugins, Recipe, described};
use crate::settings::Settings;

/// A plugin that the settings name, and what came of loading it.
pub(crate) struct Loaded {
    pub(crate) role: &'static str,
    pub(crate) name: String,
    /// The secrets that its settings name.
    pub(crate) secrets: BTreeSet<String>,
    pub(crate) result: Result<Described, String>,
}

/// The device and the plugins.
pub(crate) struct Tried {
    pub(crate) device: Result<Compute, String>,
    pub(crate) plugins: Vec<Loaded>,
    /// Runs the networks, where any were started for this.
    pub(crate) inference: Option<Arc<dyn InferenceService>>,
}

impl Tried {
    /// Starts engine and plugins as the appliance starts them.
    pub(crate) fn by(settings: &Settings) -> Self {
        let engine = vision::engine(settings).map_err(|error| chain(&error));
        let inference: Option<Arc<dyn InferenceService>> = match &engine {
            Ok(engine) => Some(Arc::new(EngineInference(engine.clone()))),
            Err(_) => None,
        };
        let loader = Plugins::new(settings);
        let load = |(role, name, settings): Named| {
            let networks = match &inference {
                Some(engine) if role != "payment" => Networks::Engine(engine.clone()),
                _ => Networks::None,
            };
            let loaded = loader.load(&Recipe::new(&name, networks).with(settings));
            let loaded = loaded.map_err(|error| chain(&error));
            let secrets = loaded.as_ref().map(|plugin| plugin.secret_handles().clone()).unwrap_or_default();
            Loaded { role, name, secrets, result: loaded.map(|plugin| described(&Mount::new(plugin))) }
        };
        let plugins = named(&loader, settings).into_iter().map(load).collect();
        Self { device: engine.map(|engine| vision::compute(&engine)), plugins, inference }
    }

    /// Those that are at work in a running appliance; nothing is started.
    pub(crate) fn at_work(app: &App) -> Self {
        let device = app.vision().map(vision::Vision::compute).map_err(|problem| problem.detail.into_owned());
        let find = |(role, name, _): Named| {
            let places = app.plugins().places_of(&name);
            let mount = places.first().map(|place| place.mount());
            let secrets = mount.map(|mount| mount.plugin().secret_handles().clone()).unwrap_or_default();
            let result = match mount.map(|mount| described(mount)) {
                Some(plugin) if plugin.state == "active" => Ok(plugin),
                Some(plugin) => Err(format!("{} {} is {}", plugin.id, plugin.version, plugin.state)),
                None => Err("it is not at work".to_owned()),
            };
            Loaded { role, name, secrets, result }
        };
        let plugins = named(app.plugins(), app.settings()).into_iter().map(find).collect();
        Self { device, plugins, inference: None }
    }
}

/// Its role, its name, and settings that lie over its own.
type Named = (&'static str, String, Map<String, Value>);

/// The plugins of the settings without which nothing is seen or paid.
fn named(loader: &Plugins, settings: &Settings) -> Vec<Named> {
    let names = &settings.plugins;
    let of = |role, name: &String| (role, name.clone(), Map::new());
    let mut roles = vec![of("detection", &names.detection)];
    let recognisers = loader.recognisers().into_iter();
    roles.extend(recognisers.map(|member| ("recognition", member.plugin, member.settings)));
    let shadows = loader.shadows().iter().cloned();
    roles.extend(shadows.map(|member| ("recognition_shadow", member.plugin, member.settings)));
    roles.extend(names.liveness.iter().map(|name| of("liveness", name)));
    roles.push(of("payment", &names.payment));
    roles.retain(|(_, name, _)| !name.is_empty());
    roles
}
