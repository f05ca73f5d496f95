//! A camera that works: its pictures, its numbers, its previews.
#![allow(clippy::print_stdout, reason = "measured on the way")]

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use pipeline::camera::{CameraError, CameraState};
use pipeline::frame::PixelFormat;
use pipeline::simulate::barcode;
use pipeline::source::SourceUrl;
use pipeline::still::{self, StillLimits};

use crate::bench::{Bench, farm};

#[test]
fn a_camera_goes_live_and_delivers_fresh_pictures_of_its_size() {
    let Some((_farm, mount)) = farm() else { return };
    let mut bench = Bench::new();
    let id = bench.add("door", mount.url());
    bench.wait_for(&id, CameraState::Live);

    while bench.frames.try_recv().is_ok() {}
    let mut ages: Vec<Duration> = Vec::new();
    let mut last_seq = 0;
    while ages.len() < 40 {
        let frame = bench.frame();
        assert_eq!((frame.width(), frame.height()), (640, 480));
        assert!(matches!(frame.format(), PixelFormat::I420 | PixelFormat::Nv12));
        assert!(frame.seq > last_seq, "pictures come in order");
        last_seq = frame.seq;
        let index = barcode::read(&frame).expect("the barcode survives H.264");
        let captured = mount.captured_at(index).expect("it was sent");
        ages.push(captured.elapsed());
        let told = frame.captured.at.saturating_duration_since(captured);
        assert!(told < Duration::from_secs(1), "the told time of capture is {told:?} off");
    }
    ages.sort();
    println!("age by barcode: p50 {:?} p95 {:?}", ages[20], ages[38]);
    assert!(ages[20] < Duration::from_secs(2), "a picture is {:?} old", ages[20]);

    let status = bench.cameras.status(&id).expect("it is there");
    assert_eq!((status.width, status.height, status.codec.as_str()), (640, 480, "h264"));
    assert!(!status.decoder.is_empty() && status.frames_in >= 40, "{status:?}");
    assert!((1.0..60.0).contains(&status.fps), "{status:?}");
    assert_eq!(bench.cameras.list().len(), 1);
}

#[test]
fn no_more_pictures_are_handed_on_than_are_wanted() {
    let Some((_farm, mount)) = farm() else { return };
    let mut bench = Bench::new();
    let id = bench.add_with("door", mount.url(), |config| config.analysed_fps_max = 5);
    bench.wait_for(&id, CameraState::Live);
    let begun = Instant::now();
    for _ in 0..10 {
        bench.frame();
    }
    assert!(begun.elapsed() > Duration::from_millis(1_500), "ten in {:?}", begun.elapsed());
    let status = bench.cameras.status(&id).expect("it is there");
    assert!(status.frames_in > 2 * status.frames_analysed - 5, "{status:?}");
}

#[test]
fn viewers_share_one_preview_and_it_ends_with_the_camera() {
    let Some((_farm, mount)) = farm() else { return };
    let mut bench = Bench::new();
    let id = bench.add("door", mount.url());
    bench.wait_for(&id, CameraState::Live);
    bench.frame();
    let (picture, captured) = bench.cameras.latest_jpeg(&id, u32::MAX).expect("a picture");
    let latest = bench.cameras.latest(&id).expect("a picture").captured;
    assert!(captured.at <= latest.at && latest.at.duration_since(captured.at).as_secs() < 60);
    let shown = still::decode(&picture, &StillLimits::default()).expect("a JPEG");
    assert_eq!((shown.width(), shown.height()), (640, 480));
    let (smaller, _) = bench.cameras.latest_jpeg(&id, 320).expect("a picture");
    let shown = still::decode(&smaller, &StillLimits::default()).expect("a JPEG");
    assert_eq!((shown.width(), shown.height()), (320, 240));

    let mut first = Box::pin(bench.cameras.mjpeg(&id).expect("it is there"));
    let mut second = Box::pin(bench.cameras.mjpeg(&id).expect("it is there"));
    assert_eq!(bench.cameras.status(&id).expect("it is there").viewers, 2);
    let (one, two) = bench.block_on(async { (first.next().await, second.next().await) });
    for picture in [one, two] {
        let picture = picture.expect("a picture");
        still::decode(&picture, &StillLimits::default()).expect("a JPEG");
    }
    drop(second);
    assert_eq!(bench.cameras.status(&id).expect("it is there").viewers, 1);

    bench.cameras.remove(&id).expect("it is removed");
    bench.block_on(async { while first.next().await.is_some() {} });
    assert!(matches!(bench.cameras.latest_jpeg(&id, u32::MAX), Err(CameraError::Unknown(_))));
}

#[test]
fn testing_a_source_reports_what_it_delivers() {
    let Some((farm, mount)) = farm() else { return };
    let bench = Bench::new();
    let source = SourceUrl::parse(mount.url()).expect("a source");
    let report = bench.cameras.test(&source, Duration::from_secs(15)).expect("it delivers");
    println!("first frame {:?}, {} by {}", report.first_frame, report.codec, report.decoder);
    assert_eq!((report.width, report.height, report.codec.as_str()), (640, 480, "h264"));
    assert!((1.0..60.0).contains(&report.fps), "{report:?}");

    farm.kill();
    let refused = bench.cameras.test(&source, Duration::from_secs(15)).expect_err("nobody listens");
    assert_eq!(refused.code(), "offline", "{refused}");
}

#[test]
fn names_are_unique_and_sources_are_checked() {
    let bench = Bench::with(Default::default());
    let id = bench.add("kiosk", "push:");
    let config = |source: &str| pipeline::camera::CameraConfig {
        id: id.clone(),
        source: SourceUrl::parse(source).expect("a source"),
        decode: Default::default(),
        analysed_fps_max: 10,
        frozen_after_ms: 10_000,
        loop_s_max: 0,
        view: Default::default(),
        idle: Default::default(),
    };
    let code = |result: Result<(), CameraError>| result.map_err(|error| error.code());
    assert_eq!(code(bench.cameras.add(config("push:"))), Err("camera_exists"));
    assert_eq!(code(bench.cameras.add(config("rtsp://127.0.0.1/"))), Err("source_address_refused"));
    let mut wild = config("push:");
    wild.analysed_fps_max = 0;
    assert_eq!(code(bench.cameras.add(wild)), Err("camera_config_invalid"));
    assert_eq!(code(bench.cameras.remove(&"nobody".parse().expect("a name"))), Err("camera_not_found"));
}
