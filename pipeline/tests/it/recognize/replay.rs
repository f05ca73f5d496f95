//! Recordings that are looked at picture by picture.

use pipeline::camera::CameraConfig;
use pipeline::source::SourceUrl;
use pipeline::{Pipeline, Replay};

use super::*;
use pipeline::simulate::barcode;

/// Index, faces and verdict of each picture of a recording.
fn seen(pipeline: &Pipeline, path: &std::path::Path) -> Vec<(Option<u32>, Option<Vec<FaceState>>)> {
    let config = CameraConfig {
        id: "film".parse().expect("a name"),
        source: SourceUrl::parse(&format!("file://{}", path.display())).expect("a source"),
        decode: Default::default(),
        analysed_fps_max: 10,
        frozen_after_ms: 10_000,
        loop_s_max: 0,
        view: Default::default(),
        idle: Default::default(),
    };
    let mut replay = Replay::open(pipeline, &config, path).expect("it opens");
    let mut all = Vec::new();
    while let Some(replayed) = replay.advance().expect("it goes on") {
        let states = replayed.observation.map(|one| one.faces.iter().map(|face| face.state).collect());
        all.push((barcode::read(&replayed.frame), states));
    }
    all
}

#[test]
fn a_recording_is_looked_at_as_a_camera_is_but_on_its_own_clock_and_without_gaps() {
    let options = ClipOptions { pictures: 15, ..ClipOptions::default() };
    let Some(clip) = or_skip(Clip::encode(&[portrait("eileen-collins.jpg")], &options)) else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("film.mkv");
    if or_skip(clip.save(&path)).is_none() {
        return;
    }
    let pipeline = start(LIVENESS_OFF);
    let first = seen(&pipeline, &path);
    let indices: Vec<Option<u32>> = first.iter().map(|(index, _)| *index).collect();
    assert_eq!(indices, (0..15).map(Some).collect::<Vec<_>>(), "every picture, in order");
    // A second of fifteen pictures at ten looks a second, whatever the networks take.
    let looks: Vec<&Vec<FaceState>> = first.iter().filter_map(|(_, states)| states.as_ref()).collect();
    assert_eq!(looks.len(), 10, "{looks:?}");
    assert!(looks.iter().any(|states| states.contains(&FaceState::Unknown)), "{looks:?}");
    assert_eq!(first, seen(&pipeline, &path), "the same every time");
}

#[test]
fn a_recording_that_does_not_pass_liveness_is_never_taken_for_alive() {
    let options = ClipOptions { pictures: 15, ..ClipOptions::default() };
    let Some(clip) = or_skip(Clip::encode(&[portrait("eileen-collins.jpg")], &options)) else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("film.mkv");
    if or_skip(clip.save(&path)).is_none() {
        return;
    }
    // Nobody is that surely alive.
    let seen = seen(&start(1.0), &path);
    let states: Vec<FaceState> = seen.into_iter().filter_map(|(_, states)| states).flatten().collect();
    assert!(states.contains(&FaceState::NotLive), "{states:?}");
    assert!(!states.contains(&FaceState::Unknown), "{states:?}");
}

#[test]
fn what_is_no_recording_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("text.mp4");
    std::fs::write(&path, "this is not a video").expect("it is written");
    let config = CameraConfig {
        id: "film".parse().expect("a name"),
        source: SourceUrl::parse("push:").expect("a source"),
        decode: Default::default(),
        analysed_fps_max: 10,
        frozen_after_ms: 10_000,
        loop_s_max: 0,
        view: Default::default(),
        idle: Default::default(),
    };
    let pipeline = start(LIVENESS_OFF);
    let opened = Replay::open(&pipeline, &config, &path);
    let refused = opened.and_then(|mut replay| replay.advance().map(drop));
    assert!(refused.is_err());
}
