//! Whose impostor scores a recogniser may be judged by: those measured with the very network that it runs.
//!
//! A model tag says which network made an embedding, and scores are kept by it. A plugin says its tag itself; one that brings
//! its own engine could say that of a measured network, and strangers who look alike to it would pay by that network's
//! thresholds. So it is watched which networks a recogniser opens.

use std::collections::HashMap;
use std::sync::Arc;

use models::manifest::{Entry, Manifest, Weights};
use parking_lot::Mutex;
use pipeline::RecognizerSet;
use plugin_host::{Call, Frame, InferenceError, InferenceService, ModelInfo, Region, Tensor};

use super::InUse;
use crate::api::chain;
use crate::app::start::StartError;
use crate::folders;
use crate::settings::Settings;

/// The engine, and the networks whose tags are not to be borrowed.
pub(crate) struct Witnesses {
    inference: Arc<dyn InferenceService>,
    /// The network of each tag in the manifest of the weights or of this build.
    named: HashMap<u32, String>,
}

/// The engine as one recogniser has it.
pub(crate) struct Witness {
    inference: Arc<dyn InferenceService>,
    /// The tags of the networks that were opened: at most one for each network that there is.
    opened: Mutex<Vec<u32>>,
}

impl Witnesses {
    pub(super) fn new(
        settings: &Settings,
        inference: &Arc<dyn InferenceService>,
    ) -> Result<Self, StartError> {
        let here = Manifest::read(&folders::weights(&settings.compute.weights_folder).join("manifest.toml"));
        let here = here.map_err(|error| StartError::Unavailable(chain(&error)))?;
        let builtin = Manifest::builtin().map_err(|error| StartError::Configuration(chain(&error)))?;
        Ok(Self::of([builtin, here], inference))
    }

    fn of(manifests: [Manifest; 2], inference: &Arc<dyn InferenceService>) -> Self {
        let entries = manifests.into_iter().flat_map(|manifest| manifest.models);
        let named = entries.filter_map(|entry| Some((entry.model_tag?, entry.name))).collect();
        Self { inference: inference.clone(), named }
    }

    /// The engine for one recogniser.
    pub(crate) fn one(&self) -> Arc<Witness> {
        Arc::new(Witness { inference: self.inference.clone(), opened: Mutex::default() })
    }

    /// Refuses the recogniser `plugin` where it gives its embeddings the tag of a network that it did not open.
    pub(crate) fn believe(&self, plugin: &str, tag: u32, witness: &Witness) -> Result<(), StartError> {
        match self.named.get(&tag).filter(|_| !witness.opened.lock().contains(&tag)) {
            None => Ok(()),
            Some(network) => Err(StartError::Configuration(format!(
                "the recogniser {plugin} gives its embeddings the model tag {tag} of {network}, which it did not open: it \
                 would be judged by scores that were measured with that network; it needs a tag of its own"
            ))),
        }
    }
}

impl InferenceService for Witness {
    fn open(&self, model: &str) -> Result<ModelInfo, InferenceError> {
        let info = self.inference.open(model)?;
        let mut opened = self.opened.lock();
        if !opened.contains(&info.model_tag) {
            opened.push(info.model_tag);
        }
        Ok(info)
    }

    fn run(
        &self,
        call: &Call<'_>,
        model: &str,
        frames: &[Frame<'_>],
        regions: &[Region],
    ) -> Result<Vec<Tensor>, InferenceError> {
        self.inference.run(call, model, frames, regions)
    }
}

/// Refuses a network that an operator installed and whose impostor scores nobody measured. Two strangers may be as like each
/// other to it as one person's pictures are to another network: borrowed thresholds would name anybody.
///
/// # Errors
/// [`StartError::Configuration`] says how it is measured.
pub(crate) fn measured<'a>(
    models: &[InUse],
    sets: impl Iterator<Item = &'a RecognizerSet>,
) -> Result<(), StartError> {
    let members = sets.flat_map(RecognizerSet::members);
    all_measured(models, members.map(|member| member.recognizer.model_tag()))
}

fn all_measured(models: &[InUse], mut tags: impl Iterator<Item = u32>) -> Result<(), StartError> {
    let unmeasured = |tag: u32| {
        let named = models.iter().find(|InUse { entry, .. }| entry.model_tag == Some(tag));
        let entry = named.map(|InUse { entry, .. }| entry)?;
        let unknown = matches!(entry.weights, Weights::Installed(_)) && entry.impostors.is_none();
        unknown.then_some(entry)
    };
    match tags.find_map(unmeasured) {
        None => Ok(()),
        Some(Entry { name, .. }) => Err(StartError::Configuration(format!(
            "{name} has no impostor scores, so that nobody knows how alike strangers look to it: measure it with `facepay \
             evaluate faces --all-pairs`, and put [model.impostors] into the manifest of compute.weights_folder"
        ))),
    }
}

#[cfg(test)]
mod tests;
