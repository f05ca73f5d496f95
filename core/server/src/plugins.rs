//! Plugins by the settings: where they lie, how they are loaded, and which are at work. The delivered ones lie beside the
//! binary; all others come out of a package that is verified.

mod place;
mod steps;
mod told;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;
use plugin_host::{
    Host, HostOptions, Identity, Isolation, MetricsBook, Mount, Payment, Plugin, PluginSettings,
    SecretService, WorkerOptions,
};
use plugin_package::{Digest, PackageStore, StoreError, Verifier};
use serde_json::{Map, Value};

use crate::api::chain;
use crate::app::StartError;
use crate::app::start::machine_clock;
use crate::folders;
use crate::packages::Packages;
use crate::secrets::Vault;
use crate::settings::{self, RecognitionMember, Settings};

pub(crate) use place::{Networks, Place, Recipe, described};
pub(crate) use steps::{IdentitySteps, PaymentSteps};
pub(crate) use told::{Hidden, Told};

const OWN_PREFIX: &str = "org.facepay.";
/// What the names of our identity plugins begin with.
const IDENTITY_PREFIX: &str = "identity-";

/// Loads the plugins that the settings name, and knows those that are at work.
pub(crate) struct Plugins {
    folder: PathBuf,
    packages: Packages,
    settings: settings::Plugins,
    layers: settings::Layers,
    vault: Arc<Vault>,
    metrics: MetricsBook,
    places: Mutex<Vec<Arc<Place>>>,
    /// Whose turn it is to change one.
    turn: tokio::sync::Mutex<()>,
}

/// What plugins are configured with, by their names.
type ByName = BTreeMap<String, Value>;

/// Which version of a package is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    /// The one in force.
    InForce,
    /// The one before it.
    Previous,
}

