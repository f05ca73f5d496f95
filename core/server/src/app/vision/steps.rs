//! The vision plugins that the settings name, loaded.

use std::sync::Arc;

use pipeline::{LivenessStep, Member, RecognizerSet, Steps};
use plugin_host::{InferenceService, Plugin};

use super::witness::Witnesses;
use crate::app::start::StartError;
use crate::plugins::{Plugins, wrong_kind};
use crate::settings::{RecognitionMember, Settings};

/// Loads the vision plugins of the settings.
pub(crate) fn steps(
    settings: &Settings,
    plugins: &Plugins,
    inference: &Arc<dyn InferenceService>,
) -> Result<(Steps, Vec<Arc<Plugin>>), StartError> {
    let names = &settings.plugins;
    let load = |name: &str| plugins.load(name, Some(inference.clone()));
    let detection = load(&names.detection)?;
    let detector = detection.detector().ok_or_else(|| wrong_kind(&names.detection, "a detector"))?;
    let mut loaded = vec![detection];
    let witnesses = Witnesses::new(settings, inference)?;
    let named = (plugins.recognisers(), "plugins.recognition_set");
    let recognizer = recognizers(plugins, &witnesses, named, &mut loaded)?;
    let mut liveness = Vec::new();
    for name in &names.liveness {
        let plugin = load(name)?;
        let step = plugin.liveness().ok_or_else(|| wrong_kind(name, "a liveness step"))?;
        let score_min = settings.recognition.liveness_min;
        liveness.push(LivenessStep { name: name.clone(), plugin: step, score_min });
        loaded.push(plugin);
    }
    Ok((Steps { detector, liveness, recognizer }, loaded))
}

/// The recogniser that is tried beside, where the settings name one; its plugins join those `loaded`.
pub(crate) fn shadow(
    settings: &Settings,
    plugins: &Plugins,
    inference: &Arc<dyn InferenceService>,
    loaded: &mut Vec<Arc<Plugin>>,
) -> Result<Option<RecognizerSet>, StartError> {
    let named = (plugins.shadows().to_vec(), "plugins.recognition_shadow");
    match named.0.is_empty() {
        true => Ok(None),
        false => recognizers(plugins, &Witnesses::new(settings, inference)?, named, loaded).map(Some),
    }
}

/// The recognisers that a setting names; their plugins join those `loaded`.
fn recognizers(
    plugins: &Plugins,
    witnesses: &Witnesses,
    (named, key): (Vec<RecognitionMember>, &str),
    loaded: &mut Vec<Arc<Plugin>>,
) -> Result<RecognizerSet, StartError> {
    let mut members = Vec::new();
    for RecognitionMember { plugin: name, weight, settings } in named {
        let witness = witnesses.one();
        let plugin = plugins.load_with(&name, &settings, Some(witness.clone()))?;
        let recognizer = plugin.recognizer().ok_or_else(|| wrong_kind(&name, "a recogniser"))?;
        witnesses.believe(&name, recognizer.model_tag(), &witness)?;
        members.push(Member { recognizer, weight });
        loaded.push(plugin);
    }
    RecognizerSet::new(members).map_err(|error| StartError::Configuration(format!("{key}: {error}")))
}
