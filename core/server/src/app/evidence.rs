//! What a decision rests on: what was seen, what is known of the payer, what the operator laid down.

use std::time::{Duration, SystemTime};

use domain::consent::{FacePayment, Standing};
use domain::decision::{Evidence, LivenessScore, Payer, Policy, StepUpRules, WithoutPin};
use domain::limits::Limits;
use domain::liveness::{Challenge, LivenessRules};
use domain::presence::{Face, Position};
use domain::reach::Reach;
use domain::threshold::Impostors;
use domain::{CameraId, Currency, FaceId, Timestamp, UserId};
use store::{Place, Store, StoreError};

use super::vision::Vision;
use super::{App, identity};
use crate::settings::{self, Settings};

/// A confirmed look into a camera.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Which camera.
    pub camera: CameraId,
    /// The track within the camera.
    pub track: u64,
    /// Whose template matched best, and which template; `None` for a face that is like nobody's.
    pub subject: Option<(UserId, FaceId)>,
    /// The recogniser by whose measure the evidence is; `None`: by that of the one in force.
    pub model_tag: Option<u32>,
    /// The number of the picture that decided, within the camera; `None` where none was taken.
    pub seq: Option<u64>,
    /// SHA-256 of the picture that decided; `None` where none was taken.
    pub frame_sha256: Option<[u8; 32]>,
    /// The measurements.
    pub evidence: Evidence,
    /// Everybody in view at that moment, this face included.
    pub faces: Vec<Face>,
    /// The challenge that this face passed last.
    pub challenge: Option<pipeline::ChallengeAnswer>,
}

/// The wall clock's moment. One before 1970 makes a picture stale, which is what it then is.
pub(crate) fn moment(wall: SystemTime) -> Timestamp {
    let since = wall.duration_since(std::time::UNIX_EPOCH);
    Timestamp(since.map_or(0, |since| i64::try_from(since.as_micros()).unwrap_or(i64::MAX)))
}

/// One step's verdict, as the rules weigh it.
pub(crate) fn liveness(step: &pipeline::LivenessScore) -> LivenessScore {
    LivenessScore { score: step.score, score_min: step.score_min }
}

/// What the operator laid down, where people look as alike as `impostors` says and two pictures of one person differ
/// by `spread`.
pub(crate) fn policy(settings: &Settings, impostors: Impostors, spread: f32) -> Policy {
    let (recognition, policy) = (&settings.recognition, &settings.policy);
    Policy {
        impostors,
        fpir_target: recognition.fpir_target,
        fpir_target_pay: policy.fpir_target_pay,
        fmr_target: recognition.fmr_target,
        similarity_floor: recognition.similarity_min,
        margin_min: if recognition.margin_min > 0.0 { recognition.margin_min } else { spread },
        liveness_grey_band: recognition.liveness_grey_band,
        // Those that make no sense were refused when the settings were read.
        liveness: settings.challenge.rules().unwrap_or_else(|_| LivenessRules::strictest()),
        frame_age_max: Duration::from_millis(recognition.sighting_age_ms_max),
        step_up: step_up_rules(policy),
        tap_free_amount_max: policy.tap_free_amount_max,
    }
}

/// When a further factor is asked; 0 in the settings is never.
pub(crate) fn step_up_rules(policy: &settings::Policy) -> StepUpRules {
    let days = Some(policy.step_up_template_age_days).filter(|days| *days > 0);
    StepUpRules {
        amount_min: never_or(policy.step_up_amount_min),
        day_amount_min: never_or(policy.step_up_day_amount_min),
        hour_count_min: match policy.step_up_hour_count_min {
            0 => u32::MAX,
            count => count,
        },
        template_age_max: days.map(|days| DAY.saturating_mul(days)),
        new_terminal: policy.step_up_new_terminal,
        always: policy.step_up_always,
        without_pin: match policy.step_up_without_pin {
            settings::WithoutPin::Staff => WithoutPin::Staff,
            settings::WithoutPin::Decline => WithoutPin::Decline,
        },
    }
}

/// An amount from which something is asked; 0 is never.
fn never_or(tier: i64) -> i64 {
    if tier == 0 { i64::MAX } else { tier }
}

const DAY: Duration = Duration::from_secs(86_400);

/// What every payer may spend.
pub(crate) fn limits(policy: &settings::Policy) -> Limits {
    Limits {
        amount_max: policy.sale_amount_max,
        day_amount_max: policy.day_amount_max,
        hour_count_max: policy.hour_count_max,
    }
}

/// Who seems to pay, and where.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) user: UserId,
    /// The template that matched, where one was asked for.
    pub(crate) face: Option<FaceId>,
    /// Whether it is the face that says so, and not staff.
    pub(crate) by_face: bool,
    pub(crate) place: Place,
}

