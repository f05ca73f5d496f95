//! What the decoder makes of the recorded outputs, next to what the reference made of them.

use std::path::PathBuf;

use detection_blazeface::anchors::anchors;
use detection_blazeface::decode::{Candidate, decode};
use detection_blazeface::mesh::Mesh;
use detection_blazeface::network::FULL_RANGE;
use detection_blazeface::nms::{merge, overlap};
use detection_blazeface::pose::pose;
use detection_blazeface::square::Square;
use plugin_sdk::Point;
use serde_json::Value;

use crate::npz;

/// The bytes of a reference file, or a printed reason and `None` where there is none.
fn reference(name: &str) -> Option<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/evaldata/reference");
    let read = std::fs::read(folder.join(name));
    read.inspect_err(|error| eprintln!("SKIP({name}: {error})")).ok()
}

fn json(name: &str) -> Option<Value> {
    Some(serde_json::from_slice(&reference(name)?).expect("a reference is whole"))
}

fn numbers(value: &Value) -> Vec<f32> {
    let list = value.as_array().expect("a reference lists numbers");
    list.iter().map(|number| number.as_f64().expect("a number") as f32).collect()
}

/// The faces of the reference, in the pixels of a 640 x 640 picture measured from its corner.
fn expected(reference: &Value) -> Vec<Candidate> {
    let faces = reference["meta"]["decoded_score>0.5_nms0.3"].as_array().expect("the reference lists faces");
    let candidate = |face: &Value| {
        let corners = numbers(&face["box_xyxy"]);
        let points = face["keypoints"].as_array().expect("a face has key points").iter().map(numbers);
        let all: Vec<f32> = corners.into_iter().chain(points.flatten()).collect();
        let points = std::array::from_fn(|i| Point { x: all[2 * i], y: all[2 * i + 1] });
        Candidate { score: face["score"].as_f64().expect("a number") as f32, points }
    };
    faces.iter().map(candidate).collect()
}

fn distance(a: &Candidate, b: &Candidate) -> f32 {
    let each = a.points.iter().zip(&b.points).map(|(a, b)| (a.x - b.x).abs().max((a.y - b.y).abs()));
    each.fold(0.0, f32::max)
}

#[test]
fn full_range_decodes_to_the_references_boxes_and_key_points_within_a_pixel() {
    let (Some(archive), Some(meta)) = (reference("blazeface_full.npz"), json("blazeface_full.json")) else {
        return;
    };
    let array = |name| npz::array(&archive, name).expect("the archive holds the outputs");
    let candidates = decode(&array("regressors"), &array("classificators"), &anchors(&FULL_RANGE), 0.5);
    let square = Square::around_frame(640, 640);
    // The reference measures from the picture's corner, a square answers in pixel centres.
    let place = |p| {
        let found = square.locate(p, 192);
        Point { x: found.x + 0.5, y: found.y + 0.5 }
    };
    let found: Vec<Candidate> = candidates.iter().map(|candidate| candidate.map(place)).collect();
    let merged = merge(found.clone(), 0.3);
    let expected = expected(&meta);
    assert_eq!(merged.len(), expected.len());
    for (face, merged) in expected.iter().zip(&merged) {
        // The reference keeps the best candidate as it is, so it must be one of ours.
        let nearest = found.iter().map(|other| distance(face, other)).fold(f32::MAX, f32::min);
        assert!(nearest < 1.0, "a face lies {nearest} pixels off");
        assert!((face.score - merged.score).abs() < 1e-3, "{} is not {}", merged.score, face.score);
        assert!(overlap(face, merged) > 0.7, "merging moved a face away");
    }
}

#[test]
fn a_recorded_frontal_face_has_its_points_in_place_and_nearly_no_angles() {
    let Some(meta) = json("face_landmark.json") else { return };
    let row = numbers(&meta["tensors"]["conv2d_20"]["data"]);
    let mesh = Mesh::new(&row, &Square::around_frame(192, 192)).expect("the row is whole");
    let [left, right, nose, mouth_left, mouth_right] = mesh.five_points();
    assert!(left.x < nose.x && nose.x < right.x && mouth_left.x < mouth_right.x);
    assert!(left.y < nose.y && nose.y < mouth_left.y);
    let found = pose(&mesh);
    assert!(found.yaw.abs() < 20.0 && found.pitch.abs() < 20.0 && found.roll.abs() < 10.0, "{found:?}");
}
