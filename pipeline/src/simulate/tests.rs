//! Barcodes survive, clips are what was asked for.

use std::time::{Instant, SystemTime};

use super::clip::picture;
use super::*;
use crate::frame::{Capture, Frame};
use crate::still::Still;

fn portrait() -> Still {
    let rgb = (0..90 * 120).flat_map(|i: u32| [(i % 90) as u8 * 2, (i / 90) as u8 * 2, 128]).collect();
    Still::from_rgb(90, 120, rgb).expect("pixels")
}

fn frame(still: Still) -> Frame {
    let captured = Capture { at: Instant::now(), wall: SystemTime::now(), pts_ns: None };
    Frame::from_still("sim".parse().expect("a name"), 0, captured, still)
}

#[test]
fn a_barcode_reads_back_at_every_size() {
    for (width, height) in [(640, 480), (1280, 720), (320, 240), (642, 360)] {
        for index in [0, 1, 77, 0x2a_aaaa, barcode::INDEX_END - 1] {
            let mut rgb = vec![128; (width * height * 3) as usize];
            barcode::draw(&mut rgb, width as usize, height as usize, index);
            let still = Still::from_rgb(width, height, rgb).expect("pixels");
            assert_eq!(barcode::read(&frame(still)), Some(index), "{width} x {height}");
        }
    }
}

#[test]
fn a_picture_without_a_barcode_has_none() {
    assert_eq!(barcode::read(&frame(portrait())), None);
    let grey = Still::from_rgb(64, 64, vec![128; 64 * 64 * 3]).expect("pixels");
    assert_eq!(barcode::read(&frame(grey)), None);
}

#[test]
fn a_damaged_barcode_is_not_read() {
    let mut rgb = vec![128; 640 * 480 * 3];
    barcode::draw(&mut rgb, 640, 480, 1234);
    // Turns the eleventh cell over.
    for y in 480 - barcode::height(480)..480 {
        for x in 10 * 20..11 * 20 {
            rgb[(y * 640 + x) * 3..][..3].iter_mut().for_each(|sample| *sample = 251 - *sample);
        }
    }
    assert_eq!(barcode::read(&frame(Still::from_rgb(640, 480, rgb).expect("pixels"))), None);
}

#[test]
fn the_movement_ends_where_it_began() {
    let options = ClipOptions { noise: 0, pictures: 30, width: 160, height: 120, ..ClipOptions::default() };
    let paint = |index| picture(&[portrait()], &options, index).expect("a picture");
    let room = 160 * 116 * 3;
    assert_eq!(paint(0).rgb()[..room], paint(30).rgb()[..room]);
    assert_ne!(paint(0).rgb()[..room], paint(15).rgb()[..room]);
}

#[test]
fn a_large_photograph_is_shrunk_smoothly() {
    // Stripes of one pixel: sampled they would stay black and white, shrunk they are grey.
    let rgb = (0..1600 * 1200).flat_map(|i: u32| [(i % 2 * 255) as u8; 3]).collect();
    let stripes = Still::from_rgb(1600, 1200, rgb).expect("pixels");
    let options = ClipOptions { noise: 0, width: 160, height: 120, ..ClipOptions::default() };
    let shown = picture(&[stripes], &options, 0).expect("a picture");
    let middle = &shown.rgb()[(60 * 160 + 40) * 3..][..80 * 3];
    assert!(middle.iter().all(|sample| (120..136).contains(sample)), "{middle:?}");
}

#[test]
fn impossible_clips_are_refused() {
    let rows = [
        ClipOptions { width: 641, ..ClipOptions::default() },
        ClipOptions { height: 0, ..ClipOptions::default() },
        ClipOptions { fps: 0, ..ClipOptions::default() },
        ClipOptions { pictures: 0, ..ClipOptions::default() },
        ClipOptions { noise: 200, ..ClipOptions::default() },
    ];
    for options in rows {
        assert!(
            matches!(Clip::encode(&[portrait()], &options), Err(SimulateError::Options(_))),
            "{options:?}"
        );
    }
    assert!(matches!(Clip::encode(&[], &ClipOptions::default()), Err(SimulateError::Options(_))));
}