/// What is known of `person` for a payment in `currency`.
fn payer(
    store: &Store,
    settings: &Settings,
    (reach, limits, margin_min): (Reach, Limits, f32),
    person: &Person,
    currency: Currency,
    now: Timestamp,
) -> Result<Payer, StoreError> {
    let user = person.user;
    let row = store.user(user)?;
    let (consent, template) = standing(store, user, person.face, now)?;
    let wallets = store.accounts(&user.to_string())?;
    // Somebody with wallets in other currencies only pays in none of them; somebody without any
    // wallet is told that the money is missing, not the currency.
    let fitting = wallets.is_empty() || wallets.iter().any(|wallet| wallet.currency == currency);
    let other = wallets.first().map_or(currency, |wallet| wallet.currency);
    Ok(Payer {
        status: row.status,
        consent,
        face_payment: face_payment(store, settings, person, now)?,
        currency: if fitting { currency } else { other },
        reach,
        limits,
        usage: store.usage(user, currency, now)?,
        template_made_at: template.map(|(made_at, _)| made_at),
        // Where no terminal is named there is none to be new at.
        new_terminal: person.place.terminal.is_some() && !store.has_paid_at(user, &person.place)?,
        has_factor: has_factor(store, settings, reach, user)?,
        look_alike: store.has_look_alike(user, template.map(|(_, model_tag)| model_tag))?
            || store.has_double_at_centre(user, margin_min)?,
    })
}

/// Whether the person has something to prove themselves by beside the face: a PIN, or an identity that a provider knows and
/// whose checks are taken here. A PIN that is kept at the centre is of use only while that is near.
pub(crate) fn has_factor(
    store: &Store,
    settings: &Settings,
    reach: Reach,
    user: UserId,
) -> Result<bool, StoreError> {
    let (carriers, least) = (identity::carriers(settings), identity::least(settings));
    let has_pin = store.has_pin(user)? || (reach == Reach::Near && store.has_pin_at_centre(user)?);
    Ok(has_pin || store.is_identified(user, &carriers, least)?)
}

/// Whether the person may pay by face, where the operator has people switch that on.
fn face_payment(
    store: &Store,
    settings: &Settings,
    person: &Person,
    now: Timestamp,
) -> Result<FacePayment, StoreError> {
    match person.by_face && settings.policy.face_payment_opt_in {
        true => Ok(FacePayment::at(store.face_payment_from(person.user)?, now)),
        false => Ok(FacePayment::On),
    }
}

/// The standing of the consent that the matched template rests on, with the template's date and recogniser; without a template,
/// of the best consent.
fn standing(
    store: &Store,
    user: UserId,
    face: Option<FaceId>,
    now: Timestamp,
) -> Result<(Standing, Option<(Timestamp, u32)>), StoreError> {
    let Some(face) = face else {
        let consents = store.consents(user)?;
        let live = consents.iter().any(|consent| consent.term.at(now) == Standing::Live);
        return Ok((if live { Standing::Live } else { Standing::Withdrawn }, None));
    };
    match store
        .face(face)
        .and_then(|face| Ok((store.consent(face.consent)?, (face.created_at, face.model_tag))))
    {
        Ok((consent, template)) if consent.user == user => Ok((consent.term.at(now), Some(template))),
        // The template went with its consent, between the sighting and now.
        Ok(_) | Err(StoreError::NotFound(_)) => Ok((Standing::Withdrawn, None)),
        Err(error) => Err(error),
    }
}

/// Stands in for a look when staff vouches for the payer in person, so that the same rules about the
/// person, the amount and the limits decide.
pub(crate) fn attested(now: Timestamp) -> Evidence {
    Evidence {
        captured_at: now,
        camera_live: true,
        similarity: None,
        margin: None,
        liveness: vec![LivenessScore { score: 1.0, score_min: 0.0 }],
        // Staff sees whether somebody lives.
        challenge: Challenge::Passed,
        faces_in_view: 1,
        place: Position::Payer,
        templates_searched: 1,
        claimed: true,
    }
}

impl App {
    /// What is known of `person` for a payment in `currency`.
    pub(crate) async fn payer(
        &self,
        person: Person,
        currency: Currency,
        now: Timestamp,
    ) -> Result<Payer, StoreError> {
        let margin_min = self.policy().margin_min;
        let (settings, standing) =
            (self.settings().clone(), (self.reach(), self.spending_limits(), margin_min));
        self.store(move |store| payer(store, &settings, standing, &person, currency, now)).await
    }

    /// Until when somebody who looked at `looked_at` may say yes.
    pub(crate) fn confirm_by(&self, looked_at: Timestamp) -> Timestamp {
        looked_at.plus(Duration::from_millis(self.settings().policy.confirm_within_ms))
    }

    /// What the operator laid down, for the recogniser in force and this site's people.
    pub(crate) fn policy(&self) -> Policy {
        self.policy_of(None)
    }

    /// The same for the recogniser `model_tag`, by whose measure somebody was looked at; `None` for the one in force.
    pub(crate) fn policy_of(&self, model_tag: Option<u32>) -> Policy {
        let tag = model_tag.or_else(|| self.vision().ok().map(Vision::model_tag));
        let tails = self.tails();
        policy(self.settings(), tails.impostors(tag), tails.spread(tag))
    }
}
