//! The host: what it offers to plugins, and how it loads one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use plugin_package::{Package, SealedFile};
use plugin_sdk::{InferenceService, Limits, SecretService};

use crate::error::LoadError;
use crate::faults::FaultLog;
use crate::home::Home;
use crate::instance::Instance;
use crate::isolated::{Isolated, Isolation};
use crate::library::{self, PluginLibrary};
use crate::manifest::Manifest;
use crate::metrics::MetricsBook;
use crate::package;
use crate::plugin::Plugin;
use crate::services::{Executor, Files, Frames, HostServices, Recorder};
use crate::settings::{PluginSettings, Schema, Settled};

/// What a host offers and promises.
#[derive(Clone)]
pub struct HostOptions {
    /// The networks that plugins may use; without it, plugins that require them are refused.
    pub inference: Option<Arc<dyn InferenceService>>,
    /// The keys that plugins may use, each only those that its settings name; without it, plugins that require them are
    /// refused.
    pub secrets: Option<Arc<dyn SecretService>>,
    /// Where plugins record what they count and measure.
    pub metrics: MetricsBook,
    /// What no call will exceed.
    pub limits: Limits,
    /// Where the plugins run.
    pub isolation: Isolation,
}

impl Default for HostOptions {
    /// No networks, no keys and a book of its own; up to 64 frames of 8192 x 8192 per call, and one thread per plugin, in this process.
    fn default() -> Self {
        let limits = Limits { max_batch: 64, max_width: 8192, max_height: 8192, threads: 1 };
        let metrics = MetricsBook::default();
        Self { inference: None, secrets: None, metrics, limits, isolation: Isolation::InProcess }
    }
}

/// Loads plugins into this process, or each into a sandboxed one.
#[derive(Clone, Default)]
pub struct Host {
    options: HostOptions,
}

impl Host {
    /// A host with these options.
    pub fn new(options: HostOptions) -> Self {
        Self { options }
    }

    /// Loads a plugin and takes it to work: verify, open, negotiate, create, configure, activate. In this process the
    /// library's code runs from here on, whether or not this succeeds.
    pub fn load(&self, path: &Path, settings: &PluginSettings) -> Result<Arc<Plugin>, LoadError> {
        let code = library::read(path)?;
        self.load_source(Source { path: path.to_owned(), code, signed: None, artifacts: None }, settings)
    }

    /// As [`Self::load`], from the sealed memory of a package that was verified. What the plugin says of itself has to be what
    /// its vendor signed.
    pub fn load_package(
        &self,
        package: Package,
        settings: &PluginSettings,
    ) -> Result<Arc<Plugin>, LoadError> {
        let (path, signed) = (package::path(&package), package::Signed::of(&package));
        let (code, artifacts) = package::Artifacts::of(package);
        let artifacts = artifacts.map(Arc::new);
        self.load_source(Source { path, code, signed: Some(signed), artifacts }, settings)
    }

    fn load_source(&self, source: Source, settings: &PluginSettings) -> Result<Arc<Plugin>, LoadError> {
        let host = Self { options: package::with_needs(&self.options, source.signed.as_ref()) };
        match &host.options.isolation {
            Isolation::InProcess => host.load_here(source, settings),
            Isolation::Isolated(worker) => {
                Isolated::load(source, settings.clone(), &host.options, worker.clone())
            }
        }
        .map(Arc::new)
    }

    fn load_here(&self, source: Source, settings: &PluginSettings) -> Result<Plugin, LoadError> {
        let Source { path, code, signed, artifacts } = source;
        let library = PluginLibrary::open_sealed(&path, code)?;
        let manifest = Manifest::find(&library, &path, &settings.id)?;
        let manifest = vouched(manifest, signed.as_ref())?;
        let HostOptions { inference, secrets, metrics, limits, .. } = self.options.clone();
        let mut services = HostServices::new(&manifest.id, inference, secrets)
            .with_metrics(Recorder::here(&metrics, &manifest.id))
            .with_files(artifacts.map(Files::Here))
            .with_executor(Executor::new(limits.threads))
            .with_frames(Frames::default());
        let settled = fitted(&manifest, &services, settings, false)?;
        services.allow(&settled.secret_handles);
        let instance = Instance::start(&library, &manifest, services, &settled.json, limits)?;
        let offers = instance.offers(&manifest)?;
        let bounds = (limits, manifest.max_concurrency);
        let faults = Arc::new(FaultLog::default());
        Ok(Plugin::new(manifest, (Home::Here(Box::new(instance)), offers), bounds, faults, settled))
    }
}

/// Where a plugin's code comes from.
pub(crate) struct Source {
    /// What errors call it.
    pub(crate) path: PathBuf,
    pub(crate) code: SealedFile,
    /// What its vendor says of it, where it came in a package.
    pub(crate) signed: Option<package::Signed>,
    /// The other files of the package.
    pub(crate) artifacts: Option<Arc<package::Artifacts>>,
}

/// What a plugin says of itself, which is what its vendor signed, where anybody did.
pub(crate) fn vouched(manifest: Manifest, signed: Option<&package::Signed>) -> Result<Manifest, LoadError> {
    let Some(signed) = signed else { return Ok(manifest) };
    signed.agrees_with(&manifest)?;
    Ok(Manifest { package: Some(signed.tag.clone()), ..manifest })
}

/// The settings of a plugin that has every service it requires.
pub(crate) fn fitted(
    manifest: &Manifest,
    services: &HostServices,
    settings: &PluginSettings,
    apart: bool,
) -> Result<Settled, LoadError> {
    if let Some(extension) = manifest.required_host_ext.iter().find(|id| !services.offers(id)) {
        return Err(LoadError::Extension {
            id: manifest.id.clone(),
            extension: extension.clone(),
            remedy: match extension.as_str() {
                "facepay.host.inference/1" if apart => {
                    "a sandboxed process has none; run this plugin in the appliance's own process"
                }
                "facepay.host.inference/1" => "start the host with an inference engine",
                "facepay.host.secret/1" => "start the host with a folder of secrets",
                "facepay.host.artifact/1" => "it reads files of its package: install it as one",
                _ => "update FacePay, or use a version of the plugin that does without",
            },
        });
    }
    Schema::parse(&manifest.config_schema)
        .and_then(|schema| schema.settle(&settings.config_json))
        .map_err(|source| LoadError::Settings { id: manifest.id.clone(), source })
}
