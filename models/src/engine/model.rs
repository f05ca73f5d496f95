//! A loaded network with everything the engine has to know to feed it.

use std::sync::Arc;

use super::runner::{Machine, Runner};
use super::warp::{Normalise, Target};
use super::{EngineError, ModelInfo, OutputInfo};
use crate::manifest::{Colour, CommercialUse, Digest, Entry, Manifest};
use crate::weights::{Shelf, WeightsError};

/// Makes a network by name on a device. Called on an engine thread.
pub(super) type Loader = Box<dyn Fn(&str, &Machine) -> Result<Model, EngineError> + Send + Sync>;

/// A network on a device.
pub(super) struct Model {
    pub(super) info: Arc<ModelInfo>,
    pub(super) target: Target,
    pub(super) runner: Runner,
}

impl Model {
    /// Checks the answers to `rows` inputs against the outputs of the manifest.
    ///
    /// # Errors
    /// [`EngineError::Weights`] when there are more or fewer, or one is longer or shorter.
    pub(super) fn check(&self, answers: &[Vec<f32>], rows: usize) -> Result<(), EngineError> {
        let len = |output: &OutputInfo| rows * output.dims.iter().product::<usize>();
        let expected: Vec<usize> = self.info.outputs.iter().map(len).collect();
        let found: Vec<usize> = answers.iter().map(Vec::len).collect();
        if found == expected {
            return Ok(());
        }
        let model = self.info.name.clone();
        Err(unusable(&self.info.name, WeightsError::Outputs { model, expected, found }))
    }
}

/// A loader for the manifest and the weight files of a shelf.
///
/// # Errors
/// [`EngineError::Weights`] when the manifest can't be used.
pub(super) fn from_shelf(shelf: Shelf) -> Result<Loader, EngineError> {
    let manifest =
        Manifest::read(&shelf.folder.join("manifest.toml")).map_err(|error| unusable("manifest", error))?;
    Ok(Box::new(move |name, machine| {
        let Some(entry) = manifest.entry(name) else {
            let known = manifest.models.iter().map(|entry| entry.name.clone()).collect();
            return Err(EngineError::UnknownModel { model: name.to_owned(), known });
        };
        load(entry, &shelf, machine)
    }))
}

fn load(entry: &Entry, shelf: &Shelf, machine: &Machine) -> Result<Model, EngineError> {
    let (_, sha256) = shelf.place(entry).map_err(|error| unusable(&entry.name, error))?;
    let weights = shelf.read(entry).map_err(|error| unusable(&entry.name, error))?;
    let network =
        |device| crate::net::load(entry, &weights, device).map_err(|error| unusable(&entry.name, error));
    let on_cpu = burn::tensor::Device::flex();
    let planned = Runner::planned(&entry.name, &*network(&on_cpu)?, machine);
    let runner = match planned.map_err(|reason| EngineError::Failed { reason })? {
        Some(runner) => runner,
        None => Runner::Burn(network(&machine.burn)?),
    };
    match entry.rights.commercial_use {
        CommercialUse::Yes => {}
        CommercialUse::No | CommercialUse::Ask => tracing::warn!(
            network = entry.name,
            licence = entry.rights.licence,
            "a network in use is not known to be cleared for commercial use"
        ),
    }
    let info = Arc::new(info(entry, sha256, runner.batch_max(machine)));
    Ok(Model { info, target: target(entry), runner })
}

fn unusable(model: &str, error: impl std::error::Error + Send + Sync + 'static) -> EngineError {
    EngineError::Weights { model: model.to_owned(), source: Arc::new(error) }
}

fn info(entry: &Entry, sha256: Digest, max_batch: usize) -> ModelInfo {
    let outputs = entry.outputs.iter();
    ModelInfo {
        name: entry.name.clone(),
        input_width: entry.input.width,
        input_height: entry.input.height,
        outputs: outputs
            .map(|output| OutputInfo { name: output.name.clone(), dims: output.dims.clone() })
            .collect(),
        max_batch,
        model_tag: entry.model_tag.unwrap_or(0),
        sha256: sha256.0,
    }
}

fn target(entry: &Entry) -> Target {
    let input = &entry.input;
    let bgr = match input.colour {
        Colour::Rgb => false,
        Colour::Bgr => true,
    };
    let normalise = Normalise { bgr, mean: [input.mean; 3], scale: [1.0 / input.divisor; 3] };
    Target { width: input.width, height: input.height, normalise }
}
