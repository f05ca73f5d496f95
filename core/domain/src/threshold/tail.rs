//! How often two different people look alike to a recogniser: the upper tail of its impostor scores.

/// How often two different people score at least so high: the upper tail of a recogniser's impostor
/// scores, as measured points.
#[derive(Debug, Clone, PartialEq)]
pub struct ImpostorTail {
    points: Vec<TailPoint>,
    comparisons: u64,
}

/// One measured point of the tail.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TailPoint {
    /// Cosine similarity, -1 to 1.
    pub similarity: f32,
    /// The share of impostor comparisons that reach it, above 0 and below 1.
    pub false_match_rate: f64,
}

/// The fewest points of a tail.
pub const POINTS_MIN: usize = 6;

/// Each point rests on so many comparisons that reached it, at least: fewer say too little about a rate.
const HITS_MIN: f64 = 10.0;

/// How many of the last segments the extrapolation looks at.
const LAST_SEGMENTS: usize = 3;

/// Points that describe no tail.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "an impostor tail needs 6 or more points with similarity rising within -1 to 1 and false match rate falling \
     within 0 to 1, and so many comparisons that 10 of them reach each point"
)]
pub struct InvalidTail;

impl ImpostorTail {
    /// A tail through `points`, in the order of rising similarity, measured on so many `comparisons` of different
    /// people.
    ///
    /// # Errors
    /// When there are too few points or comparisons, or the points don't rise in similarity and fall in rate.
    pub fn new(points: Vec<TailPoint>, comparisons: u64) -> Result<Self, InvalidTail> {
        let sound = |p: &TailPoint| {
            (-1.0..=1.0).contains(&p.similarity)
                && p.false_match_rate > 0.0
                && p.false_match_rate < 1.0
                // A rate is a rounded number: 1e-6 of 29 million comparisons.
                && p.false_match_rate * comparisons as f64 >= HITS_MIN
        };
        let falling = |pair: &[TailPoint]| {
            pair[0].similarity < pair[1].similarity && pair[0].false_match_rate > pair[1].false_match_rate
        };
        if points.len() >= POINTS_MIN && points.iter().all(sound) && points.windows(2).all(falling) {
            Ok(Self { points, comparisons })
        } else {
            Err(InvalidTail)
        }
    }

    /// The similarity that a share `false_match_rate` of impostor comparisons reaches; at most 1.
    ///
    /// Between two points the logarithm of the rate runs straight. Above the first point's rate the first point
    /// holds. Below the last point's rate nothing was measured: from there the logarithm runs straight on (an
    /// exponential tail, the generalised Pareto distribution of shape 0) at the flattest of the last measured slopes.
    /// Cosine similarity ends at 1, so the true shape is below 0 and the rate falls faster than that; and one steep
    /// segment, which a handful of scores may be, never asks for less.
    #[must_use]
    pub fn similarity_at(&self, false_match_rate: f64) -> f32 {
        let (first, last) = (self.points[0], self.points[self.points.len() - 1]);
        let similarity = if false_match_rate >= first.false_match_rate {
            f64::from(first.similarity)
        } else if self.is_measured_at(false_match_rate) {
            self.between(false_match_rate)
        } else {
            let beyond = last.false_match_rate.ln() - false_match_rate.ln();
            f64::from(last.similarity) + beyond * self.flattest()
        };
        // NaN (a rate of zero or below) must ask for the impossible, not for nothing.
        if similarity.is_nan() { 1.0 } else { similarity.clamp(-1.0, 1.0) as f32 }
    }

    /// Whether `false_match_rate` lies within what was measured, or is extrapolated.
    #[must_use]
    pub fn is_measured_at(&self, false_match_rate: f64) -> bool {
        self.points.last().is_some_and(|last| false_match_rate >= last.false_match_rate)
    }

    /// How many comparisons of different people it was measured on.
    #[must_use]
    pub fn comparisons(&self) -> u64 {
        self.comparisons
    }

    /// The measured points, in the order of rising similarity.
    #[must_use]
    pub fn points(&self) -> &[TailPoint] {
        &self.points
    }

    fn between(&self, false_match_rate: f64) -> f64 {
        let segment = self.points.windows(2).find(|pair| pair[1].false_match_rate <= false_match_rate);
        segment.map_or(1.0, |pair| {
            let (log_a, log_b) = (pair[0].false_match_rate.ln(), pair[1].false_match_rate.ln());
            let along = (false_match_rate.ln() - log_a) / (log_b - log_a);
            f64::from(pair[0].similarity) + along * f64::from(pair[1].similarity - pair[0].similarity)
        })
    }

    /// The most similarity that the rate's falling by a factor e costs, over the last segments.
    fn flattest(&self) -> f64 {
        let costs = self.points.windows(2).rev().take(LAST_SEGMENTS).map(|pair| {
            let fall = pair[0].false_match_rate.ln() - pair[1].false_match_rate.ln();
            f64::from(pair[1].similarity - pair[0].similarity) / fall
        });
        costs.fold(0.0, f64::max)
    }
}
