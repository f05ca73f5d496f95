//! How a head is held before a camera, as far as an enrolment cares.

use crate::name::named;

named! {
    /// How a head is held.
    Pose("pose") {
        /// Towards the camera.
        Straight = "straight",
        /// A little to the left.
        Left = "left",
        /// A little to the right.
        Right = "right",
        /// A little up.
        Up = "up",
        /// A little down.
        Down = "down",
    }
}

named! {
    /// Why a picture does not show the pose that is wanted next.
    Miss("missed pose") {
        /// Turned or nodded where a straight face is wanted.
        NotStraight = "not_straight",
        /// Not turned far enough, or to the other side.
        TurnedTooLittle = "turned_too_little",
        /// Turned so far that an eye hides.
        TurnedTooFar = "turned_too_far",
        /// Turned as wanted, and nodded beside.
        Nodded = "nodded",
    }
}

/// A head turned by no more than this is straight, in degrees.
const STRAIGHT_YAW_DEG: f32 = 9.0;
/// A head nodded from its rest by no more than this is level.
const LEVEL_DEG: f32 = 9.0;
/// A turn from here on is one: enough to show another side, too little to hide an eye.
const TURNED_DEG: std::ops::RangeInclusive<f32> = 12.0..=32.0;
/// A nod from here on is one.
const NODDED_DEG: std::ops::RangeInclusive<f32> = 12.0..=26.0;
/// Whoever turns nods a little, and the other way round.
const ASIDE_DEG: f32 = 14.0;

impl Pose {
    /// The pose of a head turned by `yaw_deg` (to the left is positive) and nodded by `pitch_deg` (up is positive)
    /// from its rest; `None` between the poses, and for what is no number.
    #[must_use]
    pub fn of(yaw_deg: f32, pitch_deg: f32) -> Option<Self> {
        let (turn, nod) = (yaw_deg.abs(), pitch_deg.abs());
        if turn <= STRAIGHT_YAW_DEG && nod <= LEVEL_DEG {
            Some(Self::Straight)
        } else if TURNED_DEG.contains(&turn) && nod <= ASIDE_DEG && turn >= nod {
            Some(if yaw_deg > 0.0 { Self::Left } else { Self::Right })
        } else if NODDED_DEG.contains(&nod) && turn <= ASIDE_DEG {
            Some(if pitch_deg > 0.0 { Self::Up } else { Self::Down })
        } else {
            None
        }
    }

    /// Why a head turned and nodded so from its rest does not show this pose; `None` when it does, and for poses that are
    /// never asked for.
    #[must_use]
    pub fn missed_by(self, yaw_deg: f32, pitch_deg: f32) -> Option<Miss> {
        let turn = match self {
            _ if Self::of(yaw_deg, pitch_deg) == Some(self) => return None,
            Self::Straight => return Some(Miss::NotStraight),
            Self::Left => yaw_deg,
            Self::Right => -yaw_deg,
            Self::Up | Self::Down => return None,
        };
        Some(match turn {
            turn if turn > *TURNED_DEG.end() => Miss::TurnedTooFar,
            turn if turn >= *TURNED_DEG.start() => Miss::Nodded,
            // What is no number is no turn either.
            _ => Miss::TurnedTooLittle,
        })
    }

    /// What to ask of a person to see this pose.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Self::Straight => "look straight at the camera",
            Self::Left => "turn your head a little to the left",
            Self::Right => "turn your head a little to the right",
            Self::Up => "raise your chin a little",
            Self::Down => "lower your chin a little",
        }
    }
}

impl Miss {
    /// What to ask of a person who is to show `wanted`.
    #[must_use]
    pub fn advice(self, wanted: Pose) -> &'static str {
        match self {
            Self::NotStraight | Self::TurnedTooLittle => wanted.advice(),
            Self::TurnedTooFar => "turn back a little",
            Self::Nodded => "hold your chin level",
        }
    }
}
