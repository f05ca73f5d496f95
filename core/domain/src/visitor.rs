//! People whom a branch holds only after its cameras saw them: who is asked for at the centre, what an answer adds, when they leave.
use std::{collections::VecDeque, time::Duration};

use crate::{
    Timestamp, UserId,
    reach::Reach,
    threshold::{Match, is_ahead},
};

/// The span that asking is limited in.
const MINUTE: Duration = Duration::from_secs(60);
/// One face in view is asked for no sooner again: the centre may have enrolled the person meanwhile.
const AGAIN_AFTER: Duration = Duration::from_secs(60);
/// Faces of which it is remembered that they were asked for. With more in view the oldest may be asked for again.
const TRACKS_MAX: usize = 1_024;

/// A face that was confirmed over several pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeenFace {
    /// Its track, whose number is never used again.
    pub track: u64,
    /// Whether every configured step says that a living person is there.
    pub live: bool,
    /// What the best of those who are here is worth.
    pub matched: Match,
}

/// Why nobody is asked for a face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unasked {
    /// It may be a picture of somebody.
    NotLive,
    /// It is somebody's who is here.
    Known,
    /// The centre was not heard of for a while.
    Offline,
    /// It was asked for a moment ago.
    Again,
    /// Too many were.
    TooMany,
}

/// Which faces were asked for lately, by the numbers of their tracks: nothing of the faces.
#[derive(Debug, Default)]
pub struct Asking {
    asked: VecDeque<Timestamp>,
    tracks: VecDeque<(u64, Timestamp)>,
}

impl Asking {
    /// Whether the centre is asked who this face is, `per_min` times a minute at most; 0 is without a limit.
    ///
    /// # Errors
    /// Why it isn't.
    pub fn ask(&mut self, face: SeenFace, reach: Reach, per_min: u32, now: Timestamp) -> Result<(), Unasked> {
        if !face.live {
            return Err(Unasked::NotLive);
        }
        if face.matched != Match::No {
            return Err(Unasked::Known);
        }
        if reach != Reach::Near {
            return Err(Unasked::Offline);
        }
        // A moment that lies ahead is of a clock that was set back since.
        let within = |at: Timestamp, span: Duration| at <= now && now.since(at) < span;
        self.tracks.retain(|(_, at)| within(*at, AGAIN_AFTER));
        self.asked.retain(|at| within(*at, MINUTE));
        if self.tracks.iter().any(|(track, _)| *track == face.track) {
            return Err(Unasked::Again);
        }
        let asked = u32::try_from(self.asked.len()).unwrap_or(u32::MAX);
        if per_min > 0 && asked >= per_min {
            return Err(Unasked::TooMany);
        }
        if per_min > 0 {
            self.asked.push_back(now);
        }
        while self.tracks.len() >= TRACKS_MAX {
            self.tracks.pop_front();
        }
        self.tracks.push_back((face.track, now));
        Ok(())
    }
}

/// Of similarities in falling order, how far each of the first `named` is ahead of anybody else's; below zero for whoever is behind. `None` where
/// there is nobody else; whoever can't be held against the other is not ahead.
#[must_use]
pub fn leads(similarities: &[f32], named: usize) -> Vec<Option<f32>> {
    let of = |n: usize| {
        let other = if n == 0 { similarities.get(1) } else { similarities.first() };
        other.map(|other| similarities[n] - other).map(|lead| if lead.is_finite() { lead } else { 0.0 })
    };
    (0..named.min(similarities.len())).map(of).collect()
}

/// Whether somebody at the centre, who need not be here, is as like the face as the person whom it was taken for. What is no number is.
#[must_use]
pub fn has_double(lead: Option<f32>, margin_min: f32) -> bool {
    !is_ahead(lead, margin_min)
}

/// Whether what an answer says of a person, as of the change `last`, is still so. `told_since` is the newest change of theirs that came by the feed
/// while the answer was under way: they may be gone.
#[must_use]
pub fn is_current(last: i64, told_since: Option<i64>) -> bool {
    told_since.is_none_or(|change| change <= last)
}

/// Among how many templates a face was found by which somebody is here: those here, and those that the centre chose these from.
#[must_use]
pub fn searched(here: usize, at_centre: usize) -> usize {
    here.saturating_add(at_centre)
}

/// How long visitors stay, and how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StayRules {
    /// So long after the look-up that named them, or after they last paid here.
    pub kept: Duration,
    /// At the most; whoever came first leaves first.
    pub most: usize,
}

/// A visitor, and since when they count as here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visit {
    /// Who.
    pub user: UserId,
    /// The look-up that named them, or their last payment here.
    pub since: Timestamp,
}

