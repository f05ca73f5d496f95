//! What is done to a camera, and to its stream, is named soon, and over when it is undone.
#![allow(clippy::print_stdout, reason = "measured on the way")]

use std::time::Duration;

use pipeline::camera::{CameraState, ViewOptions};
use pipeline::simulate::{Clip, ClipCodec, ClipOptions, Look, Mount, MountOptions, Room, RtspFarm};

use crate::bench::{Bench, or_skip};

/// Three seconds, and what a busy machine adds.
const NAMED_WITHIN: Duration = Duration::from_secs(10);
const VIEW: ViewOptions = ViewOptions { learn_s: 3, covered: true, blurred: true, moved: true };

/// Two seconds of a room.
fn clip(options: &ClipOptions, look: &Look<'_>) -> Option<Clip> {
    let room = Room::new(options.width as usize, options.height as usize, 7);
    or_skip(Clip::painted(options, |index| room.paint(look, index)))
}

fn small() -> ClipOptions {
    ClipOptions { width: 320, height: 240, pictures: 30, ..ClipOptions::default() }
}

/// A camera that sees a room.
fn watching() -> Option<(RtspFarm, Mount)> {
    let farm = RtspFarm::start().expect("the farm starts");
    let clip = clip(&small(), &Look::default())?;
    let mount = or_skip(farm.mount("door", &clip, &MountOptions::default()))?;
    Some((farm, mount))
}

#[test]
fn a_covered_blurred_or_moved_camera_is_named_until_it_is_put_right() {
    let Some((_farm, mount)) = watching() else { return };
    let mut bench = Bench::new();
    let id = bench.add_with("door", mount.url(), |config| config.view = VIEW);
    bench.wait_for(&id, CameraState::Live);
    let rows = [
        (Look { cover: Some([120; 3]), ..Look::default() }, CameraState::Covered),
        (Look { blur_px: 4, ..Look::default() }, CameraState::Blurred),
        (Look { turned: (40, 0), ..Look::default() }, CameraState::Moved),
    ];
    for (look, state) in rows {
        // The view is known after this: 16 pictures, which a busy machine looks at late.
        bench.let_pass(2 * Duration::from_secs(VIEW.learn_s));
        mount.show(clip(&small(), &look));
        let took = bench.wait_for(&id, state);
        println!("{}: named after {took:?}", state.name());
        assert!(took < NAMED_WITHIN, "{}: named after {took:?}", state.name());
        assert_eq!(bench.cameras.status(&id).expect("it is there").reason, state.advice());
        mount.show(None);
        bench.wait_for(&id, CameraState::Live);
    }
}

#[test]
fn a_moved_camera_stays_moved_over_a_restart_until_its_view_is_accepted() {
    let Some((_farm, mount)) = watching() else { return };
    let mut bench = Bench::new();
    let id = bench.add_with("door", mount.url(), |config| config.view = VIEW);
    bench.wait_for(&id, CameraState::Live);
    bench.let_pass(2 * Duration::from_secs(VIEW.learn_s));
    mount.show(clip(&small(), &Look { turned: (40, 20), ..Look::default() }));
    bench.wait_for(&id, CameraState::Moved);
    mount.end();
    bench.wait_for(&id, CameraState::Offline);
    bench.wait_for(&id, CameraState::Moved);
    bench.cameras.accept(&id).expect("it is there");
    bench.wait_for(&id, CameraState::Live);
}

#[test]
fn a_damaged_stream_is_named_and_what_rests_on_the_damage_is_not_analysed() {
    let farm = RtspFarm::start().expect("the farm starts");
    let options = ClipOptions { pictures: 60, ..small() };
    let Some(clip) = clip(&options, &Look::default()) else { return };
    let Some(mount) = or_skip(farm.mount("door", &clip, &MountOptions::default())) else { return };
    let mut bench = Bench::new();
    let id = bench.add("door", mount.url());
    bench.wait_for(&id, CameraState::Live);
    mount.damage(300);
    let took = bench.wait_for(&id, CameraState::Damaged);
    println!("damage was named after {took:?}");
    assert!(took < NAMED_WITHIN, "named after {took:?}");
    let before = bench.cameras.status(&id).expect("it is there");
    bench.let_pass(Duration::from_secs(3));
    let after = bench.cameras.status(&id).expect("it is there");
    let (came, analysed) =
        (after.frames_in - before.frames_in, after.frames_analysed - before.frames_analysed);
    println!("{came} pictures came, {analysed} were analysed");
    assert!(3 * analysed < 2 * came, "{analysed} of {came} were analysed");
    mount.damage(0);
    bench.wait_for(&id, CameraState::Live);
}

#[test]
fn a_slow_camera_is_live_and_another_size_is_taken_as_it_comes() {
    let Some((_farm, mount)) = watching() else { return };
    let mut bench = Bench::new();
    let id = bench.add("door", mount.url());
    bench.wait_for(&id, CameraState::Live);
    mount.keys_only(true);
    bench.let_pass(Duration::from_secs(6));
    let status = bench.cameras.status(&id).expect("it is there");
    assert_eq!(status.state, CameraState::Live, "{status:?}");
    assert!(status.fps < 3.0, "{status:?}");
    mount.keys_only(false);
    let large = ClipOptions { width: 640, height: 360, ..small() };
    mount.show(clip(&large, &Look::default()));
    while bench.frame().width() != 640 {}
    let status = bench.cameras.status(&id).expect("it is there");
    assert_eq!((status.state, status.width, status.height), (CameraState::Live, 640, 360));
}

#[test]
fn another_camera_in_its_place_is_replaced() {
    let Some((farm, mount)) = watching() else { return };
    let (url, port) = (mount.url().to_owned(), farm.port());
    let mut bench = Bench::new();
    let id = bench.add("door", &url);
    bench.wait_for(&id, CameraState::Live);
    drop(farm);
    bench.wait_for(&id, CameraState::Offline);
    let other = RtspFarm::start_at(port).expect("the port is free");
    let options = ClipOptions { codec: ClipCodec::Mjpeg, ..small() };
    let Some(clip) = clip(&options, &Look::default()) else { return };
    let Some(_mount) = or_skip(other.mount("door", &clip, &MountOptions::default())) else { return };
    bench.wait_for(&id, CameraState::Replaced);
}
