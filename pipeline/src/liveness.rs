//! Liveness steps and their verdicts: every configured step must pass, and no verdict is no pass.

/// A liveness step and what it has to reach.
#[derive(Clone)]
pub struct LivenessStep {
    /// The step's name, by which its score is reported.
    pub name: String,
    /// The plugin.
    pub plugin: plugin_host::Liveness,
    /// Least mean score over a track, 0..=1.
    pub score_min: f32,
}

/// One liveness step's verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct LivenessScore {
    /// The step's name.
    pub step: String,
    /// Mean over the pictures looked at, 0..=1; higher is more surely a live person.
    pub score: f32,
    /// What it had to reach.
    pub score_min: f32,
}

impl LivenessScore {
    /// Whether the step says that this is a live person.
    pub fn passed(&self) -> bool {
        // A score that is no number is not enough.
        self.score >= self.score_min
    }
}

/// Whether all of `wanted` steps were asked and every one passed.
pub(crate) fn all_passed(scores: &[LivenessScore], wanted: usize) -> bool {
    scores.len() == wanted && scores.iter().all(LivenessScore::passed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(score: f32) -> LivenessScore {
        LivenessScore { step: "passive".to_owned(), score, score_min: 0.5 }
    }

    #[test]
    fn every_step_must_pass_and_a_missing_verdict_is_no_pass() {
        for (scores, wanted, passed) in [
            (vec![score(0.5)], 1, true),
            (vec![score(0.9), score(0.7)], 2, true),
            (vec![score(0.9), score(0.49)], 2, false),
            (vec![score(0.9)], 2, false),
            (vec![], 1, false),
            (vec![score(f32::NAN)], 1, false),
        ] {
            assert_eq!(all_passed(&scores, wanted), passed, "{scores:?} of {wanted}");
        }
    }
}
