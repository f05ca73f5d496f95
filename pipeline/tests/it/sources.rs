//! Pictures that do not come over RTSP: recordings and pushed pictures.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pipeline::camera::{CameraError, CameraId, CameraState};
use pipeline::frame::{Frame, PixelFormat};
use pipeline::simulate::{Clip, ClipCodec, ClipOptions, MountOptions, RtspFarm, barcode};
use pipeline::source::SourcePolicy;

use crate::bench::{Bench, PATIENCE, or_skip, portrait};

#[test]
fn a_recording_plays_in_real_time_and_over_and_over() {
    let options = ClipOptions { width: 320, height: 240, pictures: 15, ..ClipOptions::default() };
    let Some(clip) = or_skip(Clip::encode(&[portrait()], &options)) else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("door.mkv");
    if or_skip(clip.save(&path)).is_none() {
        return;
    }
    let mut bench =
        Bench::with(SourcePolicy { folders: vec![folder.path().to_owned()], ..SourcePolicy::default() });
    let id = bench.add("film", &format!("file://{}", path.display()));
    bench.wait_for(&id, CameraState::Live);

    let begun = Instant::now();
    let (mut wraps, mut last) = (0, 0);
    while wraps < 3 {
        let index = barcode::read(&bench.frame()).expect("a barcode");
        wraps += u32::from(index < last);
        last = index;
    }
    let took = begun.elapsed();
    assert!(took > Duration::from_millis(1_800), "three rounds of a second took {took:?}");
    let status = bench.cameras.status(&id).expect("it is there");
    assert_eq!((status.state, status.reconnects), (CameraState::Live, 0), "{status:?}");
}

#[test]
fn every_codec_that_cameras_speak_is_decoded() {
    let farm = RtspFarm::start().expect("the farm starts");
    let mut bench = Bench::new();
    let rows = [
        ("h264", ClipCodec::H264),
        ("h265", ClipCodec::H265),
        ("mjpeg", ClipCodec::Mjpeg),
        ("vp8", ClipCodec::Vp8),
    ];
    for (name, codec) in rows {
        let options = ClipOptions { width: 320, height: 240, pictures: 30, codec, ..ClipOptions::default() };
        let Some(clip) = or_skip(Clip::encode(&[portrait()], &options)) else { continue };
        let Some(mount) = or_skip(farm.mount(name, &clip, &MountOptions::default())) else { continue };
        let id = bench.add(name, mount.url());
        bench.wait_for(&id, CameraState::Live);
        let status = bench.cameras.status(&id).expect("it is there");
        assert_eq!((status.codec.as_str(), status.width, status.height), (name, 320, 240), "{status:?}");
        let frame = bench.cameras.latest(&id).expect("a picture");
        assert!(barcode::read(&frame).is_some(), "{name} pictures can be read");
    }
}

#[test]
fn pushed_pictures_make_a_camera() {
    let mut bench = Bench::new();
    let id = bench.add("kiosk", "push:");
    assert!(matches!(bench.cameras.latest_jpeg(&id, u32::MAX), Err(CameraError::NoPicture(_))));
    for index in 1..=3 {
        let frame = pushed(&bench, &id, index);
        assert_eq!((frame.width(), frame.height(), frame.format()), (320, 240, PixelFormat::Rgb24));
        assert_eq!(barcode::read(&frame), Some(index));
    }
    bench.wait_for(&id, CameraState::Live);
    bench.wait_for(&id, CameraState::Stalled);
}

#[test]
fn what_is_no_picture_is_not_taken() {
    let bench = Bench::new();
    let id = bench.add("kiosk", "push:");
    let whole = jpeg(1);
    let cut = whole[..whole.len() / 2].to_vec();
    for (bytes, code) in
        [(Vec::new(), "not_a_picture"), (cut, "truncated"), (b"GIF89a".to_vec(), "unsupported")]
    {
        let refused = bench.cameras.push(&id, bytes.into()).map_err(|error| error.code());
        assert_eq!(refused, Err(code));
    }
    let other = "nobody".parse().expect("a name");
    assert!(matches!(bench.cameras.push(&other, whole.into()), Err(CameraError::Unknown(_))));
}

/// Pushes a picture until it comes out: one that follows the last too closely is not analysed.
fn pushed(bench: &Bench, id: &CameraId, index: u32) -> Arc<Frame> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        bench.cameras.push(id, jpeg(index).into()).expect("it is taken");
        match bench.frames.recv_timeout(Duration::from_millis(200)) {
            Ok(frame) if barcode::read(&frame) == Some(index) => return frame,
            _ => {}
        }
    }
    panic!("picture {index} did not come out");
}

pub(crate) fn jpeg(index: u32) -> Vec<u8> {
    let options = ClipOptions { width: 320, height: 240, ..ClipOptions::default() };
    let still = pipeline::simulate::picture(&[portrait()], &options, index).expect("a picture");
    let mut jpeg = Vec::new();
    jpeg_encoder::Encoder::new(&mut jpeg, 85)
        .encode(still.rgb(), 320, 240, jpeg_encoder::ColorType::Rgb)
        .expect("it encodes");
    jpeg
}
