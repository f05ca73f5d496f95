//! Confidence intervals of rates.

/// The 97.5 % quantile of the normal distribution: two-sided 95 %.
const Z95: f64 = 1.959_963_984_540_054;

/// Nobody shows anything more often than this.
const MOST: u64 = 1 << 48;

/// The 95 % interval of a rate of `hits` in `n` (E. B. Wilson, 1927); all of 0 to 1 when n is 0.
#[must_use]
pub fn wilson95(hits: u64, n: u64) -> [f64; 2] {
    if n == 0 {
        return [0.0, 1.0];
    }
    let (all, count) = (n as f64, hits as f64);
    let (rate, z2) = (count / all, Z95 * Z95);
    let centre = (rate + z2 / (2.0 * all)) / (1.0 + z2 / all);
    let half = Z95 / (1.0 + z2 / all) * (rate * (1.0 - rate) / all + z2 / (4.0 * all * all)).sqrt();
    // At the ends the bound is the rate itself; rounding would miss it by a hair.
    let low = if hits == 0 { 0.0 } else { centre - half };
    let high = if hits == n { 1.0 } else { centre + half };
    [low, high]
}

/// The least `n` at which `hits` in `n` show a rate of at most `bound`: the upper end of [`wilson95`] is no higher. Nothing where
/// `bound` is not between 0 and 1, or no number that is counted to is enough.
#[must_use]
pub fn needed95(hits: u64, bound: f64) -> Option<u64> {
    let shows = |n: u64| wilson95(hits, n)[1] <= bound;
    if !(bound > 0.0 && bound < 1.0 && shows(MOST)) {
        return None;
    }
    // The upper end falls as n grows.
    let (mut short, mut enough) = (hits, MOST);
    while enough - short > 1 {
        let middle = short + (enough - short) / 2;
        if shows(middle) { enough = middle } else { short = middle }
    }
    Some(enough)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_are_exact() {
        for n in 1..2_000 {
            assert_eq!(wilson95(0, n)[0], 0.0, "{n}");
            assert_eq!(wilson95(n, n)[1], 1.0, "{n}");
        }
    }

    #[test]
    fn known_intervals_are_met() {
        // Newcombe (1998), table I: 81 of 263 and 0 of 20.
        for (hits, n, lo, hi) in [(81, 263, 0.2553, 0.3662), (0, 20, 0.0, 0.1611), (0, 0, 0.0, 1.0)] {
            let [found_lo, found_hi] = wilson95(hits, n);
            assert!((found_lo - lo).abs() < 1e-4 && (found_hi - hi).abs() < 1e-4, "{hits}/{n}");
        }
    }
    #[test]
    fn what_is_needed_is_the_least_that_is_enough() {
        for (hits, bound) in [(0, 0.07), (0, 1e-4), (3, 0.07), (40, 0.05), (1, 0.5)] {
            let n = needed95(hits, bound).expect("a number");
            assert!(
                wilson95(hits, n)[1] <= bound && wilson95(hits, n - 1)[1] > bound,
                "{hits}, {bound}: {n}"
            );
        }
        // z^2 (1 - p) / p of none.
        assert_eq!((needed95(0, 0.07), needed95(0, 1e-4)), (Some(52), Some(38_411)));
        assert_eq!((needed95(0, 0.0), needed95(0, 1.0), needed95(u64::MAX / 2, 0.1)), (None, None, None));
    }
}
