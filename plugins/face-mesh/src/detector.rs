//! The life of a detection plugin: it takes its settings, opens its networks, and is asked for faces.

use plugin_sdk::{Call, Descriptor, Error, Face, Frame, Host, HostExtension, Inference, Limits, Result};
use serde::de::DeserializeOwned;

/// How a detection plugin finds faces. All else that it needs to be one, [`export_detector!`](crate::export_detector) adds.
pub trait FaceFinder: Sized + Send + Sync + 'static {
    /// What an operator can set.
    type Config: Settings;

    /// Opens the networks that `config` asks for.
    ///
    /// # Errors
    /// The host's, when it does not have such a network.
    fn open(inference: &Inference, config: Self::Config) -> Result<Self>;

    /// The faces of all frames, by frame, surest first.
    ///
    /// # Errors
    /// The host's, when a network fails: never fewer faces instead.
    fn find(&self, call: &Call<'_>, frames: &[Frame<'_>]) -> Result<Vec<Face>>;
}

/// Settings of a detector.
pub trait Settings: DeserializeOwned + Default + Clone + Send + Sync + 'static {
    /// JSON Schema of these settings.
    const SCHEMA: &'static str;

    /// These settings, if each is within its bounds.
    ///
    /// # Errors
    /// [`Error::Config`] names the one that is not.
    fn checked(self) -> Result<Self>;
}

/// A detector before and after its networks are open.
pub struct Instance<F: FaceFinder> {
    host: Host,
    config: F::Config,
    finder: Option<F>,
}

impl<F: FaceFinder> Instance<F> {
    /// With the default settings, and no network open.
    pub fn new(host: Host) -> Self {
        Self { host, config: F::Config::default(), finder: None }
    }

    /// Takes settings.
    ///
    /// # Errors
    /// [`Error::Config`] for those that are out of bounds; the former ones stay.
    pub fn configure(&mut self, config: F::Config) -> Result<()> {
        self.config = config.checked()?;
        Ok(())
    }

    /// Opens the networks.
    ///
    /// # Errors
    /// [`Error::Unsupported`] where the host runs none.
    pub fn activate(&mut self, _limits: &Limits) -> Result<()> {
        let inference = self.host.inference();
        let inference =
            inference.ok_or_else(|| Error::Unsupported("the host runs no networks".to_owned()))?;
        self.finder = Some(F::open(&inference, self.config.clone())?);
        Ok(())
    }

    /// Lets go of the networks.
    pub fn deactivate(&mut self) {
        self.finder = None;
    }

    /// The faces of all frames.
    ///
    /// # Errors
    /// [`Error::Invalid`] before the networks are open; else those of [`FaceFinder::find`].
    pub fn detect(&self, call: &Call<'_>, frames: &[Frame<'_>]) -> Result<Vec<Face>> {
        let finder = self.finder.as_ref();
        finder.ok_or_else(|| Error::Invalid("detect before activate".to_owned()))?.find(call, frames)
    }
}

/// The description of one of FacePay's own detectors. They share the workspace's version and licence.
pub const fn descriptor(id: &'static str, name: &'static str, config_schema: &'static str) -> Descriptor {
    Descriptor {
        id,
        version: env!("CARGO_PKG_VERSION"),
        vendor: "FacePay",
        name,
        licence: env!("CARGO_PKG_LICENSE"),
        max_concurrency: 64,
        required_host_ext: &[HostExtension::Inference],
        config_schema,
    }
}

/// Defines the plugin `$plugin` with this id and name around a [`FaceFinder`], and exports it from the library.
#[macro_export]
macro_rules! export_detector {
    ($(#[$doc:meta])* $plugin:ident($finder:ty), $id:literal, $name:literal) => {
        $(#[$doc])*
        pub struct $plugin($crate::detector::Instance<$finder>);

        impl $crate::plugin_sdk::Plugin for $plugin {
            const DESCRIPTOR: $crate::plugin_sdk::Descriptor =
                $crate::detector::descriptor($id, $name, <Self::Config as $crate::detector::Settings>::SCHEMA);

            type Config = <$finder as $crate::detector::FaceFinder>::Config;

            fn create(host: $crate::plugin_sdk::Host) -> $crate::plugin_sdk::Result<Self> {
                Ok(Self($crate::detector::Instance::new(host)))
            }

            fn configure(&mut self, config: Self::Config) -> $crate::plugin_sdk::Result<()> {
                self.0.configure(config)
            }

            fn activate(&mut self, limits: &$crate::plugin_sdk::Limits) -> $crate::plugin_sdk::Result<()> {
                self.0.activate(limits)
            }

            fn deactivate(&mut self) {
                self.0.deactivate();
            }
        }

        impl $crate::plugin_sdk::Detector for $plugin {
            fn detect(
                &self,
                call: &$crate::plugin_sdk::Call<'_>,
                frames: &[$crate::plugin_sdk::Frame<'_>],
            ) -> $crate::plugin_sdk::Result<Vec<$crate::plugin_sdk::Face>> {
                self.0.detect(call, frames)
            }
        }

        $crate::plugin_sdk::export_plugin!($plugin: Detector);
    };
}
