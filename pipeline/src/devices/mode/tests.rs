//! What is asked of cameras that describe themselves as real ones do.

use std::str::FromStr;

use super::*;

/// A webcam whose cable carries few raw pictures: all of it as JPEG, the large ones raw only slowly.
const WEBCAM: &str = "video/x-raw, format=YUY2, width=1920, height=1080, framerate=5/1; \
     video/x-raw, format=YUY2, width=1280, height=720, framerate={(fraction)10/1,(fraction)5/1}; \
     video/x-raw, format=YUY2, width=640, height=480, framerate={(fraction)30/1,(fraction)15/1,(fraction)10/1}; \
     video/x-raw, format=YUY2, width=320, height=240, framerate={(fraction)30/1,(fraction)10/1}; \
     image/jpeg, width=1920, height=1080, framerate={(fraction)30/1,(fraction)15/1}; \
     image/jpeg, width=640, height=480, framerate={(fraction)30/1,(fraction)15/1}";
/// One that delivers JPEG only, at the rates of television.
const JPEG_ONLY: &str = "image/jpeg, width=1280, height=720, framerate={(fraction)30000/1001,(fraction)15/1}; \
     image/jpeg, width=320, height=240, framerate=30/1";
/// A sensor on the board: any size in steps, any rate.
const SENSOR: &str = "video/x-raw, format={(string)NV12,(string)YUY2,(string)RGBA}, width=[32,3280,16], \
     height=[32,2464,16], framerate=[1/1,90/1]";
/// A picture in memory that only the graphics processor reads, and formats that nobody here knows.
const ELSEWHERE: &str = "video/x-raw(memory:DMABuf), format=NV12, width=640, height=480, framerate=30/1; \
     video/x-bayer, format=rggb, width=640, height=480, framerate=30/1; \
     video/x-raw, format=GRAY8, width=640, height=480, framerate=30/1";
const SMALL: &str = "video/x-raw, format=YUY2, width=160, height=120, framerate=30/1; \
     video/x-raw, format=YUY2, width=352, height=288, framerate=15/1; \
     image/jpeg, width=352, height=288, framerate=30/1";

fn caps(text: &str) -> gst::Caps {
    crate::runtime::start().unwrap();
    gst::Caps::from_str(text).unwrap()
}

fn check(camera: &str, fps_min: u32, expected: Option<&str>) {
    let found = chosen(&caps(camera), fps_min).map(|mode| mode.to_string());
    assert_eq!(found.as_deref(), expected, "{fps_min} of {camera}");
}

#[test]
fn what_is_asked_for_suffices_and_costs_the_least() {
    // Raw pictures cost a fifteenth of JPEG's, and no more of them are asked for than are looked at.
    check(WEBCAM, 10, Some("YUY2 640x480 at 10"));
    check(WEBCAM, 12, Some("YUY2 640x480 at 15"));
    check(WEBCAM, 30, Some("YUY2 640x480 at 30"));
    check(SENSOR, 10, Some("NV12 640x480 at 10"));
    check(JPEG_ONLY, 10, Some("MJPG 1280x720 at 15"));
    check(JPEG_ONLY, 20, Some("MJPG 1280x720 at 29.97002997002997"));
}

#[test]
fn where_nothing_suffices_the_size_comes_first_and_then_the_rate() {
    check(SMALL, 10, Some("YUY2 352x288 at 15"));
    check(SMALL, 25, Some("MJPG 352x288 at 30"));
    check(WEBCAM, 60, Some("YUY2 640x480 at 30"));
    check(JPEG_ONLY, 60, Some("MJPG 1280x720 at 29.97002997002997"));
}

#[test]
fn what_cannot_be_read_is_not_asked_for() {
    check(ELSEWHERE, 10, None);
    check("EMPTY", 10, None);
    check("ANY", 10, None);
    check("video/x-raw, format=YUY2, width=640, height=480, framerate=0/1", 10, None);
}

#[test]
fn a_range_gives_a_size_in_its_steps() {
    let sized = |range: &str| {
        let text = format!("video/x-raw, format=NV12, width={range}, height=480, framerate=30/1");
        chosen(&caps(&text), 10).map(|mode| mode.width)
    };
    for (range, expected) in
        [("[48,1920,48]", 672), ("[100,1900,100]", 700), ("[16,320]", 320), ("[800,1920]", 800)]
    {
        assert_eq!(sized(range), Some(expected), "{range}");
    }
}

#[test]
fn every_mode_that_is_named_is_listed_and_ranges_are_not() {
    assert_eq!(modes(&caps(WEBCAM)).len(), 12);
    assert_eq!(modes(&caps(SENSOR)), []);
    let endless = [JPEG_ONLY; 600].join("; ");
    assert!(modes(&caps(&endless)).len() <= MODES_MAX);
}

#[test]
fn a_camera_is_asked_for_what_it_can_deliver() {
    for camera in [WEBCAM, JPEG_ONLY, SENSOR, SMALL, ELSEWHERE] {
        let camera = caps(camera);
        let mode = chosen(&camera, 10);
        let asked = filter(mode);
        assert!(asked.can_intersect(&camera), "{asked}");
        assert_eq!(asked.is_fixed(), mode.is_some(), "{asked}");
    }
}
