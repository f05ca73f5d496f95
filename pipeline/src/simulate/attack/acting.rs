//! A photograph that is animated as somebody likes, in place of the camera: what a program can do that hears the prompts.

use super::digital::Puppet;
use super::random::Draws;
use super::{AttackOptions, Shown, Source, check};
use crate::gesture::Gesture;
use crate::simulate::SimulateError;

/// What an animated face does at a moment; at rest by default.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Act {
    /// Turned to its own left, in degrees.
    pub yaw_deg: f32,
    /// Chin lowered, in degrees.
    pub nod_deg: f32,
    /// How far the lids are down, 0 to 1.
    pub closed: f32,
    /// How far it smiles, 0 to 1.
    pub smile: f32,
}

/// How long a gesture lasts from rest to rest; a blink is over in a third of it.
pub const GESTURE_MS: u64 = 1_200;
const TURN_DEG: f32 = 32.0;
const NOD_DEG: f32 = 22.0;

impl Act {
    /// A gesture `since_ms` after it began; rest when it is over.
    pub fn of(gesture: Gesture, since_ms: u64) -> Self {
        let lasts_ms = if gesture == Gesture::Blink { GESTURE_MS / 3 } else { GESTURE_MS };
        if since_ms >= lasts_ms {
            return Self::default();
        }
        // Up and down again without a jump.
        let part = (std::f32::consts::PI * since_ms as f32 / lasts_ms as f32).sin().powi(2);
        match gesture {
            Gesture::TurnLeft => Self { yaw_deg: TURN_DEG * part, ..Self::default() },
            Gesture::TurnRight => Self { yaw_deg: -TURN_DEG * part, ..Self::default() },
            Gesture::Nod => Self { nod_deg: NOD_DEG * part, ..Self::default() },
            Gesture::Blink => Self { closed: part, ..Self::default() },
            Gesture::Smile => Self { smile: part, ..Self::default() },
        }
    }
}

/// A photograph laid on an egg that turns, nods, blinks and smiles as it is told.
pub struct Animation {
    puppet: Puppet,
    fps: u32,
}

impl Animation {
    /// Of the payer's first picture.
    ///
    /// # Errors
    /// [`SimulateError::Options`] for a source or sizes that make no video.
    pub fn new(payer: &Source, options: &AttackOptions) -> Result<Self, SimulateError> {
        check(payer, options)?;
        let puppet = Puppet::draw(payer, options, Draws::new(options.seed, "animation"), false);
        Ok(Self { puppet, fps: options.fps })
    }

    /// Paints one picture.
    ///
    /// # Errors
    /// [`SimulateError`] when the picture cannot be encoded.
    pub fn paint(&self, index: u32, act: &Act) -> Result<Shown, SimulateError> {
        let still = self.puppet.paint_act(index as f32 / self.fps as f32, act)?;
        Ok(Shown { at_ms: u64::from(index) * 1_000 / u64::from(self.fps), behind_ms: 0, still })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_gesture_begins_and_ends_at_rest_and_changes_one_thing() {
        for gesture in Gesture::ALL {
            assert_eq!(Act::of(gesture, 0), Act::default(), "{gesture:?}");
            assert_eq!(Act::of(gesture, GESTURE_MS), Act::default(), "{gesture:?}");
            let middle = if gesture == Gesture::Blink { GESTURE_MS / 6 } else { GESTURE_MS / 2 };
            let act = Act::of(gesture, middle);
            let changed =
                [act.yaw_deg, act.nod_deg, act.closed, act.smile].iter().filter(|v| **v != 0.0).count();
            assert_eq!(changed, 1, "{gesture:?}: {act:?}");
        }
        assert_eq!(Act::of(Gesture::TurnLeft, 600).yaw_deg, TURN_DEG, "to the right of the image");
        assert_eq!(Act::of(Gesture::TurnRight, 600).yaw_deg, -TURN_DEG);
    }
}
