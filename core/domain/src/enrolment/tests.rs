//! Who is let in by which pictures: no stranger among them, and what each picture adds.
use std::time::Duration;

use super::*;

/// Quality, yaw and pitch of a picture of nobody enrolled.
fn picture(quality: f32, yaw_deg: f32, pitch_deg: f32) -> Picture {
    Picture { quality, yaw_deg, pitch_deg, known: None }
}

const RULES: Rules = Rules { same_min: 0.5, known_min: 0.4, members_max: 10 };

/// Chooses among `count` equally good, straight pictures of whom the pairs in `unlike` are as alike as 0.
fn among(count: usize, unlike: &[(usize, usize)]) -> Result<Choice, Differ> {
    let alike = |a: usize, b: usize| if unlike.contains(&(a.min(b), a.max(b))) { 0.0 } else { 0.9 };
    choose(&vec![picture(0.5, 0.0, 0.0); count], alike, &RULES)
}

#[test]
fn no_strangers_picture_slips_in() {
    for (count, unlike, differ) in [
        (1, vec![], None),
        (3, vec![], None),
        // Two people with one picture each: nobody can say who is meant.
        (2, vec![(0, 1)], Some(vec![1])),
        (3, vec![(0, 2), (1, 2)], Some(vec![2])),
        (3, vec![(0, 1), (0, 2)], Some(vec![0])),
        (4, vec![(0, 2), (0, 3), (1, 2), (1, 3)], Some(vec![2, 3])),
    ] {
        assert_eq!(among(count, &unlike).err().map(|differ| differ.pictures), differ, "{count} {unlike:?}");
    }
}

#[test]
fn a_picture_unlike_some_of_its_own_person_is_left_out_alone() {
    let choice = among(4, &[(0, 3), (1, 3)]).unwrap();
    assert_eq!((choice.members, choice.left_out), (vec![0, 1, 2], vec![(3, LeftOut::Unlike)]));
}

#[test]
fn a_similarity_that_is_no_number_is_of_nobody() {
    let pictures = [picture(0.5, 0.0, 0.0); 2];
    assert!(choose(&pictures, |_, _| f32::NAN, &RULES).is_err());
    let known = [Picture { known: Some(f32::NAN), ..pictures[0] }];
    assert!(choose(&known, |_, _| 1.0, &RULES).is_err());
}

#[test]
fn whoever_is_enrolled_stays_that_person() {
    for (known, fits) in [(None, true), (Some(0.4), true), (Some(0.39), false)] {
        let pictures = [picture(0.5, 0.0, 0.0), Picture { known, ..picture(0.5, 20.0, 0.0) }];
        let chosen = choose(&pictures, |_, _| 0.9, &RULES);
        assert_eq!(chosen.map(|choice| choice.members.len()).ok(), fits.then_some(2), "{known:?}");
    }
}

#[test]
fn good_pictures_of_new_poses_are_chosen_first() {
    let rows: [(&[Picture], usize, &[usize]); 5] = [
        (&[picture(0.5, 0.0, 0.0), picture(0.9, 0.0, 0.0)], 1, &[1]),
        // A second straight one is better, one from the side adds more.
        (&[picture(0.9, 0.0, 0.0), picture(0.8, 1.0, 0.0), picture(0.5, 22.0, 0.0)], 2, &[0, 2]),
        // So much worse that even a new pose does not help.
        (&[picture(0.9, 0.0, 0.0), picture(0.8, 1.0, 0.0), picture(0.1, 22.0, 0.0)], 2, &[0, 1]),
        (&[picture(0.5, 0.0, 0.0), picture(0.5, 0.0, 0.0)], 2, &[0, 1]),
        (&[picture(f32::NAN, 0.0, 0.0), picture(0.1, 0.0, 0.0)], 1, &[1]),
    ];
    for (pictures, members_max, expected) in rows {
        let choice = choose(pictures, |_, _| 0.9, &Rules { members_max, ..RULES }).unwrap();
        assert_eq!(choice.members, expected, "{pictures:?}");
        assert_eq!(choice.left_out.len(), pictures.len() - expected.len());
        assert!(choice.left_out.iter().all(|(_, why)| *why == LeftOut::Surplus));
    }
}

