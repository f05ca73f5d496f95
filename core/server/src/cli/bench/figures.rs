//! Many times in a few figures.

use std::time::Duration;

use serde_json::{Value, json};

/// Percentiles in milliseconds; null of nothing.
pub(super) fn percentiles(mut times: Vec<Duration>) -> Value {
    times.sort_unstable();
    let at = |share: f64| {
        let place = (times.len().saturating_sub(1) as f64 * share).round() as usize;
        times.get(place).map(|time| time.as_secs_f64() * 1e3)
    };
    json!({ "n": times.len(), "p50": at(0.5), "p95": at(0.95), "p99": at(0.99), "max": at(1.0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_times_in_order() {
        let times = (1..=100).rev().map(Duration::from_millis).collect();
        let expected = json!({ "n": 100, "p50": 51.0, "p95": 95.0, "p99": 99.0, "max": 100.0 });
        assert_eq!(percentiles(times), expected);
        assert!(percentiles(Vec::new())["p50"].is_null());
    }
}
