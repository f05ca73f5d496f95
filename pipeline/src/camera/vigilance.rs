//! How often a camera is looked at. Always while it shows somebody who is undecided; less often where nobody is and nothing
//! moves, and, when the networks cannot keep up, where nothing is left to find out. Pure: the clock comes in.

use std::time::{Duration, Instant};

use super::IdleOptions;
use super::luma::Thumbnail;
use crate::observation::Interest;

/// Mean luma of some place of the picture has changed by as much: something moves. Grain of a sensor changes it by 1.
const MOVED_MIN: u8 = 3;
/// While the networks cannot keep up, this lies between two looks at a camera where nothing is left to find out.
const STRAINED_INTERVAL: Duration = Duration::from_millis(200);
/// A look that comes so much early is on time: a camera's beat is never exact.
const EARLY: Duration = Duration::from_millis(40);

/// When a camera was looked at last, and what there was to see.
pub(crate) struct Vigilance {
    options: IdleOptions,
    interest: Interest,
    /// When something moved, or somebody was seen.
    active: Instant,
    looked: Option<(Instant, Thumbnail)>,
}

impl Vigilance {
    /// Of a camera of which nothing is known yet.
    pub(crate) fn new(options: IdleOptions, now: Instant) -> Self {
        Self { options, interest: Interest::Open, active: now, looked: None }
    }

    /// What the picture that was looked at last turned out to show.
    pub(crate) fn told(&mut self, interest: Interest, now: Instant) {
        if interest != Interest::Nobody {
            self.active = now;
        }
        self.interest = interest;
    }

    /// Takes note of a picture that came at `now`, whether or not it is looked at.
    pub(crate) fn on_picture(&mut self, now: Instant, thumbnail: &Thumbnail) {
        // Held against the picture that was looked at: who creeps in is noticed, too.
        let moved = self.looked.as_ref().is_none_or(|(_, seen)| seen.largest_change(thumbnail) >= MOVED_MIN);
        if moved {
            self.active = now;
        }
    }

    /// Whether the picture that came at `now` is looked at; `strained` while the networks cannot keep up.
    pub(crate) fn is_due(&self, now: Instant, strained: bool) -> bool {
        let Some((looked, _)) = &self.looked else { return true };
        now.saturating_duration_since(*looked) + EARLY >= self.interval(now, strained)
    }

    /// The picture that came at `now` is looked at.
    pub(crate) fn look(&mut self, now: Instant, thumbnail: Thumbnail) {
        self.looked = Some((now, thumbnail));
    }