/// Who of `visits` leaves now, the oldest first.
#[must_use]
pub fn leaving(visits: &[Visit], rules: StayRules, now: Timestamp) -> Vec<UserId> {
    let mut visits = visits.to_vec();
    visits.sort_by_key(|visit| (visit.since, visit.user));
    let over = visits.len().saturating_sub(rules.most);
    let is_late = |visit: &Visit| visit.since <= now && now.since(visit.since) >= rules.kept;
    visits.iter().enumerate().filter(|(n, visit)| *n < over || is_late(visit)).map(|(_, v)| v.user).collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000_000_000);
    const FACE: SeenFace = SeenFace { track: 1, live: true, matched: Match::No };

    #[test]
    fn only_a_living_stranger_is_asked_for_and_only_near_the_centre() {
        for (face, reach, expected) in [
            (FACE, Reach::Near, Ok(())),
            (SeenFace { live: false, ..FACE }, Reach::Near, Err(Unasked::NotLive)),
            (SeenFace { matched: Match::Weak, ..FACE }, Reach::Near, Err(Unasked::Known)),
            (SeenFace { matched: Match::Clear, ..FACE }, Reach::Near, Err(Unasked::Known)),
            (FACE, Reach::Offline, Err(Unasked::Offline)),
            (FACE, Reach::Lost, Err(Unasked::Offline)),
        ] {
            assert_eq!(Asking::default().ask(face, reach, 60, NOW), expected, "{face:?} {reach:?}");
        }
    }

    #[test]
    fn a_crowd_is_asked_for_only_so_often_and_each_face_once_in_a_while() {
        let mut asking = Asking::default();
        let later = |s| NOW.plus(Duration::from_secs(s));
        for (track, at_s, expected) in [
            (1, 0, Ok(())),
            (1, 1, Err(Unasked::Again)),
            (2, 1, Ok(())),
            (3, 2, Err(Unasked::TooMany)),
            (1, 59, Err(Unasked::Again)),
            (3, 60, Ok(())),
            (1, 61, Ok(())),
            (4, 61, Err(Unasked::TooMany)),
        ] {
            let asked = asking.ask(SeenFace { track, ..FACE }, Reach::Near, 2, later(at_s));
            assert_eq!(asked, expected, "{track} at {at_s}");
        }
        let mut unlimited = Asking::default();
        for track in 0..10 * TRACKS_MAX as u64 {
            assert_eq!(unlimited.ask(SeenFace { track, ..FACE }, Reach::Near, 0, NOW), Ok(()));
        }
        assert!(
            unlimited.tracks.len() <= TRACKS_MAX && unlimited.asked.is_empty(),
            "what is kept is bounded"
        );
    }

    #[test]
    fn a_clock_that_is_set_back_keeps_nobody_from_asking() {
        let mut asking = Asking::default();
        asking.ask(FACE, Reach::Near, 1, NOW.plus(Duration::from_secs(3_600))).unwrap();
        assert_eq!(asking.ask(FACE, Reach::Near, 1, NOW), Ok(()));
    }

    #[test]
    fn each_who_is_named_is_held_against_the_best_of_the_others() {
        for (similarities, named, expected) in [
            (&[][..], 1, vec![]),
            (&[0.75], 1, vec![None]),
            (&[0.75, 0.5], 1, vec![Some(0.25)]),
            (&[0.75, 0.5, 0.25], 3, vec![Some(0.25), Some(-0.25), Some(-0.5)]),
            (&[0.75, 0.75], 2, vec![Some(0.0), Some(0.0)]),
            (&[0.75, f32::NAN], 1, vec![Some(0.0)]),
        ] {
            assert_eq!(leads(similarities, named), expected, "{similarities:?}");
        }
        for (lead, expected) in [
            (None, false),
            (Some(0.1), false),
            (Some(0.09), true),
            (Some(-0.2), true),
            (Some(f32::NAN), true),
        ] {
            assert_eq!(has_double(lead, 0.1), expected, "{lead:?}");
        }
    }

    #[test]
    fn what_the_feed_told_meanwhile_counts_more_than_an_answer() {
        for (last, told_since, expected) in
            [(7, None, true), (7, Some(6), true), (7, Some(7), true), (7, Some(8), false)]
        {
            assert_eq!(is_current(last, told_since), expected, "{last} {told_since:?}");
        }
    }

    #[test]
    fn whoever_was_found_among_many_is_judged_as_among_many() {
        for (here, at_centre, expected) in
            [(6, 0, 6), (6, 300_000_000, 300_000_006), (usize::MAX, 1, usize::MAX)]
        {
            assert_eq!(searched(here, at_centre), expected);
        }
    }

    #[test]
    fn visitors_leave_in_time_and_the_oldest_first() {
        let user = |n: u128| UserId(Uuid::from_u128(n));
        let visit = |n, days: i64| Visit { user: user(n), since: Timestamp(NOW.0 - days * 86_400_000_000) };
        let visits = [visit(1, 1), visit(2, 31), visit(3, 30), visit(4, 29), visit(5, -1)];
        for (most, expected) in
            [(9, vec![2, 3]), (5, vec![2, 3]), (3, vec![2, 3]), (2, vec![2, 3, 4]), (0, vec![2, 3, 4, 1, 5])]
        {
            let rules = StayRules { kept: Duration::from_secs(30 * 86_400), most };
            let expected: Vec<UserId> = expected.into_iter().map(user).collect();
            assert_eq!(leaving(&visits, rules, NOW), expected, "{most}");
        }
    }
}
