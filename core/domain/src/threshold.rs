//! The similarity a match must reach, computed from the gallery's size: never a constant.
//!
//! Searching one face among `n` templates makes `n` comparisons. With a false match rate `f` for one
//! comparison, the chance that a stranger matches somewhere (FPIR, ISO/IEC 19795-1) is
//! `1 - (1 - f)^n`. Given the FPIR that the operator accepts, the rate for one comparison follows, and
//! from the recogniser's impostor scores the similarity that has that rate.

mod impostors;
mod scores;
mod tail;

pub use impostors::Impostors;
pub use scores::{PEOPLE_MIN, SCORES_MIN, Scores};
pub use tail::{ImpostorTail, InvalidTail, POINTS_MIN, TailPoint};

/// The false match rate that one comparison may have so that a search among `templates` stays at
/// `fpir_target`.
#[must_use]
pub fn false_match_rate(templates: usize, fpir_target: f64) -> f64 {
    let n = templates.max(1) as f64;
    -f64::exp_m1(f64::ln_1p(-fpir_target) / n)
}

/// The least similarity that counts as a match in a gallery of `templates`, never below `floor`.
#[must_use]
pub fn similarity_min(impostors: &Impostors, templates: usize, fpir_target: f64, floor: f32) -> f32 {
    impostors.similarity_at(false_match_rate(templates, fpir_target)).max(floor)
}

/// The chances that the operator accepts for a search.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Targets {
    /// That a stranger is named as somebody.
    pub named: f64,
    /// That a stranger pays by a face alone.
    pub paid: f64,
}

/// What a face must reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// To be taken for somebody at all.
    pub match_min: f32,
    /// To pay by the face alone; never below `match_min`.
    pub pay_min: f32,
}

/// What a similarity is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// It is nobody.
    No,
    /// It is somebody, but not so surely that the face alone pays.
    Weak,
    /// The face alone is enough.
    Clear,
}

impl Thresholds {
    /// What a face must reach that is compared with `templates`. Without impostor scores of its own a recogniser
    /// names people, but no face alone pays.
    #[must_use]
    pub fn new(impostors: &Impostors, targets: Targets, templates: usize, floor: f32) -> Self {
        let at = |target| similarity_min(impostors, templates, target, floor);
        let match_min = at(targets.named);
        let pay_min = if impostors.are_own() { at(targets.paid).max(match_min) } else { f32::INFINITY };
        Self { match_min, pay_min }
    }

    /// What `similarity` is worth; what is no number, or infinite, is worth nothing.
    #[must_use]
    pub fn judge(&self, similarity: f32) -> Match {
        if !similarity.is_finite() {
            Match::No
        } else if similarity >= self.pay_min {
            Match::Clear
        } else if similarity >= self.match_min {
            Match::Weak
        } else {
            Match::No
        }
    }
}

/// Whether the best person is far enough ahead of the second, where there is one. What is no number is not.
#[must_use]
pub fn is_ahead(margin: Option<f32>, margin_min: f32) -> bool {
    margin.is_none_or(|margin| margin >= margin_min)
}

#[cfg(test)]
mod tests;
