//! Each fault has its name, and a good face has none.
use plugin_host::{Point, Rect};

use super::measured::outside_share;
use super::*;

type Change = fn(&mut Measured);

fn good() -> Measured {
    Measured {
        eye_distance_px: 90.0,
        head_share: 0.45,
        sharpness_variance: 200.0,
        brightness_luma: 120.0,
        dark_share: 0.0,
        bright_share: 0.0,
        contrast_luma: 45.0,
        dynamic_range_bits: 7.2,
        uniformity_share: 0.8,
        yaw_deg: -3.0,
        pitch_deg: 5.0,
        roll_deg: -2.0,
        eye_open_ratio: Some(0.3),
        iris_darkness_share: Some(0.6),
        mouth_open_ratio: Some(0.05),
        smile_ratio: Some(0.55),
        presence: 0.98,
        outside_share: 0.0,
        room: [2.0, 2.0, 2.0, 2.0],
        score: 0.95,
    }
}

fn names(measured: &Measured, gate: &QualityOptions) -> Vec<&'static str> {
    let report = judge(measured, gate);
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
    let gate = QualityOptions::for_payment();
    assert_eq!(names(&good(), &gate), Vec::<&str>::new());
    for (name, change) in rows {
        let mut measured = good();
        change(&mut measured);
        assert_eq!(names(&measured, &gate), [name]);
    }
}

#[test]
fn what_does_not_hurt_recognition_keeps_nobody_from_paying_but_from_enrolling() {
    let rows: [(&str, Change); 13] = [
        ("too_close", |m| m.head_share = 0.95),
        ("too_dark", |m| m.dark_share = 0.8),
        ("too_bright", |m| m.bright_share = 0.6),
        ("low_contrast", |m| m.dynamic_range_bits = 2.0),
        ("uneven_light", |m| m.uniformity_share = 0.01),
        ("pose", |m| m.yaw_deg = 33.0),
        ("head_tilted", |m| m.roll_deg = -40.0),
        ("eyes_closed", |m| m.eye_open_ratio = Some(0.001)),
        ("mouth_open", |m| m.mouth_open_ratio = Some(0.9)),
        ("at_edge", |m| m.room[0] = 0.1),
        ("at_edge", |m| m.room[3] = 0.2),
        ("at_edge", |m| m.outside_share = 0.05),
        ("uneven_light", |m| m.uniformity_share = f32::NAN),
    ];
    assert_eq!(names(&good(), &QualityOptions::for_enrolment()), Vec::<&str>::new());
    for (name, change) in rows {
        let mut measured = good();
        change(&mut measured);
        assert_eq!(names(&measured, &QualityOptions::for_payment()), Vec::<&str>::new(), "{name}");
        assert_eq!(names(&measured, &QualityOptions::for_enrolment()), [name]);
    }
}

#[test]
fn what_was_not_measured_is_not_judged_and_says_so() {
    let mut measured = good();
    (measured.eye_open_ratio, measured.mouth_open_ratio, measured.smile_ratio) = (None, None, None);
    measured.iris_darkness_share = None;
    let report = judge(&measured, &QualityOptions::for_enrolment());
    assert!(report.ok, "{report:?}");
    let silent: Vec<_> =
        report.components().filter(|one| one.measured.is_none()).map(|one| one.component.name()).collect();
    assert_eq!(silent, ["eyes_open", "eyes_visible", "mouth_closed", "expression_neutrality"]);
    assert!(report.components().all(|one| one.score.is_some() == one.measured.is_some()));
}

#[test]
fn the_gate_of_enrolment_asks_at_least_what_that_of_paying_asks() {
    let (payment, enrolment) = (QualityOptions::for_payment(), QualityOptions::for_enrolment());
    for spec in &COMPONENTS {
        let (pay, enrol) = (payment.limits(spec.component), enrolment.limits(spec.component));
        let lax = |asked: Option<f32>, otherwise: f32| asked.unwrap_or(otherwise);
        assert!(lax(enrol.min, f32::MIN) >= lax(pay.min, f32::MIN), "{}", spec.name);
        assert!(lax(enrol.max, f32::MAX) <= lax(pay.max, f32::MAX), "{}", spec.name);
    }
}

