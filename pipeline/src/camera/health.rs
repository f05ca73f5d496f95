//! What a camera's pictures say about it: fresh, missing, late, black, frozen, damaged or played in a loop. Pure: the clock comes in.

use std::time::{Duration, Instant};

use super::CameraState;
use super::damage::Damage;
use super::luma::Luma;
use super::repeats::Repeats;

/// Bounds of what counts as healthy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HealthLimits {
    /// The first picture must come within this time.
    pub(crate) connect_max: Duration,
    /// Then the longest gap between two pictures.
    pub(crate) gap_max: Duration,
    /// Pictures may be this late,
    pub(crate) behind_max: Duration,
    /// and be later for this long.
    pub(crate) late_max: Duration,
    /// Darkness is forgiven for this long.
    pub(crate) black_max: Duration,
    /// A picture that repeats is forgiven for this long.
    pub(crate) frozen_max: Duration,
    /// Loops up to this length are found; zero looks for none.
    pub(crate) loop_max: Duration,
}

impl HealthLimits {
    /// Those of a stream of which a picture is decoded only so often: no verdict rests on a single one.
    fn spaced(self, every: Duration) -> HealthLimits {
        let two = every + every / 2;
        HealthLimits {
            late_max: self.late_max.max(two),
            black_max: self.black_max.max(two),
            frozen_max: self.frozen_max.max(two),
            ..self
        }
    }
}

/// The health of one opened source.
pub(crate) struct Health {
    limits: HealthLimits,
    opened: Instant,
    first: Option<Instant>,
    newest: Option<Instant>,
    /// When something came last that was not decoded.
    heard: Option<Instant>,
    signature: u64,
    changed: Instant,
    bright: Instant,
    punctual: Instant,
    repeats: Repeats,
    damage: Damage,
}

impl Health {
    pub(crate) fn new(limits: HealthLimits, now: Instant) -> Health {
        let (first, newest) = (None, None);
        let (repeats, damage) = (Repeats::new(limits.loop_max), Damage::default());
        let (changed, bright, punctual) = (now, now, now);
        Health {
            limits,
            opened: now,
            first,
            newest,
            heard: None,
            signature: 0,
            changed,
            bright,
            punctual,
            repeats,
            damage,
        }
    }

    /// Takes note of a picture that came at `now`, `behind` the live edge.
    pub(crate) fn on_picture(&mut self, now: Instant, luma: &Luma, behind: Duration) {
        let first = self.newest.is_none();
        if first || luma.signature != self.signature {
            self.changed = now;
        }
        if first || !luma.black {
            self.bright = now;
        }
        if first || behind <= self.limits.behind_max {
            self.punctual = now;
        }
        self.signature = luma.signature;
        self.repeats.on_picture(now, &luma.thumbnail);
        self.first.get_or_insert(now);
        self.newest = Some(now);
    }

    /// Takes note that the stream was damaged at `now`.
    pub(crate) fn on_damage(&mut self, now: Instant) {
        self.damage.mark(now);
    }

    /// Takes note that something came at `now` that is not decoded: the camera is there.
    pub(crate) fn on_unit(&mut self, now: Instant) {
        self.heard = Some(now);
    }

    /// The state at `now` of a stream of which a picture is decoded `every` so often, or each.
    pub(crate) fn state(&self, now: Instant, every: Option<Duration>) -> CameraState {
        let Some(newest) = self.newest else {
            let waited = now.saturating_duration_since(self.opened);
            return if waited > self.limits.connect_max {
                CameraState::Offline
            } else {
                CameraState::Connecting
            };
        };
        if !self.overdue(now, every).is_zero() {
            return CameraState::Stalled;
        }
        let limits = every.map_or(self.limits, |every| self.limits.spaced(every));
        let lasted = |since: Instant, bound: Duration| newest.saturating_duration_since(since) >= bound;
        if lasted(self.punctual, limits.late_max) {
            CameraState::Throttled
        } else if lasted(self.bright, limits.black_max) {
            CameraState::Black
        } else if lasted(self.changed, limits.frozen_max) {
            CameraState::Frozen
        } else if self.damage.is_there(now) {
            CameraState::Damaged
        } else if self.repeats.are_shown(newest) {
            CameraState::Looped
        } else {
            CameraState::Live
        }
    }

