//! Face embeddings by MobileFaceNet, or by another network that an operator installed, on aligned crops.
//!
//! Each face is brought onto a fixed pose by its five landmarks and embedded as a unit vector, so that the cosine of two
//! embeddings says how alike the faces are. The network runs in the host.

pub mod align;
pub mod config;
pub mod embedding;
pub mod look;

use plugin_sdk::{
    Call, Descriptor, EmbeddingInfo, Error, Face, Frame, Host, HostExtension, Limits, Metric, Model, Plugin,
    Recognizer, Region, Result,
};

use crate::config::{Config, SCHEMA};

/// The recogniser.
pub struct MobileFaceNet {
    host: Host,
    config: Config,
    model: Option<Model>,
}

impl Plugin for MobileFaceNet {
    const DESCRIPTOR: Descriptor = Descriptor {
        id: "org.facepay.recognition-mobilefacenet",
        version: env!("CARGO_PKG_VERSION"),
        vendor: "FacePay",
        name: "MobileFaceNet recognition",
        licence: env!("CARGO_PKG_LICENSE"),
        max_concurrency: 64,
        required_host_ext: &[HostExtension::Inference],
        config_schema: SCHEMA,
    };

    type Config = Config;

    fn create(host: Host) -> Result<Self> {
        Ok(Self { host, config: Config::default(), model: None })
    }

    fn configure(&mut self, config: Config) -> Result<()> {
        self.config = config;
        Ok(())
    }

    fn activate(&mut self, _limits: &Limits) -> Result<()> {
        let inference = self.host.inference();
        let inference =
            inference.ok_or_else(|| Error::Unsupported("the host runs no networks".to_owned()))?;
        let model = inference.open(self.config.model.name())?;
        let info = model.info();
        let side = self.config.model.template().side;
        let fits = (info.input_width, info.input_height) == (side, side);
        if !fits || info.outputs.len() != 1 || dim(&model) == 0 {
            return Err(Error::Unsupported(format!(
                "{} should take {side} pixels squared and give one vector",
                info.name
            )));
        }
        self.model = Some(model);
        Ok(())
    }

    fn deactivate(&mut self) {
        self.model = None;
    }
}

impl Recognizer for MobileFaceNet {
    fn describe(&self) -> Result<EmbeddingInfo> {
        let model = self.model()?;
        let (dim, model_tag) = (dim(model) as u32, model.info().model_tag);
        Ok(EmbeddingInfo { dim, metric: Metric::Cosine, model_tag })
    }

    fn embed(&self, call: &Call<'_>, frames: &[Frame<'_>], faces: &[Face]) -> Result<Vec<f32>> {
        let (model, template, looks) = (self.model()?, self.config.model.template(), self.config.looks);
        let mut regions = Vec::with_capacity(look::count(looks) * faces.len());
        for (index, face) in faces.iter().enumerate() {
            let affine = align::affine(&face.landmarks, template);
            let affine =
                affine.ok_or_else(|| Error::Invalid(format!("the landmarks of face {index} are no face")))?;
            let at = |affine| Region { frame_index: face.frame_index, affine };
            regions.extend(look::affines(affine, template.side, looks).map(at));
        }
        let tensors = model.run(call, frames, &regions)?;
        let each = look::count(looks);
        let mut embeddings = Vec::with_capacity(faces.len() * dim(model));
        for index in 0..faces.len() {
            let rows = (each * index..each * (index + 1)).map(|row| tensors[0].region(row));
            let embedding = embedding::unit_sum(rows);
            embeddings.extend(embedding.ok_or_else(|| {
                Error::Internal(format!("{} gave face {index} no direction", model.info().name))
            })?);
        }
        Ok(embeddings)
    }
}

impl MobileFaceNet {
    fn model(&self) -> Result<&Model> {
        self.model.as_ref().ok_or_else(|| Error::Invalid("not active".to_owned()))
    }
}

/// Values in an embedding.
fn dim(model: &Model) -> usize {
    model.info().outputs[0].dims.iter().product()
}

plugin_sdk::export_plugin!(MobileFaceNet: Recognizer);

#[cfg(test)]
mod tests;
