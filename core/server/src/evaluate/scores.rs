//! Millions of similarities in bounded memory: counts in narrow bins, from which every rate is exact at the bins' edges.

use super::interval::wilson95;
use super::verification::{AcceptRate, EqualErrorRate, Trial};

/// Bins on each side of similarity 0. Every edge is a multiple of 2^-19, which a float holds exactly: a score reaches
/// an edge just when its bin does.
const BINS_EACH_SIDE: usize = 1 << 19;
const BINS: usize = 2 * BINS_EACH_SIDE + 1;

/// How often each similarity came up.
#[derive(Clone)]
pub struct Histogram {
    counts: Vec<u64>,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: vec![0; BINS] }
    }
}

impl Histogram {
    /// Counts a similarity; beyond -1 and 1 it counts as those.
    pub fn add(&mut self, similarity: f32) {
        self.counts[bin(similarity)] += 1;
    }

    /// Adds what another has counted.
    pub fn merge(&mut self, other: &Self) {
        self.counts.iter_mut().zip(&other.counts).for_each(|(count, other)| *count += other);
    }

    /// Counts in `bars` equal parts of -1 to 1, for a picture of them.
    pub fn bars(&self, bars: usize) -> Vec<u64> {
        let mut sums = vec![0; bars];
        for (bin, count) in self.counts.iter().enumerate() {
            sums[(bin * bars / BINS).min(bars - 1)] += count;
        }
        sums
    }
}

fn bin(similarity: f32) -> usize {
    // A similarity that is no number becomes 0 here: nobody's.
    let place = (f64::from(similarity) + 1.0) * BINS_EACH_SIDE as f64;
    (place.floor() as usize).min(BINS - 1)
}

/// The least similarity of a bin. The edge above all bins is reached by nothing.
fn edge(bin: usize) -> f32 {
    if bin == 0 { f32::NEG_INFINITY } else { (bin as f64 / BINS_EACH_SIDE as f64 - 1.0) as f32 }
}

/// The scores of genuine and impostor pairs, ready to be asked.
pub struct Scores {
    /// How many reach each edge.
    genuine: Vec<u64>,
    impostor: Vec<u64>,
    /// Genuine pairs without a score: refused at every threshold.
    genuine_failed: u64,
}

/// One operating point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Least similarity that is accepted.
    pub similarity_min: f32,
    /// The share of impostor pairs that is accepted.
    pub false_accept_rate: f64,
    /// The share of genuine pairs that is refused.
    pub false_reject_rate: f64,
}

/// What goes wrong at one operating point, in pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Errors {
    /// Genuine pairs that are refused, those without a score included.
    pub refused: u64,
    /// Out of so many.
    pub genuine: u64,
    /// Impostor pairs that are accepted.
    pub accepted: u64,
    /// Out of so many.
    pub impostor: u64,
}

impl Scores {
    /// The scores of listed pairs; a pair without one is treated as in [`Self::new`].
    pub fn of_trials(trials: &[Trial]) -> Self {
        let (mut genuine, mut impostor, mut failed) = (Histogram::default(), Histogram::default(), 0);
        for trial in trials {
            match (trial.similarity, trial.genuine) {
                (Some(similarity), true) => genuine.add(similarity),
                (Some(similarity), false) => impostor.add(similarity),
                (None, true) => failed += 1,
                (None, false) => {}
            }
        }
        Self::new(&genuine, &impostor, failed)
    }

    /// Scores as counted; genuine pairs that could not be compared count as refused, impostor pairs that could not are
    /// left out, which makes thresholds no lower than with them.
    pub fn new(genuine: &Histogram, impostor: &Histogram, genuine_failed: u64) -> Self {
        Self { genuine: reaching(genuine), impostor: reaching(impostor), genuine_failed }
    }

    /// Genuine pairs, also those without a score.
    pub fn genuine(&self) -> u64 {
        self.genuine[0] + self.genuine_failed
    }

    /// Impostor pairs with a score.
    pub fn impostor(&self) -> u64 {
        self.impostor[0]
    }

    /// The true accept rate at the least threshold whose false accept rate is not above `false_accept_rate`; `None`
    /// when fewer than `passing_min` impostor pairs may pass there: then the threshold would hang on a few pairs.
    pub fn accept_rate_at(&self, false_accept_rate: f64, passing_min: u64) -> Option<AcceptRate> {
        let allowed = (self.impostor() as f64 * false_accept_rate + 1e-9).floor() as u64;
        if allowed < passing_min.max(1) || self.genuine() == 0 {
            return None;
        }
        let bin = self.impostor.partition_point(|reaching| *reaching > allowed);
        let accepted = self.genuine[bin];
        Some(AcceptRate {
            rate: accepted as f64 / self.genuine() as f64,
            ci95: wilson95(accepted as usize, self.genuine() as usize),
            n: self.genuine() as usize,
            similarity_min: edge(bin),
            false_accepts: self.impostor[bin] as usize,
            impostors: self.impostor() as usize,
        })
    }

