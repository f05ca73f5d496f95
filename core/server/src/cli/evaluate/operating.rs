//! The threshold that the appliance itself would ask for, and what it costs.

use serde_json::{Value, json};

use super::Failure;
use crate::app::evidence;
use crate::app::threshold::Tails;
use crate::evaluate::interval::Rate;
use crate::evaluate::scores::Scores;
use crate::settings::Settings;

/// The least similarity at which somebody with one template is who they say they are.
pub(super) fn claim_min(settings: &Settings, model_tag: u32) -> Result<f32, Failure> {
    let tails = Tails::in_folder(&settings.compute.weights_folder)?;
    let tag = Some(model_tag);
    let policy = evidence::policy(settings, tails.impostors(tag), tails.spread(tag));
    Ok(policy.thresholds(1, true).match_min)
}

/// What goes wrong at a threshold.
pub(super) fn at(similarity_min: f32, scores: &Scores) -> Value {
    let errors = scores.errors_at(similarity_min);
    let rate = |count: u64, n: u64| Rate::of(count as usize, n as usize);
    json!({
        "similarity_min": similarity_min,
        "fmr": rate(errors.accepted, errors.impostor),
        "fnmr": rate(errors.refused, errors.genuine),
    })
}