    /// The longest that lies between two looks.
    fn interval(&self, now: Instant, strained: bool) -> Duration {
        if self.interest == Interest::Open {
            return Duration::ZERO;
        }
        let idle_after = Duration::from_millis(self.options.after_ms);
        let quiet =
            self.interest == Interest::Nobody && now.saturating_duration_since(self.active) >= idle_after;
        let idle = if quiet { Duration::from_millis(self.options.look_ms_max) } else { Duration::ZERO };
        if strained { idle.max(STRAINED_INTERVAL) } else { idle }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: IdleOptions = IdleOptions { after_ms: 3_000, look_ms_max: 500 };

    fn empty() -> Thumbnail {
        Thumbnail::painted(|_, _| 90)
    }

    /// One cell of 192 is other than before.
    fn entered(by: u8) -> Thumbnail {
        Thumbnail::painted(|column, row| if (column, row) == (3, 7) { 90 + by } else { 90 })
    }

    /// A camera that shows `interest` for `seconds`, ten pictures a second, then the times of the looks at it in the two
    /// seconds after.
    fn looks(interest: Interest, strained: bool, seconds: u64, then: &Thumbnail) -> Vec<u64> {
        let start = Instant::now();
        let mut vigilance = Vigilance::new(OPTIONS, start);
        let mut looks = Vec::new();
        for at_ms in (0..(seconds + 2) * 1_000).step_by(100) {
            let at = start + Duration::from_millis(at_ms);
            let after = at_ms.checked_sub(seconds * 1_000);
            let shown = if after.is_some() { *then } else { empty() };
            vigilance.on_picture(at, &shown);
            if vigilance.is_due(at, strained) {
                vigilance.look(at, shown);
                vigilance.told(interest, at);
                looks.extend(after);
            }
        }
        looks
    }

    #[test]
    fn an_undecided_person_is_looked_at_in_every_picture_however_strained_the_networks_are() {
        for strained in [false, true] {
            assert_eq!(looks(Interest::Open, strained, 5, &empty()).len(), 20, "strained: {strained}");
        }
    }

    #[test]
    fn a_decided_person_is_looked_at_less_often_only_while_the_networks_cannot_keep_up() {
        assert_eq!(looks(Interest::Decided, false, 5, &empty()).len(), 20);
        assert_eq!(looks(Interest::Decided, true, 5, &empty()).len(), 10);
    }

    #[test]
    fn an_empty_view_in_which_nothing_moves_is_looked_at_no_less_often_than_the_bound() {
        for strained in [false, true] {
            let looks = looks(Interest::Nobody, strained, 5, &empty());
            assert!((3..=5).contains(&looks.len()), "{looks:?}");
            assert!(looks.windows(2).all(|pair| pair[1] - pair[0] <= OPTIONS.look_ms_max), "{looks:?}");
        }
    }

    #[test]
    fn a_view_that_was_empty_a_moment_ago_is_not_idle_yet() {
        assert_eq!(looks(Interest::Nobody, false, 1, &empty())[..10].len(), 10);
    }

    #[test]
    fn whoever_walks_into_an_idle_view_is_looked_at_with_the_first_picture() {
        for (strained, at_once) in [(false, 0), (true, 200)] {
            let looks = looks(Interest::Nobody, strained, 5, &entered(MOVED_MIN));
            assert!(looks[0] <= at_once, "strained {strained}: {looks:?}");
        }
        // And all the time from then on, also when they stand still, until it is clear that nobody is there.
        assert_eq!(looks(Interest::Nobody, false, 5, &entered(MOVED_MIN)).len(), 20);
    }

    #[test]
    fn whoever_creeps_in_is_looked_at_as_soon_as_they_have_changed_the_picture() {
        let start = Instant::now();
        let at = |ms: u64| start + Duration::from_millis(ms);
        let mut vigilance = Vigilance::new(OPTIONS, start);
        vigilance.look(at(0), empty());
        vigilance.told(Interest::Nobody, at(0));
        for (ms, by) in [(4_000, 1), (4_066, 2)] {
            vigilance.on_picture(at(ms), &entered(by));
            vigilance.look(at(ms), empty());
            assert!(!vigilance.is_due(at(ms + 66), false), "grain is no movement");
        }
        vigilance.on_picture(at(4_133), &entered(3));
        assert!(vigilance.is_due(at(4_133), false));
    }

    #[test]
    fn lamps_that_get_brighter_are_no_movement() {
        let lit = |percent: u32| {
            Thumbnail::painted(move |column, row| ((40 + 8 * column + 4 * row) as u32 * percent / 100) as u8)
        };
        assert!(lit(100).largest_change(&lit(110)) < MOVED_MIN);
        assert!(lit(110).largest_change(&lit(95)) < MOVED_MIN);
        assert_eq!(
            lit(100).largest_change(&Thumbnail::painted(|_, _| 0)),
            0,
            "it is dark: nothing is seen to move"
        );
    }

    #[test]
    fn the_time_that_a_camera_writes_at_an_edge_is_no_movement() {
        let written = |luma| Thumbnail::painted(move |_, row| if row == 0 || row == 11 { luma } else { 90 });
        assert!(written(85).largest_change(&written(95)) < MOVED_MIN);
    }

    #[test]
    fn without_a_bound_no_view_is_idle() {
        let start = Instant::now();
        let mut vigilance = Vigilance::new(IdleOptions::default(), start);
        vigilance.look(start, empty());
        vigilance.told(Interest::Nobody, start);
        let later = start + Duration::from_secs(60);
        vigilance.look(later, empty());
        assert!(vigilance.is_due(later + Duration::from_millis(1), false));
    }
}
