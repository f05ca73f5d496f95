//! Where faces were refused a moment ago: whoever hides their face and shows it again there goes on where they were.
//!
//! Keeps places and numbers, nothing about a face. Pure and without a clock.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use plugin_host::Rect;

use crate::evidence::Debt;
use crate::tracker::TrackId;

/// A place owes for so long after its face was given up.
const REMEMBERED: Duration = Duration::from_secs(5);
/// A face belongs to a place when their middles are no further apart than so many times the larger one's width.
const REACH_WIDTHS: f32 = 1.5;
/// The newest places are kept.
const PLACES_MAX: usize = 32;

/// The debts of one camera.
#[derive(Default)]
pub(crate) struct Debts {
    /// Where each track's face was last: as many as there are tracks.
    last: HashMap<TrackId, Rect>,
    /// Newest last.
    places: VecDeque<Place>,
}

struct Place {
    bbox: Rect,
    debt: Debt,
    since: Instant,
}

impl Debts {
    /// Notes where a track's face is.
    pub(crate) fn see(&mut self, track: TrackId, bbox: Rect) {
        self.last.insert(track, bbox);
    }

    /// A track is over at `now`, and owed this.
    pub(crate) fn leave(&mut self, track: TrackId, debt: Option<Debt>, now: Instant) {
        self.places.retain(|place| place.is_remembered(now));
        let Some((bbox, debt)) = self.last.remove(&track).zip(debt) else { return };
        while self.places.len() >= PLACES_MAX {
            self.places.pop_front();
        }
        self.places.push_back(Place { bbox, debt, since: now });
    }

    /// What a face that appears at `now` owes, if anything: the most of the places around it.
    pub(crate) fn at(&self, bbox: &Rect, now: Instant) -> Option<Debt> {
        let places = self.places.iter().filter(|place| place.is_remembered(now) && place.reaches(bbox));
        places.map(|place| place.debt).reduce(Debt::max)
    }
}

impl Place {
    fn is_remembered(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.since) < REMEMBERED
    }

    fn reaches(&self, face: &Rect) -> bool {
        let middle = |r: &Rect| (r.x + r.w / 2.0, r.y + r.h / 2.0);
        let (here, there) = (middle(&self.bbox), middle(face));
        (here.0 - there.0).hypot(here.1 - there.1) <= REACH_WIDTHS * self.bbox.w.max(face.w)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Record;

    fn debt(refused: usize) -> Debt {
        let mut record = Record::default();
        (0..refused).for_each(|_| record.add(false, 20.0));
        record.debt().unwrap()
    }

    #[test]
    fn the_largest_debt_around_counts_and_their_number_is_bounded() {
        let (now, mut debts) = (Instant::now(), Debts::default());
        let bbox = |x: f32| Rect { x, y: 0.0, w: 100.0, h: 100.0 };
        for (track, x, refused) in [(1, 0.0, Some(1)), (2, 100.0, Some(3)), (3, 50.0, None)] {
            debts.see(TrackId(track), bbox(x));
            debts.leave(TrackId(track), refused.map(debt), now);
        }
        assert_eq!(debts.at(&bbox(50.0), now), Some(debt(3)));
        assert_eq!(debts.at(&bbox(-100.0), now), Some(debt(1)));
        assert_eq!(debts.at(&bbox(900.0), now), None);
        for track in 10..100 {
            debts.see(TrackId(track), bbox(0.0));
            debts.leave(TrackId(track), Some(debt(1)), now);
        }
        assert_eq!((debts.places.len(), debts.last.len()), (PLACES_MAX, 0));
        debts.leave(TrackId(7), None, now + REMEMBERED);
        assert!(debts.places.is_empty());
    }

    #[test]
    fn the_newest_places_are_kept_and_each_reaches_by_the_larger_face() {
        let (now, mut debts) = (Instant::now(), Debts::default());
        let bbox = |x: f32, side: f32| Rect { x, y: -side / 2.0, w: side, h: side };
        let apart = |index: usize| 1_000.0 * index as f32;
        for index in 0..=PLACES_MAX {
            debts.see(TrackId(index as u64), bbox(apart(index), 20.0));
            debts.leave(TrackId(index as u64), Some(debt(1)), now);
        }
        assert_eq!(debts.at(&bbox(apart(0), 20.0), now), None, "the oldest made room");
        let newest = apart(PLACES_MAX);
        assert!(debts.at(&bbox(newest, 20.0), now).is_some());
        // Middles 110 apart: one and a half times the larger face is 150, the smaller 30.
        assert!(debts.at(&bbox(newest + 70.0, 100.0), now).is_some());
        assert_eq!(debts.at(&bbox(newest + 110.0, 20.0), now), None);
    }
}
