//! What is cut out, at which size, and where the face is then.

use std::time::{Instant, SystemTime};

use super::*;
use crate::camera::CameraId;
use crate::frame::Capture;

/// A picture whose red is the column and whose green is the row.
fn frame(width: u32, height: u32) -> Frame {
    let pixels = (0..height).flat_map(|y| (0..width).flat_map(move |x| [x as u8, y as u8, 7]));
    let still = Still::from_rgb(width, height, pixels.collect()).unwrap();
    let captured = Capture { at: Instant::now(), wall: SystemTime::UNIX_EPOCH, pts_ns: None };
    Frame::from_still(CameraId::trial(), 0, captured, still)
}

fn face(x: f32, y: f32, side: f32) -> Face {
    let landmarks = [Point { x: x + side / 2.0, y: y + side / 2.0 }; 5];
    Face { bbox: Rect { x, y, w: side, h: side }, landmarks, ..Face::default() }
}

#[test]
fn a_cut_holds_the_face_with_some_room_and_no_more_of_the_picture() {
    for (bbox, side_max, expected) in [
        ((100.0, 80.0, 50.0), 256, Some((90, 90))),
        ((100.0, 80.0, 50.0), 45, Some((45, 45))),
        // At the picture's corner, and of the whole picture.
        ((0.0, 0.0, 50.0), 256, Some((70, 70))),
        ((0.0, 0.0, 300.0), 64, Some((64, 51))),
        ((900.0, 900.0, 50.0), 256, None),
        ((f32::NAN, 0.0, 50.0), 256, None),
    ] {
        let (x, y, side) = bbox;
        let cut = FaceCrop::of(&frame(250, 200), &face(x, y, side), side_max);
        let size = cut.map(|cut| (cut.picture().width(), cut.picture().height()));
        assert_eq!(size, expected, "{bbox:?}");
    }
}

#[test]
fn a_landmark_lies_on_the_same_pixel_of_the_cut() {
    for side_max in [256, 45, 30] {
        let cut = FaceCrop::of(&frame(250, 200), &face(101.0, 80.0, 50.0), side_max).unwrap();
        let point = cut.face().landmarks[0];
        let [red, green, blue] = cut.picture().sample(point.x, point.y);
        // The middle of the face is at 126, 105 of the picture, whose colours say where they are.
        assert!((i32::from(red) - 126).abs() <= 1 && (i32::from(green) - 105).abs() <= 1, "{red} {green}");
        assert_eq!(blue, 7);
    }
}

#[test]
fn video_is_cut_in_its_colours() {
    // BT.601 in television's range: white, black, and a pure red (81, 90, 240).
    for (luma, blue, red, expected) in
        [(235, 128, 128, [255, 255, 255]), (16, 128, 128, [0, 0, 0]), (81, 90, 240, [255, 0, 0])]
    {
        let (y, interleaved) = ([luma; 16], [blue, red, blue, red, blue, red, blue, red]);
        let (u, v) = ([blue; 4], [red; 4]);
        let colour = Colour { full_range: false, bt709: false };
        let planar = Planes { data: [&y, &u, &v], strides: [4, 2, 2] };
        let pairs = Planes { data: [&y, &interleaved, &[]], strides: [4, 4, 0] };
        for (planes, format) in [(planar, PixelFormat::I420), (pairs, PixelFormat::Nv12)] {
            let found = Pixels::of(&planes, format, colour).at(3, 3);
            let far = found.iter().zip(expected).map(|(a, b)| (a - b as f32).abs()).fold(0.0, f32::max);
            assert!(far < 2.0, "{found:?} is not {expected:?}");
        }
    }
}

#[test]
fn a_cut_comes_back_from_its_bytes_and_others_do_not() {
    let cut = FaceCrop::of(&frame(250, 200), &face(101.0, 80.0, 50.0), 256).unwrap();
    let bytes = cut.to_bytes().unwrap();
    let back = FaceCrop::from_bytes(&bytes).unwrap();
    assert_eq!((back.face().bbox, back.face().landmarks), (cut.face().bbox, cut.face().landmarks));
    assert_eq!(back.picture().rgb().len(), cut.picture().rgb().len());
    let far = back.picture().rgb().iter().zip(cut.picture().rgb()).map(|(a, b)| a.abs_diff(*b)).max();
    assert!(far < Some(24), "{far:?}");
    let mut broken = bytes.clone();
    broken[..4].copy_from_slice(&f32::NAN.to_le_bytes());
    for (bytes, why) in [(&bytes[..20], "short"), (&bytes[..60], "no picture"), (&broken[..], "no number")] {
        assert!(FaceCrop::from_bytes(bytes).is_err(), "{why}");
    }
}