#[test]
fn every_component_stands_in_its_place_with_a_name_a_limit_and_advice_of_its_own() {
    for (place, spec) in COMPONENTS.iter().enumerate() {
        assert_eq!(spec.component as usize, place, "{}", spec.name);
        assert!(
            spec.below.or(spec.above).is_some_and(|reason| reason.advice().ends_with('.')),
            "{}",
            spec.name
        );
        assert_eq!(COMPONENTS.iter().filter(|other| other.name == spec.name).count(), 1);
    }
    for reason in QualityReason::ALL {
        // Of no component: two pictures say so, not one.
        let by_track = reason == QualityReason::DuplicateFrames;
        let used = by_track || COMPONENTS.iter().any(|spec| [spec.below, spec.above].contains(&Some(reason)));
        assert!(used, "nothing is ever {}", reason.name());
    }
}

#[test]
fn scores_follow_the_standard() {
    // Native measure and score, calculated by hand from the mappings of ISO/IEC 29794-5.
    for (component, measured, expected) in [
        (Component::InterEyeDistance, 70.0, 50),
        (Component::InterEyeDistance, 110.0, 88),
        (Component::HeadSize, 0.45, 100),
        (Component::HeadSize, 0.2, 1),
        (Component::LuminanceMean, 127.5, 100),
        (Component::LuminanceMean, 51.0, 50),
        (Component::UnderExposure, 0.0, 100),
        (Component::OverExposure, 0.01, 50),
        (Component::LuminanceDeviation, 32.92, 100),
        (Component::DynamicRange, 6.0, 75),
        (Component::IlluminationUniformity, 0.5, 81),
        (Component::Yaw, 45.0, 50),
        (Component::Roll, 135.0, 0),
        (Component::LeftwardCrop, 0.9, 50),
        (Component::MarginAbove, 1.4, 50),
        (Component::MarginBelow, 1.8, 50),
        (Component::DetectionConfidence, 0.87, 87),
        (Component::Sharpness, f32::NAN, 0),
    ] {
        assert_eq!(score::score(component, measured), expected, "{component:?} {measured}");
    }
}

#[test]
fn a_reason_is_named_once() {
    let mut measured = good();
    (measured.yaw_deg, measured.pitch_deg, measured.brightness_luma) = (80.0, 80.0, 240.0);
    (measured.dark_share, measured.bright_share) = (0.9, 0.9);
    let report = judge(&measured, &QualityOptions::for_enrolment());
    assert_eq!(report.reasons.len(), 5);
    assert_eq!(report.reason_names(), ["too_bright", "too_dark", "pose"]);
}

#[test]
fn a_limit_at_the_end_of_its_range_asks_for_nothing() {
    let gate = |value: f32| QualityOptions::of(|name| (name == "roll_deg_max").then_some(value));
    let mut tilted = good();
    tilted.roll_deg = 179.0;
    assert_eq!(names(&tilted, &gate(180.0)), Vec::<&str>::new());
    assert_eq!(names(&tilted, &gate(178.0)), ["head_tilted"]);
    assert_eq!(names(&good(), &gate(f32::NAN)), ["head_tilted"]);
}

#[test]
fn a_refusal_says_what_was_measured_and_what_is_allowed() {
    let mut measured = good();
    (measured.yaw_deg, measured.eye_distance_px) = (-50.0, 12.0);
    let report = judge(&measured, &QualityOptions::default());
    let said: Vec<_> =
        report.reasons.iter().map(|r| (r.component.name(), r.measured, r.bound.name(), r.allowed)).collect();
    assert_eq!(
        said,
        [("inter_eye_distance", 12.0, "at_least", 24.0), ("head_pose_yaw", 50.0, "at_most", 35.0)]
    );
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
    // The eyes are at row 80, the box ends at 170.
    assert!((sharp.head_share - 0.45).abs() < 1e-3);
    let room = [65.0 / 70.0, 65.0 / 70.0, 80.0 / 90.0, 120.0 / 90.0];
    assert!(sharp.room.iter().zip(room).all(|(found, right)| (found - right).abs() < 1e-3), "{sharp:?}");
}

