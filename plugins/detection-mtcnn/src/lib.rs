//! Face detection by MTCNN, landmarks refined by the face mesh.
//!
//! Zhang, Zhang, Li, Qiao, "Joint Face Detection and Alignment Using Multitask Cascaded Convolutional Networks" (2016): the
//! first network looks at the frame in many sizes and proposes boxes, the second and the third each look at what is left,
//! refuse most of it and correct the rest. The mesh then gives the landmarks, the angles and the quality, as it does for
//! every detector. The networks run in the host.

pub mod config;

pub mod pyramid;

pub mod stage;

pub mod finder;

use plugin_sdk::{
    Call, Descriptor, Detector, Error, Face, Frame, Host, HostExtension, Limits, Plugin, Result,
};

use crate::config::{Config, SCHEMA};
use crate::finder::Finder;

/// The detector.
pub struct Mtcnn {
    host: Host,
    config: Config,
    finder: Option<Finder>,
}

impl Plugin for Mtcnn {
    const DESCRIPTOR: Descriptor = Descriptor {
        id: "org.facepay.detection-mtcnn",
        version: env!("CARGO_PKG_VERSION"),
        vendor: "FacePay",
        name: "MTCNN with face mesh",
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

impl Detector for Mtcnn {
    fn detect(&self, call: &Call<'_>, frames: &[Frame<'_>]) -> Result<Vec<Face>> {
        let finder = self.finder.as_ref();
        finder.ok_or_else(|| Error::Invalid("detect before activate".to_owned()))?.find(call, frames)
    }
}

plugin_sdk::export_plugin!(Mtcnn: Detector);

#[cfg(test)]
mod tests;
