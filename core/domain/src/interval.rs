//! Confidence intervals of rates.

/// The 97.5 % quantile of the normal distribution: two-sided 95 %.
const Z95: f64 = 1.959_963_984_540_054;

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
}
