//! The similarity a match must reach, computed from the gallery's size: never a constant.
//!
//! Searching one face among `n` templates makes `n` comparisons. With a false match rate `f` for one
//! comparison, the chance that a stranger matches somewhere (FPIR, ISO/IEC 19795-1) is
//! `1 - (1 - f)^n`. Given the FPIR that the operator accepts, the rate for one comparison follows, and
//! from the recogniser's impostor scores the similarity that has that rate.

/// How often two different people score at least so high: the upper tail of a recogniser's impostor
/// scores, as measured points.
#[derive(Debug, Clone, PartialEq)]
pub struct ImpostorTail {
    points: Vec<TailPoint>,
}

/// One measured point of the tail.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TailPoint {
    /// Cosine similarity, -1 to 1.
    pub similarity: f32,
    /// The share of impostor comparisons that reach it, above 0 and below 1.
    pub false_match_rate: f64,
}

/// Points that describe no tail.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "an impostor tail needs two or more points with similarity rising within -1 to 1 and false match rate \
     falling within 0 to 1"
)]
pub struct InvalidTail;

impl ImpostorTail {
    /// A tail through `points`, in the order of rising similarity. Between points, and beyond the
    /// last two, the logarithm of the rate runs straight.
    ///
    /// # Errors
    /// When fewer than two points are given, or they don't rise in similarity and fall in rate.
    pub fn new(points: Vec<TailPoint>) -> Result<Self, InvalidTail> {
        let ranged = |p: &TailPoint| {
            (-1.0..=1.0).contains(&p.similarity) && p.false_match_rate > 0.0 && p.false_match_rate < 1.0
        };
        let falling = |pair: &[TailPoint]| {
            pair[0].similarity < pair[1].similarity && pair[0].false_match_rate > pair[1].false_match_rate
        };
        if points.len() >= 2 && points.iter().all(ranged) && points.windows(2).all(falling) {
            Ok(Self { points })
        } else {
            Err(InvalidTail)
        }
    }

    /// The similarity that a share `false_match_rate` of impostor comparisons reaches; at most 1.
    #[must_use]
    pub fn similarity_at(&self, false_match_rate: f64) -> f32 {
        let last = self.points.len() - 2;
        let segment = (0..last).find(|&i| self.points[i + 1].false_match_rate <= false_match_rate);
        let (a, b) = (self.points[segment.unwrap_or(last)], self.points[segment.unwrap_or(last) + 1]);
        let (log_a, log_b) = (a.false_match_rate.ln(), b.false_match_rate.ln());
        let along = (false_match_rate.ln() - log_a) / (log_b - log_a);
        let similarity = f64::from(a.similarity) + along * f64::from(b.similarity - a.similarity);
        // NaN (a rate of zero or below) must ask for the impossible, not for nothing.
        if similarity.is_nan() { 1.0 } else { similarity.clamp(-1.0, 1.0) as f32 }
    }
}

/// The false match rate that one comparison may have so that a search among `templates` stays at
/// `fpir_target`.
#[must_use]
pub fn false_match_rate(templates: usize, fpir_target: f64) -> f64 {
    let n = templates.max(1) as f64;
    -f64::exp_m1(f64::ln_1p(-fpir_target) / n)
}

/// The least similarity that counts as a match in a gallery of `templates`, never below `floor`.
#[must_use]
pub fn similarity_min(tail: &ImpostorTail, templates: usize, fpir_target: f64, floor: f32) -> f32 {
    tail.similarity_at(false_match_rate(templates, fpir_target)).max(floor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tail() -> ImpostorTail {
        let point = |similarity, false_match_rate| TailPoint { similarity, false_match_rate };
        ImpostorTail::new(vec![point(0.30, 1e-3), point(0.41, 1e-4), point(0.57, 1e-6)]).unwrap()
    }

    #[test]
    fn measured_points_are_met_and_the_tail_runs_on_beyond_them() {
        for (rate, similarity) in
            [(1e-3, 0.30), (1e-4, 0.41), (1e-5, 0.49), (1e-6, 0.57), (1e-7, 0.65), (1e-2, 0.19)]
        {
            let found = tail().similarity_at(rate);
            assert!((found - similarity).abs() < 1e-3, "{rate}: {found}");
        }
    }

    #[test]
    fn a_larger_gallery_asks_for_more() {
        let at = |n| similarity_min(&tail(), n, 1e-3, 0.0);
        assert!(at(1) < at(100) && at(100) < at(10_000) && at(10_000) < at(1_000_000));
        assert!((at(1000) - tail().similarity_at(1e-6)).abs() < 1e-3);
    }

    #[test]
    fn a_senseless_target_asks_for_the_impossible() {
        for target in [0.0, -1.0, f64::NAN] {
            assert!(similarity_min(&tail(), 10, target, 0.3) >= 1.0, "{target}");
        }
    }

    #[test]
    fn the_floor_holds_for_tiny_galleries() {
        assert!(similarity_min(&tail(), 1, 0.5, 0.35) >= 0.35);
    }

    #[test]
    fn points_must_rise_and_fall() {
        let point = |similarity, false_match_rate| TailPoint { similarity, false_match_rate };
        for points in [
            vec![],
            vec![point(0.4, 1e-4)],
            vec![point(0.4, 1e-4), point(0.3, 1e-6)],
            vec![point(0.4, 1e-6), point(0.5, 1e-4)],
            vec![point(0.4, 1e-4), point(1.5, 1e-6)],
            vec![point(0.4, 1e-4), point(0.5, 0.0)],
            vec![point(f32::NAN, 1e-4), point(0.5, 1e-6)],
        ] {
            assert_eq!(ImpostorTail::new(points.clone()), Err(InvalidTail), "{points:?}");
        }
    }
}
