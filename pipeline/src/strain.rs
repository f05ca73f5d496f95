//! Whether the networks keep up with the cameras, by how long pictures wait for them. Pure: the clock comes in.

use std::time::{Duration, Instant};

/// Pictures that wait longer, on average, are more than the networks can look at.
const WAIT_MAX: Duration = Duration::from_millis(40);
/// They keep up again once pictures wait for less than this,
const WAIT_EASY: Duration = Duration::from_millis(15);
/// for so long: what was left out must not come back at once, only to be left out again.
const EASY_FOR: Duration = Duration::from_secs(5);
/// The average is over about so long.
const OVER: Duration = Duration::from_secs(1);

/// How pictures have waited lately.
#[derive(Default)]
pub(crate) struct Strain {
    mean_s: f64,
    noted: Option<Instant>,
    /// Since when they have waited for less than [`WAIT_EASY`]; `None` when they have not.
    easy: Option<Instant>,
    is_on: bool,
}

impl Strain {
    /// A picture is taken at `now` after it has waited for so long.
    pub(crate) fn note(&mut self, now: Instant, waited: Duration) {
        let since = self.noted.map_or(OVER, |noted| now.saturating_duration_since(noted));
        let share = (since.as_secs_f64() / OVER.as_secs_f64()).clamp(0.01, 1.0);
        self.mean_s += share * (waited.as_secs_f64() - self.mean_s);
        self.noted = Some(now);
        if self.mean_s >= WAIT_EASY.as_secs_f64() {
            self.easy = None;
        }
        let easy = *self.easy.get_or_insert(now);
        if self.mean_s > WAIT_MAX.as_secs_f64() {
            self.is_on = true;
        } else if now.saturating_duration_since(easy) >= EASY_FOR {
            self.is_on = false;
        }
    }

    /// Whether the networks cannot keep up.
    pub(crate) fn is_on(&self) -> bool {
        self.is_on
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Forty pictures a second that wait for so many milliseconds, for so many seconds each.
    fn after(rows: &[(u64, u64)]) -> Vec<bool> {
        let mut now = Instant::now();
        let mut strain = Strain::default();
        let mut on = Vec::new();
        for (wait_ms, seconds) in rows {
            for _ in 0..40 * seconds {
                now += Duration::from_millis(25);
                strain.note(now, Duration::from_millis(*wait_ms));
            }
            on.push(strain.is_on());
        }
        on
    }

    #[test]
    fn pictures_that_wait_for_long_are_strain_and_it_lasts_until_they_have_not_for_a_while() {
        assert_eq!(after(&[(5, 10)]), [false]);
        assert_eq!(after(&[(30, 10)]), [false]);
        assert_eq!(after(&[(80, 3), (30, 20), (5, 4), (5, 6)]), [true, true, true, false]);
    }

    #[test]
    fn one_picture_that_waits_is_no_strain() {
        let mut now = Instant::now();
        let mut strain = Strain::default();
        for number in 0..200 {
            now += Duration::from_millis(25);
            strain.note(now, Duration::from_millis(if number == 100 { 300 } else { 2 }));
            assert!(!strain.is_on(), "after picture {number}");
        }
    }
}
