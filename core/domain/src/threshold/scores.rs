//! Impostor scores of one site, counted and not kept: how many comparisons fell where.

use super::{ImpostorTail, TailPoint};

/// The fewest people whose comparisons with each other make a site's tail.
pub const PEOPLE_MIN: usize = 300;
/// The fewest comparisons that make a site's tail.
pub const SCORES_MIN: u64 = 100_000;

/// Bins over -1 to 1.
const BINS: usize = 400;
/// Each point of the tail rests on so many scores at least ("rule of 30": within a third of the true rate).
const HITS_MIN: f64 = 30.0;
/// The tail's rates, as far as there are scores for them.
const RATES: [f64; 13] = [1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6, 3e-7, 1e-7];

/// How many comparisons of different people had which similarity. Nobody can be told from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scores {
    bins: Vec<u64>,
}

impl Default for Scores {
    fn default() -> Self {
        Self { bins: vec![0; BINS] }
    }
}

impl Scores {
    /// The scores as [`Self::bins`] gave them; `None` for anything else.
    #[must_use]
    pub fn from_bins(bins: Vec<u64>) -> Option<Self> {
        (bins.len() == BINS).then_some(Self { bins })
    }

    /// The counts, from -1 up to 1.
    #[must_use]
    pub fn bins(&self) -> &[u64] {
        &self.bins
    }

    /// Counts one comparison; one that is no number is left out.
    pub fn add(&mut self, similarity: f32) {
        if similarity.is_nan() {
            return;
        }
        let place = (f64::from(similarity.clamp(-1.0, 1.0)) + 1.0) / 2.0 * BINS as f64;
        self.bins[(place as usize).min(BINS - 1)] += 1;
    }

    /// How many comparisons were counted.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.bins.iter().fold(0, |sum, bin| sum.saturating_add(*bin))
    }

    /// The tail of these scores of `people`; `None` as long as either are too few. A point lies at the upper end of
    /// its bin: rather too strict than too lax.
    #[must_use]
    pub fn tail(&self, people: usize) -> Option<ImpostorTail> {
        let total = self.total();
        if people < PEOPLE_MIN || total < SCORES_MIN {
            return None;
        }
        let rates = RATES.iter().filter(|rate| **rate * total as f64 >= HITS_MIN);
        let points = rates.map(|rate| TailPoint {
            similarity: self.reached_by((rate * total as f64) as u64),
            false_match_rate: *rate,
        });
        let mut rising: Vec<TailPoint> = Vec::new();
        for point in points {
            // Where two rates share a bin the rarer one holds for both.
            rising.retain(|earlier| earlier.similarity < point.similarity);
            rising.push(point);
        }
        ImpostorTail::new(rising, total).ok()
    }

    /// The least bin edge that no more than `count` scores reach.
    fn reached_by(&self, count: u64) -> f32 {
        let mut above = 0_u64;
        let full = self.bins.iter().enumerate().rev().find(|(_, bin)| {
            above = above.saturating_add(**bin);
            above > count
        });
        let edge = full.map_or(0, |(index, _)| index + 1);
        (edge as f64 / BINS as f64 * 2.0 - 1.0) as f32
    }
}
