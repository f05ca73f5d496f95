//! What the decoder makes of the recorded outputs, next to where things are in the portrait.
//!
//! The portrait is of one person, who looks at the camera. The networks saw parts of it: full range all 512 pixels, short
//! range the 256 from (100, 0), the mesh the 160 from (144, 28).

use detection_blazeface::anchors::anchors;
use detection_blazeface::decode::{Candidate, decode};
use detection_blazeface::network::{FULL_RANGE, Network, SHORT_RANGE};
use detection_blazeface::nms::merge;
use face_mesh::mesh::Mesh;
use face_mesh::pose::pose;
use face_mesh::square::Square;
use plugin_sdk::Point;

use crate::recorded::tensor;

/// As a person measures them in the portrait: the eye on its left, the one on its right, the tip of the nose.
const EYES_AND_NOSE: [Point; 3] = [point(203.0, 101.0), point(247.0, 103.0), point(224.0, 125.0)];
/// The middle of the mouth, and its corners.
const MOUTH: Point = point(223.0, 146.0);
const CORNERS: [Point; 2] = [point(203.0, 140.0), point(243.0, 141.0)];
/// How far off a network is at most; the eyes lie 44 pixels apart.
const OFF_MAX: f32 = 5.0;

const fn point(x: f32, y: f32) -> Point {
    Point { x, y }
}

/// The faces that a network sees, in the pixels of the portrait, of which it saw `side` from `corner`.
fn faces(network: &Network, corner: Point, side: u32) -> Vec<Candidate> {
    let (boxes, scores) =
        (tensor(&format!("{}.boxes", network.name)), tensor(&format!("{}.scores", network.name)));
    let square = Square::around_frame(side, side);
    let place = |p| {
        let found = square.locate(p, network.input_side);
        point(corner.x + found.x, corner.y + found.y)
    };
    let found = decode(&boxes, &scores, &anchors(network), 0.5);
    merge(found.iter().map(|candidate| candidate.map(place)).collect(), 0.3)
}

fn check(found: &[Point], expected: &[Point]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        let off = (found.x - expected.x).hypot(found.y - expected.y);
        assert!(off < OFF_MAX, "{found:?} is {off} pixels from {expected:?}");
    }
}

#[test]
fn both_networks_outputs_decode_to_the_one_face_and_its_features() {
    let seen = [faces(&FULL_RANGE, point(0.0, 0.0), 512), faces(&SHORT_RANGE, point(100.0, 0.0), 256)];
    for faces in &seen {
        assert_eq!(faces.len(), 1);
        assert!((0.93..0.95).contains(&faces[0].score), "{}", faces[0].score);
        let (features, (min, max)) = (&faces[0].points[2..6], (faces[0].min(), faces[0].max()));
        check(&features[..3], &EYES_AND_NOSE);
        check(&features[3..], &[MOUTH]);
        assert!(features.iter().all(|f| min.x < f.x && f.x < max.x && min.y < f.y && f.y < max.y));
    }
}

#[test]
fn a_recorded_frontal_face_has_its_points_in_place_and_nearly_no_angles() {
    let (row, side) = (tensor("face-mesh.points"), 160);
    let mesh = Mesh::new(&row, &Square::around_frame(side, side)).expect("the row is whole");
    let placed = mesh.five_points().map(|found| point(found.x + 144.0, found.y + 28.0));
    check(&placed[..3], &EYES_AND_NOSE);
    check(&placed[3..], &CORNERS);
    let found = pose(&mesh);
    assert!(found.yaw.abs() < 20.0 && found.pitch.abs() < 20.0 && found.roll.abs() < 10.0, "{found:?}");
}