#[test]
fn more_pictures_than_are_weighed_are_surplus_and_still_of_one_person() {
    let pictures = vec![picture(0.5, 0.0, 0.0); PICTURES_MAX + 3];
    let choice = choose(&pictures, |_, _| 0.9, &RULES).unwrap();
    assert_eq!((choice.members.len(), choice.left_out.len()), (10, 5));
    let last = pictures.len() - 1;
    let differ = choose(&pictures, |a, b| if a.max(b) == last { 0.0 } else { 0.9 }, &RULES);
    assert_eq!(differ.unwrap_err().pictures, [last]);
}

#[test]
fn a_mean_has_length_one_and_leans_towards_the_better_picture() {
    let (x, y): (&[f32], &[f32]) = (&[1.0, 0.0], &[0.0, 1.0]);
    let of = |a: f32, b: f32| mean(&[(x, a), (y, b)]).unwrap();
    let even = of(0.5, 0.5);
    assert!((even[0] - even[1]).abs() < 1e-6 && (even[0].hypot(even[1]) - 1.0).abs() < 1e-6);
    assert!(of(0.9, 0.3)[0] > of(0.9, 0.3)[1]);
    assert!(of(0.5, 0.0)[1] > 0.0 && of(0.5, f32::NAN)[1] > 0.0, "even the worst one counts a little");
}

#[test]
fn there_is_no_mean_of_one_or_of_what_does_not_fit() {
    let (x, back, long): (&[f32], &[f32], &[f32]) = (&[1.0, 0.0], &[-1.0, 0.0], &[1.0, 0.0, 0.0]);
    let rows: [&[(&[f32], f32)]; 5] = [
        &[],
        &[(x, 0.5)],
        &[(x, 0.5), (long, 0.5)],
        &[(x, 0.5), (back, 0.5)],
        &[(x, 0.5), (&[f32::NAN, 0.0], 0.5)],
    ];
    for (at, members) in rows.into_iter().enumerate() {
        assert_eq!(mean(members), None, "{at}");
    }
}

#[test]
fn a_head_has_the_pose_that_it_is_turned_to() {
    for (yaw, pitch, expected) in [
        (0.0, 0.0, Some(Pose::Straight)),
        (8.0, -8.0, Some(Pose::Straight)),
        (20.0, 0.0, Some(Pose::Left)),
        (-20.0, 10.0, Some(Pose::Right)),
        (0.0, 15.0, Some(Pose::Up)),
        (5.0, -15.0, Some(Pose::Down)),
        (10.5, 0.0, None),
        (45.0, 0.0, None),
        (20.0, 25.0, None),
        (f32::NAN, 0.0, None),
    ] {
        assert_eq!(Pose::of(yaw, pitch), expected, "{yaw} {pitch}");
    }
}

#[test]
fn whoever_does_not_show_the_wanted_pose_is_told_what_is_missing() {
    for (wanted, yaw, pitch, expected) in [
        (Pose::Straight, 8.0, -8.0, None),
        (Pose::Straight, 10.0, 0.0, Some(Miss::NotStraight)),
        (Pose::Straight, f32::NAN, 0.0, Some(Miss::NotStraight)),
        (Pose::Left, 20.0, 0.0, None),
        (Pose::Left, 11.0, 0.0, Some(Miss::TurnedTooLittle)),
        (Pose::Left, -20.0, 0.0, Some(Miss::TurnedTooLittle)),
        (Pose::Left, 33.0, 0.0, Some(Miss::TurnedTooFar)),
        (Pose::Left, f32::NAN, 0.0, Some(Miss::TurnedTooLittle)),
        (Pose::Right, -20.0, 0.0, None),
        (Pose::Right, -20.0, 19.0, Some(Miss::Nodded)),
        (Pose::Right, 20.0, 0.0, Some(Miss::TurnedTooLittle)),
        (Pose::Right, -33.0, 0.0, Some(Miss::TurnedTooFar)),
        (Pose::Up, 0.0, 0.0, None),
    ] {
        assert_eq!(wanted.missed_by(yaw, pitch), expected, "{wanted} {yaw} {pitch}");
    }
    assert_eq!(Miss::TurnedTooLittle.advice(Pose::Left), "turn your head a little to the left");
    assert_eq!(Miss::TurnedTooFar.advice(Pose::Left), "turn back a little");
}

