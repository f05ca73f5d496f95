//! A preview shows what the frame shows, small, with its boxes.

use std::time::{Instant, SystemTime};

use super::*;
use crate::frame::Capture;
use crate::still::{self, Still, StillLimits};

fn frame(width: u32, height: u32, colour: [u8; 3]) -> Frame {
    let rgb = colour.repeat((width * height) as usize);
    let still = Still::from_rgb(width, height, rgb).expect("pixels");
    let captured = Capture { at: Instant::now(), wall: SystemTime::now(), pts_ns: None };
    Frame::from_still("door".parse().expect("a name"), 0, captured, still)
}

fn shown(frame: &Frame, overlay: &[OverlayBox]) -> Still {
    let jpeg = Preview::default().encode(frame, overlay).expect("it encodes");
    still::decode(&jpeg, &StillLimits::default()).expect("it is a JPEG")
}

fn pixel(still: &Still, x: u32, y: u32) -> [u8; 3] {
    let at = ((y * still.width() + x) * 3) as usize;
    [still.rgb()[at], still.rgb()[at + 1], still.rgb()[at + 2]]
}

fn near(found: [u8; 3], expected: [u8; 3]) -> bool {
    found.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= 8)
}

#[test]
fn a_large_frame_is_scaled_and_keeps_its_colour() {
    let shown = shown(&frame(1280, 720, [200, 40, 90]), &[]);
    assert_eq!((shown.width(), shown.height()), (640, 360));
    assert!(near(pixel(&shown, 320, 180), [200, 40, 90]), "{:?}", pixel(&shown, 320, 180));
}

#[test]
fn a_small_frame_keeps_its_size() {
    let shown = shown(&frame(320, 241, [10, 10, 10]), &[]);
    assert_eq!((shown.width(), shown.height()), (320, 241));
}

#[test]
fn a_box_is_drawn_where_it_lies_in_the_frame() {
    let mark = OverlayBox { x: 200.0, y: 100.0, width: 400.0, height: 300.0, tone: Tone::Good };
    let shown = shown(&frame(1280, 720, [90, 90, 90]), &[mark]);
    let [r, g, b] = pixel(&shown, 200, 51);
    assert!(g > 130 && g > r.saturating_add(40) && g > b.saturating_add(40), "top edge {:?}", [r, g, b]);
    assert!(near(pixel(&shown, 200, 100), [90, 90, 90]), "inside");
    assert!(near(pixel(&shown, 80, 51), [90, 90, 90]), "outside");
}

#[test]
fn a_box_beyond_the_frame_is_clipped() {
    let all = [f32::NEG_INFINITY, -50.0, 0.0, 600.0, 1e9, f32::NAN];
    let marks = all.map(|at| OverlayBox { x: at, y: at, width: 200.0, height: 1e9, tone: Tone::Bad });
    assert_eq!(shown(&frame(640, 480, [0, 0, 0]), &marks).width(), 640);
}

#[test]
fn a_picture_that_is_shown_smaller_is_no_larger_than_it_is_shown() {
    let small = |width| {
        let jpeg =
            Preview::default().at_most(width).encode(&frame(640, 480, [9, 9, 9]), &[]).expect("it encodes");
        let shown = still::decode(&jpeg, &StillLimits::default()).expect("it is a JPEG");
        (shown.width(), shown.height())
    };
    assert_eq!([420, 640, u32::MAX].map(small), [(420, 315), (640, 480), (640, 480)]);
}

#[test]
fn lines_thinner_than_a_pixel_of_the_picture_are_mixed_and_none_is_left_out() {
    // Black and white by turns: whatever is sampled alone would be one of them.
    for (columns, shown_px) in [(640, 420), (640, 320), (1920, 640)] {
        let rgb: Vec<u8> = (0..columns * 480).flat_map(|at| [if at % 2 == 0 { 0 } else { 255 }; 3]).collect();
        let still = Still::from_rgb(columns, 480, rgb).expect("pixels");
        let captured = Capture { at: Instant::now(), wall: SystemTime::now(), pts_ns: None };
        let frame = Frame::from_still("door".parse().expect("a name"), 0, captured, still);
        let canvas = Preview::default().at_most(shown_px).drawn(&frame, &[]);
        let extremes = canvas.ycc.iter().step_by(3).filter(|luma| !(24..=231).contains(*luma)).count();
        let share = extremes as f64 / (canvas.width * canvas.height) as f64;
        assert!(share < 0.25, "of {columns} columns in {shown_px}: {share:.2}");
    }
}
