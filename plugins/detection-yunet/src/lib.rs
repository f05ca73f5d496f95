//! Face detection by YuNet, landmarks refined by the face mesh.
//!
//! A frame goes whole into YuNet, letterboxed. Each face found goes into the mesh, upright; the mesh gives the five
//! landmarks, the angles of the head and, as its presence, the face's quality. The networks run in the host; YuNet's
//! weights come from no package registry, so the operator installs them.

pub mod config;

pub mod decode;

pub mod finder;

use plugin_sdk::{
    Call, Descriptor, Detector, Error, Face, Frame, Host, HostExtension, Limits, Plugin, Result,
};

use crate::config::{Config, SCHEMA};
use crate::finder::Finder;

/// The detector.
pub struct Yunet {
    host: Host,
    config: Config,
    finder: Option<Finder>,
}

impl Plugin for Yunet {
    const DESCRIPTOR: Descriptor = Descriptor {
        id: "org.facepay.detection-yunet",
        version: env!("CARGO_PKG_VERSION"),
        vendor: "FacePay",
        name: "YuNet with face mesh",
        licence: env!("CARGO_PKG_LICENSE"),
        max_concurrency: 64,
        required_host_ext: &[HostExtension::Inference],
        config_schema: SCHEMA,
    };

    type Config = Config;

    fn create(host: Host) -> Result<Self> {
        Ok(Self { host, config: Config::default(), finder: None })
    }

    fn configure(&mut self, config: Config) -> Result<()> {
        self.config = config.checked()?;
        Ok(())
    }

    fn activate(&mut self, _limits: &Limits) -> Result<()> {
        let inference = self.host.inference();
        let inference =
            inference.ok_or_else(|| Error::Unsupported("the host runs no networks".to_owned()))?;
        self.finder = Some(Finder::open(&inference, self.config)?);
        Ok(())
    }

    fn deactivate(&mut self) {
        self.finder = None;
    }
}

impl Detector for Yunet {
    fn detect(&self, call: &Call<'_>, frames: &[Frame<'_>]) -> Result<Vec<Face>> {
        let finder = self.finder.as_ref();
        finder.ok_or_else(|| Error::Invalid("detect before activate".to_owned()))?.find(call, frames)
    }
}

plugin_sdk::export_plugin!(Yunet: Detector);

#[cfg(test)]
mod tests;
