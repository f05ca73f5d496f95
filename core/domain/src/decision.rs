//! The one question: may this face pay this amount, here, now?
//!
//! [`decide`] refuses first and approves last. A number that is missing or not a number refuses.
use std::time::Duration;

use crate::{
    Currency, Money, Timestamp, consent,
    limits::{Exceeded, Limits, Usage},
    liveness::{self, Challenge, LivenessRules, Proof, Unproved},
    presence::Position,
    threshold::{Impostors, Match, Targets, Thresholds, is_ahead},
    user,
};

pub use crate::liveness::LivenessScore;

/// What the cameras and the networks say about the face.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// When the frame that decided was captured.
    pub captured_at: Timestamp,
    /// Whether the camera was in its healthy state at that moment.
    pub camera_live: bool,
    /// Cosine similarity to the best template.
    pub similarity: f32,
    /// How far the best person is ahead of the second best; `None` when there is no second.
    pub margin: Option<f32>,
    /// The track's score at each configured liveness step, 0 to 1, with the step's least score.
    pub liveness: Vec<LivenessScore>,
    /// Whether the person did what they were asked to do.
    pub challenge: Challenge,
    /// How many faces were in view.
    pub faces_in_view: u32,
    /// Whether this face is the payer's among those in view.
    pub place: Position,
    /// How many templates were searched.
    pub templates_searched: usize,
    /// Whether the payer was named first, and only that person's templates were compared (1:1).
    pub claimed: bool,
}

/// What is known about the person that the face belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Payer {
    /// Whether the person may pay at all.
    pub status: user::Status,
    /// The standing of the consent that the matched template rests on.
    pub consent: consent::Standing,
    /// The currency of the person's account.
    pub currency: Currency,
    /// What the person may spend.
    pub limits: Limits,
    /// What the person spent.
    pub usage: Usage,
    /// When the template that matched was made; `None` when none was asked for.
    pub template_made_at: Option<Timestamp>,
    /// Whether the person has never paid at this terminal.
    pub new_terminal: bool,
    /// Whether the person has a PIN to prove themselves by.
    pub has_pin: bool,
    /// Whether another enrolled person is known to look like this one.
    pub look_alike: bool,
}

/// What the operator laid down.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// The recogniser's impostor scores.
    pub impostors: Impostors,
    /// The accepted chance that a stranger is taken for anybody of the gallery.
    pub fpir_target: f64,
    /// The accepted chance that a stranger is taken for anybody so surely that the face alone pays.
    pub fpir_target_pay: f64,
    /// The accepted chance that somebody is taken for the person they say they are.
    pub fmr_target: f64,
    /// No match below this similarity, however small the gallery.
    pub similarity_floor: f32,
    /// How far the best person must be ahead of the second.
    pub margin_min: f32,
    /// How far above its least a liveness score must be to spare a further factor.
    pub liveness_grey_band: f32,
    /// What is asked for beside the passive liveness steps.
    pub liveness: LivenessRules,
    /// How old the deciding frame may be.
    pub frame_age_max: Duration,
    /// When a further factor is asked.
    pub step_up: StepUpRules,
    /// Up to which amount, in minor units, no confirmation is asked; 0 asks always.
    pub tap_free_amount_max: i64,
}

impl Policy {
    /// What a face must reach that was compared with `templates`: those of the gallery, or those of one person whom
    /// it `claimed` to be.
    #[must_use]
    pub fn thresholds(&self, templates: usize, claimed: bool) -> Thresholds {
        let named = if claimed { self.fmr_target } else { self.fpir_target };
        let targets = Targets { named, paid: self.fpir_target_pay };
        Thresholds::new(&self.impostors, targets, templates, self.similarity_floor)
    }
}

/// When a further factor is asked, beside what the face itself asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepUpRules {
    /// From which amount on, in minor units.
    pub amount_min: i64,
    /// From which sum of a day on, in minor units, this payment included.
    pub day_amount_min: i64,
    /// From which payment within an hour on, this one included.
    pub hour_count_min: u32,
    /// How old the matched template may be; `None` for any age.
    pub template_age_max: Option<Duration>,
    /// Whether the first payment at a terminal asks for it.
    pub new_terminal: bool,
    /// Whether every payment asks for it, as where the law demands two factors.
    pub always: bool,
    /// What becomes of a payer who has no PIN.
    pub without_pin: WithoutPin,
}

impl StepUpRules {
    /// What is left of the rules where staff vouches for the payer: whether every payment asks for a further factor.
    #[must_use]
    pub fn vouched(self) -> Self {
        Self {
            amount_min: i64::MAX,
            day_amount_min: i64::MAX,
            hour_count_min: u32::MAX,
            template_age_max: None,
            new_terminal: false,
            ..self
        }
    }

    /// Whether `amount` on top of what was spent asks for a further factor: weighed at the look, and again at the
    /// moment in which money moves.
    #[must_use]
    pub fn spend_asks(&self, amount: Money, usage: Usage) -> bool {
        usage.day_amount.saturating_add(amount.minor()) >= self.day_amount_min
            || usage.hour_count.saturating_add(1) >= self.hour_count_min
    }
}

