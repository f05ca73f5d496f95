//! How often a camera's stream is damaged. A single glitch costs the pictures up to the next whole one; where they pile up,
//! the camera is sick.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// So much damage,
const MARKS: usize = 3;
/// within this, makes a camera sick,
const WITHIN: Duration = Duration::from_millis(2_000);
/// until there was none for so long.
const GONE: Duration = Duration::from_millis(2_000);

/// The damage of one source.
#[derive(Default)]
pub(crate) struct Damage {
    /// The newest, oldest first.
    marks: VecDeque<Instant>,
    sick: bool,
}

impl Damage {
    /// Takes note of damage at `now`.
    pub(crate) fn mark(&mut self, now: Instant) {
        self.sick = self.is_there(now);
        while self.marks.len() >= MARKS {
            self.marks.pop_front();
        }
        self.marks.push_back(now);
        let first = self.marks.front().filter(|_| self.marks.len() == MARKS);
        self.sick |= first.is_some_and(|first| now.saturating_duration_since(*first) <= WITHIN);
    }

    /// Whether the stream is damaged at `now`.
    pub(crate) fn is_there(&self, now: Instant) -> bool {
        let last = self.marks.back();
        self.sick && last.is_some_and(|last| now.saturating_duration_since(*last) < GONE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_that_piles_up_is_there_until_it_stops_and_a_glitch_is_none() {
        let start = Instant::now();
        let at = |ms: u64| start + Duration::from_millis(ms);
        let mut damage = Damage::default();
        let mut sick = |marks: &[u64], ms: u64| {
            marks.iter().for_each(|mark| damage.mark(at(*mark)));
            damage.is_there(at(ms))
        };
        assert!(!sick(&[0], 0) && !sick(&[1_500], 1_500), "two glitches");
        assert!(!sick(&[2_600, 4_500], 4_500), "three, one after another");
        assert!(sick(&[4_600], 4_600));
        assert!(sick(&[], 6_599) && !sick(&[], 6_600));
        assert!(!sick(&[9_000, 9_100], 9_100) && sick(&[9_200], 9_200), "it begins anew");
        assert!(sick(&[11_000], 12_900), "and goes on with what comes later");
    }
}
