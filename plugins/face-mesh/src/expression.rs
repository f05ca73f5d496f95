//! What a face does, read from its mesh: lids, lips, smile.
//!
//! Each figure is a ratio of two lengths in the mesh's three dimensions, so that neither the size of the face nor a turn
//! of the head changes it much. The lids' figure is the eye aspect ratio of Soukupová and Čech, "Real-Time Eye Blink
//! Detection using Facial Landmarks" (2016), with three gaps instead of two.

use crate::mesh::{Mesh, Vertex};

/// Corners of an eye, then the pairs of upper and lower lid between them.
struct Lids {
    corners: (usize, usize),
    gaps: [(usize, usize); 3],
}

const LEFT: Lids = Lids { corners: (33, 133), gaps: [(160, 144), (159, 145), (158, 153)] };
const RIGHT: Lids = Lids { corners: (362, 263), gaps: [(385, 380), (386, 374), (387, 373)] };

/// The least that a measured figure is: 0 means that nothing was measured.
const MEASURED_MIN: f32 = 1e-3;

/// More than any face's figure: beyond, the mesh is no face's.
const RATIO_MAX: f32 = 10.0;

/// A face's expression; 0 for what the mesh does not tell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expression {
    /// Gap between the lids over the eye's width, left in the image first.
    pub eye_open: [f32; 2],
    /// Gap between the lips over the mouth's width.
    pub mouth_open: f32,
    /// The mouth's width over the distance between the outer corners of the eyes.
    pub smile: f32,
}

/// The expression of `mesh`.
pub fn expression(mesh: &Mesh) -> Expression {
    let gap = |(a, b): (usize, usize)| distance(mesh.vertex(a), mesh.vertex(b));
    let eye = |lids: &Lids| lids.gaps.map(gap).iter().sum::<f32>() / 3.0 / gap(lids.corners);
    let mouth = gap((61, 291));
    let measured = |ratio: f32| if ratio.is_finite() { ratio.clamp(MEASURED_MIN, RATIO_MAX) } else { 0.0 };
    Expression {
        eye_open: [&LEFT, &RIGHT].map(|lids| measured(eye(lids))),
        mouth_open: measured(gap((13, 14)) / mouth),
        smile: measured(mouth / gap((33, 263))),
    }
}

fn distance(a: Vertex, b: Vertex) -> f32 {
    (a.x - b.x).hypot(a.y - b.y).hypot(a.z - b.z)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::VERTICES;
    use crate::square::Square;

    fn of(places: &[(usize, [f32; 3])]) -> Expression {
        let mut row = vec![0.0; 3 * VERTICES];
        for (index, place) in places {
            row[3 * index..3 * index + 3].copy_from_slice(place);
        }
        let mesh = Mesh::new(&row, &Square::around_frame(192, 192)).expect("the row is whole");
        expression(&mesh)
    }

    fn face(lid: f32, lip: f32, mouth: f32) -> Vec<(usize, [f32; 3])> {
        let mut places = vec![
            (33, [50.0, 60.0, 0.0]),
            (133, [70.0, 60.0, 0.0]),
            (362, [110.0, 60.0, 0.0]),
            (263, [130.0, 60.0, 0.0]),
            (61, [90.0 - mouth / 2.0, 130.0, 0.0]),
            (291, [90.0 + mouth / 2.0, 130.0, 0.0]),
            (13, [90.0, 130.0 - lip / 2.0, 0.0]),
            (14, [90.0, 130.0 + lip / 2.0, 0.0]),
        ];
        for (upper, lower) in LEFT.gaps.into_iter().chain(RIGHT.gaps) {
            places.push((upper, [60.0, 60.0 - lid / 2.0, 0.0]));
            places.push((lower, [60.0, 60.0 + lid / 2.0, 0.0]));
        }
        places
    }

    #[test]
    fn each_figure_is_a_ratio_of_lengths() {
        let found = of(&face(6.0, 10.0, 40.0));
        let near = |a: f32, b: f32| (a - b).abs() < 1e-4;
        assert!(near(found.eye_open[0], 0.3) && near(found.eye_open[1], 0.3), "{found:?}");
        assert!(near(found.mouth_open, 0.25) && near(found.smile, 0.5), "{found:?}");
    }

    #[test]
    fn what_is_shut_is_still_measured() {
        let found = of(&face(0.0, 0.0, 40.0));
        assert_eq!((found.eye_open, found.mouth_open), ([MEASURED_MIN; 2], MEASURED_MIN));
    }

    #[test]
    fn a_mesh_without_extent_has_no_expression() {
        assert_eq!(of(&[]), Expression { eye_open: [0.0; 2], mouth_open: 0.0, smile: 0.0 });
    }
}
