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
