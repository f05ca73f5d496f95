//! Passive liveness by MiniFASNet: a living face, or a picture of one?
//!
//! Each face is looked at twice, closely and with its surroundings, by one network or by one for each look. A fault is
//! always an error, never a score, so that nothing that goes wrong here can make a picture pass for a person. The
//! networks run in the host.

pub mod config;
pub mod crop;
pub mod score;

use plugin_sdk::{
    Call, Descriptor, Error, Face, Frame, Host, HostExtension, Limits, Liveness, Model, Plugin, Region,
    Result,
};

use crate::config::{Config, Looks, SCHEMA};
use crate::crop::Crop;

/// The passive liveness check.
pub struct MiniFasNet {
    host: Host,
    config: Config,
    networks: Vec<(&'static Looks, Model)>,
}

impl Plugin for MiniFasNet {
    const DESCRIPTOR: Descriptor = Descriptor {
        id: "org.facepay.liveness-minifasnet",
        version: env!("CARGO_PKG_VERSION"),
        vendor: "FacePay",
        name: "MiniFASNet passive liveness",
        licence: env!("CARGO_PKG_LICENSE"),
        max_concurrency: 64,
        required_host_ext: &[HostExtension::Inference],
        config_schema: SCHEMA,
    };

    type Config = Config;

    fn create(host: Host) -> Result<Self> {
        Ok(Self { host, config: Config::default(), networks: Vec::new() })
    }

    fn configure(&mut self, config: Config) -> Result<()> {
        self.config = config;
        Ok(())
    }

    fn activate(&mut self, _limits: &Limits) -> Result<()> {
        let inference = self.host.inference();
        let inference =
            inference.ok_or_else(|| Error::Unsupported("the host runs no networks".to_owned()))?;
        let open = |looks: &'static Looks| {
            let model = inference.open(looks.network)?;
            fits(looks, &model).map(|()| (looks, model))
        };
        self.networks = self.config.model.looks().iter().map(open).collect::<Result<_>>()?;
        Ok(())
    }

    fn deactivate(&mut self) {
        self.networks.clear();
    }
}

impl Liveness for MiniFasNet {
    fn score(&self, call: &Call<'_>, frames: &[Frame<'_>], faces: &[Face]) -> Result<Vec<f32>> {
        if self.networks.is_empty() {
            return Err(Error::Invalid("score before activate".to_owned()));
        }
        let mut scores = vec![Vec::new(); faces.len()];
        for (looks, model) in &self.networks {
            let mut regions = Vec::with_capacity(faces.len() * looks.scales.len());
            for (index, face) in faces.iter().enumerate() {
                let face = regions_of(looks, face, frames);
                regions.extend(face.ok_or_else(|| no_score(index, "cannot be cropped"))?);
            }
            let tensors = model.run(call, frames, &regions)?;
            for row in 0..regions.len() {
                scores[row / looks.scales.len()].push(score::live(tensors[0].region(row), looks.live));
            }
        }
        let mean = |(index, scores): (usize, Vec<Option<f32>>)| {
            score::mean(scores.into_iter()).ok_or_else(|| no_score(index, "gave values that are no numbers"))
        };
        scores.into_iter().enumerate().map(mean).collect()
    }
}

/// Refuses a network of another size than the looks'.
fn fits(looks: &Looks, model: &Model) -> Result<()> {
    let info = model.info();
    let fits = (info.input_width, info.input_height) == (looks.side, looks.side)
        && info.outputs.len() == 1
        && info.outputs[0].dims.iter().product::<usize>() == score::CLASSES;
    let wrong = || {
        let (network, side, classes) = (looks.network, looks.side, score::CLASSES);
        Error::Unsupported(format!("{network} should take {side} pixels squared and give {classes} logits"))
    };
    fits.then_some(()).ok_or_else(wrong)
}

/// Where a network looks at one face; `None` when it has no extent or its frame is not there.
fn regions_of(looks: &Looks, face: &Face, frames: &[Frame<'_>]) -> Option<Vec<Region>> {
    let frame = frames.get(face.frame_index as usize)?;
    let look = |scale: &f32| {
        let crop = Crop::new(&face.bbox, *scale, frame.width(), frame.height())?;
        Some(Region { frame_index: face.frame_index, affine: crop.affine(looks.side) })
    };
    looks.scales.iter().map(look).collect()
}

fn no_score(index: usize, why: &str) -> Error {
    Error::Invalid(format!("face {index} {why}"))
}

plugin_sdk::export_plugin!(MiniFasNet: Liveness);

#[cfg(test)]
mod tests;
