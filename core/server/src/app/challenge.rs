//! Active liveness at a checkout: the payer is asked to move in an order that nobody knew, for this payment only.
//!
//! A challenge is bound to checkout, person and track by a nonce. It lives in memory: a start forgets it, and the payer
//! is challenged anew.

use std::collections::HashMap;

use domain::liveness::{Challenge as Standing, Tier};
use domain::{CameraId, CheckoutId, UserId};
use parking_lot::Mutex;
use pipeline::{
    ChallengeAnswer, ChallengeFailure, ChallengePhase, ChallengePlan, ChallengeUpdate, Nonce, TrackId,
};
use rand::RngExt;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;

use super::App;
use super::camera::pipeline_id;
use super::evidence::Seen;

/// The challenges of the checkouts that wait for one.
#[derive(Default)]
pub(crate) struct Challenges(Mutex<HashMap<CheckoutId, Challenge>>);

/// One checkout's challenge.
#[derive(Clone)]
pub(crate) struct Challenge {
    pub(crate) nonce: Nonce,
    /// Gestures in all.
    pub(crate) count: usize,
    /// How often the payer was challenged, this time included.
    pub(crate) tries: u32,
    /// How often they may be.
    pub(crate) tries_max: u32,
    pub(crate) phase: Option<ChallengePhase>,
    camera: CameraId,
    track: u64,
    user: UserId,
}

/// What is to be done about a payer who has to be challenged.
pub(crate) enum Next {
    /// They are being challenged.
    Wait,
    /// They have failed as often as they may.
    Refuse,
}

impl Challenges {
    /// The checkout's challenge.
    pub(crate) fn of(&self, id: CheckoutId) -> Option<Challenge> {
        self.0.lock().get(&id).cloned()
    }

    /// The checkout waits for nobody any more.
    pub(crate) fn forget(&self, id: CheckoutId) {
        self.0.lock().remove(&id);
    }

    /// How many gestures a challenge has; `None` when there is no such challenge any more.
    pub(crate) fn count(&self, nonce: Nonce) -> Option<usize> {
        self.0.lock().values().find(|challenge| challenge.nonce == nonce).map(|challenge| challenge.count)
    }

    /// Notes how a challenge went on; its checkout, if there still is one.
    fn note(&self, update: &ChallengeUpdate) -> Option<(CheckoutId, Challenge)> {
        let mut all = self.0.lock();
        let (id, challenge) = all.iter_mut().find(|(_, challenge)| challenge.nonce == update.nonce)?;
        challenge.phase = Some(update.phase);
        Some((*id, challenge.clone()))
    }
}

impl Challenge {
    /// Whether it is neither passed nor failed.
    fn runs(&self) -> bool {
        matches!(self.phase, None | Some(ChallengePhase::Prompt { .. }))
    }

    /// How often the payer may still be challenged.
    pub(crate) fn tries_left(&self) -> u32 {
        self.tries_max.saturating_sub(self.tries)
    }

    /// Whether it was put to just this face of just this person.
    fn is_for(&self, seen: &Seen) -> bool {
        let person = seen.subject.is_some_and(|(user, _)| user == self.user);
        person && self.track == seen.track && self.camera == seen.camera
    }
}

/// Where the person of a look stands with this checkout's challenge.
pub(crate) fn standing(app: &App, id: CheckoutId, seen: &Seen) -> Standing {
    let proved = |challenge: &Challenge, answer: &ChallengeAnswer| {
        answer.nonce == challenge.nonce && challenge.is_for(seen) && answer.depth >= answer.depth_min
    };
    let challenge = app.challenges().of(id);
    match challenge.as_ref().zip(seen.challenge.as_ref()) {
        Some((challenge, answer)) if proved(challenge, answer) => Standing::Passed,
        _ => Standing::Open,
    }
}

