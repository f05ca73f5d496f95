//! Pictures as video: what viewers are shown, and what clients send.

use std::time::{Duration, Instant};

use pipeline::camera::{CameraId, CameraState, Fed, Feed, FeedCodec, FeedUnit, Identity};
use pipeline::preview::FilmUnit;
use pipeline::simulate::barcode;

use crate::bench::{Bench, PATIENCE};
use crate::sources::jpeg;

const BEAT: Duration = Duration::from_millis(80);

/// Pictures 1 to `count` of a camera, as a viewer gets them.
fn shown(count: u32) -> Vec<FilmUnit> {
    let bench = Bench::new();
    let id = bench.add("shown", "push:");
    let mut viewing = bench.cameras.film(&id).expect("it is there");
    let mut units = Vec::new();
    for index in 1..=count {
        bench.cameras.push(&id, jpeg(index).into()).expect("it is taken");
        // One after the other: of pictures that come too fast, the newest is shown.
        units.push(bench.block_on(viewing.next()).expect("the camera is there"));
        std::thread::sleep(BEAT);
    }
    assert_eq!(bench.cameras.status(&id).expect("it is there").viewers, 1);
    drop(viewing);
    assert_eq!(bench.cameras.status(&id).expect("it is there").viewers, 0);
    units
}

/// A camera that a client sends video to.
fn fed() -> (Bench, CameraId, Feed) {
    let bench = Bench::new();
    let id = bench.add("browser", "push:");
    let claim = bench.cameras.claim(&id, Identity::of([("client", "kiosk".to_owned())])).expect("it is free");
    let feed = claim.feed().expect("a thread");
    (bench, id, feed)
}

fn unit(shown: &FilmUnit, follows: bool) -> FeedUnit {
    let FilmUnit { data, ticks, is_key, .. } = shown.clone();
    FeedUnit { codec: FeedCodec::Vp8, data, ticks, is_key, follows }
}

#[test]
fn what_a_viewer_is_shown_is_a_camera_when_it_is_sent_back() {
    let units = shown(6);
    assert!(units[0].is_key && !units[1].is_key, "a viewer begins with a picture that stands for itself");
    let (mut bench, id, mut feed) = fed();
    let mut seen = Vec::new();
    for unit_shown in &units {
        assert_eq!(feed.push(unit(unit_shown, true)), Fed::Taken);
        let frame = bench.frame();
        assert_eq!((frame.width(), frame.height()), (320, 240));
        seen.push(barcode::read(&frame));
        std::thread::sleep(BEAT);
    }
    assert_eq!(seen, (1..=6).map(Some).collect::<Vec<_>>());
    bench.wait_for(&id, CameraState::Live);
    let status = bench.cameras.status(&id).expect("it is there");
    assert_eq!(status.codec, "vp8", "{status:?}");
    // Whoever takes over is the one who is heard.
    let other = bench.cameras.claim(&id, Identity::of([("client", "kiosk".to_owned())])).expect("the same");
    let begun = Instant::now();
    while feed.push(unit(&units[0], true)) != Fed::Gone {
        assert!(begun.elapsed() < PATIENCE, "two clients deliver");
        std::thread::sleep(BEAT);
    }
    drop(other);
}

#[test]
fn nothing_is_seen_that_rests_on_a_missing_picture() {
    let units = shown(4);
    let (bench, _, mut feed) = fed();
    assert_eq!(feed.push(unit(&units[1], true)), Fed::NeedsKeyFrame, "the client begins in the middle");
    assert_eq!(feed.push(unit(&units[0], true)), Fed::Taken);
    assert_eq!(barcode::read(&bench.frame()), Some(1));
    // The second is lost on its way.
    assert_eq!(feed.push(unit(&units[2], false)), Fed::NeedsKeyFrame);
    assert_eq!(feed.push(unit(&units[3], true)), Fed::NeedsKeyFrame);
    assert!(bench.frames.recv_timeout(4 * BEAT).is_err());
    assert_eq!(feed.push(unit(&units[0], false)), Fed::Taken, "one that stands for itself needs none before");
    assert_eq!(barcode::read(&bench.frame()), Some(1));
}

#[test]
fn a_picture_that_waited_on_its_way_is_as_old_as_it_is() {
    let units = shown(2);
    let (bench, _, mut feed) = fed();
    feed.push(unit(&units[0], true));
    assert_eq!(barcode::read(&bench.frame()), Some(1));
    let (apart, late) = (Duration::from_millis(100), Duration::from_millis(1_500));
    std::thread::sleep(late);
    // Its time stamp says that it was taken right after the first: 100 ms are 9 000 of its ticks.
    feed.push(FeedUnit { ticks: units[0].ticks + 9_000, ..unit(&units[1], true) });
    let age = bench.frame().age(Instant::now());
    // A client's clock may run a little slower than ours without being late for it.
    let drift = Duration::from_millis(5);
    assert!(age >= late - apart - drift, "{age:?}");
}

#[test]
fn what_is_no_video_ends_the_feed() {
    let units = shown(1);
    let (_bench, _, mut feed) = fed();
    assert_eq!(feed.push(unit(&units[0], true)), Fed::Taken);
    assert_eq!(feed.push(FeedUnit { codec: FeedCodec::H264, ..unit(&units[0], true) }), Fed::Gone);
    let noise = FeedUnit { data: vec![0; 64].into(), ..unit(&units[0], true) };
    assert_eq!(feed.push(noise), Fed::Gone);
}
