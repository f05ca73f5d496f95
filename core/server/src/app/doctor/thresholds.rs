//! What a face must reach, and what that rests on.

use std::sync::Arc;

use domain::decision::Policy;
use domain::look_alike;
use domain::threshold::{PEOPLE_MIN, SCORES_MIN, false_match_rate};
use pipeline::RecognizerSet;
use plugin_host::InferenceService;
use store::Store;

use super::{Case, Check, Status, ask};
use crate::api::chain;
use crate::app::tried::Tried;
use crate::app::{StartError, evidence, installed, vision};
use crate::plugins::Plugins;
use crate::settings::Settings;

pub(super) fn checks(case: &Case) -> Vec<Check> {
    let settings = case.settings();
    let tail = ask(
        "thresholds.impostors",
        "how alike strangers look to the recogniser decides what a match is",
        "measure it: facepay evaluate faces; then add its impostors to the weights' manifest",
    );
    if !settings.recognition.enabled {
        return vec![tail.found(Status::Skip, "recognition is switched off")];
    }
    let offered = match case.offered() {
        Ok(offered) => offered,
        Err(why) => return vec![tail.found(Status::Fail, why)],
    };
    let store = case.opened();
    let Some(model_tag) = in_force_of(store, offered) else {
        return vec![tail.found(Status::Skip, "no recogniser loads; plugins.recognition says why")];
    };
    let (impostors, spread) = match case.impostors(model_tag) {
        Ok(measured) => measured,
        Err(why) => return vec![tail.must(Err(why))],
    };
    let policy = evidence::policy(settings, impostors, spread);
    let templates = store.and_then(|store| store.face_count(model_tag).ok()).unwrap_or(0);
    vec![
        tail.should(source(&policy, model_tag)),
        in_force(&policy, templates),
        look_alikes(store),
        calibration(settings, store, model_tag, &policy),
    ]
}

/// The tags of the recognisers that the settings name and that load; the first is the one that is no shadow.
///
/// # Errors
/// Why an appliance would not start with them, although they load.
pub(super) fn offered(settings: &Settings, tried: &Tried) -> Result<Vec<u32>, String> {
    let plugins = Plugins::new(settings);
    let Some(inference) = tried.inference.as_ref() else { return Ok(Vec::new()) };
    match recognisers(settings, &plugins, inference) {
        Ok(tags) => Ok(tags),
        Err(StartError::Configuration(why)) => Err(why),
        // The checks of the plugins and of the weights say so.
        Err(_) => Ok(Vec::new()),
    }
}

fn recognisers(
    settings: &Settings,
    plugins: &Plugins,
    inference: &Arc<dyn InferenceService>,
) -> Result<Vec<u32>, StartError> {
    let steps = vision::steps(settings, plugins, inference)?;
    let shadow = vision::shadow(settings, plugins, inference)?;
    let sets: Vec<RecognizerSet> = std::iter::once(steps.recognizer).chain(shadow).collect();
    vision::measured(&vision::in_use(&installed::shelf(settings)?)?, sets.iter())?;
    Ok(sets.iter().map(RecognizerSet::model_tag).collect())
}

/// The one that names people, as the database has it.
fn in_force_of(store: Option<&Store>, offered: &[u32]) -> Option<u32> {
    let active = store.and_then(|store| store.model_roles().ok().flatten()).map(|row| row.roles.active);
    active.filter(|tag| offered.contains(tag)).or_else(|| offered.first().copied())
}

/// Whose scores, and how many.
fn source(policy: &Policy, model_tag: u32) -> Result<String, String> {
    let (tail, points) = (policy.impostors.tail(), policy.impostors.tail().points());
    let rarest = points.last().map_or(1.0, |point| point.false_match_rate);
    let measured =
        format!("{} comparisons of different people, measured down to {rarest:e}", tail.comparisons());
    match policy.impostors.are_own() {
        true => Ok(format!("model tag {model_tag}: {measured}")),
        false => Err(format!(
            "model tag {model_tag} has no impostor scores: the strictest known are borrowed ({measured}), and every \
             payment asks for a further factor"
        )),
    }
}

/// The thresholds of a gallery of that size.
fn in_force(policy: &Policy, templates: usize) -> Check {
    let asked = ask(
        "thresholds.in_force",
        "a stranger must not be named, still less charged",
        "set recognition.fpir_target and policy.fpir_target_pay",
    );
    let least = policy.thresholds(templates, false);
    let how = |target: f64| match policy.impostors.tail().is_measured_at(false_match_rate(templates, target))
    {
        true => "measured",
        false => "extrapolated",
    };
    let pays = match least.pay_min.is_finite() {
        true => format!(
            "{:.3} pays alone (FPIR {}, {})",
            least.pay_min,
            one_in(policy.fpir_target_pay),
            how(policy.fpir_target_pay)
        ),
        false => "no face alone pays".to_owned(),
    };
    let what = format!(
        "{templates} templates: {:.3} is a match (FPIR {}, {}), {pays}; {:.3} for 1:1 (FMR {}); margin {:.3}",
        least.match_min,
        one_in(policy.fpir_target),
        how(policy.fpir_target),
        policy.thresholds(1, true).match_min,
        one_in(policy.fmr_target),
        policy.margin_min,
    );
    // A threshold that nothing but the very same picture reaches lets nobody pay by face.
    let reached = least.match_min < 1.0;
    asked.should(if reached { Ok(what) } else { Err(what) })
}

fn one_in(chance: f64) -> String {
    format!("1:{:.0}", 1.0 / chance)
}

fn look_alikes(store: Option<&Store>) -> Check {
    let asked = ask(
        "thresholds.look_alikes",
        "people who look alike pay with a further factor only",
        "GET /look-alikes names them; give each a PIN",
    );
    let Some(store) = store else { return asked.found(Status::Skip, "the database does not open") };
    asked.must(store.look_alikes(None).map_err(|error| chain(&error)).map(|pairs| {
        let pairs: Vec<_> = pairs.iter().map(|pair| (pair.user, pair.other_user)).collect();
        let groups = look_alike::groups(&pairs);
        let people: usize = groups.iter().map(Vec::len).sum();
        format!("{} groups, {people} people", groups.len())
    }))
}

fn calibration(settings: &Settings, store: Option<&Store>, model_tag: u32, policy: &Policy) -> Check {
    let asked = ask(
        "thresholds.calibration",
        "this site's people may look more alike than those of the laboratory",
        "name consent texts that allow it in recognition.calibration_consents",
    );
    if settings.recognition.calibration_consents.is_empty() {
        return asked.found(Status::Skip, "off: no consent text allows it");
    }
    let Some(store) = store else { return asked.found(Status::Skip, "the database does not open") };
    let told = store.calibration(model_tag).map_err(|error| chain(&error));
    asked.must(told.map(|known| match known {
        None => format!(
            "on; nothing raises the thresholds (from {PEOPLE_MIN} people and {SCORES_MIN} comparisons on)"
        ),
        Some(known) => format!(
            "on; {} people, {} comparisons raise the thresholds by {:.3}",
            known.people,
            known.scores.total(),
            policy.impostors.shift(),
        ),
    }))
}