impl Plugins {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            folder: folders::plugins(&settings.plugins.folder),
            packages: Packages::new(settings),
            settings: settings.plugins.clone(),
            layers: settings.layers.clone(),
            vault: Arc::new(Vault::new(settings.secrets.folder.clone())),
            metrics: MetricsBook::default(),
            places: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
        }
    }

    /// The same, with their metrics in this book.
    pub(crate) fn recorded_in(self, metrics: MetricsBook) -> Self {
        Self { metrics, ..self }
    }

    /// The payment plugins, put to work, the first one first; none when the settings name none.
    pub(crate) fn payments(&self) -> Result<Vec<Payment>, StartError> {
        let named = std::iter::once(&self.settings.payment).chain(&self.settings.payment_also);
        let load = |name: &String| {
            let recipe = Recipe::new(name, Networks::None);
            // Without the first one nobody pays who names no other.
            let recipe = if *name == self.settings.payment { recipe } else { recipe.dispensable() };
            let mount = self.mount(recipe)?;
            mount.payment().ok_or_else(|| wrong_kind(name, "a payment plugin"))
        };
        named.filter(|name| !name.is_empty()).map(load).collect()
    }

    /// The identity plugins that the settings name, put to work.
    pub(crate) fn identities(&self) -> Result<Vec<Identity>, StartError> {
        let load = |name: &String| {
            let mount = self.mount(Recipe::new(name, Networks::None).dispensable())?;
            mount.identity().ok_or_else(|| wrong_kind(name, "an identity plugin"))
        };
        self.settings.identity.iter().map(load).collect()
    }

    /// The recognisers that the settings name, with their weights.
    pub(crate) fn recognisers(&self) -> Vec<RecognitionMember> {
        match self.settings.recognition_set.as_slice() {
            [] => vec![RecognitionMember {
                plugin: self.settings.recognition.clone(),
                weight: 1.0,
                settings: Map::new(),
            }],
            set => set.to_vec(),
        }
    }

    /// The recognisers that are tried beside; none where none is.
    pub(crate) fn shadows(&self) -> &[RecognitionMember] {
        &self.settings.recognition_shadow
    }

    /// Every plugin at work, in the order in which they were put to it.
    pub(crate) fn places(&self) -> Vec<Arc<Place>> {
        self.places.lock().clone()
    }

    /// The places of the plugin with this id, with or without our own prefix: a recogniser may hold several.
    pub(crate) fn places_of(&self, id: &str) -> Vec<Arc<Place>> {
        let id = full_id(id);
        self.places().into_iter().filter(|place| place.id() == id).collect()
    }

    /// Plugins are changed one after the other.
    pub(crate) fn turn(&self) -> &tokio::sync::Mutex<()> {
        &self.turn
    }

    /// Loads a plugin and puts it to work.
    pub(crate) fn mount(&self, recipe: Recipe) -> Result<Arc<Mount>, StartError> {
        let mount = Mount::new(self.load(&recipe)?);
        self.places.lock().push(Arc::new(Place::new(mount.clone(), recipe)));
        Ok(mount)
    }

    /// Loads the plugin of a recipe with its settings as they were at the start.
    pub(crate) fn load(&self, recipe: &Recipe) -> Result<Arc<Plugin>, StartError> {
        self.load_version(recipe, Version::InForce, &self.settings.settings, &self.metrics)
    }

    /// Loads the plugin of a recipe with its settings as they are in the files now.
    pub(crate) fn load_anew(&self, recipe: &Recipe, version: Version) -> Result<Arc<Plugin>, StartError> {
        let settings = Settings::load(&self.layers);
        let settings = settings.map_err(|error| StartError::Configuration(chain(&error)))?;
        self.load_version(recipe, version, &settings.plugins.settings, &self.metrics)
    }

    /// The version in force with other settings than the files have, to be tried and not put to work: its metrics count nowhere.
    pub(crate) fn load_on_trial(
        &self,
        recipe: &Recipe,
        settings: &Settings,
    ) -> Result<Arc<Plugin>, StartError> {
        let apart = MetricsBook::default();
        self.load_version(recipe, Version::InForce, &settings.plugins.settings, &apart)
    }

    /// What the plugin of a recipe is configured with by these settings, as JSON.
    pub(crate) fn config_json(recipe: &Recipe, settings: &Settings) -> String {
        laid_over(settings.plugins.settings.get(recipe.name()), recipe.upper())
    }

    /// The settings as they are in the files now, with `proposed` over them.
    pub(crate) fn settings_with(
        &self,
        proposed: Option<String>,
    ) -> Result<Settings, settings::SettingsError> {
        Settings::load(&settings::Layers { proposed, ..self.layers.clone() })
    }

    /// Whether a secret of this name is there.
    pub(crate) fn has_secret(&self, handle: &str) -> bool {
        self.vault.knows(handle)
    }

    /// Has the version before in force for good, which has to be the `expected` one.
    ///
    /// # Errors
    /// When there is none, it is not believed any more, or it is another.
    pub(crate) fn roll_back(&self, id: &str, expected: Option<Digest>) -> Result<(), StoreError> {
        let (store, verifier) = self.store_and_verifier()?;
        store.rollback(id, expected, &verifier).map(drop)
    }

    /// Whether the package of a plugin is the one in force; those that are delivered are.
    pub(crate) fn is_in_force(&self, plugin: &Plugin) -> bool {
        let Some(package) = &plugin.manifest().package else { return true };
        let record = self.packages.store().record(&plugin.manifest().id);
        record.ok().flatten().is_some_and(|record| record.current.digest == package.digest)
    }

    fn store_and_verifier(&self) -> Result<(&PackageStore, Verifier), StoreError> {
        Ok((self.packages.store(), self.packages.verifier(machine_clock()())?))
    }

    fn load_version(
        &self,
        recipe: &Recipe,
        version: Version,
        settings: &ByName,
        metrics: &MetricsBook,
    ) -> Result<Arc<Plugin>, StartError> {
        let name = recipe.name();
        let (inference, witness) = recipe.inference();
        let secrets: Option<Arc<dyn SecretService>> = Some(self.vault.clone());
        let isolation = self.isolation(name);
        let apart = matches!(isolation, Isolation::Isolated(_));
        let metrics = metrics.clone();
        let host =
            Host::new(HostOptions { inference, secrets, metrics, isolation, ..HostOptions::default() });
        let config_json = laid_over(settings.get(name), recipe.upper());
        let settings = PluginSettings { id: full_id(name), config_json };
        let plugin = match (settings.id.strip_prefix(OWN_PREFIX), version) {
            (Some(own), Version::InForce) => host.load(&self.delivered(own), &settings),
            (Some(own), Version::Previous) => {
                let text =
                    format!("{own} is delivered with FacePay and goes back with its package: apt install");
                return Err(StartError::Unavailable(text));
            }
            (None, version) => {
                let package = self.packages.open(&settings.id, version, machine_clock()(), apart)?;
                host.load_package(package, &settings)
            }
        };
        let plugin = plugin.map_err(|error| {
            StartError::Unavailable(format!("{}; see plugins.folder and plugins.settings", chain(&error)))
        })?;
        recipe.believe(&plugin, witness.as_deref())?;
        let (manifest, sandbox) = (plugin.manifest(), plugin.sandbox().unwrap_or_default());
        tracing::info!(plugin = manifest.id, version = manifest.version, sandbox, "plugin loaded");
        Ok(plugin)
    }

    /// The file of a delivered plugin: the library of its name, or the one whose name its own begins with, as a library may hold
    /// several plugins.
    fn delivered(&self, name: &str) -> PathBuf {
        let file = |name: &str| self.folder.join(format!("lib{}.so", name.replace('-', "_")));
        let shorter = std::iter::successors(Some(name), |name| name.rsplit_once('-').map(|(start, _)| start));
        shorter.map(file).find(|file| file.exists()).unwrap_or_else(|| file(name))
    }

    /// Where the plugin called `name` runs.
    fn isolation(&self, name: &str) -> Isolation {
        if !is_isolated(&self.settings, name) {
            return Isolation::InProcess;
        }
        let options = WorkerOptions::new(folders::plugin_worker());
        Isolation::Isolated(WorkerOptions { unsandboxed: self.settings.unsandboxed, ..options })
    }
}