    /// For how long the next picture has been missed. Where few are decoded it is missed when nothing comes at all, or no
    /// picture for much longer than those are apart.
    pub(crate) fn overdue(&self, now: Instant, every: Option<Duration>) -> Duration {
        let Some(newest) = self.newest else { return Duration::ZERO };
        let beyond =
            |since: Instant, bound: Duration| now.saturating_duration_since(since).saturating_sub(bound);
        let gap_max = self.limits.gap_max;
        match every {
            None => beyond(newest, gap_max),
            Some(every) => {
                let heard = self.heard.map_or(newest, |heard| heard.max(newest));
                beyond(heard, gap_max).max(beyond(newest, gap_max + 2 * every))
            }
        }
    }

    /// For how long pictures have been coming late.
    pub(crate) fn late_for(&self) -> Duration {
        self.newest.map(|newest| newest.saturating_duration_since(self.punctual)).unwrap_or_default()
    }

    /// For how long pictures have been coming, gaps included.
    pub(crate) fn shown_for(&self) -> Duration {
        self.newest.zip(self.first).map(|(newest, first)| newest - first).unwrap_or_default()
    }

    /// When the newest picture came.
    pub(crate) fn newest(&self) -> Option<Instant> {
        self.newest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::camera::luma::Thumbnail;

    const LIMITS: HealthLimits = HealthLimits {
        connect_max: Duration::from_secs(10),
        gap_max: Duration::from_secs(2),
        behind_max: Duration::from_secs(1),
        late_max: Duration::from_secs(1),
        black_max: Duration::from_secs(1),
        frozen_max: Duration::from_secs(5),
        loop_max: Duration::ZERO,
    };

    fn luma(signature: u64, black: bool) -> Luma {
        Luma { signature, black, thumbnail: Thumbnail::painted(|_, _| 90) }
    }

    /// Feeds ten pictures a second for `millis`, then asks `wait_ms` after the last.
    fn after(millis: u64, picture: impl Fn(u64) -> (Luma, u64), wait_ms: u64) -> CameraState {
        let start = Instant::now();
        let mut health = Health::new(LIMITS, start);
        let mut last = start;
        for at in (0..millis).step_by(100) {
            let (luma, behind_ms) = picture(at);
            last = start + Duration::from_millis(at);
            health.on_picture(last, &luma, Duration::from_millis(behind_ms));
        }
        health.state(last + Duration::from_millis(wait_ms), None)
    }

    fn changing(at: u64) -> (Luma, u64) {
        (luma(at, false), 20)
    }

    #[test]
    fn pictures_tell_the_state() {
        assert_eq!(after(0, changing, 0), CameraState::Connecting);
        assert_eq!(after(0, changing, 10_001), CameraState::Offline);
        assert_eq!(after(100, changing, 0), CameraState::Live);
        assert_eq!(after(9_000, changing, 2_000), CameraState::Live);
        assert_eq!(after(9_000, changing, 2_001), CameraState::Stalled);
        let same = |_| (luma(7, false), 20);
        assert_eq!(after(4_900, same, 0), CameraState::Live);
        assert_eq!(after(5_200, same, 0), CameraState::Frozen);
        let dark = |at| (luma(at, true), 20);
        assert_eq!(after(900, dark, 0), CameraState::Live);
        assert_eq!(after(1_200, dark, 0), CameraState::Black);
        let late = |at| (luma(at, false), 1_500);
        assert_eq!(after(900, late, 0), CameraState::Live);
        assert_eq!(after(1_200, late, 0), CameraState::Throttled);
    }

    #[test]
    fn lateness_lasts_until_a_punctual_picture() {
        let start = Instant::now();
        let mut health = Health::new(LIMITS, start);
        let mut late_for = |at_ms: u64, behind_ms: u64| {
            let (at, behind) = (Duration::from_millis(at_ms), Duration::from_millis(behind_ms));
            health.on_picture(start + at, &luma(at_ms, false), behind);
            health.late_for().as_millis()
        };
        assert_eq!(late_for(0, 0), 0);
        assert_eq!(late_for(4_000, 3_000), 4_000);
        assert_eq!(late_for(9_000, 1_001), 9_000);
        assert_eq!(late_for(9_100, 1_000), 0);
    }

    #[test]
    fn a_source_without_pictures_has_shown_nothing_however_long_it_is_open() {
        let start = Instant::now();
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        let mut health = Health::new(LIMITS, start);
        assert_eq!((health.state(at(60), None), health.shown_for()), (CameraState::Offline, Duration::ZERO));
        for seconds in [60, 61, 66] {
            health.on_picture(at(seconds), &luma(seconds, false), Duration::ZERO);
        }
        assert_eq!(health.shown_for(), Duration::from_secs(6));
    }

    /// A stream of 15 pictures a second of which one in `every_s` is decoded, for a minute; then so many seconds of pictures
    /// that are not decoded, then silence.
    fn sparse(every_s: u64, picture: impl Fn(u64) -> (Luma, u64), then: (u64, u64)) -> CameraState {
        let start = Instant::now();
        let (mut health, every) = (Health::new(LIMITS, start), Duration::from_secs(every_s));
        let mut last = start;
        for at_ms in (0..=60_000 + then.0 * 1_000).step_by(100) {
            last = start + Duration::from_millis(at_ms);
            match at_ms <= 60_000 && at_ms % (every_s * 1_000) == 0 {
                true => {
                    let (luma, behind_ms) = picture(at_ms);
                    health.on_picture(last, &luma, Duration::from_millis(behind_ms));
                }
                false => health.on_unit(last),
            }
        }
        health.state(last + Duration::from_secs(then.1), Some(every))
    }

    #[test]
    fn a_camera_of_key_frames_is_live_as_long_as_they_come_as_far_apart_as_they_do() {
        for every_s in [1, 2, 5, 10] {
            assert_eq!(sparse(every_s, changing, (0, 2)), CameraState::Live, "{every_s} s apart");
            assert_eq!(
                sparse(every_s, changing, (2 * every_s + 2, 0)),
                CameraState::Live,
                "{every_s} s apart"
            );
        }
        // Silence is silence, however far apart they are; and a stream without key frames shows nothing.
        assert_eq!(sparse(10, changing, (0, 3)), CameraState::Stalled);
        assert_eq!(sparse(10, changing, (23, 0)), CameraState::Stalled);
    }

    #[test]
    fn of_a_camera_of_key_frames_no_single_picture_makes_a_state_and_two_do() {
        let odd_at = |at: u64, odd: u64| at >= 60_000 - odd * 10_000 + 10_000;
        for (count, expected) in [(1, CameraState::Live), (2, CameraState::Black)] {
            assert_eq!(sparse(10, |at| (luma(at, odd_at(at, count)), 20), (0, 0)), expected);
        }
        for (count, expected) in [(1, CameraState::Live), (2, CameraState::Throttled)] {
            let behind = |at: u64| if odd_at(at, count) { 1_500 } else { 20 };
            assert_eq!(sparse(10, |at| (luma(at, false), behind(at)), (0, 0)), expected);
        }
        for (count, expected) in [(1, CameraState::Live), (2, CameraState::Frozen)] {
            // The picture before the first that repeats it is the same.
            let shown = |at: u64| if odd_at(at, count) { 60_000 - count * 10_000 } else { at };
            assert_eq!(sparse(10, |at| (luma(shown(at), false), 20), (0, 0)), expected);
        }
    }

    #[test]
    fn light_after_darkness_is_live_again() {
        let lifted = |at| (luma(at, at < 3_000), 20);
        assert_eq!(after(3_000, lifted, 0), CameraState::Black);
        assert_eq!(after(3_100, lifted, 0), CameraState::Live);
    }
}
