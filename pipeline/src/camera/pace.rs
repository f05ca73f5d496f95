//! Keeps a stream to so many pictures a second, and measures how many it has.

use std::time::{Duration, Instant};

/// Lets at most a given number of pictures a second through, evenly.
pub(crate) struct Pace {
    interval: Duration,
    next: Option<Instant>,
}

impl Pace {
    /// `per_second_max` of at least 1.
    pub(crate) fn new(per_second_max: u32) -> Pace {
        Pace { interval: Duration::from_secs(1) / per_second_max.max(1), next: None }
    }

    /// Whether a picture that comes at `now` goes through.
    pub(crate) fn due(&mut self, now: Instant) -> bool {
        let next = self.next.unwrap_or(now);
        // A quarter of an interval early is on time: a camera's beat is never exact.
        if now + self.interval / 4 < next {
            return false;
        }
        // Counting from the planned moment keeps the average; after a gap there is no burst.
        self.next = Some((next + self.interval).max(now + self.interval / 2));
        true
    }
}

/// Pictures per second, as a moving average over about two seconds.
#[derive(Default)]
pub(crate) struct Rate {
    last: Option<Instant>,
    interval_seconds: f64,
}

impl Rate {
    /// Counts a picture at `now`.
    pub(crate) fn count(&mut self, now: Instant) {
        if let Some(last) = self.last {
            let seconds = now.saturating_duration_since(last).as_secs_f64();
            let weight = (seconds / 2.0).clamp(0.05, 1.0);
            let fresh = self.interval_seconds == 0.0;
            let weight = if fresh { 1.0 } else { weight };
            self.interval_seconds += weight * (seconds - self.interval_seconds);
        }
        self.last = Some(now);
    }

    /// The rate at `now`; it falls when pictures stop coming.
    pub(crate) fn per_second(&self, now: Instant) -> f32 {
        let Some(last) = self.last else { return 0.0 };
        let since = now.saturating_duration_since(last).as_secs_f64();
        if self.interval_seconds == 0.0 {
            return 0.0;
        }
        let interval = if since > 4.0 * self.interval_seconds { since } else { self.interval_seconds };
        (1.0 / interval) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed(source_fps: u64, per_second_max: u32) -> usize {
        let start = Instant::now();
        let mut pace = Pace::new(per_second_max);
        let beats = (0..10 * source_fps).map(|n| start + Duration::from_micros(n * 1_000_000 / source_fps));
        beats.filter(|at| pace.due(*at)).count()
    }

    #[test]
    fn a_fast_source_is_slowed_to_the_limit_and_a_slow_one_passes_whole() {
        for (source_fps, limit, expected) in
            [(30, 10, 100), (15, 10, 100), (25, 10, 100), (10, 10, 100), (5, 10, 50)]
        {
            let found = passed(source_fps, limit);
            assert!(found.abs_diff(expected) <= 1, "{source_fps} fps to {limit}: {found}");
        }
    }

    #[test]
    fn after_a_gap_there_is_no_burst() {
        let start = Instant::now();
        let mut pace = Pace::new(10);
        assert!(pace.due(start));
        let later = start + Duration::from_secs(60);
        let burst = (0..10).filter(|n| pace.due(later + Duration::from_millis(*n))).count();
        assert_eq!(burst, 1);
    }

    #[test]
    fn the_measured_rate_follows_the_source() {
        let start = Instant::now();
        let mut rate = Rate::default();
        assert_eq!(rate.per_second(start), 0.0);
        let mut now = start;
        for _ in 0..60 {
            now += Duration::from_millis(50);
            rate.count(now);
        }
        assert!((rate.per_second(now) - 20.0).abs() < 0.5);
        assert!(rate.per_second(now + Duration::from_secs(2)) < 1.0);
    }
}
