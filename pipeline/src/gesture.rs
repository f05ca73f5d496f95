//! What a person can be asked to do, and how a picture tells that it was done.
//!
//! Every figure is compared with the person's own at rest, so that narrow eyes or a tilted camera ask for nothing more.

use std::time::Instant;

use plugin_host::Face;

/// Something that a person is asked to do before a camera. Left and right are the person's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Gesture {
    /// Close both eyes for a moment.
    Blink,
    /// Turn the head to the left and back.
    TurnLeft,
    /// Turn the head to the right and back.
    TurnRight,
    /// Lower the chin and lift it again.
    Nod,
    /// Smile and stop.
    Smile,
}

impl Gesture {
    /// Every gesture.
    pub const ALL: [Gesture; 5] =
        [Gesture::Blink, Gesture::TurnLeft, Gesture::TurnRight, Gesture::Nod, Gesture::Smile];

    /// Stable machine-readable name.
    pub fn name(self) -> &'static str {
        match self {
            Gesture::Blink => "blink",
            Gesture::TurnLeft => "turn_left",
            Gesture::TurnRight => "turn_right",
            Gesture::Nod => "nod",
            Gesture::Smile => "smile",
        }
    }

    /// Whether the whole head moves, which nobody does by chance as they blink or smile.
    pub fn moves_the_head(self) -> bool {
        matches!(self, Gesture::TurnLeft | Gesture::TurnRight | Gesture::Nod)
    }

    /// Whether the head turns aside, which shows its depth.
    pub fn is_turn(self) -> bool {
        matches!(self, Gesture::TurnLeft | Gesture::TurnRight)
    }
}

/// One picture of a face in the figures that gestures change.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signals {
    /// When it was captured.
    pub(crate) at: Instant,
    /// Head turn in degrees, positive towards the right of the image: the person's left.
    pub(crate) yaw_deg: f32,
    /// Nod in degrees, positive with the chin up.
    pub(crate) pitch_deg: f32,
    /// How dark an iris makes the eyes, see [`crate::eyes`]; 0 = not measured.
    pub(crate) eyes: f32,
    /// Width of the mouth over the distance of the eyes; 0 = not measured.
    pub(crate) smile: f32,
}

impl Signals {
    pub(crate) fn of(face: &Face, eyes: f32, at: Instant) -> Self {
        Self { at, yaw_deg: face.yaw, pitch_deg: face.pitch, eyes, smile: face.smile }
    }
}

/// A turn of so many degrees counts; people turn by 30 and more when asked, and a tilted picture seems to turn by 10.
const TURN_DEG: f32 = 20.0;
/// A nod of so many degrees counts.
const NOD_DEG: f32 = 12.0;
/// Eyes that lose this share of their darkness are shut: a blink takes 0.3, the rest varies by 0.05.
const BLINK_SHARE: f32 = 0.18;
/// A mouth that widens by this share smiles.
const SMILE_SHARE: f32 = 0.10;
/// Lids and lips are compared only while the head is within so many degrees of its rest.
const STILL_DEG: f32 = 10.0;
/// Rest is looked for in faces turned by no more than this.
const FRONTAL_DEG: f32 = 15.0;
/// ... and nodded by no more than this: cameras hang above and below faces.
const LEVEL_DEG: f32 = 25.0;

/// A face at rest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rest {
    yaw_deg: f32,
    pitch_deg: f32,
    eyes: f32,
    smile: f32,
}

impl Rest {
    /// Whether this picture can show a face at rest.
    pub(crate) fn may_be(signals: &Signals) -> bool {
        signals.yaw_deg.abs() <= FRONTAL_DEG && signals.pitch_deg.abs() <= LEVEL_DEG
    }

    /// The middle of several pictures; `None` without any.
    pub(crate) fn of(pictures: &[Signals]) -> Option<Self> {
        Some(Self {
            yaw_deg: median(pictures, |s| s.yaw_deg)?,
            pitch_deg: median(pictures, |s| s.pitch_deg)?,
            eyes: median(pictures, |s| s.eyes)?,
            smile: median(pictures, |s| s.smile)?,
        })
    }

    /// Whether pictures can tell this gesture at all.
    pub(crate) fn measures(&self, gesture: Gesture) -> bool {
        match gesture {
            Gesture::Blink => self.eyes > 0.0,
            Gesture::Smile => self.smile > 0.0,
            Gesture::TurnLeft | Gesture::TurnRight | Gesture::Nod => true,
        }
    }

