//! What is known of whoever is in view goes with them, and what was refused does not.

use plugin_host::{Point, Rect};

use super::*;
use crate::evidence::Verdict;
use crate::gallery::Subject;
use crate::gesture::Gesture;

fn face(x: f32) -> Face {
    Face { bbox: Rect { x, y: 0.0, w: 100.0, h: 100.0 }, ..Face::default() }
}

fn known(tracks: &mut CameraTracks, track: Option<TrackId>, at: Instant) {
    tracks.evidence(track.unwrap()).unwrap().decide(Verdict::Known(Subject(1)), at);
}

fn verdict(tracks: &mut CameraTracks, track: Option<TrackId>) -> Option<Verdict> {
    tracks.evidence(track.unwrap()).unwrap().verdict()
}

#[test]
fn an_identity_does_not_pass_between_faces_that_cross() {
    let (start, attention) = (Instant::now(), Attention::new(TrackerOptions::default()));
    let at = |step: u16| start + Duration::from_millis(100 * u64::from(step));
    for (speed, hidden) in [(20.0, false), (35.0, false), (20.0, true), (35.0, true)] {
        let camera = format!("c{speed}-{hidden}").parse().unwrap();
        let tracks = attention.camera(&camera, start);
        let mut tracks = tracks.lock();
        let first = tracks.follow(at(0), &[face(0.0), face(400.0)]);
        known(&mut tracks, first[0], at(0));
        for step in 1..=20 {
            let x = speed * f32::from(step);
            // The one behind is not seen while the faces cover each other.
            let covered = hidden && (x - (400.0 - x)).abs() < 60.0;
            let faces = if covered { vec![face(x)] } else { vec![face(x), face(400.0 - x)] };
            let found = tracks.follow(at(step), &faces);
            if let Some(other) = found.get(1) {
                assert_eq!(verdict(&mut tracks, *other), None, "speed {speed} step {step}");
            }
        }
    }
}

/// Looks at a face `pictures` times that never passes.
fn refused(tracks: &mut CameraTracks, track: Option<TrackId>, at: Instant, pictures: usize) {
    let evidence = tracks.evidence(track.unwrap()).unwrap();
    for _ in 0..pictures {
        let embedding = crate::embedding::Embedding::new(vec![1.0, 0.0]).unwrap();
        let sample =
            crate::evidence::Sample { at, model_tag: 1, embedding, weight: 0.8, liveness: vec![0.1] };
        assert!(evidence.add(sample, None, &[0.5], &crate::ConfirmOptions::default()));
    }
}

fn owes(tracks: &mut CameraTracks, track: Option<TrackId>) -> Option<Debt> {
    tracks.evidence(track.unwrap()).unwrap().debt()
}

#[test]
fn hiding_a_face_for_a_moment_does_not_hide_what_was_refused() {
    let (start, attention) = (Instant::now(), Attention::new(TrackerOptions::default()));
    let at = |ms: u64| start + Duration::from_millis(ms);
    // Back at the same place, a face's width beside it, far away, and after a while.
    for (name, back_ms, x, expected) in [
        ("same", 2_000, 0.0, true),
        ("beside", 2_000, 120.0, true),
        ("far", 2_000, 400.0, false),
        ("late", 9_000, 0.0, false),
    ] {
        let tracks = attention.camera(&name.parse().unwrap(), start);
        let mut tracks = tracks.lock();
        let first = tracks.follow(start, &[face(0.0)])[0];
        refused(&mut tracks, first, start, 4);
        tracks.follow(at(1_500), &[]);
        let second = tracks.follow(at(back_ms), &[face(x)])[0];
        assert_ne!(first, second);
        assert_eq!(owes(&mut tracks, second).is_some(), expected, "{name}");
    }
}

#[test]
fn a_debt_is_owed_where_the_face_was_last_and_not_where_it_came_in() {
    let (start, attention) = (Instant::now(), Attention::new(TrackerOptions::default()));
    let at = |step: u16| start + Duration::from_millis(100 * u64::from(step));
    for (name, x, expected) in [("last", 400.0, true), ("first", 0.0, false)] {
        let tracks = attention.camera(&name.parse().unwrap(), start);
        let mut tracks = tracks.lock();
        let first = tracks.follow(start, &[face(0.0)])[0];
        refused(&mut tracks, first, start, 4);
        for step in 1..=20 {
            assert_eq!(tracks.follow(at(step), &[face(20.0 * f32::from(step))])[0], first);
        }
        tracks.follow(at(36), &[]);
        let second = tracks.follow(at(40), &[face(x)])[0];
        assert_ne!(first, second);
        assert_eq!(owes(&mut tracks, second).is_some(), expected, "{name}");
    }
}

#[test]
fn another_client_at_a_camera_takes_over_what_was_refused_there_and_no_verdict() {
    let (now, attention) = (Instant::now(), Attention::new(TrackerOptions::default()));
    let camera: CameraId = "till".parse().unwrap();
    let tracks = attention.camera(&camera, now);
    let found = tracks.lock().follow(now, &[face(0.0), face(400.0)]);
    refused(&mut tracks.lock(), found[0], now, 2);
    known(&mut tracks.lock(), found[1], now);
    attention.break_off(&camera);
    let mut tracks = tracks.lock();
    assert!(owes(&mut tracks, found[0]).is_some());
    assert_eq!((verdict(&mut tracks, found[1]), owes(&mut tracks, found[1])), (None, None));
}

