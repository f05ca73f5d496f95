//! Whether decoding keeps up with the cameras; while it does not, those that nobody needs are decoded by their key frames only.
//! Pure: the clock comes in.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::CameraId;

/// A picture that is so late,
const LATE_MIN: Duration = Duration::from_millis(300);
/// though its decoder was at work for this share of the time, is one that decoding did not keep up with. A slow link leaves
/// decoders idle.
const BUSY_MIN: f64 = 0.5;
/// Half of the cameras that are decoded whole, and at first so many, must have such pictures
const BEHIND_MIN: usize = 2;
/// for so long, all the time.
const OVER_FOR: Duration = Duration::from_secs(5);
/// It is over after so long without; after twice as long each time that it comes back at once,
const EASY_FOR: Duration = Duration::from_secs(30);
/// up to this.
const EASY_FOR_MAX: Duration = Duration::from_secs(600);
/// A camera of which nothing came for so long does not count.
const COUNTS_FOR: Duration = Duration::from_secs(5);

/// Whether decoding did not keep up with a picture that was `held` by its decoder, `interval` after the one before, and
/// came out so late.
pub(crate) fn is_behind(late: Duration, held: Duration, interval: Duration) -> bool {
    late >= LATE_MIN && held.as_secs_f64() >= BUSY_MIN * interval.as_secs_f64()
}

/// How decoding has kept up lately.
pub(crate) struct Burden {
    /// When each camera's newest picture came, and whether decoding did not keep up with it.
    cameras: HashMap<CameraId, (Instant, bool)>,
    over_since: Option<Instant>,
    easy_since: Option<Instant>,
    is_on: bool,
    /// When it was over last, and how long that took to be said.
    ended: Option<Instant>,
    easy_for: Duration,
}

impl Default for Burden {
    fn default() -> Self {
        let (cameras, ended) = (HashMap::new(), None);
        Self { cameras, over_since: None, easy_since: None, is_on: false, ended, easy_for: EASY_FOR }
    }
}

impl Burden {
    /// Takes note of a picture, and whether decoding did not keep up with it; `None` for one of a camera that is not decoded
    /// whole, which says nothing. Whether decoding has been too much for a while.
    pub(crate) fn note(&mut self, camera: &CameraId, is_behind: Option<bool>, now: Instant) -> bool {
        self.cameras.retain(|_, (came, _)| now.saturating_duration_since(*came) < COUNTS_FOR);
        match (self.cameras.get_mut(camera), is_behind) {
            (Some(newest), Some(is_behind)) => *newest = (now, is_behind),
            (None, Some(is_behind)) => drop(self.cameras.insert(camera.clone(), (now, is_behind))),
            (_, None) => drop(self.cameras.remove(camera)),
        }
        let behind = self.cameras.values().filter(|(_, is_behind)| *is_behind).count();
        let least = if self.is_on { 1 } else { BEHIND_MIN };
        let lasted = |since: Instant, time: Duration| now.saturating_duration_since(since) >= time;
        if behind >= least && 2 * behind >= self.cameras.len() {
            self.easy_since = None;
            if !self.is_on && lasted(*self.over_since.get_or_insert(now), OVER_FOR) {
                let at_once = self.ended.is_some_and(|ended| !lasted(ended, self.easy_for));
                self.easy_for = if at_once { (2 * self.easy_for).min(EASY_FOR_MAX) } else { EASY_FOR };
                self.is_on = true;
            }
        } else {
            self.over_since = None;
            if self.is_on && lasted(*self.easy_since.get_or_insert(now), self.easy_for) {
                (self.is_on, self.ended, self.easy_since) = (false, Some(now), None);
            }
        }
        self.is_on
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four cameras with ten pictures a second each, of which so many are behind.
    struct Place {
        burden: Burden,
        now: Instant,
    }

    impl Place {
        fn new() -> Self {
            Self { burden: Burden::default(), now: Instant::now() }
        }

        /// After so many seconds.
        fn is_on(&mut self, behind: usize, seconds: u64) -> bool {
            let mut is_on = false;
            for _ in 0..10 * seconds {
                self.now += Duration::from_millis(100);
                for camera in 0..4 {
                    let id = format!("camera-{camera}").parse().unwrap();
                    is_on = self.burden.note(&id, Some(camera < behind), self.now);
                }
            }
            is_on
        }
    }

    #[test]
    fn decoding_is_too_much_when_half_of_the_cameras_are_behind_for_a_while() {
        assert!(!Place::new().is_on(1, 60), "one camera's link or decoder");
        let (mut alone, start) = (Burden::default(), Instant::now());
        let mut beats = (0..60).map(|second| start + Duration::from_secs(second));
        assert!(!beats.any(|at| alone.note(&"till".parse().unwrap(), Some(true), at)));
        assert!(!Place::new().is_on(4, 4), "a moment");
        assert!(Place::new().is_on(2, 6));
        let mut place = Place::new();
        for _ in 0..10 {
            assert!(!place.is_on(4, 3) && !place.is_on(0, 1), "it has to last");
        }
    }

    #[test]
    fn where_no_camera_is_decoded_whole_any_more_it_is_tried_again_after_a_while() {
        let mut place = Place::new();
        assert!(place.is_on(4, 6));
        let ids = ["camera-0", "camera-1", "camera-2", "camera-3"].map(|id| id.parse().unwrap());
        let relieved = |place: &mut Place, seconds: u64| {
            place.now += Duration::from_secs(seconds);
            ids.iter().map(|id| place.burden.note(id, None, place.now)).last().unwrap()
        };
        assert!(relieved(&mut place, 1) && relieved(&mut place, 29) && !relieved(&mut place, 1));
    }

    #[test]
    fn what_was_left_out_comes_back_after_a_while_and_later_each_time_that_it_is_too_much_again() {
        let mut place = Place::new();
        for easy_for in [30, 60, 120, 240, 480, 600, 600] {
            assert!(place.is_on(3, 6));
            assert!(place.is_on(0, easy_for - 2), "{easy_for} s");
            assert!(!place.is_on(0, 3), "{easy_for} s");
        }
        // What lasts is no relapse.
        assert!(!place.is_on(0, 700));
        assert!(place.is_on(3, 6) && !place.is_on(0, 31));
    }

    #[test]
    fn a_late_picture_of_an_idle_decoder_was_late_before_it_came_there() {
        let ms = Duration::from_millis;
        for (late, held, interval, expected) in
            [(400, 60, 66, true), (400, 3, 66, false), (40, 60, 66, false), (400, 3, 5, true)]
        {
            assert_eq!(is_behind(ms(late), ms(held), ms(interval)), expected, "{late} {held} {interval}");
        }
    }
}
