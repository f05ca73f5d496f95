//! `facepay plugin list`: the plugins that the settings name, loaded as the appliance loads them.

use std::collections::BTreeSet;
use std::sync::Arc;

use clap::Subcommand;
use pipeline::EngineInference;
use plugin_host::InferenceService;
use serde_json::{Map, Value, json};

use super::{Cli, Exit, Failure, offline, terminal};
use crate::api::chain;
use crate::api::wire::system::{Compute, Plugin as Described};
use crate::app::vision;
use crate::plugins::{Plugins, described};
use crate::settings::Settings;

/// What to do with plugins.
#[derive(Subcommand)]
pub enum Plugin {
    /// The plugins of the settings, with what they say about themselves.
    List {
        /// One object instead of text.
        #[arg(long)]
        json: bool,
    },
}

/// A plugin that the settings name, and what came of loading it.
pub(super) struct Loaded {
    pub(super) role: &'static str,
    pub(super) name: String,
    /// The secrets that its settings name.
    pub(super) secrets: BTreeSet<String>,
    pub(super) result: Result<Described, String>,
}

/// The engine and the plugins, started as the appliance starts them.
pub(super) struct Tried {
    pub(super) device: Result<Compute, String>,
    pub(super) plugins: Vec<Loaded>,
    /// Runs the networks, where any can.
    pub(super) inference: Option<Arc<dyn InferenceService>>,
}

impl Tried {
    pub(super) fn by(settings: &Settings) -> Self {
        let engine = vision::engine(settings).map_err(|error| chain(&error));
        let inference: Option<Arc<dyn InferenceService>> = match &engine {
            Ok(engine) => Some(Arc::new(EngineInference(engine.clone()))),
            Err(_) => None,
        };
        let loader = Plugins::new(settings);
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
        let load = |(role, name, settings): (&'static str, String, Map<String, Value>)| {
            let inference = inference.clone().filter(|_| role != "payment");
            let loaded = loader.load_with(&name, &settings, inference).map_err(|error| chain(&error));
            let secrets = loaded.as_ref().map(|plugin| plugin.secret_handles().clone()).unwrap_or_default();
            Loaded { role, name, secrets, result: loaded.map(|plugin| described(&plugin)) }
        };
        let plugins = roles.into_iter().map(load).collect();
        Self { device: engine.map(|engine| vision::compute(&engine)), plugins, inference }
    }
}

pub(super) fn run(cli: &Cli, command: &Plugin) -> Result<Exit, Failure> {
    let Plugin::List { json } = command;
    let plugins = Tried::by(&offline::settings(cli)?).plugins;
    let all_loaded = plugins.iter().all(|plugin| plugin.result.is_ok());
    if *json {
        let plugins = plugins.iter().map(|Loaded { role, name, result, .. }| match result {
            Ok(plugin) => json!({ "role": role, "name": name, "plugin": plugin }),
            Err(fault) => json!({ "role": role, "name": name, "fault": fault }),
        });
        terminal::json(&json!({ "plugins": plugins.collect::<Vec<_>>() }));
    } else {
        let row = |Loaded { role, name, result, .. }: &Loaded| match result {
            Ok(plugin) => {
                vec![
                    role.to_string(),
                    plugin.id.clone(),
                    plugin.version.clone(),
                    plugin.licence.clone(),
                    plugin.state.clone(),
                ]
            }
            Err(fault) => vec![role.to_string(), name.clone(), String::new(), String::new(), fault.clone()],
        };
        terminal::table(
            &["ROLE", "ID", "VERSION", "LICENCE", "STATE"],
            &plugins.iter().map(row).collect::<Vec<_>>(),
        );
    }
    Ok(if all_loaded { Exit::Ok } else { Exit::Failure })
}