#[test]
fn what_was_refused_goes_to_both_faces_that_may_have_been_mistaken_for_each_other() {
    let (start, attention) = (Instant::now(), Attention::new(TrackerOptions::default()));
    let tracks = attention.camera(&"till".parse().unwrap(), start);
    let mut tracks = tracks.lock();
    let found = tracks.follow(start, &[face(0.0), face(400.0)]);
    refused(&mut tracks, found[0], start, 2);
    let found = tracks.follow(start + Duration::from_millis(100), &[face(20.0), face(60.0)]);
    let debts = [0, 1].map(|face: usize| owes(&mut tracks, found[face]));
    assert!(debts[0].is_some() && debts[0] == debts[1], "{debts:?}");
}

#[test]
fn attending_to_a_camera_asks_for_fresh_verdicts_there_only() {
    let (now, attention) = (Instant::now(), Attention::new(TrackerOptions::default()));
    let (till, door): (CameraId, CameraId) = ("till".parse().unwrap(), "door".parse().unwrap());
    let mut ids = Vec::new();
    for camera in [&till, &door] {
        let tracks = attention.camera(camera, now);
        let mut tracks = tracks.lock();
        let track = tracks.follow(now, &[face(0.0)])[0];
        known(&mut tracks, track, now);
        ids.push(track);
    }
    attention.attend(&till);
    assert_eq!(verdict(&mut attention.camera(&till, now).lock(), ids[0]), None);
    assert!(verdict(&mut attention.camera(&door, now).lock(), ids[1]).is_some());
    assert_ne!(ids[0], ids[1], "no number is used twice");
}

/// One picture of a face that is turned by `yaw` degrees to its left.
fn turned(tracks: &mut CameraTracks, track: TrackId, at: Instant, yaw: f32) {
    let signals = Signals { at, yaw_deg: yaw, pitch_deg: 0.0, eyes: 0.4, smile: 0.5 };
    let points = (0..30).map(|i| {
        let (x, y) = ((i % 6) as f32 * 20.0 - 50.0, (i / 6) as f32 * 30.0 - 60.0);
        let z = 60.0 * (1.0 - (x / 65.0).powi(2) - (y / 90.0).powi(2)).max(0.0).sqrt();
        let (sin, cos) = yaw.to_radians().sin_cos();
        Point { x: x * cos + z * sin, y }
    });
    tracks.see(track, &signals, &Surface::new(points));
}

/// A challenge to turn, to the left or to the right as the plan has it; the left one is sought.
fn turn_left() -> ChallengePlan {
    let below = |n: usize| usize::from(n == Gesture::ALL.len());
    let plan = ChallengePlan::draw(Nonce([3; 16]), 1, 4_000, below);
    assert_eq!(plan.gestures(), [Gesture::TurnLeft]);
    plan
}

#[test]
fn whoever_passes_is_looked_at_once_more_and_keeps_the_answer_within_the_track() {
    let (start, attention) = (Instant::now(), Attention::new(TrackerOptions::default()));
    let at = |step: u64| start + Duration::from_millis(100 * step);
    let tracks = attention.camera(&"till".parse().unwrap(), start);
    let mut tracks = tracks.lock();
    let track = tracks.follow(start, &[face(0.0)])[0].unwrap();
    known(&mut tracks, Some(track), start);
    assert!(!tracks.challenge(TrackId(77), turn_left(), start), "nobody has that track");
    assert!(tracks.challenge(track, turn_left(), start) && tracks.is_challenged(track));
    for (step, yaw) in [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 15.0, 35.0, 5.0].into_iter().enumerate() {
        let step = step as u64 + 1;
        tracks.follow(at(step), &[face(0.0)]);
        turned(&mut tracks, track, at(step), yaw);
    }
    let phases: Vec<ChallengePhase> = tracks.take_told().into_iter().map(|(.., phase)| phase).collect();
    let prompt = ChallengePhase::Prompt { index: 0, gesture: Gesture::TurnLeft };
    assert_eq!(phases, [prompt, ChallengePhase::Passed]);
    assert_eq!(verdict(&mut tracks, Some(track)), None, "a new verdict is asked for");
    assert_eq!(tracks.answer(track).map(|answer| answer.nonce), Some(Nonce([3; 16])));
    tracks.disprove(track, ChallengeFailure::SomebodyElse);
    assert_eq!(tracks.answer(track), None);
}

#[test]
fn a_challenge_ends_with_its_face() {
    let failed = |failure| ChallengePhase::Failed(failure);
    let (start, attention) = (Instant::now(), Attention::new(TrackerOptions::default()));
    // Gone for long, or behind another face.
    for (name, after_ms, faces) in [("gone", 5_000, vec![]), ("mixed", 100, vec![face(0.0), face(30.0)])] {
        let tracks = attention.camera(&name.parse().unwrap(), start);
        let mut tracks = tracks.lock();
        let track = tracks.follow(start, &[face(0.0)])[0].unwrap();
        assert!(tracks.challenge(track, turn_left(), start));
        tracks.follow(start + Duration::from_millis(after_ms), &faces);
        let told = tracks.take_told();
        assert_eq!(told, [(track, Nonce([3; 16]), failed(ChallengeFailure::FaceLost))], "{name}");
        assert!(!tracks.is_challenged(track));
    }
}

#[test]
fn what_is_known_of_a_face_ends_with_its_track() {
    let (now, attention) = (Instant::now(), Attention::new(TrackerOptions::default()));
    let tracks = attention.camera(&"till".parse().unwrap(), now);
    let mut tracks = tracks.lock();
    let track = tracks.follow(now, &[face(0.0)])[0];
    known(&mut tracks, track, now);
    let back = tracks.follow(now + Duration::from_secs(5), &[face(0.0)])[0];
    assert_ne!(back, track);
    assert_eq!(verdict(&mut tracks, back), None);
    assert_eq!(tracks.evidence.len(), 1);
}
