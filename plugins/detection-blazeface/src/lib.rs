//! Face detection by MediaPipe BlazeFace, landmarks refined by the face mesh.
//!
//! A frame goes whole into BlazeFace, letterboxed. Each face found goes into the mesh, upright; the mesh gives the five
//! landmarks, the angles of the head and, as its presence, the face's quality. Where the configured network finds no good
//! face another one looks again: closer, tile by tile, for small faces, and from further back for faces that fill the
//! frame; and at places where the first only suspected one. Wide views can be tiled. The networks run in the host.

pub mod config;
pub mod network;

pub mod anchors;
pub mod decode;
pub mod nms;

pub mod look;
pub mod tiles;

pub mod eye;
pub mod finder;

use plugin_sdk::{
    Call, Descriptor, Detector, Error, Face, Frame, Host, HostExtension, Limits, Plugin, Result,
};

use crate::config::{Config, SCHEMA};
use crate::finder::Finder;

/// The detector.
pub struct BlazeFace {
    host: Host,
    config: Config,
    finder: Option<Finder>,
}

impl Plugin for BlazeFace {
    const DESCRIPTOR: Descriptor = Descriptor {
        id: "org.facepay.detection-blazeface",
        version: env!("CARGO_PKG_VERSION"),
        vendor: "FacePay",
        name: "BlazeFace with face mesh",
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

impl Detector for BlazeFace {
    fn detect(&self, call: &Call<'_>, frames: &[Frame<'_>]) -> Result<Vec<Face>> {
        let finder = self.finder.as_ref();
        finder.ok_or_else(|| Error::Invalid("detect before activate".to_owned()))?.find(call, frames)
    }
}

plugin_sdk::export_plugin!(BlazeFace: Detector);

#[cfg(test)]
mod tests;
