//! Does a camera show the same moments again? A recording that is played in a loop does; life never does.
//!
//! Each picture is kept as the mean luma of a coarse grid. One that looks like an earlier picture says little: people
//! stand still. But when pictures go on to look like those of the same distance back in time, while things visibly
//! move, the camera is not looking at anything that happens now. Pure and without a clock.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::luma::Thumbnail;

/// Pictures that differ by no more, in luma, are the same moment: encoding and noise leave less.
const SAME_LUMA_MAX: f32 = 2.5;
/// Pictures that differ by more show movement.
const MOVED_LUMA_MIN: f32 = 12.0;
/// Repeats have to go on for so long,
const REPEATED_MIN: Duration = Duration::from_secs(3);
/// and for so many pictures, where they are far apart.
const REPEATED_PICTURES_MIN: usize = 4;
/// A picture is not compared with those of the last second: they are alike anyway.
const LAG_MIN: Duration = Duration::from_secs(1);
/// How far the distance in time may be off: a picture more or less.
const LAG_TOLERANCE: Duration = Duration::from_millis(90);
/// Life must be seen for so long before the camera is trusted again.
const HELD: Duration = Duration::from_secs(3);
/// Pictures kept, at most: half a minute at 30 a second.
const PICTURES_MAX: usize = 900;

/// The pictures of one source, as far back as a loop may reach.
pub(crate) struct Repeats {
    /// A loop may be so long; zero looks for none.
    window: Duration,
    past: VecDeque<(Instant, Thumbnail)>,
    run: Option<Run>,
    seen: Option<Instant>,
}

/// Pictures in a row that repeat others of the same distance back.
struct Run {
    lag: Duration,
    since: Instant,
    first: Thumbnail,
    moved: bool,
    pictures: usize,
}

impl Repeats {
    pub(crate) fn new(window: Duration) -> Self {
        Self { window, past: VecDeque::new(), run: None, seen: None }
    }

    /// Takes note of a picture.
    pub(crate) fn on_picture(&mut self, now: Instant, picture: &Thumbnail) {
        if self.window.is_zero() {
            return;
        }
        let too_old = |at: Instant| now.saturating_duration_since(at) > self.window;
        while self.past.front().is_some_and(|(at, _)| too_old(*at)) || self.past.len() >= PICTURES_MAX {
            self.past.pop_front();
        }
        self.run = self.goes_on(now, picture).or_else(|| self.begins(now, picture));
        let repeated = |run: &Run| {
            let lasted = now.saturating_duration_since(run.since) >= REPEATED_MIN;
            run.moved && lasted && run.pictures >= REPEATED_PICTURES_MIN
        };
        if self.run.as_ref().is_some_and(repeated) {
            self.seen = Some(now);
        }
        self.past.push_back((now, *picture));
    }

    /// Whether what the camera shows at `now` was shown before.
    pub(crate) fn are_shown(&self, now: Instant) -> bool {
        self.seen.is_some_and(|seen| now.saturating_duration_since(seen) < HELD)
    }

    /// The run, one picture longer.
    fn goes_on(&mut self, now: Instant, picture: &Thumbnail) -> Option<Run> {
        let run = self.run.take()?;
        let at_lag = |at: Instant| now.saturating_duration_since(at).abs_diff(run.lag) <= LAG_TOLERANCE;
        let same =
            self.past.iter().any(|(at, past)| at_lag(*at) && past.difference(picture) <= SAME_LUMA_MAX);
        let moved = run.moved || run.first.difference(picture) >= MOVED_LUMA_MIN;
        same.then_some(Run { moved, pictures: run.pictures + 1, ..run })
    }

