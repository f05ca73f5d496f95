//! The host: what it offers to plugins, and how it loads one.

use std::path::Path;
use std::sync::Arc;

use plugin_package::Package;
use plugin_sdk::{InferenceService, Limits, SecretService};

use crate::error::LoadError;
use crate::library::PluginLibrary;
use crate::manifest::Manifest;
use crate::package;
use crate::plugin::Plugin;
use crate::services::HostServices;
use crate::settings::{PluginSettings, Schema};

/// What a host offers and promises.
#[derive(Clone)]
pub struct HostOptions {
    /// The networks that plugins may use; without it, plugins that require them are refused.
    pub inference: Option<Arc<dyn InferenceService>>,
    /// The keys that plugins may use, each only those that its settings name; without it, plugins that require them are
    /// refused.
    pub secrets: Option<Arc<dyn SecretService>>,
    /// What no call will exceed.
    pub limits: Limits,
}

impl Default for HostOptions {
    /// No networks and no keys; up to 64 frames of 8192 x 8192 per call, and one thread per plugin.
    fn default() -> Self {
        let limits = Limits { max_batch: 64, max_width: 8192, max_height: 8192, threads: 1 };
        Self { inference: None, secrets: None, limits }
    }
}

/// Loads plugins into this process.
#[derive(Clone, Default)]
pub struct Host {
    options: HostOptions,
}

impl Host {
    /// A host with these options.
    pub fn new(options: HostOptions) -> Self {
        Self { options }
    }

    /// Loads a plugin and takes it to work: verify, open, negotiate, create, configure, activate. The library's code runs
    /// in this process from here on, whether or not this succeeds.
    pub fn load(&self, path: &Path, settings: &PluginSettings) -> Result<Arc<Plugin>, LoadError> {
        let library = PluginLibrary::open(path)?;
        let manifest = Manifest::find(&library, path, &settings.id)?;
        self.start(&library, manifest, settings)
    }

    /// As [`Self::load`], from the sealed memory of a package that was verified. What the plugin says of itself has to be what
    /// its vendor signed.
    pub fn load_package(
        &self,
        package: Package,
        settings: &PluginSettings,
    ) -> Result<Arc<Plugin>, LoadError> {
        let path = package::path(&package);
        let (signed, library) = (package::Signed::of(&package), package.library);
        let library = PluginLibrary::open_sealed(&path, library)?;
        let mut manifest = Manifest::find(&library, &path, &settings.id)?;
        signed.agrees_with(&manifest)?;
        manifest.package = Some(signed.tag);
        self.start(&library, manifest, settings)
    }

    fn start(
        &self,
        library: &PluginLibrary,
        manifest: Manifest,
        settings: &PluginSettings,
    ) -> Result<Arc<Plugin>, LoadError> {
        let HostOptions { inference, secrets, limits } = self.options.clone();
        let mut services = HostServices::new(&manifest.id, inference, secrets);
        if let Some(extension) = manifest.required_host_ext.iter().find(|id| !services.offers(id)) {
            return Err(LoadError::Extension {
                id: manifest.id.clone(),
                extension: extension.clone(),
                remedy: match extension.as_str() {
                    "facepay.host.inference/1" => "start the host with an inference engine",
                    "facepay.host.secret/1" => "start the host with a folder of secrets",
                    _ => "update FacePay, or use a version of the plugin that does without",
                },
            });
        }
        let settled = Schema::parse(&manifest.config_schema)
            .and_then(|schema| schema.settle(&settings.config_json))
            .map_err(|source| LoadError::Settings { id: manifest.id.clone(), source })?;
        services.allow(&settled.secret_handles);
        Plugin::start(library, manifest, services, settled, limits).map(Arc::new)
    }
}
