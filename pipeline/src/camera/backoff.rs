//! How long to wait before a source is opened again.

use std::time::Duration;

const DELAY_MS_MIN: f64 = 250.0;
/// A camera that is back is found within this, and named, if it is another one.
const DELAY_MS_MAX: f64 = 2_500.0;
/// Cameras lock an account after a few wrong passwords.
const PERMANENT_MS: f64 = 60_000.0;

/// Doubles from 0.25 s to 2.5 s with each failure in a row.
#[derive(Default)]
pub(crate) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The next delay. `jitter` in 0..1 spreads cameras that failed together.
    pub(crate) fn next(&mut self, permanent: bool, jitter: f64) -> Duration {
        let jitter = jitter.clamp(0.0, 1.0);
        if permanent {
            return Duration::from_secs_f64(PERMANENT_MS * (1.0 + jitter / 4.0) / 1e3);
        }
        let base = (DELAY_MS_MIN * 2f64.powi(self.failures.min(16) as i32)).min(DELAY_MS_MAX);
        self.failures = self.failures.saturating_add(1);
        Duration::from_secs_f64((base * (0.5 + jitter / 2.0)).max(DELAY_MS_MIN) / 1e3)
    }

    /// The source has been good for a while: start over.
    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_within_their_bounds_and_start_over() {
        let mut backoff = Backoff::default();
        let millis: Vec<u128> = (0..8).map(|_| backoff.next(false, 1.0).as_millis()).collect();
        assert_eq!(millis, [250, 500, 1_000, 2_000, 2_500, 2_500, 2_500, 2_500]);
        backoff.reset();
        assert_eq!(backoff.next(false, 0.0).as_millis(), 250);
        assert_eq!(backoff.next(false, 0.0).as_millis(), 250);
        assert_eq!(backoff.next(false, 0.5).as_millis(), 750);
    }

    #[test]
    fn a_wrong_password_is_not_tried_again_soon() {
        assert!(Backoff::default().next(true, 0.0) >= Duration::from_secs(60));
    }
}
