//! Each fault has its name, and a good face has none.
use plugin_host::{Point, Rect};

use super::*;

type Change = fn(&mut Measured);

fn good() -> Measured {
    Measured {
        eye_distance_px: 70.0,
        sharpness_variance: 200.0,
        yaw_deg: -3.0,
        pitch_deg: 5.0,
        brightness_luma: 120.0,
        contrast_luma: 45.0,
        presence: 0.98,
        outside_share: 0.0,
        score: 0.95,
    }
}

fn names(measured: &Measured) -> Vec<&'static str> {
    let report = judge(measured, &QualityOptions::default());
    assert_eq!(report.ok, report.reasons.is_empty());
    report.reasons.iter().map(|refusal| refusal.reason.name()).collect()
}

#[test]
fn each_fault_is_named() {
    let rows: [(&str, Change); 12] = [
        ("too_small", |m| m.eye_distance_px = 12.0),
        ("blurred", |m| m.sharpness_variance = 3.0),
        ("pose", |m| m.yaw_deg = -50.0),
        ("pose", |m| m.pitch_deg = 41.0),
        ("too_dark", |m| m.brightness_luma = 20.0),
        ("too_bright", |m| m.brightness_luma = 240.0),
        ("low_contrast", |m| m.contrast_luma = 5.0),
        ("occluded", |m| m.presence = 0.2),
        ("at_edge", |m| m.outside_share = 0.3),
        ("low_score", |m| m.score = 0.3),
        ("occluded", |m| m.presence = f32::NAN),
        ("too_small", |m| m.eye_distance_px = f32::NAN),
    ];
    assert_eq!(names(&good()), Vec::<&str>::new());
    for (name, change) in rows {
        let mut measured = good();
        change(&mut measured);
        assert_eq!(names(&measured), [name]);
    }
}

#[test]
fn a_refusal_says_what_was_measured_and_what_is_allowed() {
    let mut measured = good();
    (measured.yaw_deg, measured.eye_distance_px) = (-50.0, 12.0);
    let report = judge(&measured, &QualityOptions::default());
    let said: Vec<_> = report.reasons.iter().map(|r| (r.figure, r.measured, r.allowed)).collect();
    assert_eq!(said, [("eye_distance_px", 12.0, 24.0), ("yaw_deg", 50.0, 35.0)]);
}

#[test]
fn a_worse_picture_weighs_less() {
    let value = |change: fn(&mut Measured)| {
        let mut measured = good();
        change(&mut measured);
        judge(&measured, &QualityOptions::default()).value
    };
    let best = value(|_| {});
    assert!(best > 0.9 && value(|m| m.yaw_deg = 30.0) < best);
    assert!(value(|m| m.sharpness_variance = 14.0) < best);
    assert_eq!(value(|m| m.sharpness_variance = f32::NAN), 0.0);
}

/// A grey picture of 200 x 200 and a face in its middle, eyes 70 pixels apart.
fn painted(paint: impl Fn(usize, usize) -> u8) -> Measured {
    let luma: Vec<u8> = (0..200 * 200).map(|i| paint(i % 200, i / 200)).collect();
    let planes = Planes { data: [&luma, &[], &[]], strides: [200, 0, 0] };
    let point = |x, y| Point { x, y };
    let face = Face {
        bbox: Rect { x: 40.0, y: 30.0, w: 120.0, h: 140.0 },
        landmarks: [
            point(65.0, 80.0),
            point(135.0, 80.0),
            point(100.0, 110.0),
            point(75.0, 140.0),
            point(125.0, 140.0),
        ],
        ..Face::default()
    };
    let colour = Colour { full_range: true, bt709: false };
    measure(&face, (200, 200), &planes, PixelFormat::I420, colour)
}

#[test]
fn detail_is_sharp_and_its_blurred_version_is_not() {
    let checks = |x: usize, y: usize| if (x / 8 + y / 8).is_multiple_of(2) { 180 } else { 60 };
    let waves = |x: usize, y: usize| (120.0 + 60.0 * ((x + y) as f32 / 20.0).sin()) as u8;
    let (sharp, soft) = (painted(checks), painted(waves));
    assert!(sharp.sharpness_variance > 100.0, "{sharp:?}");
    assert!(soft.sharpness_variance < 12.0, "{soft:?}");
    assert!((sharp.eye_distance_px - 70.0).abs() < 1e-3);
}

#[test]
fn brightness_and_contrast_are_those_of_the_face() {
    let face_only = |x: usize, y: usize| {
        if (35..165).contains(&x) && (40..190).contains(&y) { 100 } else { 250 }
    };
    let measured = painted(face_only);
    assert!((measured.brightness_luma - 100.0).abs() < 1.0 && measured.contrast_luma < 1.0, "{measured:?}");
}

#[test]
fn a_face_over_the_edge_is_partly_outside() {
    let face = |x, w| Face { bbox: Rect { x, y: 10.0, w, h: 50.0 }, ..Face::default() };
    assert_eq!(outside_share(&face(10.0, 50.0), (200, 200)), 0.0);
    assert_eq!(outside_share(&face(-25.0, 50.0), (200, 200)), 0.5);
    assert_eq!(outside_share(&face(300.0, 50.0), (200, 200)), 1.0);
    assert_eq!(outside_share(&face(10.0, 0.0), (200, 200)), 1.0);
}

#[test]
fn landmarks_that_are_no_numbers_are_measured_without_harm() {
    let luma = [128; 16];
    let planes = Planes { data: [&luma, &[], &[]], strides: [4, 0, 0] };
    let wild = Point { x: f32::NAN, y: f32::INFINITY };
    let face = Face { landmarks: [wild; 5], ..Face::default() };
    let colour = Colour { full_range: false, bt709: false };
    let measured = measure(&face, (4, 4), &planes, PixelFormat::I420, colour);
    assert!(!judge(&measured, &QualityOptions::default()).ok);
}