    /// How far `gesture` is carried out in a picture: 0 at rest, 1 and more when it counts. Never NaN.
    pub(crate) fn strength(&self, gesture: Gesture, now: &Signals) -> f32 {
        let (turned, nodded) = (now.yaw_deg - self.yaw_deg, self.pitch_deg - now.pitch_deg);
        let still = turned.abs() <= STILL_DEG && nodded.abs() <= STILL_DEG;
        let share = |change: f32, at_rest: f32, needed: f32| {
            if still && at_rest > 0.0 { change / at_rest / needed } else { 0.0 }
        };
        let strength = match gesture {
            Gesture::TurnLeft => turned / TURN_DEG,
            Gesture::TurnRight => -turned / TURN_DEG,
            Gesture::Nod => nodded / NOD_DEG,
            // What was not measured is no blink.
            Gesture::Blink if now.eyes > 0.0 => share(self.eyes - now.eyes, self.eyes, BLINK_SHARE),
            Gesture::Blink => 0.0,
            Gesture::Smile => share(now.smile - self.smile, self.smile, SMILE_SHARE),
        };
        strength.max(0.0)
    }

    /// Another gesture of the head than `asked`, carried out in a picture, if any: that is no answer.
    pub(crate) fn other_movement(&self, asked: Gesture, now: &Signals) -> Option<Gesture> {
        let of_head =
            Gesture::ALL.into_iter().filter(|gesture| gesture.moves_the_head() && *gesture != asked);
        // Whoever turns nods a little, and the other way round: what is asked for must not be the larger movement.
        let most = of_head.max_by(|a, b| self.strength(*a, now).total_cmp(&self.strength(*b, now)))?;
        let strength = self.strength(most, now);
        (strength >= 1.0 && strength > self.strength(asked, now)).then_some(most)
    }

    /// Whether a picture shows the face at rest again.
    pub(crate) fn is_back(&self, gesture: Gesture, now: &Signals) -> bool {
        let head = Gesture::ALL.into_iter().filter(|gesture| gesture.moves_the_head());
        head.chain([gesture]).all(|gesture| self.strength(gesture, now) < BACK)
    }
}

/// Below this strength a gesture is over.
const BACK: f32 = 0.5;

/// The middle value; `None` without any.
fn median(pictures: &[Signals], figure: impl Fn(&Signals) -> f32) -> Option<f32> {
    let mut values: Vec<f32> = pictures.iter().map(figure).collect();
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signals(yaw_deg: f32, pitch_deg: f32, eyes: f32, smile: f32) -> Signals {
        Signals { at: Instant::now(), yaw_deg, pitch_deg, eyes, smile }
    }

    fn rest() -> Rest {
        Rest::of(&[signals(2.0, -10.0, 0.46, 0.55); 3]).unwrap()
    }

    #[test]
    fn each_gesture_is_told_by_its_own_figure() {
        for (now, gesture) in [
            (signals(25.0, -10.0, 0.46, 0.55), Gesture::TurnLeft),
            (signals(-22.0, -6.0, 0.46, 0.55), Gesture::TurnRight),
            (signals(3.0, -24.0, 0.40, 0.52), Gesture::Nod),
            (signals(1.0, -11.0, 0.33, 0.55), Gesture::Blink),
            (signals(1.0, -9.0, 0.46, 0.62), Gesture::Smile),
        ] {
            let done = Gesture::ALL.into_iter().filter(|g| rest().strength(*g, &now) >= 1.0);
            assert_eq!(done.collect::<Vec<_>>(), [gesture], "{now:?}");
        }
    }

    #[test]
    fn lids_and_lips_of_a_turned_head_count_for_nothing() {
        let turned = signals(30.0, -10.0, 0.2, 0.9);
        assert_eq!(rest().strength(Gesture::Blink, &turned), 0.0);
        assert_eq!(rest().strength(Gesture::Smile, &turned), 0.0);
    }

    #[test]
    fn what_was_not_measured_is_no_gesture() {
        for now in [signals(0.0, -10.0, 0.0, 0.0), signals(f32::NAN, f32::NAN, f32::NAN, f32::NAN)] {
            assert!(Gesture::ALL.iter().all(|g| rest().strength(*g, &now) < 1.0), "{now:?}");
        }
        let blind = Rest::of(&[signals(0.0, 0.0, 0.0, 0.0)]).unwrap();
        assert_eq!(blind.strength(Gesture::Blink, &signals(0.0, 0.0, 0.1, 0.0)), 0.0);
    }

    #[test]
    fn a_movement_that_was_not_asked_for_is_named() {
        let right = signals(-30.0, -10.0, 0.46, 0.55);
        for asked in [Gesture::TurnLeft, Gesture::Nod, Gesture::Blink, Gesture::Smile] {
            assert_eq!(rest().other_movement(asked, &right), Some(Gesture::TurnRight), "{asked:?}");
        }
        assert_eq!(rest().other_movement(Gesture::TurnRight, &right), None);
        let turn_with_a_nod = signals(42.0, -23.0, 0.46, 0.55);
        assert_eq!(rest().other_movement(Gesture::TurnLeft, &turn_with_a_nod), None);
    }
}