#[test]
fn light_from_one_side_is_uneven_and_clipped_light_is_counted() {
    let half = |x: usize, _: usize| if x < 100 { 10 } else { 250 };
    let even = |x: usize, y: usize| if (x / 4 + y / 4).is_multiple_of(2) { 10 } else { 250 };
    let (half, even) = (painted(half), painted(even));
    // The pixels along the seam lie in between.
    assert!(half.uniformity_share < 0.05 && even.uniformity_share > 0.9, "{half:?} {even:?}");
    assert!((half.dark_share - 0.5).abs() < 0.02 && (half.bright_share - 0.5).abs() < 0.02, "{half:?}");
    let flat = painted(|_, _| 128);
    assert_eq!((flat.dynamic_range_bits, flat.dark_share, flat.uniformity_share), (0.0, 0.0, 1.0));
    // The detector measured neither lids nor lips nor smile.
    assert_eq!((flat.eye_open_ratio, flat.mouth_open_ratio, flat.smile_ratio), (None, None, None));
    assert_eq!(flat.iris_darkness_share, Some(0.0));
    // Each of the 64 rows has a shade of its own.
    assert!((painted(|_, y| (y * 255 / 199) as u8).dynamic_range_bits - 6.0).abs() < 0.1);
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

/// The table of `docs/quality.md` as the code has it.
fn table() -> String {
    let (payment, enrolment) = (QualityOptions::for_payment(), QualityOptions::for_enrolment());
    let asked = |Limits { min, max }: Limits| match (min, max) {
        (Some(min), Some(max)) => format!("{min} to {max}"),
        (Some(min), None) => format!("≥ {min}"),
        (None, Some(max)) => format!("≤ {max}"),
        (None, None) => "–".to_owned(),
    };
    let mut lines = vec![
        "| component | ISO/IEC 29794-5 | measured | unit | to pay | to enrol | reason: advice |".to_owned(),
        "|---|---|---|---|---|---|---|".to_owned(),
    ];
    lines.extend(COMPONENTS.iter().map(|spec| {
        let standard = if spec.standard.is_empty() { "–" } else { spec.standard };
        let [pay, enrol] = [&payment, &enrolment].map(|gate| asked(gate.limits(spec.component)));
        let reasons = spec.below.iter().chain(&spec.above);
        let reasons: Vec<String> =
            reasons.map(|reason| format!("`{}`: {}", reason.name(), reason.advice())).collect();
        let (name, says, unit, reasons) = (spec.name, spec.says, spec.unit, reasons.join(" "));
        format!("| `{name}` | {standard} | {says} | {unit} | {pay} | {enrol} | {reasons} |")
    }));
    lines.join("\n")
}

#[test]
fn the_committed_table_of_components_is_that_of_the_code() {
    const BEGIN: &str =
        "<!-- written by the test the_committed_table_of_components_is_that_of_the_code -->\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/quality.md");
    let text = std::fs::read_to_string(path).expect("the document is there");
    let (before, rest) = text.split_once(BEGIN).expect("it has a place for the table");
    let (committed, after) = rest.split_once("\n\n").expect("an empty line ends the table");
    if std::env::var_os("FACEPAY_WRITE_DOCS").is_some() {
        std::fs::write(path, format!("{before}{BEGIN}{}\n\n{after}", table())).expect("it can be written");
        return;
    }
    assert_eq!(committed, table(), "write it anew with FACEPAY_WRITE_DOCS=1");
}
