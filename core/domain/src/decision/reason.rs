//! Why a payment was refused, and why a further factor is asked.

use crate::consent;
use crate::limits::Exceeded;

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
    /// The person did not switch it on.
    #[error("this person has not switched payment by face on")]
    FacePaymentOff,
    /// The person switched it on a short while ago.
    #[error("payment by face is switched on, but not yet in force")]
    FacePaymentWaiting,
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
    /// The person is kept at a centre that was not heard of for too long.
    #[error("the centre that keeps this person was not reached for too long")]
    CentreUnreachable,
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
            Self::FacePaymentOff => "face_payment_off",
            Self::FacePaymentWaiting => "face_payment_waiting",
            Self::CameraUnhealthy => "camera_unhealthy",
            Self::FrameStale => "frame_stale",
            Self::NotLive => "not_live",
            Self::ChallengeFailed => "challenge_failed",
            Self::NoMatch => "no_match",
            Self::SeveralFaces => "several_faces",
            Self::NotInFront => "not_in_front",
            Self::WrongCurrency => "wrong_currency",
            Self::NoPin => "pin_missing",
            Self::CentreUnreachable => "centre_unreachable",
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
