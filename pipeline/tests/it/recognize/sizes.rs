//! How small and how large a face may be: two portraits, made smaller and larger, on grey frames.

use image::RgbImage;
use image::imageops::{FilterType, replace, resize};
use plugin_host::{CallContext, Detector, Face, FourCc, Frame, FrameDesc, Plane};

use crate::recognize::vision::{LIVENESS_OFF, detector, portrait, steps};

/// A box: left, top, width, height.
type Bounds = [f32; 4];

fn picture(file: &str) -> RgbImage {
    let still = portrait(file);
    RgbImage::from_raw(still.width(), still.height(), still.rgb().to_vec()).expect("the bytes are whole")
}

fn found(detector: &Detector, picture: &RgbImage) -> Vec<Face> {
    let (width, height) = picture.dimensions();
    let desc = FrameDesc {
        width,
        height,
        fourcc: FourCc::RGB24,
        pts_ns: 0,
        seq: 0,
        stream_id: 0,
        colour_matrix: Default::default(),
        colour_range: Default::default(),
    };
    let plane = Plane { data: picture.as_raw(), pitch: 3 * width, rows: height };
    let frame = Frame::new(&desc, &[plane]).expect("the picture is a frame");
    detector.detect(&CallContext::default(), &[frame]).expect("the detector works")
}

fn bounds(face: &Face) -> Bounds {
    [face.bbox.x, face.bbox.y, face.bbox.w, face.bbox.h]
}

/// Intersection over union.
fn overlap(a: Bounds, b: Bounds) -> f32 {
    let common = |of: usize| (a[of] + a[of + 2]).min(b[of] + b[of + 2]) - a[of].max(b[of]);
    let common = common(0).max(0.0) * common(1).max(0.0);
    common / (a[2] * a[3] + b[2] * b[3] - common)
}

/// A grey frame of this size with the portrait in it, so that the face in the box `face` becomes `width_px` wide, with its
/// middle at `middle`, and where its box is then.
fn frame(
    portrait: &RgbImage,
    face: Bounds,
    size: (u32, u32),
    width_px: f32,
    middle: (f32, f32),
) -> (RgbImage, Bounds) {
    let mut frame = RgbImage::from_fn(size.0, size.1, |x, y| {
        image::Rgb([90 + (60 * x / size.0) as u8, 100 + (50 * y / size.1) as u8, 110])
    });
    let scale = width_px / face[2];
    let scaled = |side: u32| (side as f32 * scale).round() as u32;
    let large = resize(portrait, scaled(portrait.width()), scaled(portrait.height()), FilterType::CatmullRom);
    let at = |of: usize, middle: f32| (middle - scale * (face[of] + face[of + 2] / 2.0)).round();
    let (left, top) = (at(0, middle.0), at(1, middle.1));
    replace(&mut frame, &large, left as i64, top as i64);
    (frame, [scale * face[0] + left, scale * face[1] + top, width_px, scale * face[3]])
}

#[test]
fn faces_from_24_pixels_to_nine_tenths_of_the_frame_are_found() {
    let detector = steps(LIVENESS_OFF).detector;
    for file in ["eileen-collins.jpg", "grace-hopper.jpg"] {
        let portrait = picture(file);
        let face = bounds(&found(&detector, &portrait)[0]);
        for size @ (width, height) in [(640, 480), (1920, 1080)] {
            let (w, h) = (width as f32, height as f32);
            let sizes = [24.0, 32.0, 48.0, 96.0, 130.0, 200.0, 0.5 * h, 0.7 * h, 0.9 * h];
            for (width_px, least) in sizes.into_iter().zip([0.45, 0.45, 0.45, 0.45, 0.45, 0.7, 0.7, 0.7, 0.7])
            {
                // In the middle, and as far in a corner as the whole face goes.
                let corner = width_px.max(width_px * face[3] / face[2]) / 2.0 + 4.0;
                for middle in [(w / 2.0, h / 2.0), (w - corner, corner)] {
                    let (frame, bounds_of_it) = frame(&portrait, face, size, width_px, middle);
                    let seen = found(&detector, &frame);
                    let best =
                        seen.iter().map(|face| overlap(bounds(face), bounds_of_it)).fold(0.0, f32::max);
                    eprintln!("{file} {size:?} {width_px} {middle:?}: {best:.2} of {}", seen.len());
                    assert!(best >= least, "{file}, {width_px} pixels of {size:?} at {middle:?}: {best}");
                }
            }
        }
    }
}

#[test]
fn a_face_cut_by_the_frames_edge_is_found_small_and_large() {
    let detector = steps(LIVENESS_OFF).detector;
    for file in ["eileen-collins.jpg", "grace-hopper.jpg"] {
        let portrait = picture(file);
        let face = bounds(&found(&detector, &portrait)[0]);
        for width_px in [40.0, 300.0] {
            // A fifth of the face is outside.
            let (frame, expected) = frame(&portrait, face, (1280, 720), width_px, (0.3 * width_px, 360.0));
            let seen = found(&detector, &frame);
            let best = seen.iter().map(|face| overlap(bounds(face), expected)).fold(0.0, f32::max);
            assert!(best >= 0.4, "{file}, {width_px} pixels: {best}");
        }
    }
}

#[test]
fn mtcnn_finds_faces_of_all_sizes_and_hands_on_the_same_landmarks() {
    let (usual, mtcnn) = (detector("detection-blazeface"), detector("detection-mtcnn"));
    for file in ["eileen-collins.jpg", "grace-hopper.jpg"] {
        let portrait = picture(file);
        let face = bounds(&found(&usual, &portrait)[0]);
        for width_px in [60.0, 96.0, 200.0, 336.0] {
            let (frame, _) = frame(&portrait, face, (640, 480), width_px, (320.0, 240.0));
            let (expected, seen) = (found(&usual, &frame), found(&mtcnn, &frame));
            assert_eq!((expected.len(), seen.len()), (1, 1), "{file}, {width_px} pixels");
            let [left, right, ..] = expected[0].landmarks;
            let apart = (right.x - left.x).hypot(right.y - left.y);
            for (a, b) in expected[0].landmarks.iter().zip(seen[0].landmarks) {
                let off = (a.x - b.x).hypot(a.y - b.y) / apart;
                assert!(off < 0.12, "{file}, {width_px} pixels: {off} of the eyes' distance");
            }
        }
    }
}
