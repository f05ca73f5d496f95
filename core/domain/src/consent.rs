//! Consent to be recognised: versioned, dated, withdrawable at once.
use crate::Timestamp;

/// When a consent was given and how long it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// From when on it holds.
    pub given_at: Timestamp,
    /// From when on it no longer holds.
    pub expires_at: Timestamp,
    /// When the person took it back.
    pub withdrawn_at: Option<Timestamp>,
}

/// Whether a consent allows anything at a given moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Holds now.
    Live,
    /// Given for a later moment (a clock that went back, say).
    NotYet,
    /// Ran out.
    Expired,
    /// Taken back by the person.
    Withdrawn,
}

impl Term {
    /// The standing at `now`. Withdrawal counts before anything else, also when dated in the future.
    #[must_use]
    pub fn at(&self, now: Timestamp) -> Standing {
        if self.withdrawn_at.is_some() {
            Standing::Withdrawn
        } else if now < self.given_at {
            Standing::NotYet
        } else if now >= self.expires_at {
            Standing::Expired
        } else {
            Standing::Live
        }
    }
}

/// Whether a person may pay by face, where that has to be switched on apart from the consent and away from the till.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FacePayment {
    /// Nobody switched it on.
    Off,
    /// Switched on, for later: whoever did it in the person's name can still be found out.
    Waiting,
    /// Switched on.
    On,
}

impl FacePayment {
    /// At `now`, of a person who switched it on from a moment on, or did not.
    #[must_use]
    pub fn at(from: Option<Timestamp>, now: Timestamp) -> Self {
        match from {
            None => Self::Off,
            Some(from) if now < from => Self::Waiting,
            Some(_) => Self::On,
        }
    }

    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Waiting => "waiting",
            Self::On => "on",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn face_payment_is_on_from_its_moment_on() {
        let at = |from, now| FacePayment::at(from, Timestamp(now));
        assert_eq!(at(None, 9), FacePayment::Off);
        assert_eq!(at(Some(Timestamp(10)), 9), FacePayment::Waiting);
        assert_eq!(at(Some(Timestamp(10)), 10), FacePayment::On);
    }

    #[test]
    fn a_consent_is_live_only_between_its_dates_and_until_withdrawn() {
        let term =
            |withdrawn| Term { given_at: Timestamp(10), expires_at: Timestamp(20), withdrawn_at: withdrawn };
        for (now, withdrawn, expected) in [
            (9, None, Standing::NotYet),
            (10, None, Standing::Live),
            (19, None, Standing::Live),
            (20, None, Standing::Expired),
            (15, Some(Timestamp(12)), Standing::Withdrawn),
            (15, Some(Timestamp(99)), Standing::Withdrawn),
        ] {
            assert_eq!(term(withdrawn).at(Timestamp(now)), expected, "{now} {withdrawn:?}");
        }
    }
}
