//! One enrolment before a camera: the poses that are wanted, those that were seen, and for how long it goes on.

use std::time::Duration;

use super::{Miss, Pose};
use crate::Timestamp;

/// The poses of an enrolment before a camera. Up and down are taken when they come and never waited for.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    ends_at: Timestamp,
    /// How the head was nodded in the straight picture: cameras hang above and below faces.
    rest_pitch_deg: Option<f32>,
    seen: Vec<(Pose, f32)>,
}

/// The poses that are waited for, in the order in which they are asked for.
const WANTED: [Pose; 3] = [Pose::Straight, Pose::Left, Pose::Right];
/// A camera hangs so far above or below a face at most, in degrees.
const REST_PITCH_DEG_MAX: f32 = 22.0;

/// What to do with a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// Keep it: it shows this pose for the first time, or better than the one before.
    As(Pose),
    /// It shows nothing new.
    No,
}

impl Session {
    /// A session that begins now and ends after `within`.
    #[must_use]
    pub fn new(now: Timestamp, within: Duration) -> Self {
        Self { ends_at: now.plus(within), rest_pitch_deg: None, seen: Vec::new() }
    }

    /// Until when it waits.
    #[must_use]
    pub fn ends_at(&self) -> Timestamp {
        self.ends_at
    }

    /// Looks at a picture whose head is turned by `yaw_deg`, nodded by `pitch_deg` and which is as good as `quality`.
    pub fn look(&mut self, (yaw_deg, pitch_deg): (f32, f32), quality: f32) -> Taken {
        let Some(pose) = self.pose(yaw_deg, pitch_deg) else { return Taken::No };
        match self.seen.iter_mut().find(|(seen, _)| *seen == pose) {
            Some((_, best)) if quality > *best => *best = quality,
            Some(_) => return Taken::No,
            None => self.seen.push((pose, quality)),
        }
        if pose == Pose::Straight {
            self.rest_pitch_deg = Some(pitch_deg);
        }
        Taken::As(pose)
    }

    /// Nothing that is told apart from a straight face counts before one was seen.
    fn pose(&self, yaw_deg: f32, pitch_deg: f32) -> Option<Pose> {
        match self.rest_pitch_deg {
            Some(rest) => Pose::of(yaw_deg, pitch_deg - rest),
            None if pitch_deg.abs() <= REST_PITCH_DEG_MAX => {
                Pose::of(yaw_deg, 0.0).filter(|pose| *pose == Pose::Straight)
            }
            None => None,
        }
    }

    /// Why such a picture does not show the pose that is wanted next; `None` when it does, or nothing is wanted.
    #[must_use]
    pub fn missed_by(&self, (yaw_deg, pitch_deg): (f32, f32)) -> Option<Miss> {
        let next = *self.wanted().first()?;
        let rest =
            self.rest_pitch_deg.unwrap_or_else(|| pitch_deg.clamp(-REST_PITCH_DEG_MAX, REST_PITCH_DEG_MAX));
        next.missed_by(yaw_deg, pitch_deg - rest)
    }

    /// Forgets every picture: somebody else stands there.
    pub fn begin_again(&mut self) {
        (self.rest_pitch_deg, self.seen) = (None, Vec::new());
    }

    /// The poses that were seen, in the order of [`Pose::ALL`].
    #[must_use]
    pub fn done(&self) -> Vec<Pose> {
        Pose::ALL.iter().copied().filter(|pose| self.has(*pose)).collect()
    }

    /// The poses that are still waited for, the next one first.
    #[must_use]
    pub fn wanted(&self) -> Vec<Pose> {
        WANTED.iter().copied().filter(|pose| !self.has(*pose)).collect()
    }

    fn has(&self, pose: Pose) -> bool {
        self.seen.iter().any(|(seen, _)| *seen == pose)
    }

    /// Whether nothing more is waited for.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.wanted().is_empty() || now >= self.ends_at
    }
}
