//! What a face does in one picture, and the gestures made of it.

use crate::gesture::Gesture;

/// What a face does at a moment; at rest by default.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Act {
    /// Turned to its own left, which is the right of the image, in degrees.
    pub yaw_deg: f32,
    /// Chin lowered, in degrees.
    pub nod_deg: f32,
    /// How far the lids are down, 0 to 1.
    pub closed: f32,
    /// How much wider the mouth is, as a share of its width.
    pub smile: f32,
    /// Where the head is, in picture widths from its place.
    pub shift: (f32, f32),
}

/// How long a gesture lasts from rest to rest; a blink is over in a third of it.
pub const GESTURE_MS: u64 = 1_200;
const TURN_DEG: f32 = 40.0;
const NOD_DEG: f32 = 17.0;
const SMILE: f32 = 1.1;

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
            Gesture::Smile => Self { smile: SMILE * part, ..Self::default() },
        }
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
