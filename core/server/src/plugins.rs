//! Plugins by the settings: where they lie, how they are loaded, how the payment step machine is called. The delivered ones
//! lie beside the binary; all others come out of a package that is verified.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use plugin_host::{
    CallContext, Effect, Event, Host, HostOptions, InferenceService, Isolation, Payment, PaymentTask, Plugin,
    PluginSettings, PluginState, Request, SecretService, WorkerOptions,
};
use serde_json::{Map, Value};

use crate::api::chain;
use crate::api::wire::system as wire;
use crate::app::StartError;
use crate::app::start::machine_clock;
use crate::effects::Steps;
use crate::folders;
use crate::packages::Packages;
use crate::secrets::Vault;
use crate::settings::{self, RecognitionMember, Settings};

const OWN_PREFIX: &str = "org.facepay.";

/// Loads the plugins that the settings name.
pub(crate) struct Plugins {
    folder: PathBuf,
    packages: Packages,
    settings: settings::Plugins,
    vault: Arc<Vault>,
}

impl Plugins {
    pub(crate) fn new(settings: &Settings) -> Self {
        let vault = Arc::new(Vault::new(settings.secrets.folder.clone()));
        let folder = folders::plugins(&settings.plugins.folder);
        Self { folder, packages: Packages::new(settings), settings: settings.plugins.clone(), vault }
    }

    /// The payment plugins, the first one first; none when the settings name none.
    pub(crate) fn payments(&self) -> Result<Vec<Payment>, StartError> {
        let named = std::iter::once(&self.settings.payment).chain(&self.settings.payment_also);
        let load = |name: &String| {
            let plugin = self.load(name, None)?;
            plugin.payment().ok_or_else(|| wrong_kind(name, "a payment plugin"))
        };
        named.filter(|name| !name.is_empty()).map(load).collect()
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

    /// Loads the plugin called `name`; one of ours goes without the `org.facepay.` before it.
    pub(crate) fn load(
        &self,
        name: &str,
        inference: Option<Arc<dyn InferenceService>>,
    ) -> Result<Arc<Plugin>, StartError> {
        self.load_with(name, &Map::new(), inference)
    }

    /// As [`Self::load`], with `settings` laid over the plugin's own.
    pub(crate) fn load_with(
        &self,
        name: &str,
        settings: &Map<String, Value>,
        inference: Option<Arc<dyn InferenceService>>,
    ) -> Result<Arc<Plugin>, StartError> {
        let id = if name.contains('.') { name.to_owned() } else { format!("{OWN_PREFIX}{name}") };
        let config = laid_over(self.settings.settings.get(name), settings);
        let secrets: Option<Arc<dyn SecretService>> = Some(self.vault.clone());
        let isolation = self.isolation(name);
        let apart = matches!(isolation, Isolation::Isolated(_));
        let host = Host::new(HostOptions { inference, secrets, isolation, ..HostOptions::default() });
        let settings = PluginSettings { id, config_json: config };
        let plugin = match settings.id.strip_prefix(OWN_PREFIX) {
            Some(own) => host.load(&self.delivered(own), &settings),
            None => {
                let package = self.packages.open(&settings.id, machine_clock()(), apart)?;
                host.load_package(package, &settings)
            }
        };
        let plugin = plugin.map_err(|error| {
            StartError::Unavailable(format!("{}; see plugins.folder and plugins.settings", chain(&error)))
        })?;
        let (manifest, sandbox) = (plugin.manifest(), plugin.sandbox().unwrap_or_default());
        tracing::info!(plugin = manifest.id, version = manifest.version, sandbox, "plugin loaded");
        Ok(plugin)
    }

    /// The file of a delivered plugin.
    fn delivered(&self, name: &str) -> PathBuf {
        self.folder.join(format!("lib{}.so", name.replace('-', "_")))
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

/// Whether a plugin runs in a process of its own: payment plugins and those of others do, unless the settings name them.
/// Ours for faces need the networks of this process.
fn is_isolated(settings: &settings::Plugins, name: &str) -> bool {
    let is = |known: &String| known == name || known.strip_prefix(OWN_PREFIX) == Some(name);
    let pays = std::iter::once(&settings.payment).chain(&settings.payment_also).any(is);
    let is_ours = !name.contains('.') || name.starts_with(OWN_PREFIX);
    let named = |known: &String| is(known) || name.strip_prefix(OWN_PREFIX) == Some(known);
    (pays || !is_ours) && !settings.in_process.iter().any(named)
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

/// A plugin as `/plugins` shows it.
pub(crate) fn described(plugin: &Plugin) -> wire::Plugin {
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
        state: match plugin.state() {
            PluginState::Active => "active".to_owned(),
            PluginState::Faulted { reason } => format!("faulted: {reason}"),
        },
        sandbox: plugin.sandbox(),
    }
}

/// One operation of the payment plugin, begun with its first step.
pub(crate) struct PaymentSteps {
    payment: Payment,
    request: Request,
    task: Option<PaymentTask>,
}

impl PaymentSteps {
    pub(crate) fn new(payment: Payment, request: Request) -> Self {
        Self { payment, request, task: None }
    }
}

impl Steps for PaymentSteps {
    fn step(&mut self, event: &Event, remaining: Duration) -> Result<Effect, String> {
        let context = CallContext::until(Instant::now() + remaining);
        let task = match self.task.take() {
            Some(task) => task,
            None => self.payment.begin(&context, &self.request).map_err(|error| chain(&error))?,
        };
        self.task.insert(task).step(&context, event).map_err(|error| chain(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payment_plugins_and_those_of_others_run_apart_unless_they_are_named() {
        let mut settings = Settings::load(&settings::Layers::default()).unwrap().plugins;
        settings.payment_also = vec!["com.acme.pay".to_owned(), "org.facepay.payment-evm".to_owned()];
        let rows = [
            ("payment-wallet", true),
            ("payment-evm", true),
            ("org.facepay.payment-evm", true),
            ("com.acme.pay", true),
            ("com.acme.liveness", true),
            ("detection-blazeface", false),
            ("org.facepay.detection-blazeface", false),
        ];
        for (name, expected) in rows {
            assert_eq!(is_isolated(&settings, name), expected, "{name}");
        }
        settings.in_process = vec!["payment-evm".to_owned(), "com.acme.liveness".to_owned()];
        for name in ["payment-evm", "org.facepay.payment-evm", "com.acme.liveness"] {
            assert!(!is_isolated(&settings, name), "{name}");
        }
        assert!(is_isolated(&settings, "payment-wallet") && is_isolated(&settings, "com.acme.pay"));
    }
}