/// Challenges the person of a look for this checkout as `tier` asks, unless they are about it already.
pub(crate) fn put(app: &App, id: CheckoutId, seen: &Seen, tier: Tier) -> Next {
    let before = app.challenges().of(id);
    if before.as_ref().is_some_and(|challenge| challenge.runs() && challenge.is_for(seen)) {
        return Next::Wait;
    }
    let tries = before.map_or(0, |challenge| challenge.tries);
    let Some((user, _)) = seen.subject.filter(|_| tries < tier.tries_max) else { return Next::Refuse };
    let plan = plan(tier.gestures, app.settings().challenge.step_ms_max);
    let challenge = Challenge {
        nonce: plan.nonce(),
        count: plan.gestures().len(),
        tries: tries + 1,
        tries_max: tier.tries_max,
        phase: None,
        camera: seen.camera.clone(),
        track: seen.track,
        user,
    };
    // Known before the pipeline tells of it.
    app.challenges().0.lock().insert(id, challenge);
    let camera = app.vision().ok().zip(pipeline_id(&seen.camera).ok());
    let put = camera
        .is_some_and(|(vision, camera)| vision.pipeline().challenge(&camera, TrackId(seen.track), plan));
    if !put {
        // The face has just left. Whoever comes next is challenged, and this try was none.
        if let Some(challenge) = app.challenges().0.lock().get_mut(&id) {
            (challenge.phase, challenge.tries) =
                (Some(ChallengePhase::Failed(ChallengeFailure::FaceLost)), tries);
        }
    }
    Next::Wait
}

fn plan(gestures: usize, step_ms_max: u64) -> ChallengePlan {
    let mut random = rand::rng();
    let nonce = Nonce(random.random());
    ChallengePlan::draw(nonce, gestures, step_ms_max, |below| random.random_range(0..below))
}

/// Tells everybody how challenges go on, until the appliance stops.
pub(super) fn start(app: &App) {
    let Ok(vision) = app.vision() else { return };
    let mut updates = vision.pipeline().challenges();
    let work = {
        let app = app.clone();
        async move {
            loop {
                match updates.recv().await {
                    Ok(update) => tell(&app, &update),
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return,
                }
            }
        }
    };
    app.spawn(work);
}

fn tell(app: &App, update: &ChallengeUpdate) {
    let Some((id, challenge)) = app.challenges().note(update) else { return };
    let left = challenge.tries_left();
    let (kind, more) = match update.phase {
        ChallengePhase::Prompt { .. } => ("checkout.challenge", json!({})),
        ChallengePhase::Passed => ("checkout.challenge_passed", json!({})),
        ChallengePhase::Failed(failure) => {
            ("checkout.challenge_failed", json!({ "reason": failure.name(), "tries_left": left }))
        }
    };
    app.metrics().challenge(update.phase);
    let mut event = described(update, challenge.count, app.settings().challenge.step_ms_max);
    event["checkout"] = json!(id.to_string());
    if let (Value::Object(mut event), Value::Object(more)) = (event, more) {
        event.extend(more);
        app.hub().publish(kind, event);
    }
}

/// A challenge's update as every socket tells it.
pub(crate) fn described(update: &ChallengeUpdate, count: usize, step_ms_max: u64) -> Value {
    let mut event = json!({
        "camera": update.camera.as_str(),
        "track": update.track.0,
        "nonce": hex::encode(update.nonce.0),
    });
    if let ChallengePhase::Prompt { index, gesture } = update.phase {
        event["gesture"] = json!(gesture.name());
        event["number"] = json!(index + 1);
        event["count"] = json!(count);
        event["within_ms"] = json!(step_ms_max);
    }
    event
}

/// A passed challenge as a receipt tells it.
pub(crate) fn told(answer: &ChallengeAnswer) -> Value {
    let gestures = answer.gestures.iter();
    json!({
        "nonce": hex::encode(answer.nonce.0),
        "gestures": gestures
            .map(|done| json!({ "gesture": done.gesture.name(), "took_ms": done.took_ms }))
            .collect::<Value>(),
        "depth": format!("{:.4}", answer.depth),
        "depth_min": format!("{:.4}", answer.depth_min),
    })
}
