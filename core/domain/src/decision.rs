//! The one question: may this face pay this amount, here, now?
//!
//! [`decide`] refuses first and approves last. A number that is missing or not a number refuses.
use std::time::Duration;

use crate::{
    Currency, Money, Timestamp, consent,
    limits::{Limits, Usage},
    liveness::{self, Challenge, Proof, Unproved},
    presence::Position,
    reach::Reach,
    threshold::{Match, is_ahead},
    user,
};

mod policy;
mod reason;

pub use crate::liveness::LivenessScore;
pub use policy::{Policy, StepUpRules, WithoutPin};
pub use reason::{Reason, StepUp};

/// What the cameras and the networks say about the face.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// When the frame that decided was captured.
    pub captured_at: Timestamp,
    /// Whether the camera was in its healthy state at that moment.
    pub camera_live: bool,
    /// Cosine similarity to the best template; `None` where staff vouches for the payer and no face was compared.
    pub similarity: Option<f32>,
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
    /// Whether the person may pay by face. A person whom staff vouches for pays otherwise.
    pub face_payment: consent::FacePayment,
    /// How near the centre is that the person is kept at; near for whoever is kept here.
    pub reach: Reach,
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
    /// Whether the person has something of their own to prove themselves by beside the face: a PIN, or an identity.
    pub has_factor: bool,
    /// Whether another enrolled person is known to look like this one.
    pub look_alike: bool,
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
    let matched = evidence.similarity.map_or(Match::Clear, |similarity| thresholds.judge(similarity));
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
    let live = match (live, reasons.is_empty(), payer.has_factor, policy.step_up.without_pin) {
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
    } else if payer.face_payment == consent::FacePayment::Off {
        Some(Reason::FacePaymentOff)
    } else if payer.face_payment == consent::FacePayment::Waiting {
        Some(Reason::FacePaymentWaiting)
    } else if payer.status != user::Status::Active {
        Some(Reason::PayerBlocked)
    } else if payer.reach == Reach::Lost {
        Some(Reason::CentreUnreachable)
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
