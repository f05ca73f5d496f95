//! One-to-one verification: accuracy by cross-validated folds, true accept rate at fixed false accept
//! rates, equal error rate.

use super::interval::wilson95;

/// One compared pair.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trial {
    /// Cosine similarity; `None` when a picture had no usable face.
    pub similarity: Option<f32>,
    /// Whether both pictures show the same person.
    pub genuine: bool,
    /// The fold that the pair belongs to.
    pub fold: usize,
}

/// Accuracy over the folds, each judged with the threshold that suits the others best.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Accuracy {
    /// The mean over the folds.
    pub mean: f64,
    /// The standard deviation over the folds.
    pub std: f64,
    /// The 95 % interval of the share of all pairs that were judged right.
    pub ci95: [f64; 2],
    /// How many pairs were judged.
    pub n: usize,
}

/// A true accept rate with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AcceptRate {
    /// The share of genuine pairs that reach the threshold.
    pub rate: f64,
    /// Its 95 % interval.
    pub ci95: [f64; 2],
    /// How many genuine pairs it is a share of.
    pub n: usize,
    /// The threshold.
    pub similarity_min: f32,
    /// How many impostor pairs reach it.
    pub false_accepts: usize,
    /// Out of so many.
    pub impostors: usize,
}

/// An equal error rate with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EqualErrorRate {
    /// The mean of the two rates where they are nearest to each other.
    pub rate: f64,
    /// From the mean of the lower ends to the mean of the upper ends of both rates' 95 % intervals at that
    /// threshold: never narrower than the interval of the mean of two rates from different pairs.
    pub ci95: [f64; 2],
    /// How many pairs of both kinds it rests on.
    pub n: usize,
    /// The threshold.
    pub similarity_min: f32,
}

/// Accuracy by folds; `None` with fewer than two folds.
pub fn accuracy(trials: &[Trial]) -> Option<Accuracy> {
    let folds = trials.iter().map(|trial| trial.fold + 1).max().filter(|folds| *folds >= 2)?;
    let mut rates = Vec::with_capacity(folds);
    let mut right = 0;
    for fold in 0..folds {
        let (own, others): (Vec<Trial>, Vec<Trial>) = trials.iter().partition(|trial| trial.fold == fold);
        let threshold = best_threshold(&others);
        let hits = own.iter().filter(|trial| judged_right(trial, threshold)).count();
        right += hits;
        rates.push(hits as f64 / own.len().max(1) as f64);
    }
    let mean = rates.iter().sum::<f64>() / folds as f64;
    let spread = rates.iter().map(|rate| (rate - mean).powi(2)).sum::<f64>();
    let std = (spread / (folds - 1) as f64).sqrt();
    Some(Accuracy { mean, std, ci95: wilson95(right, trials.len()), n: trials.len() })
}

/// A pair without a usable face is always wrong.
fn judged_right(trial: &Trial, threshold: f32) -> bool {
    trial.similarity.is_some_and(|similarity| (similarity >= threshold) == trial.genuine)
}

/// The threshold with the most pairs judged right: one sweep over the sorted scores.
fn best_threshold(trials: &[Trial]) -> f32 {
    let mut scored: Vec<(f32, bool)> =
        trials.iter().filter_map(|trial| Some((trial.similarity?, trial.genuine))).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut right = scored.iter().filter(|(_, genuine)| !genuine).count();
    let (mut best, mut threshold) = (right, f32::INFINITY);
    for (index, (similarity, genuine)) in scored.iter().enumerate() {
        right = if *genuine { right + 1 } else { right - 1 };
        let tie = scored.get(index + 1).is_some_and(|next| next.0 == *similarity);
        if right > best && !tie {
            // Half-way to the next score below, so that the threshold doesn't hang on one picture.
            let below = scored.get(index + 1).map_or(*similarity, |next| next.0);
            (best, threshold) = (right, f32::midpoint(*similarity, below));
        }
    }
    threshold
}

/// The true accept rate at the least threshold whose false accept rate is not above
/// `false_accept_rate`; `None` when there are too few impostor pairs to tell.
pub fn accept_rate_at(trials: &[Trial], false_accept_rate: f64) -> Option<AcceptRate> {
    let impostors = descending(trials, false);
    let all_impostors = trials.iter().filter(|trial| !trial.genuine).count();
    let genuine_count = trials.iter().filter(|trial| trial.genuine).count();
    let allowed = (all_impostors as f64 * false_accept_rate + 1e-9).floor() as usize;
    if allowed == 0 || genuine_count == 0 {
        return None;
    }
    // Just above the first impostor that may not pass.
    let similarity_min = impostors.get(allowed).map_or(f32::NEG_INFINITY, |score| score.next_up());
    let reaching = |scores: &[f32]| scores.partition_point(|score| *score >= similarity_min);
    let accepted = reaching(&descending(trials, true));
    Some(AcceptRate {
        rate: accepted as f64 / genuine_count as f64,
        ci95: wilson95(accepted, genuine_count),
        n: genuine_count,
        similarity_min,
        false_accepts: reaching(&impostors),
        impostors: all_impostors,
    })
}

