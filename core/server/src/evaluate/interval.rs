//! Rates with their confidence intervals.

use serde::Serialize;

/// The 95 % interval of a rate of `hits` in `n` (E. B. Wilson, 1927); all of 0 to 1 when n is 0.
pub fn wilson95(hits: usize, n: usize) -> [f64; 2] {
    domain::interval::wilson95(hits as u64, n as u64)
}

/// A rate with what it rests on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rate {
    /// How many.
    pub count: usize,
    /// Of how many.
    pub n: usize,
    /// The share; `None` of none.
    pub rate: Option<f64>,
    /// Its 95 % interval.
    pub ci95: [f64; 2],
}

impl Rate {
    /// So many of so many.
    pub fn of(count: usize, n: usize) -> Self {
        let rate = (n > 0).then(|| count as f64 / n as f64);
        Self { count, n, rate, ci95: wilson95(count, n) }
    }
}
