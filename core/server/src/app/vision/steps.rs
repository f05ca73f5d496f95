//! The vision plugins that the settings name, put to work.

use std::sync::Arc;

use pipeline::{LivenessStep, Member, RecognizerSet, Steps};
use plugin_host::InferenceService;

use super::witness::Witnesses;
use crate::app::start::StartError;
use crate::plugins::{Networks, Plugins, Recipe, wrong_kind};
use crate::settings::{RecognitionMember, Settings};

/// The setting of the recogniser that is tried beside.
const SHADOW: &str = "plugins.recognition_shadow";

/// Puts the vision plugins of the settings to work.
pub(crate) fn steps(
    settings: &Settings,
    plugins: &Plugins,
    inference: &Arc<dyn InferenceService>,
) -> Result<Steps, StartError> {
    let names = &settings.plugins;
    let mount = |name: &str| plugins.mount(Recipe::new(name, Networks::Engine(inference.clone())));
    let detection = mount(&names.detection)?;
    let detector = detection.detector().ok_or_else(|| wrong_kind(&names.detection, "a detector"))?;
    let witnesses = Arc::new(Witnesses::new(settings, inference)?);
    let recognizer = recognizers(plugins, &witnesses, (plugins.recognisers(), "plugins.recognition_set"))?;
    let mut liveness = Vec::new();
    for name in &names.liveness {
        let step = mount(name)?.liveness().ok_or_else(|| wrong_kind(name, "a liveness step"))?;
        let score_min = settings.recognition.liveness_min;
        liveness.push(LivenessStep { name: name.clone(), plugin: step, score_min });
    }
    Ok(Steps { detector, liveness, recognizer })
}

/// The recogniser that is tried beside, where the settings name one, put to work.
pub(crate) fn shadow(
    settings: &Settings,
    plugins: &Plugins,
    inference: &Arc<dyn InferenceService>,
) -> Result<Option<RecognizerSet>, StartError> {
    let named = (plugins.shadows().to_vec(), SHADOW);
    match named.0.is_empty() {
        true => Ok(None),
        false => recognizers(plugins, &Arc::new(Witnesses::new(settings, inference)?), named).map(Some),
    }
}

/// The recognisers that a setting names, put to work.
fn recognizers(
    plugins: &Plugins,
    witnesses: &Arc<Witnesses>,
    (named, key): (Vec<RecognitionMember>, &str),
) -> Result<RecognizerSet, StartError> {
    let is_beside = key == SHADOW;
    let mut members = Vec::new();
    for RecognitionMember { plugin: name, weight, settings } in named {
        let recipe = Recipe::new(&name, Networks::Watched(witnesses.clone())).with(settings);
        let recipe = if is_beside { recipe.dispensable() } else { recipe };
        let recognizer =
            plugins.mount(recipe)?.recognizer().ok_or_else(|| wrong_kind(&name, "a recogniser"))?;
        members.push(Member { recognizer, weight });
    }
    RecognizerSet::new(members).map_err(|error| StartError::Configuration(format!("{key}: {error}")))
}
