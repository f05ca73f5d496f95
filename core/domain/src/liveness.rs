//! Is a living person there? Every layer that policy asks for must say yes; without a verdict there is no payment.
//!
//! [`prove`] is the only maker of a [`Proof`], and nothing is approved without one.

mod tier;

pub use tier::{BadTiers, LivenessRules, Tier};

/// One passive liveness step's verdict on the track.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LivenessScore {
    /// Probability of a live person.
    pub score: f32,
    /// The least score that passes.
    pub score_min: f32,
}

impl LivenessScore {
    /// Whether the step passes. A score that is no number does not.
    #[must_use]
    pub fn passes(self) -> bool {
        self.score >= self.score_min
    }
}

/// Whether the person did what they were asked to do (active liveness).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Challenge {
    /// They did, for this very payment.
    Passed,
    /// They were not asked, or are about it.
    Open,
    /// Nobody can be asked: a still picture, or several payers at once.
    Impossible,
}

/// Every layer that was asked for has said that a living person is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof(());

/// Why there is no proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unproved {
    /// A passive step refused, or there was none.
    NotLive,
    /// The person has yet to be challenged.
    Unchallenged,
    /// They would have to be, and cannot.
    Unchallengeable,
}

/// Weighs the layers for a payment of `minor`. Staff that vouches for a person gives a passive score, and is asked for no
/// challenge: `Challenge::Passed`.
///
/// # Errors
/// What is missing.
pub fn prove(
    passive: &[LivenessScore],
    challenge: Challenge,
    minor: i64,
    rules: &LivenessRules,
) -> Result<Proof, Unproved> {
    if passive.is_empty() || !passive.iter().all(|score| score.passes()) {
        return Err(Unproved::NotLive);
    }
    match challenge {
        _ if rules.tier(minor).is_none() => Ok(Proof(())),
        Challenge::Passed => Ok(Proof(())),
        Challenge::Open => Err(Unproved::Unchallenged),
        Challenge::Impossible => Err(Unproved::Unchallengeable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passive(scores: &[f32]) -> Vec<LivenessScore> {
        scores.iter().map(|score| LivenessScore { score: *score, score_min: 0.5 }).collect()
    }

    #[test]
    fn each_layer_can_refuse_and_a_missing_verdict_does() {
        let no = |why| Err(why);
        let tier = Tier { amount_min: 10_000, gestures: 3, tries_max: 3, pin: false };
        let rules = LivenessRules::new(vec![tier]).unwrap();
        for (scores, challenge, minor, expected) in [
            (&[0.9][..], Challenge::Open, 9_999, Ok(Proof(()))),
            (&[0.9], Challenge::Impossible, 9_999, Ok(Proof(()))),
            (&[0.9, 0.5], Challenge::Passed, 10_000, Ok(Proof(()))),
            (&[0.9], Challenge::Open, 10_000, no(Unproved::Unchallenged)),
            (&[0.9], Challenge::Impossible, 10_000, no(Unproved::Unchallengeable)),
            (&[], Challenge::Passed, 1, no(Unproved::NotLive)),
            (&[0.9, 0.49], Challenge::Passed, 1, no(Unproved::NotLive)),
            (&[f32::NAN], Challenge::Passed, 1, no(Unproved::NotLive)),
        ] {
            assert_eq!(
                prove(&passive(scores), challenge, minor, &rules),
                expected,
                "{scores:?} {challenge:?} {minor}"
            );
        }
    }
}