/// What becomes of a payment that asks for a PIN of somebody who has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithoutPin {
    /// Staff may vouch for the payer.
    Staff,
    /// It is refused.
    Decline,
}

/// What is to be paid, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charge {
    /// The amount.
    pub amount: Money,
    /// From when on it is too late.
    pub expires_at: Timestamp,
}

/// The answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// May pay.
    Approve(Approval),
    /// May pay once they have done what they are asked to do: nothing else is missing yet.
    Challenge,
    /// May pay after proving a further factor: every reason, the most severe first; never empty.
    StepUp(Vec<StepUp>),
    /// May not pay.
    Decline(Reason),
}

/// An approval and what it was measured against.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Approval {
    /// Whether the payer must still say yes.
    pub confirmation: Confirmation,
    /// The similarity that this gallery asked for, to pay by the face alone.
    pub similarity_min: f32,
    /// That a living person is there.
    pub live: Proof,
}

/// Whether the payer must say yes before money moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// Yes: being recognised is not consent to pay.
    Required,
    /// Spared by policy for a small amount.
    Spared,
}

/// Why a further factor is asked, the most severe first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepUp {
    /// Another person is nearly as similar, or is known to look like this one.
    LookAlike,
    /// Similar enough to be this person, not to pay by the face alone.
    WeakMatch,
    /// The amount asks for a challenge, and nobody could be challenged.
    NotChallenged,
    /// Liveness passed, but only just.
    LivenessGreyBand,
    /// The template is old: the face may have changed.
    TemplateAge,
    /// The person never paid at this terminal.
    NewTerminal,
    /// Much or often was paid already.
    Spend,
    /// The amount asks for it.
    Amount,
    /// Every payment asks for it.
    Policy,
}

/// Why a payment was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// Too late.
    #[error("the checkout has expired")]
    CheckoutExpired,
    /// Blocked by an operator.
    #[error("this person may not pay at present")]
    PayerBlocked,
    /// The template rests on no live consent.
    #[error("there is no live consent to face payment ({0:?})")]
    NoConsent(consent::Standing),
    /// The camera was not healthy.
    #[error("the camera is not healthy")]
    CameraUnhealthy,
    /// The frame is too old, or from the future.
    #[error("the picture is not fresh")]
    FrameStale,
    /// A liveness step is missing or refused.
    #[error("the face was not proved live")]
    NotLive,
    /// The person did not do what they were asked to do, as often as they may try.
    #[error("the liveness challenge was not passed")]
    ChallengeFailed,
    /// No face of the gallery is similar enough.
    #[error("the face matches nobody closely enough")]
    NoMatch,
    /// Another face is in front just as much, so that it is not clear who pays.
    #[error("more than one face is in front of the camera")]
    SeveralFaces,
    /// Somebody else is in front, or this face only just came into view.
    #[error("this face is not the one in front of the camera")]
    NotInFront,
    /// Another currency than the account's.
    #[error("the account is not in this currency")]
    WrongCurrency,
    /// A further factor is needed and the person has none.
    #[error("a PIN is needed and this person has none")]
    NoPin,
    /// A limit would be broken.
    #[error(transparent)]
    Limit(#[from] Exceeded),
}

impl Reason {
    /// The stable code on the wire, in receipts and metrics.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::CheckoutExpired => "checkout_expired",
            Self::PayerBlocked => "payer_blocked",
            Self::NoConsent(_) => "consent_missing",
            Self::CameraUnhealthy => "camera_unhealthy",
            Self::FrameStale => "frame_stale",
            Self::NotLive => "not_live",
            Self::ChallengeFailed => "challenge_failed",
            Self::NoMatch => "no_match",
            Self::SeveralFaces => "several_faces",
            Self::NotInFront => "not_in_front",
            Self::WrongCurrency => "wrong_currency",
            Self::NoPin => "pin_missing",
            Self::Limit(Exceeded::Amount { .. }) => "limit_amount",
            Self::Limit(Exceeded::Day { .. }) => "limit_day",
            Self::Limit(Exceeded::Velocity { .. }) => "limit_velocity",
            Self::Limit(Exceeded::Terminal { .. }) => "limit_terminal",
            Self::Limit(Exceeded::Branch { .. }) => "limit_branch",
        }
    }
}

impl StepUp {
    /// The stable code on the wire, in receipts and metrics.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::LookAlike => "look_alike",
            Self::WeakMatch => "weak_match",
            Self::NotChallenged => "not_challenged",
            Self::LivenessGreyBand => "liveness_grey_band",
            Self::TemplateAge => "template_age",
            Self::NewTerminal => "new_terminal",
            Self::Spend => "spend",
            Self::Amount => "amount",
            Self::Policy => "policy",
        }
    }
}