/// The id of a plugin; one of ours goes without the `org.facepay.` before it.
pub(crate) fn full_id(name: &str) -> String {
    if name.contains('.') { name.to_owned() } else { format!("{OWN_PREFIX}{name}") }
}

/// Whether a plugin runs in a process of its own: payment and identity plugins and those of others do, unless the settings
/// name them. Ours for faces need the networks of this process.
fn is_isolated(settings: &settings::Plugins, name: &str) -> bool {
    let is = |known: &String| known == name || known.strip_prefix(OWN_PREFIX) == Some(name);
    let pays = std::iter::once(&settings.payment).chain(&settings.payment_also).any(is);
    let is_ours = !name.contains('.') || name.starts_with(OWN_PREFIX);
    let vouches = name.strip_prefix(OWN_PREFIX).unwrap_or(name).starts_with(IDENTITY_PREFIX);
    let named = |known: &String| is(known) || name.strip_prefix(OWN_PREFIX) == Some(known);
    (pays || vouches || !is_ours) && !settings.in_process.iter().any(named)
}

/// A plugin's settings as JSON with `upper` over them; empty where there are none.
fn laid_over(lower: Option<&Value>, upper: &Map<String, Value>) -> String {
    match lower {
        None if upper.is_empty() => String::new(),
        None => Value::Object(upper.clone()).to_string(),
        Some(Value::Object(lower)) => {
            let mut both = lower.clone();
            both.extend(upper.clone());
            Value::Object(both).to_string()
        }
        // No settings of a plugin are like that; the plugin's schema says so.
        Some(other) => other.to_string(),
    }
}

/// A plugin that does another job than the settings give it.
pub(crate) fn wrong_kind(name: &str, wanted: &str) -> StartError {
    StartError::Configuration(format!("the plugin {name} is not {wanted}; check the [plugins] settings"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payment_and_identity_plugins_and_those_of_others_run_apart_unless_they_are_named() {
        let mut settings = Settings::load(&settings::Layers::default()).unwrap().plugins;
        settings.payment_also = vec!["com.acme.pay".to_owned(), "org.facepay.payment-evm".to_owned()];
        let rows = [
            ("payment-wallet", true),
            ("payment-evm", true),
            ("org.facepay.payment-evm", true),
            ("com.acme.pay", true),
            ("com.acme.liveness", true),
            ("identity-office", true),
            ("org.facepay.identity-office", true),
            ("detection-blazeface", false),
            ("org.facepay.detection-blazeface", false),
        ];
        for (name, expected) in rows {
            assert_eq!(is_isolated(&settings, name), expected, "{name}");
        }
        settings.in_process =
            ["payment-evm", "com.acme.liveness", "identity-office"].map(str::to_owned).to_vec();
        for name in
            ["payment-evm", "org.facepay.payment-evm", "com.acme.liveness", "org.facepay.identity-office"]
        {
            assert!(!is_isolated(&settings, name), "{name}");
        }
        assert!(is_isolated(&settings, "payment-wallet") && is_isolated(&settings, "com.acme.pay"));
    }
}