    /// A new run, from the earlier picture that is most like this one.
    fn begins(&self, now: Instant, picture: &Thumbnail) -> Option<Run> {
        let old_enough = |at: Instant| now.saturating_duration_since(at) >= LAG_MIN;
        let candidates = self.past.iter().filter(|(at, _)| old_enough(*at));
        let (at, difference) = candidates
            .map(|(at, past)| (*at, past.difference(picture)))
            .min_by(|a, b| a.1.total_cmp(&b.1))?;
        let lag = now.saturating_duration_since(at);
        let run = Run { lag, since: now, first: *picture, moved: false, pictures: 1 };
        (difference <= SAME_LUMA_MAX).then_some(run)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PICTURE_MS: u64 = 66;

    /// Something bright that goes round on a grey wall; `noise` is added to every sample.
    fn picture(angle: f32, noise: u64) -> Thumbnail {
        let (x, y) = (8.0 + 6.0 * angle.cos(), 6.0 + 4.0 * angle.sin());
        Thumbnail::painted(|column, row| {
            let near = (column as f32 - x).hypot(row as f32 - y) < 2.5;
            let grain = (noise.wrapping_mul(column as u64 * 31 + row as u64 * 17 + 7) >> 3) % 3;
            (if near { 200 } else { 90 }) + grain as u8
        })
    }

    /// Shows a camera's pictures for `seconds` and says when it was first known to repeat itself.
    fn first_known(window_s: u64, seconds: u64, shown: impl Fn(u64) -> Thumbnail) -> Option<u64> {
        let start = Instant::now();
        let mut repeats = Repeats::new(Duration::from_secs(window_s));
        (0..seconds * 1_000).step_by(PICTURE_MS as usize).find(|ms| {
            let now = start + Duration::from_millis(*ms);
            repeats.on_picture(now, &shown(*ms));
            repeats.are_shown(now)
        })
    }

    #[test]
    fn a_loop_is_known_soon_after_its_second_round_began_whatever_the_noise() {
        let turn =
            |ms: u64, period: u64| ((ms % period) as f32 / 700.0).sin() * 3.0 + (ms % period) as f32 / 900.0;
        for period_ms in [2_640, 6_600, 19_800] {
            let known = first_known(30, 40, |ms| picture(turn(ms, period_ms), ms));
            let known = known.expect("it is a loop");
            assert!((period_ms..period_ms + 6_000).contains(&known), "{period_ms}: {known}");
        }
    }

    #[test]
    fn a_loop_that_is_longer_than_the_window_is_not_looked_for() {
        let shown =
            |ms: u64| picture((ms % 19_800) as f32 / 900.0 + ((ms % 19_800) as f32 / 310.0).sin(), ms);
        assert_eq!(first_known(10, 40, shown), None);
        assert_eq!(first_known(0, 40, shown), None);
    }

    #[test]
    fn life_does_not_repeat_itself_and_standing_still_is_no_loop() {
        let moving = |ms: u64| picture((ms as f32 / 1_000.0).powf(1.3) + (ms as f32 / 370.0).sin(), ms);
        assert_eq!(first_known(30, 60, moving), None);
        assert_eq!(first_known(30, 60, |ms| picture(1.0, ms)), None);
        let sway = |ms: u64| picture(1.0 + 0.03 * (ms as f32 / 800.0).sin(), ms);
        assert_eq!(first_known(30, 60, sway), None);
    }

    #[test]
    fn two_pictures_ten_seconds_apart_that_were_there_before_are_no_loop() {
        let start = Instant::now();
        let mut repeats = Repeats::new(Duration::from_secs(30));
        // A door that is open, shut, open and shut again when a key frame comes.
        for (turn, angle) in (0..).zip([1.0, 3.0, 1.0, 3.0]) {
            let now = start + Duration::from_secs(10 * turn);
            repeats.on_picture(now, &picture(angle, turn));
            assert!(!repeats.are_shown(now), "picture {turn}");
        }
    }

    #[test]
    fn a_camera_that_shows_life_again_is_trusted_again() {
        let start = Instant::now();
        let mut repeats = Repeats::new(Duration::from_secs(30));
        let mut known = Vec::new();
        for ms in (0..40_000_u64).step_by(PICTURE_MS as usize) {
            let now = start + Duration::from_millis(ms);
            let shown = if ms < 20_000 { ms % 5_016 } else { ms * 7 + ms * ms / 9_000 };
            repeats.on_picture(now, &picture(shown as f32 / 800.0, ms));
            known.push((ms, repeats.are_shown(now)));
        }
        let at = |wanted: u64| known.iter().find(|(ms, _)| *ms >= wanted).unwrap().1;
        assert!(at(19_000) && !at(26_000));
    }
}