    /// Where as large a share of genuine pairs is refused as of impostor pairs accepted; `None` without both kinds.
    pub fn equal_error_rate(&self) -> Option<EqualErrorRate> {
        if self.genuine() == 0 || self.impostor() == 0 {
            return None;
        }
        let errors = |bin: usize| {
            let point = self.point(bin);
            let (refused, accepted) = (point.false_reject_rate, point.false_accept_rate);
            ((refused - accepted).abs(), refused + accepted)
        };
        // Refusals grow with the threshold and acceptances fall: the crossing is at one of two neighbours.
        let (mut low, mut high) = (0, BINS);
        while low < high {
            let middle = usize::midpoint(low, high);
            let point = self.point(middle);
            if point.false_reject_rate >= point.false_accept_rate { high = middle } else { low = middle + 1 }
        }
        let best = [low.saturating_sub(1), low].into_iter().min_by(|a, b| {
            let (a, b) = (errors(*a), errors(*b));
            // Of two places as far from equal, the better one.
            a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
        })?;
        let point = self.point(best);
        let refused = self.genuine() - self.genuine[best];
        let ends = [
            wilson95(refused as usize, self.genuine() as usize),
            wilson95(self.impostor[best] as usize, self.impostor() as usize),
        ];
        Some(EqualErrorRate {
            rate: f64::midpoint(point.false_accept_rate, point.false_reject_rate),
            ci95: [0, 1].map(|end: usize| f64::midpoint(ends[0][end], ends[1][end])),
            n: (self.genuine() + self.impostor()) as usize,
            similarity_min: point.similarity_min,
        })
    }

    /// The errors of one kind against those of the other, at most `points` places with the false accept rate falling by
    /// equal factors from 1 to a single pair; empty without both kinds.
    pub fn curve(&self, points: usize) -> Vec<Point> {
        if self.genuine() == 0 || self.impostor() == 0 || points < 2 {
            return Vec::new();
        }
        let decades = (self.impostor() as f64).log10();
        let bins = (0..points).map(|step| {
            let rate = 10_f64.powf(-decades * step as f64 / (points - 1) as f64);
            let allowed = (rate * self.impostor() as f64 + 1e-9).floor() as u64;
            self.impostor.partition_point(|reaching| *reaching > allowed)
        });
        let mut bins: Vec<usize> = bins.collect();
        bins.dedup();
        bins.into_iter().map(|bin| self.point(bin)).collect()
    }

    /// The errors at a threshold.
    pub fn at(&self, similarity_min: f32) -> Point {
        self.point(reached(similarity_min))
    }

    /// The errors at a threshold, in pairs.
    pub fn errors_at(&self, similarity_min: f32) -> Errors {
        let bin = reached(similarity_min);
        let (genuine, impostor) = (self.genuine(), self.impostor());
        Errors { refused: genuine - self.genuine[bin], genuine, accepted: self.impostor[bin], impostor }
    }

    fn point(&self, bin: usize) -> Point {
        let genuine = self.genuine().max(1) as f64;
        Point {
            similarity_min: edge(bin),
            false_accept_rate: self.impostor[bin] as f64 / self.impostor().max(1) as f64,
            false_reject_rate: (self.genuine() - self.genuine[bin]) as f64 / genuine,
        }
    }
}

/// The first bin whose scores all reach a similarity.
fn reached(similarity_min: f32) -> usize {
    let above = bin(similarity_min);
    if edge(above) < similarity_min { above + 1 } else { above }
}

