//! Tracks hold on to faces, and never to each other's.
use super::*;

fn face(x: f32, y: f32) -> Face {
    Face { bbox: Rect { x, y, w: 100.0, h: 100.0 }, score: 0.9, ..Face::default() }
}

fn tracker() -> Tracker {
    Tracker::new(TrackerOptions::default(), 1)
}

/// The moment `ms` after a fixed start.
fn at(start: Instant, ms: u64) -> Instant {
    start + Duration::from_millis(ms)
}

#[test]
fn a_moving_face_keeps_its_track() {
    let (start, mut tracker) = (Instant::now(), tracker());
    for step in 0..20u8 {
        let found = tracker.follow(at(start, u64::from(step) * 100), &[face(f32::from(step) * 40.0, 50.0)]);
        assert_eq!(found.tracks, [Some(TrackId(1))], "step {step}");
    }
}

#[test]
fn a_face_that_was_away_too_long_is_new() {
    let (start, mut tracker) = (Instant::now(), tracker());
    tracker.follow(start, &[face(0.0, 0.0)]);
    assert_eq!(tracker.follow(at(start, 700), &[face(0.0, 0.0)]).tracks, [Some(TrackId(1))]);
    let back = tracker.follow(at(start, 1600), &[face(0.0, 0.0)]);
    assert_eq!((back.tracks, back.lost), (vec![Some(TrackId(2))], vec![TrackId(1)]));
}

#[test]
fn two_faces_keep_apart() {
    let (start, mut tracker) = (Instant::now(), tracker());
    for step in 0..10 {
        let found = tracker.follow(at(start, step * 100), &[face(0.0, 0.0), face(300.0, 0.0)]);
        assert_eq!(found.tracks, [Some(TrackId(1)), Some(TrackId(2))]);
        assert!(found.entangled.is_empty());
    }
}

#[test]
fn a_face_is_in_view_since_it_came_or_since_it_was_last_mistakable() {
    let (start, mut tracker) = (Instant::now(), tracker());
    let dwell = |tracker: &Tracker, track, ms| {
        tracker.dwell(TrackId(track), at(start, ms)).map(|dwell| dwell.as_millis())
    };
    tracker.follow(start, &[face(0.0, 0.0)]);
    tracker.follow(at(start, 300), &[face(0.0, 0.0), face(300.0, 0.0)]);
    assert_eq!((dwell(&tracker, 1, 300), dwell(&tracker, 2, 300)), (Some(300), Some(0)));
    assert_eq!(dwell(&tracker, 3, 300), None);
    // Cheek by cheek nobody has been there for long.
    tracker.follow(at(start, 600), &[face(200.0, 0.0), face(260.0, 0.0)]);
    tracker.follow(at(start, 700), &[face(200.0, 0.0), face(260.0, 0.0)]);
    let known = tracker.tracks.iter().map(|track| track.id.0).max().unwrap();
    assert_eq!(dwell(&tracker, known, 700), Some(0));
    tracker.follow(at(start, 800), &[face(100.0, 0.0), face(320.0, 0.0)]);
    tracker.follow(at(start, 1_000), &[face(100.0, 0.0), face(320.0, 0.0)]);
    assert!(dwell(&tracker, known, 1_000).is_some_and(|ms| ms <= 300));
}

#[test]
fn faces_that_cross_are_reported_before_they_can_be_mistaken() {
    let (start, mut tracker) = (Instant::now(), tracker());
    let mut warned = false;
    for step in 0..=20u8 {
        let x = f32::from(step) * 20.0;
        let found = tracker.follow(at(start, u64::from(step) * 100), &[face(x, 0.0), face(400.0 - x, 0.0)]);
        let swapped = found.tracks != [Some(TrackId(1)), Some(TrackId(2))];
        warned |= !found.entangled.is_empty();
        assert!(!swapped || warned, "swapped without a warning at step {step}");
    }
    assert!(warned);
}

#[test]
fn a_crowd_is_bounded() {
    let mut tracker = Tracker::new(TrackerOptions { tracks_max: 2, ..TrackerOptions::default() }, 1);
    let faces = [face(0.0, 0.0), face(200.0, 0.0), face(400.0, 0.0)];
    let found = tracker.follow(Instant::now(), &faces);
    assert_eq!(found.tracks, [Some(TrackId(1)), Some(TrackId(2)), None]);
    assert_eq!(tracker.len(), 2);
}

#[test]
fn a_face_without_size_overlaps_nothing() {
    let flat = Rect { x: 0.0, y: 0.0, w: 0.0, h: 0.0 };
    assert_eq!(overlap(&flat, &flat), 0.0);
}