/// The rate at which as large a share of genuine pairs is refused as of impostor pairs accepted;
/// `None` without both kinds. A pair without a usable face is refused.
pub fn equal_error_rate(trials: &[Trial]) -> Option<EqualErrorRate> {
    let (genuine, impostors) = (descending(trials, true), descending(trials, false));
    let n_genuine = trials.iter().filter(|trial| trial.genuine).count();
    let n_impostors = trials.len() - n_genuine;
    if n_genuine == 0 || n_impostors == 0 {
        return None;
    }
    let mut thresholds: Vec<f32> = genuine.iter().chain(&impostors).copied().collect();
    thresholds.sort_by(f32::total_cmp);
    let errors = |threshold: f32| {
        let accepted = genuine.partition_point(|score| *score >= threshold);
        let passed = impostors.partition_point(|score| *score >= threshold);
        (n_genuine - accepted, passed)
    };
    let rates = |(refused, passed): (usize, usize)| {
        (refused as f64 / n_genuine as f64, passed as f64 / n_impostors as f64)
    };
    let gap = |threshold: f32| {
        let (refused, passed) = rates(errors(threshold));
        (refused - passed).abs()
    };
    let best = thresholds.into_iter().min_by(|a, b| gap(*a).total_cmp(&gap(*b)))?;
    let (refused, passed) = errors(best);
    let (one, other) = rates((refused, passed));
    let ends = [wilson95(refused, n_genuine), wilson95(passed, n_impostors)];
    let ci95 = [0, 1].map(|end: usize| f64::midpoint(ends[0][end], ends[1][end]));
    Some(EqualErrorRate { rate: f64::midpoint(one, other), ci95, n: trials.len(), similarity_min: best })
}

/// The scores of one kind of pair, highest first.
fn descending(trials: &[Trial], genuine: bool) -> Vec<f32> {
    let of_kind = trials.iter().filter(|trial| trial.genuine == genuine);
    let mut scores: Vec<f32> = of_kind.filter_map(|trial| trial.similarity).collect();
    scores.sort_by(|a, b| b.total_cmp(a));
    scores
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial(similarity: f32, genuine: bool, fold: usize) -> Trial {
        Trial { similarity: Some(similarity), genuine, fold }
    }

    /// Two folds of 100 pairs each kind, separated but for `swapped` genuine pairs in each.
    fn trials(swapped: usize) -> Vec<Trial> {
        let pair = |fold, i: usize| {
            let jitter = i as f32 * 1e-4;
            let genuine = if i < swapped { 0.05 + jitter } else { 0.6 + jitter };
            [trial(genuine, true, fold), trial(0.1 + jitter, false, fold)]
        };
        (0..2).flat_map(|fold| (0..100).flat_map(move |i| pair(fold, i))).collect()
    }

    #[test]
    fn separated_scores_are_all_right() {
        let found = accuracy(&trials(0)).unwrap();
        assert_eq!((found.mean, found.std, found.ci95[1]), (1.0, 0.0, 1.0));
        let equal = equal_error_rate(&trials(0)).unwrap();
        assert_eq!((equal.rate, equal.ci95[0], equal.n, found.n), (0.0, 0.0, 400, 400));
        assert_eq!(accept_rate_at(&trials(0), 1e-2).unwrap().rate, 1.0);
    }

    #[test]
    fn genuine_pairs_among_the_impostors_are_errors() {
        let found = accuracy(&trials(10)).unwrap();
        assert!((found.mean - 0.95).abs() < 1e-9, "{found:?}");
        assert!((accept_rate_at(&trials(10), 1e-2).unwrap().rate - 0.9).abs() < 1e-9);
    }

    #[test]
    fn an_equal_error_rate_lies_within_its_interval_which_narrows_with_more_pairs() {
        let few = equal_error_rate(&trials(10)).unwrap();
        let many: Vec<Trial> = (0..100).flat_map(|_| trials(10)).collect();
        let many = equal_error_rate(&many).unwrap();
        for found in [few, many] {
            assert!(
                found.rate > 0.0 && found.ci95[0] < found.rate && found.rate < found.ci95[1],
                "{found:?}"
            );
        }
        let width = |found: EqualErrorRate| found.ci95[1] - found.ci95[0];
        assert!((width(few) / width(many) - 10.0).abs() < 0.5, "{few:?} {many:?}");
        // With one kind of pair in plenty, the other still sets the width.
        let impostors = (0..10_000).map(|i| trial(0.1 + i as f32 * 1e-6, false, 0));
        let uneven: Vec<Trial> = trials(10).into_iter().filter(|t| t.genuine).chain(impostors).collect();
        assert!(width(equal_error_rate(&uneven).unwrap()) > width(few) / 3.0);
    }

    #[test]
    fn a_failure_to_acquire_is_an_error_of_its_pair() {
        let mut with_failures = trials(0);
        with_failures[0].similarity = None;
        with_failures[1].similarity = None;
        let found = accuracy(&with_failures).unwrap();
        assert!((found.mean - 398.0 / 400.0).abs() < 1e-9, "{found:?}");
        assert!(accept_rate_at(&with_failures, 1e-2).unwrap().rate < 1.0);
    }

    #[test]
    fn too_few_impostors_give_no_rate() {
        assert!(accept_rate_at(&trials(0), 1e-3).is_none());
        assert!(accept_rate_at(&[], 1e-2).is_none());
        assert!(accuracy(&[trial(0.5, true, 0)]).is_none());
        assert!(equal_error_rate(&[trial(0.5, true, 0)]).is_none());
    }

    #[test]
    fn at_most_the_allowed_share_of_impostors_passes() {
        let found = accept_rate_at(&trials(0), 2e-2).unwrap();
        let passing = descending(&trials(0), false).iter().filter(|s| **s >= found.similarity_min).count();
        assert!(passing <= 4, "{passing}");
    }
}
