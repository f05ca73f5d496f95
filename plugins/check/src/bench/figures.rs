//! Percentiles of what calls took.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Most calls whose times are kept.
const CALLS_MAX: usize = 200_000;

/// What one kind of call took.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Calls that were timed.
    pub n: u64,
    /// Half of them took no longer than this, in nanoseconds.
    pub p50_ns: u64,
    /// 95 of 100, in nanoseconds.
    pub p95_ns: u64,
    /// 99 of 100, in nanoseconds.
    pub p99_ns: u64,
    /// Calls per second, one after another.
    pub per_s: f64,
}

/// One kind of call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Timed {
    /// `load`, `detect`, `score`, `embed`, `begin_step`.
    pub call: String,
    /// Its figures, or why there are none.
    pub took: Result<Figures, String>,
}

impl Timed {
    /// One stable object.
    pub fn json(&self) -> Value {
        match &self.took {
            Ok(figures) => {
                let Figures { n, p50_ns, p95_ns, p99_ns, per_s } = *figures;
                json!({ "call": self.call, "n": n, "p50_ns": p50_ns, "p95_ns": p95_ns, "p99_ns": p99_ns,
                        "per_s": (per_s * 10.0).round() / 10.0, "fault": null })
            }
            Err(fault) => json!({ "call": self.call, "fault": fault }),
        }
    }
}

impl Figures {
    /// Makes the call again and again: a tenth of the time uncounted, then for the time. At least once each, at most as often
    /// as times are kept.
    pub(crate) fn of(
        time: Duration,
        mut call: impl FnMut() -> Result<Duration, String>,
    ) -> Result<Self, String> {
        let mut during = |time: Duration| {
            let (begun, mut took) = (Instant::now(), Vec::new());
            while took.is_empty() || begun.elapsed() < time && took.len() < CALLS_MAX {
                took.push(call()?);
            }
            Ok::<_, String>(took)
        };
        during(time / 10)?;
        Ok(Self::from_times(during(time)?))
    }

    /// The figures of these times, of which there is one at least.
    pub(crate) fn from_times(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let total: Duration = times.iter().sum();
        let at = |percent: usize| {
            let rank = (times.len() * percent).div_ceil(100).clamp(1, times.len());
            u64::try_from(times[rank - 1].as_nanos()).unwrap_or(u64::MAX)
        };
        let per_s = times.len() as f64 / total.as_secs_f64().max(1e-9);
        Self { n: times.len() as u64, p50_ns: at(50), p95_ns: at(95), p99_ns: at(99), per_s }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let times = (1..=200).rev().map(Duration::from_millis).collect();
        let Figures { n, p50_ns, p95_ns, p99_ns, per_s } = Figures::from_times(times);
        assert_eq!([n, p50_ns, p95_ns, p99_ns], [200, 100_000_000, 190_000_000, 198_000_000]);
        assert!((per_s - 200.0 / 20.1).abs() < 1e-9, "{per_s}");
        let Figures { p50_ns, p99_ns, .. } = Figures::from_times(vec![Duration::from_nanos(7)]);
        assert_eq!([p50_ns, p99_ns], [7, 7]);
    }

    #[test]
    fn a_call_that_fails_has_no_figures_and_a_slow_one_is_made_twice() {
        let mut made = 0;
        let slow = Figures::of(Duration::ZERO, || {
            made += 1;
            Ok(Duration::from_secs(1))
        });
        assert_eq!((slow.map(|figures| figures.n), made), (Ok(1), 2));
        assert_eq!(Figures::of(Duration::from_secs(9), || Err("gone".into())), Err("gone".to_owned()));
    }
}
