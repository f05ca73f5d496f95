//! The host's networks: a plugin names a model, says where to look, and gets the output tensors.

use std::sync::Arc;

use crate::call::Call;
use crate::error::{Error, Result};
use crate::frame::Frame;

/// Where a network looks: one input of the model, cut out of one frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Region {
    /// Index into the call's frames.
    pub frame_index: u32,
    /// Model-input pixel to frame pixel, row-major 2x3: `x' = a[0] x + a[1] y + a[2]`, `y' = a[3] x + a[4] y + a[5]`.
    pub affine: [f32; 6],
}

/// One output of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorDesc {
    /// Its name in the model's manifest entry.
    pub name: String,
    /// Its dimensions for one region; the batch is not counted.
    pub dims: Vec<usize>,
}

/// What the host says about one of its models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelInfo {
    /// The name that it was opened by.
    pub name: String,
    /// Pixels per row of the input.
    pub input_width: u32,
    /// Rows of the input.
    pub input_height: u32,
    /// The outputs, in the order in which they are returned.
    pub outputs: Vec<TensorDesc>,
    /// Most regions in one run of the network; [`Model::run`] splits larger calls.
    pub max_batch: u32,
    /// Marks what the model computes: embeddings of different tags never compare.
    pub model_tag: u32,
    /// SHA-256 of the weights.
    pub sha256: [u8; 32],
}

/// One output for all regions of a call.
#[derive(Clone, PartialEq)]
pub struct Tensor {
    /// `[regions, dims…]`.
    pub dims: Vec<usize>,
    /// Row-major, as many as the product of `dims`.
    pub data: Vec<f32>,
}

impl Tensor {
    /// The values of one region.
    ///
    /// # Panics
    /// Panics when there is no such region.
    pub fn region(&self, index: usize) -> &[f32] {
        let len = self.dims[1..].iter().product::<usize>();
        &self.data[index * len..(index + 1) * len]
    }
}

/// Runs networks by name. The host implements it over its engine; a plugin's tests may implement it over recorded tensors.
pub trait InferenceService: Send + Sync {
    /// What the model takes and gives. Fails with [`Error::Unsupported`] for a name that the service does not have.
    fn open(&self, model: &str) -> Result<ModelInfo>;

    /// One tensor per output of the model, each with one row per region, in the regions' order. Blocks. There are at most
    /// as many regions as the model's `max_batch`; the call says until when the answer is of use.
    fn run(
        &self,
        call: &Call<'_>,
        model: &str,
        frames: &[Frame<'_>],
        regions: &[Region],
    ) -> Result<Vec<Tensor>>;
}

/// The host's inference service, as a plugin sees it.
#[derive(Clone)]
pub struct Inference {
    service: Arc<dyn InferenceService>,
}

impl Inference {
    pub(crate) fn new(service: Arc<dyn InferenceService>) -> Self {
        Self { service }
    }

    /// Opens a model by its name in the host's manifest. Meant for `activate`.
    pub fn open(&self, model: &str) -> Result<Model> {
        let info = self.service.open(model)?;
        Ok(Model { info: Arc::new(info), service: Arc::clone(&self.service) })
    }
}

/// An open model.
#[derive(Clone)]
pub struct Model {
    info: Arc<ModelInfo>,
    service: Arc<dyn InferenceService>,
}

impl Model {
    /// What the model takes and gives.
    pub fn info(&self) -> &ModelInfo {
        &self.info
    }

    /// One tensor per output, each with one row per region, in the regions' order. Blocks; no regions, no work.
    pub fn run(&self, call: &Call<'_>, frames: &[Frame<'_>], regions: &[Region]) -> Result<Vec<Tensor>> {
        if let Some(region) = regions.iter().find(|region| region.frame_index as usize >= frames.len()) {
            return Err(Error::Invalid(format!(
                "region looks into frame {} of {}",
                region.frame_index,
                frames.len()
            )));
        }
        let mut tensors: Vec<Tensor> = (self.info.outputs.iter())
            .map(|output| Tensor { dims: [&[0], &output.dims[..]].concat(), data: Vec::new() })
            .collect();
        for part in regions.chunks(self.info.max_batch.max(1) as usize) {
            call.check()?;
            let outputs = self.service.run(call, &self.info.name, frames, part)?;
            self.append(&mut tensors, outputs, part.len())?;
        }
        Ok(tensors)
    }

    /// Adds the outputs of one part of the regions, or fails when their shape is not what the model's description says.
    fn append(&self, tensors: &mut [Tensor], outputs: Vec<Tensor>, regions: usize) -> Result<()> {
        if outputs.len() != tensors.len() {
            return Err(Error::Internal(format!(
                "{} gave {} outputs instead of {}",
                self.info.name,
                outputs.len(),
                tensors.len()
            )));
        }
        for (tensor, output) in tensors.iter_mut().zip(outputs) {
            let expected = regions * tensor.dims[1..].iter().product::<usize>();
            if output.data.len() != expected {
                return Err(Error::Internal(format!(
                    "{} gave {} values instead of {expected}",
                    self.info.name,
                    output.data.len()
                )));
            }
            tensor.dims[0] += regions;
            tensor.data.extend(output.data);
        }
        Ok(())
    }
}
