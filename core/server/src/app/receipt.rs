//! What a payment was decided by, as its receipt tells it later: numbers, digests and versions; no picture, no
//! template, no name.

use domain::decision::{Confirmation, Decision, Policy};
use domain::{FaceId, UserId};
use serde_json::{Value, json};
use store::{ConsentRow, Store, StoreError};

use super::evidence::Seen;
use super::vision::Vision;
use super::{App, challenge, step_up};
use crate::api::Problem;

/// What was decided on a look, and by what.
pub(crate) async fn of_look(app: &App, seen: &Seen, decision: &Decision) -> Result<String, Problem> {
    let subject = seen.subject;
    let consent = app.store(move |store| consent(store, subject)).await?;
    let (evidence, policy) = (&seen.evidence, app.policy_of(seen.model_tag));
    let names = app.settings().plugins.liveness.iter();
    let liveness = evidence.liveness.iter().zip(names.map(Some).chain(std::iter::repeat(None)));
    let liveness = liveness.map(|(step, name)| {
        json!({
            "step": name,
            "score": decimal(step.score),
            "score_min": decimal(step.score_min),
        })
    });
    let (outcome, reason, confirmation) = match decision {
        Decision::Approve(approval) => ("approve", None, Some(spoken(approval.confirmation))),
        Decision::StepUp(factors) => ("step_up", Some(step_up::codes(factors)), Some("required")),
        Decision::Decline(reason) => ("decline", Some(reason.code().to_owned()), None),
        Decision::Challenge => ("challenge", None, None),
    };
    let least = policy.thresholds(evidence.templates_searched, evidence.claimed);
    let mut told = common(app, &policy, consent.as_ref());
    told["by"] = json!("face");
    // The recogniser in force may be another one by now.
    if let Some(tag) = seen.model_tag {
        told["model_tag"] = json!(tag);
    }
    told["outcome"] = json!(outcome);
    told["reason"] = json!(reason);
    told["confirmation"] = json!(confirmation);
    told["camera"] = json!(seen.camera.to_string());
    told["frame_sha256"] = json!(seen.frame_sha256.map(hex::encode));
    told["frame_at_micros"] = json!(evidence.captured_at.0);
    told["faces_in_view"] = json!(evidence.faces_in_view);
    told["liveness"] = liveness.collect();
    told["challenge"] = seen.challenge.as_ref().map_or(Value::Null, challenge::told);
    told["similarity"] = json!(evidence.similarity.map(decimal));
    told["similarity_second"] =
        json!(evidence.similarity.zip(evidence.margin).map(|(first, ahead)| decimal(first - ahead)));
    told["similarity_min"] = json!(decimal(least.match_min));
    // Without impostor scores of the recogniser's own no similarity is enough.
    told["similarity_pay_min"] = json!(least.pay_min.is_finite().then(|| decimal(least.pay_min)));
    told["claimed"] = json!(evidence.claimed);
    told["templates_searched"] = json!(evidence.templates_searched);
    Ok(store::json::canonical(&told))
}

/// That staff vouched for the payer, and what was decided by.
pub(crate) async fn of_staff(app: &App, user: UserId, staff: &str) -> Result<String, Problem> {
    let at = app.now();
    let consent = app
        .store(move |store| {
            let mut consents = store.consents(user)?;
            consents.retain(|consent| consent.term.at(at) == domain::consent::Standing::Live);
            Ok(consents.pop())
        })
        .await?;
    let mut told = common(app, &app.policy(), consent.as_ref());
    told["by"] = json!("staff");
    told["attended"] = json!(true);
    told["staff"] = json!(staff);
    told["confirmation"] = json!("required");
    Ok(store::json::canonical(&told))
}

/// Whether staff vouched for the payer, by what was kept of the decision.
pub(crate) fn is_by_staff(told: Option<&str>) -> bool {
    let told = told.and_then(|text| serde_json::from_str::<Value>(text).ok());
    told.is_some_and(|told| told["by"] == "staff")
}

/// What every decision rests on.
fn common(app: &App, policy: &Policy, consent: Option<&ConsentRow>) -> Value {
    let plugins = app.plugins().places().into_iter().map(|place| {
        let plugin = place.mount().plugin();
        let manifest = plugin.manifest();
        json!({
            "id": manifest.id,
            "version": manifest.version,
            "sha256": hex::encode(manifest.sha256),
        })
    });
    let models = app.vision().map(Vision::models).unwrap_or_default().iter().map(|model| {
        json!({
            "name": model.entry.name,
            "sha256": model.sha256.to_string(),
            "model_tag": model.entry.model_tag,
        })
    });
    json!({
        "decided_at_micros": app.now().0,
        "plugins": plugins.collect::<Value>(),
        "models": models.collect::<Value>(),
        "model_tag": app.vision().ok().map(Vision::model_tag),
        "consent": consent.map(|consent| json!({
            "id": consent.id.to_string(),
            "version": consent.text_version,
            "text_sha256": consent.text_sha256,
            "given_at_micros": consent.term.given_at.0,
            "expires_at_micros": consent.term.expires_at.0,
        })),
        "policy": {
            "fpir_target": policy.fpir_target.to_string(),
            "fpir_target_pay": policy.fpir_target_pay.to_string(),
            "fmr_target": policy.fmr_target.to_string(),
            "site_shift": decimal(policy.impostors.shift()),
            "similarity_floor": decimal(policy.similarity_floor),
            "margin_min": decimal(policy.margin_min),
            "liveness_grey_band": decimal(policy.liveness_grey_band),
            "frame_age_ms_max": u64::try_from(policy.frame_age_max.as_millis()).unwrap_or(u64::MAX),
            "tap_free_amount_max": policy.tap_free_amount_max,
        },
    })
}

fn spoken(confirmation: Confirmation) -> &'static str {
    match confirmation {
        Confirmation::Required => "required",
        Confirmation::Spared => "spared",
    }
}

/// The consent that the matched template rests on.
fn consent(store: &Store, subject: Option<(UserId, FaceId)>) -> Result<Option<ConsentRow>, StoreError> {
    let Some((_, face)) = subject else { return Ok(None) };
    match store.face(face).and_then(|face| store.consent(face.consent)) {
        Ok(consent) => Ok(Some(consent)),
        Err(StoreError::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Four places are more than a measurement is worth, and the same text everywhere.
fn decimal(value: f32) -> String {
    format!("{value:.4}")
}
