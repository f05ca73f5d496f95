//! Cameras of which only key frames are decoded: live all the same, and a fraction of the work.
#![allow(clippy::print_stdout, reason = "measured on the way")]

use std::time::{Duration, Instant};

use pipeline::camera::{CameraError, CameraId, CameraState, Decode};
use pipeline::frame::Frame;
use pipeline::simulate::{Clip, ClipCodec, ClipOptions, Mount, MountOptions, RtspFarm, barcode};

use crate::bench::{Bench, PATIENCE, or_skip, portrait};

/// A camera whose key frames are three seconds apart: more than the two after which another would be stalled.
fn farm(codec: ClipCodec) -> Option<(RtspFarm, Mount)> {
    let options = ClipOptions { codec, key_every_s: 3, pictures: 90, ..ClipOptions::default() };
    let clip = or_skip(Clip::encode(&[portrait()], &options))?;
    let farm = RtspFarm::start().expect("the farm starts");
    let mount = or_skip(farm.mount("hall", &clip, &MountOptions::default()))?;
    Some((farm, mount))
}

fn watching(bench: &mut Bench, mount: &Mount) -> CameraId {
    let id = bench.add_with("hall", mount.url(), |config| config.decode = Decode::KeyFrames);
    bench.wait_for(&id, CameraState::Live);
    id
}

/// How old a picture is, by its barcode, and how old it is said to be.
fn ages(mount: &Mount, frame: &Frame) -> (Duration, Duration) {
    let now = Instant::now();
    let captured =
        mount.captured_at(barcode::read(frame).expect("the barcode survives")).expect("it was sent");
    (now.saturating_duration_since(captured), frame.age(now))
}

#[test]
fn a_camera_of_key_frames_stays_live_and_its_pictures_are_as_fresh_as_any() {
    for codec in [ClipCodec::H264, ClipCodec::H265, ClipCodec::Vp8] {
        let Some((_farm, mount)) = farm(codec) else { continue };
        let mut bench = Bench::new();
        let id = watching(&mut bench, &mount);
        while bench.frames.try_recv().is_ok() {}
        let mut states = Vec::new();
        for _ in 0..4 {
            let begun = Instant::now();
            let frame = loop {
                states.push(bench.cameras.status(&id).expect("it is there").state);
                match bench.frames.recv_timeout(Duration::from_millis(100)) {
                    Ok(frame) => break frame,
                    Err(_) => assert!(begun.elapsed() < PATIENCE, "no picture"),
                }
            };
            let (age, told) = ages(&mount, &frame);
            println!("{codec:?}: {age:?} old, told {told:?}");
            assert!(frame.is_spare && age < Duration::from_millis(1_000), "{age:?} old");
            assert!(told < Duration::from_secs(1), "told {told:?} of {age:?}");
        }
        assert!(states.iter().all(|state| *state == CameraState::Live), "{states:?}");
        let status = bench.cameras.status(&id).expect("it is there");
        println!("{status:?}");
        assert_eq!((status.decode, status.decodes), (Decode::KeyFrames, Decode::KeyFrames));
        let distance = status.key_frame_distance.expect("several came");
        assert!(distance <= Duration::from_millis(3_500), "{distance:?}");
        assert!(status.frames_skipped > 8 * status.frames_in, "{status:?}");
    }
}

#[test]
fn a_camera_of_key_frames_that_falls_silent_is_stalled_and_opened_anew() {
    let Some((_farm, mount)) = farm(ClipCodec::H264) else { return };
    let mut bench = Bench::new();
    let id = watching(&mut bench, &mount);
    bench.let_pass(Duration::from_secs(4));
    mount.stall(true);
    bench.wait_for(&id, CameraState::Stalled);
    mount.stall(false);
    bench.wait_for(&id, CameraState::Live);
}

#[test]
fn what_is_decoded_is_changed_while_the_camera_is_open() {
    let Some((_farm, mount)) = farm(ClipCodec::H264) else { return };
    let mut bench = Bench::new();
    let id = watching(&mut bench, &mount);
    let status = || bench.cameras.status(&id).expect("it is there");
    bench.cameras.set_decode(&id, Decode::All).expect("it is there");
    let begun = Instant::now();
    while status().decodes == Decode::KeyFrames {
        assert!(begun.elapsed() < PATIENCE, "{:?}", status());
        std::thread::sleep(Duration::from_millis(20));
    }
    let (skipped, decoded, begun) = (status().frames_skipped, status().frames_in, Instant::now());
    while status().frames_in < decoded + 15 {
        assert!(begun.elapsed() < PATIENCE, "{:?}", status());
        std::thread::sleep(Duration::from_millis(20));
    }
    let now = status();
    assert_eq!((now.frames_skipped, now.state, now.reconnects), (skipped, CameraState::Live, 0));
    while bench.frames.try_recv().is_ok() {}
    assert!(!bench.frame().is_spare);

    bench.cameras.set_decode(&id, Decode::KeyFrames).expect("it is there");
    let begun = Instant::now();
    while status().frames_skipped < skipped + 15 {
        assert!(begun.elapsed() < PATIENCE, "{:?}", status());
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!((status().state, status().reconnects), (CameraState::Live, 0));
}

#[test]
fn where_pictures_are_pushed_all_are_decoded() {
    let bench = Bench::new();
    let id = bench.add("kiosk", "push:");
    let refused = bench.cameras.set_decode(&id, Decode::KeyFrames).expect_err("there are no key frames");
    assert!(matches!(refused, CameraError::Config(_)), "{refused}");
}
