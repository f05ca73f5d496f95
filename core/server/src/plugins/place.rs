//! A plugin at work, how it is loaded anew, and how it is shown.

use std::sync::Arc;

use plugin_host::{InferenceService, Mount, Plugin, PluginState};
use serde_json::{Map, Value};

use super::wrong_kind;
use crate::api::wire::system as wire;
use crate::app::StartError;
use crate::app::vision::{Witness, Witnesses};

/// A plugin at work.
pub(crate) struct Place {
    mount: Arc<Mount>,
    recipe: Recipe,
}

/// How a plugin is loaded.
#[derive(Clone)]
pub(crate) struct Recipe {
    name: String,
    /// Settings that lie over the plugin's own.
    upper: Map<String, Value>,
    networks: Networks,
    /// Whether payments are taken without it.
    is_dispensable: bool,
}

/// The networks that a plugin may use.
#[derive(Clone)]
pub(crate) enum Networks {
    /// None: it pays.
    None,
    /// All of the engine's.
    Engine(Arc<dyn InferenceService>),
    /// The same for a recogniser, whose model tag has to be that of a network that it opens, or its own.
    Watched(Arc<Witnesses>),
}

impl Place {
    pub(super) fn new(mount: Arc<Mount>, recipe: Recipe) -> Self {
        Self { mount, recipe }
    }

    /// The place itself.
    pub(crate) fn mount(&self) -> &Arc<Mount> {
        &self.mount
    }

    /// How its plugin is loaded.
    pub(crate) fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// The plugin's id.
    pub(crate) fn id(&self) -> String {
        self.mount.plugin().manifest().id.clone()
    }
}

impl Recipe {
    /// The plugin called `name` with its own settings.
    pub(crate) fn new(name: &str, networks: Networks) -> Self {
        Self { name: name.to_owned(), upper: Map::new(), networks, is_dispensable: false }
    }

    /// The same, with `upper` laid over its settings.
    pub(crate) fn with(self, upper: Map<String, Value>) -> Self {
        Self { upper, ..self }
    }

    /// The same, of a plugin without which payments are taken.
    pub(crate) fn dispensable(self) -> Self {
        Self { is_dispensable: true, ..self }
    }

    /// Whether payments are taken without the plugin.
    pub(crate) fn is_dispensable(&self) -> bool {
        self.is_dispensable
    }

    /// What the settings call the plugin.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The settings that lie over the plugin's own.
    pub(crate) fn upper(&self) -> &Map<String, Value> {
        &self.upper
    }

    /// The networks for one plugin, and who watches which of them it opens.
    pub(super) fn inference(&self) -> (Option<Arc<dyn InferenceService>>, Option<Arc<Witness>>) {
        match &self.networks {
            Networks::None => (None, None),
            Networks::Engine(engine) => (Some(engine.clone()), None),
            Networks::Watched(witnesses) => {
                let witness = witnesses.one();
                (Some(witness.clone()), Some(witness))
            }
        }
    }

    /// Refuses a recogniser that gives its embeddings a tag that is not its own.
    pub(super) fn believe(&self, plugin: &Arc<Plugin>, witness: Option<&Witness>) -> Result<(), StartError> {
        let (Networks::Watched(witnesses), Some(witness)) = (&self.networks, witness) else { return Ok(()) };
        let recognizer = plugin.recognizer().ok_or_else(|| wrong_kind(&self.name, "a recogniser"))?;
        witnesses.believe(&self.name, recognizer.model_tag(), witness)
    }
}

/// A plugin as `/plugins` shows it.
pub(crate) fn described(mount: &Mount) -> wire::Plugin {
    let plugin = mount.plugin();
    let manifest = plugin.manifest();
    wire::Plugin {
        id: manifest.id.clone(),
        version: manifest.version.clone(),
        vendor: manifest.vendor.clone(),
        licence: manifest.licence.clone(),
        interfaces: manifest.interfaces.clone(),
        sha256: hex::encode(manifest.sha256),
        trust: match &manifest.package {
            None => "delivered",
            Some(package) if package.key_id.is_some() => "signed",
            Some(_) => "unsigned",
        },
        key_id: manifest.package.as_ref().and_then(|package| package.key_id.clone()),
        package_sha256: manifest.package.as_ref().map(|package| package.digest.to_string()),
        mode: if plugin.sandbox().is_some() { "isolated" } else { "in_process" },
        state: match mount.state() {
            PluginState::Active => "active".to_owned(),
            PluginState::Faulted { reason } => format!("faulted: {reason}"),
            PluginState::Disabled { reason } => format!("disabled: {reason}"),
        },
        generation: mount.generation(),
        last_fault: mount.last_fault().map(|fault| wire::LastFault {
            what: fault.what,
            at: jiff::Timestamp::try_from(fault.at).unwrap_or(jiff::Timestamp::MAX).to_string(),
        }),
        sandbox: plugin.sandbox(),
    }
}
