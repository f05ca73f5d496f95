//! Confidence intervals of rates.

/// The 97.5 % quantile of the normal distribution: two-sided 95 %.
const Z95: f64 = 1.959_963_984_540_054;

/// The 95 % interval of a rate of `hits` in `n` (E. B. Wilson, 1927); all of 0 to 1 when n is 0.
pub fn wilson95(hits: usize, n: usize) -> [f64; 2] {
    if n == 0 {
        return [0.0, 1.0];
    }
    let (hits, n) = (hits as f64, n as f64);
    let (rate, z2) = (hits / n, Z95 * Z95);
    let centre = (rate + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z95 / (1.0 + z2 / n) * (rate * (1.0 - rate) / n + z2 / (4.0 * n * n)).sqrt();
    [(centre - half).max(0.0), (centre + half).min(1.0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_intervals_are_met() {
        // Newcombe (1998), table I: 81 of 263 and 0 of 20.
        for (hits, n, lo, hi) in [(81, 263, 0.2553, 0.3662), (0, 20, 0.0, 0.1611), (0, 0, 0.0, 1.0)] {
            let [found_lo, found_hi] = wilson95(hits, n);
            assert!((found_lo - lo).abs() < 1e-4 && (found_hi - hi).abs() < 1e-4, "{hits}/{n}");
        }
    }
}
