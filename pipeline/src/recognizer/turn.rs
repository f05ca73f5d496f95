//! Whose turn it is: faces are analysed by track, not by picture, and a crowd before one camera does not hold up the others.

use std::cmp::Ordering;
use std::time::Instant;

/// Faces of one picture that are analysed, at most. All cameras of a batch wait for the longest.
pub(super) const FACES_MAX: usize = 4;

/// Where a face stands among those of its picture; the least goes first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    /// Its track waits for its first verdict, and has not had its share of the pictures yet.
    pub(super) is_new: bool,
    /// Its track has pictures that count for the next verdict: it is done soon.
    pub(super) under_way: bool,
    /// Of its box. Whoever pays stands in front.
    pub(super) area: f32,
    /// When a picture of its track was analysed last.
    pub(super) looked: Option<Instant>,
}

impl Turn {
    /// Who goes before whom: the new ones, and of them as of all others those that are done soon; then the largest of the new
    /// ones, and of the others whoever was not looked at for longest. New and done soon is each for a bounded number of
    /// pictures only: so nobody waits for ever, not even for faces that no picture decides.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        let first = other.is_new.cmp(&self.is_new).then(other.under_way.cmp(&self.under_way));
        first.then_with(|| match self.is_new {
            true => other.area.total_cmp(&self.area),
            false => self.looked.cmp(&other.looked),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_new_go_first_those_that_are_done_soon_and_the_largest_before_the_others() {
        let now = Instant::now();
        let turn = |is_new, under_way, area, looked: Option<u64>| {
            let looked = looked.map(|ms| now + Duration::from_millis(ms));
            Turn { is_new, under_way, area, looked }
        };
        let wanted = [
            turn(true, true, 9.0, Some(400)),
            turn(true, true, 1.0, Some(100)),
            turn(true, false, 50.0, None),
            turn(true, false, 2.0, None),
            turn(false, true, 80.0, Some(300)),
            turn(false, false, 98.0, Some(100)),
            turn(false, false, 99.0, Some(200)),
        ];
        let mut found: Vec<Turn> = [5, 6, 3, 1, 0, 4, 2].map(|at: usize| wanted[at]).to_vec();
        found.sort_by(Turn::order);
        let areas = |turns: &[Turn]| turns.iter().map(|turn| turn.area).collect::<Vec<_>>();
        assert_eq!(areas(&found), areas(&wanted));
    }

    /// A face in a crowd.
    #[derive(Clone, Copy, Default)]
    struct Somebody {
        /// No picture decides it.
        is_stubborn: bool,
        looks: usize,
        looks_since: usize,
        is_decided: bool,
        looked: Option<Instant>,
    }

    #[test]
    fn in_a_crowd_everybody_is_decided_and_looked_at_again_though_some_are_never_decided() {
        const LOOKS_TO_DECIDE: usize = 3;
        const SHARE: usize = 8;
        // The stubborn ones are as many as have room in a picture, and the largest.
        let mut crowd = [Somebody::default(); 20];
        crowd[..FACES_MAX].iter_mut().for_each(|face| face.is_stubborn = true);
        let start = Instant::now();
        for picture in 0..60 {
            let now = start + Duration::from_millis(100 * picture);
            let turn = |at: usize, face: &Somebody| Turn {
                is_new: !face.is_decided && face.looks_since < SHARE,
                under_way: (1..SHARE).contains(&face.looks_since),
                area: 100.0 - at as f32,
                looked: face.looked,
            };
            let mut turns: Vec<(Turn, usize)> =
                crowd.iter().enumerate().map(|(at, face)| (turn(at, face), at)).collect();
            turns.sort_by(|(one, _), (other, _)| one.order(other));
            for (_, at) in &turns[..FACES_MAX] {
                let face = &mut crowd[*at];
                (face.looked, face.looks, face.looks_since) =
                    (Some(now), face.looks + 1, face.looks_since + 1);
                if !face.is_stubborn && face.looks_since >= LOOKS_TO_DECIDE {
                    (face.is_decided, face.looks_since) = (true, 0);
                }
            }
        }
        let last = start + Duration::from_millis(100 * 59);
        for (at, face) in crowd.iter().enumerate() {
            assert!(face.is_decided || face.is_stubborn, "face {at} was never decided");
            let waits = face.looked.map(|looked| last - looked);
            // Twenty faces in turns of four, three pictures each.
            assert!(waits.is_some_and(|waits| waits <= Duration::from_millis(1_500)), "face {at}: {waits:?}");
        }
    }
}