const WITHIN: Duration = Duration::from_secs(8);

#[test]
fn a_session_waits_for_three_poses_and_takes_the_others_when_they_come() {
    let mut session = Session::new(Timestamp(0), WITHIN);
    // The camera hangs below the face: its rest is what counts.
    for (yaw, pitch, expected, wanted) in [
        (20.0, 15.0, None, &[Pose::Straight, Pose::Left, Pose::Right][..]),
        (2.0, 15.0, Some(Pose::Straight), &[Pose::Left, Pose::Right]),
        (18.0, 14.0, Some(Pose::Left), &[Pose::Right]),
        (1.0, 0.0, Some(Pose::Down), &[Pose::Right]),
        (-18.0, 15.0, Some(Pose::Right), &[]),
    ] {
        let taken = session.look((yaw, pitch), 0.5);
        assert_eq!(taken, expected.map_or(Taken::No, Taken::As), "{yaw} {pitch}");
        assert_eq!(session.wanted(), wanted);
        assert_eq!(session.is_over(Timestamp(1)), wanted.is_empty());
    }
    assert_eq!(session.done(), [Pose::Straight, Pose::Left, Pose::Right, Pose::Down]);
}

#[test]
fn a_session_says_what_the_next_pose_misses_from_the_rest_of_the_head() {
    let mut session = Session::new(Timestamp(0), WITHIN);
    // The camera hangs below the face, but not that far.
    assert_eq!(session.missed_by((2.0, 15.0)), None);
    assert_eq!(session.missed_by((2.0, 40.0)), Some(Miss::NotStraight));
    session.look((2.0, 15.0), 0.5);
    assert_eq!(session.missed_by((2.0, 15.0)), Some(Miss::TurnedTooLittle));
    assert_eq!(session.missed_by((20.0, 15.0)), None);
    assert_eq!(session.missed_by((20.0, 35.0)), Some(Miss::Nodded));
    session.look((20.0, 15.0), 0.5);
    assert_eq!(session.missed_by((20.0, 15.0)), Some(Miss::TurnedTooLittle), "the right side is wanted now");
    session.look((-20.0, 15.0), 0.5);
    assert_eq!(session.missed_by((0.0, 0.0)), None, "nothing is wanted any more");
}

#[test]
fn a_session_keeps_the_better_picture_of_a_pose() {
    let mut session = Session::new(Timestamp(0), WITHIN);
    for (quality, expected) in [
        (0.5, Taken::As(Pose::Straight)),
        (0.4, Taken::No),
        (0.6, Taken::As(Pose::Straight)),
        (f32::NAN, Taken::No),
    ] {
        assert_eq!(session.look((0.0, 0.0), quality), expected, "{quality}");
    }
}

#[test]
fn a_session_ends_in_time_and_begins_again_with_another_person() {
    let mut session = Session::new(Timestamp(0), WITHIN);
    session.look((0.0, 0.0), 0.5);
    assert!(!session.is_over(Timestamp(7_999_999)) && session.is_over(Timestamp(8_000_000)));
    session.begin_again();
    assert_eq!((session.done(), session.wanted().len()), (vec![], 3));
    assert_eq!(session.look((0.0, 0.0), 0.1), Taken::As(Pose::Straight), "what was better is forgotten");
}

#[test]
fn nobody_decides_after_the_time_is_over() {
    for (decision, now, expected) in [
        (None, 9, State::Review),
        (None, 10, State::Expired),
        (Some(approval::State::Approved), 11, State::Approved),
        (Some(approval::State::Rejected), 11, State::Rejected),
    ] {
        assert_eq!(state(decision, Timestamp(10), Timestamp(now)), expected);
    }
}