/// Decides on one charge, given what was seen, who it seems to be and what the operator laid down.
#[must_use]
pub fn decide(
    charge: &Charge,
    payer: &Payer,
    evidence: &Evidence,
    policy: &Policy,
    now: Timestamp,
) -> Decision {
    let thresholds = policy.thresholds(evidence.templates_searched, evidence.claimed);
    let matched = thresholds.judge(evidence.similarity);
    if let Some(reason) = refusal(charge, payer, evidence, policy, matched, now) {
        return Decision::Decline(reason);
    }
    let live =
        liveness::prove(&evidence.liveness, evidence.challenge, charge.amount.minor(), &policy.liveness);
    if live == Err(Unproved::Unchallenged) {
        return Decision::Challenge;
    }
    let alike = payer.look_alike || !is_ahead(evidence.margin, policy.margin_min);
    let reasons: Vec<StepUp> = about_the_face(evidence, policy, alike, matched)
        .chain(asked([(StepUp::NotChallenged, live == Err(Unproved::Unchallengeable))]))
        .chain(about_the_charge(charge, payer, policy, now))
        .collect();
    let live = match (live, reasons.is_empty(), payer.has_pin, policy.step_up.without_pin) {
        (Ok(live), true, ..) => live,
        (Err(Unproved::NotLive), ..) => return Decision::Decline(Reason::NotLive),
        (_, _, false, WithoutPin::Decline) => return Decision::Decline(Reason::NoPin),
        _ => return Decision::StepUp(reasons),
    };
    let spared = charge.amount.minor() <= policy.tap_free_amount_max;
    let confirmation = if spared { Confirmation::Spared } else { Confirmation::Required };
    Decision::Approve(Approval { confirmation, similarity_min: thresholds.pay_min, live })
}

fn refusal(
    charge: &Charge,
    payer: &Payer,
    evidence: &Evidence,
    policy: &Policy,
    matched: Match,
    now: Timestamp,
) -> Option<Reason> {
    let face = || face_refusal(evidence, policy, matched, now);
    let person = || payer_refusal(charge, payer);
    (now >= charge.expires_at).then_some(Reason::CheckoutExpired).or_else(face).or_else(person)
}

/// What speaks against the face. Comparisons are written so that NaN refuses.
fn face_refusal(evidence: &Evidence, policy: &Policy, matched: Match, now: Timestamp) -> Option<Reason> {
    let fresh = evidence.captured_at <= now && now.since(evidence.captured_at) <= policy.frame_age_max;
    let live = !evidence.liveness.is_empty() && evidence.liveness.iter().all(|score| score.passes());
    let unclear = [
        (evidence.camera_live, Reason::CameraUnhealthy),
        (fresh, Reason::FrameStale),
        (evidence.place != Position::Several, Reason::SeveralFaces),
        (evidence.place == Position::Payer, Reason::NotInFront),
        (live, Reason::NotLive),
        (matched != Match::No, Reason::NoMatch),
    ];
    unclear.iter().find(|(passed, _)| !passed).map(|(_, reason)| *reason)
}

/// What speaks against the person, whatever was seen: asked again at the moment in which money moves, since a
/// consent may have been withdrawn or money spent after the look.
#[must_use]
pub fn payer_refusal(charge: &Charge, payer: &Payer) -> Option<Reason> {
    if payer.consent != consent::Standing::Live {
        Some(Reason::NoConsent(payer.consent))
    } else if payer.status != user::Status::Active {
        Some(Reason::PayerBlocked)
    } else if payer.currency != charge.amount.currency() {
        Some(Reason::WrongCurrency)
    } else {
        payer.limits.check(payer.usage, charge.amount).err().map(Reason::Limit)
    }
}

/// What in the face asks for a further factor. Comparisons are written so that NaN asks.
fn about_the_face(
    evidence: &Evidence,
    policy: &Policy,
    alike: bool,
    matched: Match,
) -> impl Iterator<Item = StepUp> + use<> {
    let clearly_live = evidence.liveness.iter().all(|l| l.score >= l.score_min + policy.liveness_grey_band);
    asked([
        (StepUp::LookAlike, alike),
        (StepUp::WeakMatch, matched != Match::Clear),
        (StepUp::LivenessGreyBand, !clearly_live),
    ])
}

/// What in the person, the place and the amount asks for a further factor.
fn about_the_charge(
    charge: &Charge,
    payer: &Payer,
    policy: &Policy,
    now: Timestamp,
) -> impl Iterator<Item = StepUp> + use<> {
    let (minor, rules) = (charge.amount.minor(), &policy.step_up);
    let old = |max: Duration| payer.template_made_at.is_some_and(|made| now.since(made) > max);
    asked([
        (StepUp::TemplateAge, rules.template_age_max.is_some_and(old)),
        (StepUp::NewTerminal, rules.new_terminal && payer.new_terminal),
        (StepUp::Spend, rules.spend_asks(charge.amount, payer.usage)),
        (StepUp::Amount, minor >= rules.amount_min || policy.liveness.asks_pin(minor)),
        (StepUp::Policy, rules.always),
    ])
}

fn asked<const N: usize>(reasons: [(StepUp, bool); N]) -> impl Iterator<Item = StepUp> + use<N> {
    reasons.into_iter().filter_map(|(reason, asks)| asks.then_some(reason))
}

#[cfg(test)]
mod tests;