/// How many scores reach each edge, the one above all bins included.
fn reaching(histogram: &Histogram) -> Vec<u64> {
    let mut reaching = vec![0; BINS + 1];
    for bin in (0..BINS).rev() {
        reaching[bin] = reaching[bin + 1] + histogram.counts[bin];
    }
    reaching
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{RngExt, SeedableRng};

    use super::super::verification::{self, Trial};
    use super::*;

    fn histogram(scores: &[f32]) -> Histogram {
        let mut histogram = Histogram::default();
        scores.iter().for_each(|score| histogram.add(*score));
        histogram
    }

    #[test]
    fn a_score_reaches_an_edge_just_when_its_bin_does() {
        let mut random = StdRng::seed_from_u64(1);
        for _ in 0..100_000 {
            let (score, place) = (random.random_range(-1.0_f32..=1.0), random.random_range(0..BINS));
            assert_eq!(score >= edge(place), bin(score) >= place, "{score} {place}");
        }
        for (score, expected) in
            [(-1.0, 0), (-1.1, 0), (1.0, BINS - 1), (1.1, BINS - 1), (0.0, BINS_EACH_SIDE)]
        {
            assert_eq!(bin(score), expected, "{score}");
        }
    }

    #[test]
    fn rates_of_a_handful_of_scores_are_those_counted_by_hand() {
        // Ten impostors at 0.00 to 0.09; genuine pairs at 0.05, 0.5, 0.6 and one that was not acquired.
        let impostor: Vec<f32> = (0..10).map(|i| i as f32 / 100.0).collect();
        let scores = Scores::new(&histogram(&[0.05, 0.5, 0.6]), &histogram(&impostor), 1);
        assert_eq!((scores.genuine(), scores.impostor()), (4, 10));
        let tenth = scores.accept_rate_at(0.1, 1).unwrap();
        assert_eq!((tenth.rate, tenth.n, tenth.false_accepts, tenth.impostors), (0.5, 4, 1, 10));
        assert!(tenth.similarity_min > 0.08 && tenth.similarity_min <= 0.09, "{tenth:?}");
        assert!(scores.accept_rate_at(0.1, 2).is_none(), "one pair is too few when two are asked for");
        assert!(scores.accept_rate_at(0.05, 0).is_none(), "half a pair is none");
        assert_eq!(scores.accept_rate_at(1.0, 1).unwrap().rate, 0.75);
        let above = scores.at(0.075);
        assert_eq!((above.false_accept_rate, above.false_reject_rate), (0.2, 0.5));
        let errors = Errors { refused: 2, genuine: 4, accepted: 2, impostor: 10 };
        assert_eq!(scores.errors_at(0.075), errors);
    }

    #[test]
    fn listed_pairs_without_a_score_are_refused_where_genuine_and_left_out_where_not() {
        let trial = |similarity, genuine| Trial { similarity, genuine, fold: 0 };
        let trials = [(Some(0.6), true), (None, true), (Some(0.1), false), (Some(0.7), false), (None, false)];
        let scores = Scores::of_trials(&trials.map(|(similarity, genuine)| trial(similarity, genuine)));
        let errors = Errors { refused: 1, genuine: 2, accepted: 1, impostor: 2 };
        assert_eq!(scores.errors_at(0.5), errors);
    }

    #[test]
    fn the_rates_are_those_of_sorted_lists() {
        let mut random = StdRng::seed_from_u64(7);
        let mut trial = |genuine: bool| {
            let noise: f32 = (0..4).map(|_| random.random_range(-0.12_f32..0.12)).sum();
            let similarity = Some(noise + if genuine { 0.35 } else { 0.0 });
            Trial { similarity, genuine, fold: 0 }
        };
        let trials: Vec<Trial> = (0..20_000).map(|i| trial(i % 4 == 0)).collect();
        let of = |kind| {
            let scores: Vec<f32> = trials
                .iter()
                .filter(|trial| trial.genuine == kind)
                .filter_map(|trial| trial.similarity)
                .collect();
            histogram(&scores)
        };
        let scores = Scores::new(&of(true), &of(false), 0);
        for rate in [1e-1, 1e-2, 1e-3] {
            let (binned, sorted) = (
                scores.accept_rate_at(rate, 1).unwrap(),
                verification::accept_rate_at(&trials, rate).unwrap(),
            );
            assert!((binned.rate - sorted.rate).abs() < 1e-3, "{binned:?} {sorted:?}");
            assert!((binned.similarity_min - sorted.similarity_min).abs() < 1e-5, "{binned:?} {sorted:?}");
            assert!(binned.false_accepts as f64 <= rate * binned.impostors as f64, "{binned:?}");
        }
        let (binned, sorted) =
            (scores.equal_error_rate().unwrap(), verification::equal_error_rate(&trials).unwrap());
        assert!((binned.rate - sorted.rate).abs() < 1e-3, "{binned:?} {sorted:?}");
    }

    #[test]
    fn a_curve_trades_one_error_for_the_other_down_to_a_single_pair() {
        let impostor: Vec<f32> = (0..1_000).map(|i| i as f32 / 2_000.0).collect();
        let genuine: Vec<f32> = (0..500).map(|i| 0.3 + i as f32 / 1_000.0).collect();
        let curve = Scores::new(&histogram(&genuine), &histogram(&impostor), 0).curve(50);
        assert!(curve.windows(2).all(|pair| {
            pair[0].false_accept_rate >= pair[1].false_accept_rate
                && pair[0].false_reject_rate <= pair[1].false_reject_rate
        }));
        assert_eq!(curve[0].false_accept_rate, 1.0);
        assert!((curve.last().unwrap().false_accept_rate - 1e-3).abs() < 1e-9);
        assert!(Scores::new(&Histogram::default(), &histogram(&impostor), 0).curve(50).is_empty());
    }
}
