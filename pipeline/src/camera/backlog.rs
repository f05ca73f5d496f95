//! Finds out how late pictures are. A slow link hides seconds of staleness before the decoder; only the difference
//! between the camera's own time stamps and our clock shows it.

use std::time::{Duration, Instant};

/// A camera's crystal may be this much slower than ours without being taken for a backlog.
const DRIFT_NANOS_PER_SECOND: f64 = 500_000.0;
/// Time stamps that jump by more than this tell nothing.
const BEHIND_MAX: Duration = Duration::from_secs(120);

/// The lateness of one opened source, relative to its most punctual picture.
#[derive(Default)]
pub(crate) struct Backlog {
    base: Option<(f64, Instant)>,
}

impl Backlog {
    /// How far behind the live edge a picture is that came at `now`, `lag_nanos` after its time stamp
    /// (from any origin).
    pub(crate) fn behind(&mut self, now: Instant, lag_nanos: i64) -> Duration {
        let lag = lag_nanos as f64;
        let base = match self.base {
            None => lag,
            Some((base, at)) => {
                let risen = base + now.saturating_duration_since(at).as_secs_f64() * DRIFT_NANOS_PER_SECOND;
                risen.min(lag)
            }
        };
        self.base = Some((base, now));
        let behind = Duration::from_nanos((lag - base).max(0.0) as u64);
        if behind > BEHIND_MAX {
            self.base = Some((lag, now));
            return Duration::ZERO;
        }
        behind
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: i64 = 1_000_000;

    #[test]
    fn lateness_counts_from_the_most_punctual_picture() {
        let start = Instant::now();
        let mut backlog = Backlog::default();
        let rows = [(0, 40, 0), (10, 35, 0), (20, 35, 0), (30, 2_035, 2_000), (40, 35, 0)];
        for (at_ms, lag_ms, behind_ms) in rows {
            let behind = backlog.behind(start + Duration::from_millis(at_ms), lag_ms * MS);
            assert!(behind.abs_diff(Duration::from_millis(behind_ms)) < Duration::from_millis(1), "{at_ms}");
        }
    }

    #[test]
    fn a_drifting_camera_clock_is_no_backlog() {
        let start = Instant::now();
        let mut backlog = Backlog::default();
        for second in 0..36_000 {
            // 200 ppm slow: over ten hours this adds up to seven seconds.
            let behind = backlog.behind(start + Duration::from_secs(second), second as i64 * 200_000);
            assert!(behind < Duration::from_millis(1), "after {second} s");
        }
    }

    #[test]
    fn a_jump_of_the_time_stamps_starts_over() {
        let start = Instant::now();
        let mut backlog = Backlog::default();
        backlog.behind(start, 0);
        assert_eq!(backlog.behind(start, 500_000 * MS), Duration::ZERO);
        assert_eq!(backlog.behind(start, 500_100 * MS), Duration::from_millis(100));
    }
}
