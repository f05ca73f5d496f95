//! What an animated photograph is made to do, picture by picture.

use pipeline::Gesture;
use pipeline::simulate::attack::{Act, GESTURE_MS};
use rand::RngExt;
use rand::rngs::StdRng;

/// Who moves the photograph.
pub(crate) enum Actor {
    /// Plays gestures at random, one after another.
    Blind,
    /// Obeys prompts after a moment.
    Prompted,
}

/// The gesture that is being played.
#[derive(Clone, Copy)]
struct Played {
    gesture: Gesture,
    from_ms: u64,
}

/// An actor at work.
pub(crate) struct Acting {
    actor: Actor,
    random: StdRng,
    played: Option<Played>,
}

/// How long a program and its operator take to react, in milliseconds.
const REACTION_MS: std::ops::Range<u64> = 350..900;
/// Between two gestures that are played at random.
const PAUSE_MS: std::ops::Range<u64> = 200..900;

impl Acting {
    pub(crate) fn new(actor: Actor, random: StdRng) -> Self {
        Self { actor, random, played: None }
    }

    /// Hears that a gesture is asked for at `now_ms`.
    pub(crate) fn hear(&mut self, gesture: Gesture, now_ms: u64) {
        if matches!(self.actor, Actor::Prompted) {
            let from_ms = now_ms + self.random.random_range(REACTION_MS);
            self.played = Some(Played { gesture, from_ms });
        }
    }

    /// What the face does at `now_ms`.
    pub(crate) fn act(&mut self, now_ms: u64) -> Act {
        let over = |played: &Played| now_ms >= played.from_ms + GESTURE_MS;
        if matches!(self.actor, Actor::Blind) && self.played.as_ref().is_none_or(over) {
            let gesture = Gesture::ALL[self.random.random_range(0..Gesture::ALL.len())];
            let from_ms = now_ms + self.random.random_range(PAUSE_MS);
            self.played = Some(Played { gesture, from_ms });
        }
        let begun = self.played.filter(|played| now_ms >= played.from_ms);
        begun.map_or(Act::default(), |played| Act::of(played.gesture, now_ms - played.from_ms))
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    fn acting(actor: Actor) -> Acting {
        Acting::new(actor, StdRng::seed_from_u64(4))
    }

    #[test]
    fn whoever_is_prompted_rests_until_then_and_obeys_a_moment_later() {
        let mut acting = acting(Actor::Prompted);
        assert!((0..5_000).step_by(50).all(|now| acting.act(now) == Act::default()));
        acting.hear(Gesture::TurnLeft, 5_000);
        let turns: Vec<u64> =
            (5_000..8_000).step_by(50).filter(|now| acting.act(*now).yaw_deg > 0.0).collect();
        let (first, last) = (turns[0], turns[turns.len() - 1]);
        assert!((5_350..5_960).contains(&first) && (900..1_200).contains(&(last - first)), "{turns:?}");
    }

    #[test]
    fn whoever_is_blind_hears_nothing_and_plays_everything_in_time() {
        let played = |prompts: &[u64]| -> Vec<Act> {
            let mut acting = acting(Actor::Blind);
            let look = |now: u64| {
                if prompts.contains(&now) {
                    acting.hear(Gesture::TurnLeft, now);
                }
                acting.act(now)
            };
            (0..120_000).step_by(50).map(look).collect()
        };
        let acts = played(&[]);
        assert_eq!(acts, played(&[0, 1_000, 30_000]), "a prompt changes nothing");
        let some = |of: &dyn Fn(&Act) -> bool| acts.iter().filter(|act| of(act)).count();
        for (what, count) in [
            ("left", some(&|act| act.yaw_deg > 1.0)),
            ("right", some(&|act| act.yaw_deg < -1.0)),
            ("nod", some(&|act| act.nod_deg > 1.0)),
            ("blink", some(&|act| act.closed > 0.1)),
            ("smile", some(&|act| act.smile > 0.1)),
            ("rest", some(&|act| *act == Act::default())),
        ] {
            assert!(count > 20, "{what}: {count}");
        }
    }
}
