//! Passive liveness by MiniFASNet: a living face, or a picture of one?
//!
//! Each face is looked at twice, closely and with its surroundings. A fault is always an error, never a score, so that
//! nothing that goes wrong here can make a picture pass for a person. The network runs in the host.

pub mod crop;
pub mod score;

use plugin_sdk::{
    Call, Descriptor, Error, Face, Frame, Host, HostExtension, Limits, Liveness, Model, Plugin, Region,
    Result,
};
use serde::Deserialize;

use crate::crop::{Crop, INPUT_SIDE, SCALES};

/// The host's name for the network.
const NETWORK: &str = "minifasnet-v1se";

/// The passive liveness check.
pub struct MiniFasNet {
    host: Host,
    model: Option<Model>,
}

/// There is nothing to set: crops and classes belong to the weights, thresholds to the host.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {}

impl Plugin for MiniFasNet {
    const DESCRIPTOR: Descriptor = Descriptor {
        id: "org.facepay.liveness-minifasnet",
        version: env!("CARGO_PKG_VERSION"),
        vendor: "FacePay",
        name: "MiniFASNet passive liveness",
        licence: env!("CARGO_PKG_LICENSE"),
        max_concurrency: 64,
        required_host_ext: &[HostExtension::Inference],
        config_schema: r#"{"type": "object", "additionalProperties": false}"#,
    };

    type Config = Config;

    fn create(host: Host) -> Result<Self> {
        Ok(Self { host, model: None })
    }

    fn configure(&mut self, _config: Config) -> Result<()> {
        Ok(())
    }

    fn activate(&mut self, _limits: &Limits) -> Result<()> {
        let inference = self.host.inference();
        let inference =
            inference.ok_or_else(|| Error::Unsupported("the host runs no networks".to_owned()))?;
        let model = inference.open(NETWORK)?;
        let info = model.info();
        let fits = (info.input_width, info.input_height) == (INPUT_SIDE, INPUT_SIDE)
            && info.outputs.len() == 1
            && info.outputs[0].dims.iter().product::<usize>() == score::CLASSES;
        if !fits {
            return Err(Error::Unsupported(format!(
                "{NETWORK} should take {INPUT_SIDE} pixels squared and give {} logits",
                score::CLASSES
            )));
        }
        self.model = Some(model);
        Ok(())
    }

    fn deactivate(&mut self) {
        self.model = None;
    }
}

impl Liveness for MiniFasNet {
    fn score(&self, call: &Call<'_>, frames: &[Frame<'_>], faces: &[Face]) -> Result<Vec<f32>> {
        let model = self.model.as_ref();
        let model = model.ok_or_else(|| Error::Invalid("score before activate".to_owned()))?;
        let mut regions = Vec::with_capacity(faces.len() * SCALES.len());
        for (index, face) in faces.iter().enumerate() {
            regions.extend(looks(face, frames).ok_or_else(|| no_score(index, "cannot be cropped"))?);
        }
        let tensors = model.run(call, frames, &regions)?;
        let looks_of = |index: usize| SCALES.len() * index..SCALES.len() * (index + 1);
        (0..faces.len())
            .map(|index| {
                score::mean(looks_of(index).map(|look| score::live(tensors[0].region(look))))
                    .ok_or_else(|| no_score(index, "gave values that are no numbers"))
            })
            .collect()
    }
}

/// Where to look at one face; `None` when it has no extent or its frame is not there.
fn looks(face: &Face, frames: &[Frame<'_>]) -> Option<Vec<Region>> {
    let frame = frames.get(face.frame_index as usize)?;
    let look = |scale: &f32| {
        let crop = Crop::new(&face.bbox, *scale, frame.width(), frame.height())?;
        Some(Region { frame_index: face.frame_index, affine: crop.affine() })
    };
    SCALES.iter().map(look).collect()
}

fn no_score(index: usize, why: &str) -> Error {
    Error::Invalid(format!("face {index} {why}"))
}

plugin_sdk::export_plugin!(MiniFasNet: Liveness);

#[cfg(test)]
mod tests;
