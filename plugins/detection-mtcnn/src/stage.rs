//! What one network says about the squares it saw: which are faces, and where their boxes are really.

use face_mesh::detection::Share;
use face_mesh::{Detection, Square};
use plugin_sdk::Point;

use crate::pyramid::{STRIDE, TILE, WINDOW, WINDOWS};

/// A square that a network takes for a face, and how far the face's edges are off the square's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judged {
    /// The square as a box.
    pub seen: Detection,
    /// Left, top, right, bottom, in sides of the square.
    pub edges: [f32; 4],
}

impl Judged {
    /// The face's own box.
    pub fn corrected(&self) -> Detection {
        let Detection { min, max, .. } = self.seen;
        let (side, [left, top, right, bottom]) = (max.x - min.x, self.edges);
        let min = Point { x: min.x + left * side, y: min.y + top * side };
        let max = Point { x: max.x + right * side, y: max.y + bottom * side };
        Detection { min, max, ..self.seen }
    }
}

/// How those that see the same face are told, as the paper's authors do it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Same {
    /// Boxes that overlap more are the same face.
    pub overlap_max: f32,
    /// Of what the overlap is a share.
    pub share: Share,
}

/// The first network's windows in one size of a frame.
pub const IN_A_SIZE: Same = Same { overlap_max: 0.5, share: Share::Union };
/// Windows of all sizes, and what the second network leaves.
pub const IN_A_FRAME: Same = Same { overlap_max: 0.7, share: Share::Union };
/// What the third network leaves.
pub const AT_LAST: Same = Same { overlap_max: 0.7, share: Share::Smaller };

/// The windows of a tile that are faces with a probability of at least `score_min`. `scores` has the probabilities of no
/// face and of a face for each window, `edges` how far the face's edges are off.
pub fn windows(
    place: (u32, &Square),
    scores: &[f32],
    edges: &[f32],
    score_min: f32,
) -> impl Iterator<Item = Judged> {
    let (frame_index, tile) = place;
    let rows = scores.as_chunks::<2>().0.iter().zip(edges.as_chunks::<4>().0).enumerate();
    let faces = rows.filter(move |(_, ([_, score], _))| *score >= score_min);
    faces.map(move |(window, ([_, score], edges))| {
        let corner = |add: usize| {
            let [column, row] = [window % WINDOWS, window / WINDOWS].map(|at| (at * STRIDE + add) as f32);
            tile.locate(Point { x: column, y: row }, TILE)
        };
        let (min, max) = (corner(0), corner(WINDOW));
        Judged { seen: Detection { frame_index, score: *score, min, max, eyes: [min; 2] }, edges: *edges }
    })
}

/// The square around a box that the next network looks at.
pub fn square(detection: &Detection) -> Square {
    let Detection { min, max, .. } = *detection;
    Square {
        centre: Point { x: (min.x + max.x) / 2.0, y: (min.y + max.y) / 2.0 },
        side: (max.x - min.x).max(max.y - min.y),
        angle: 0.0,
    }
}

/// The square as a box, this surely a face.
pub fn boxed(frame_index: u32, square: &Square, score: f32) -> Detection {
    let (Point { x, y }, half) = (square.centre, square.side / 2.0);
    let (min, max) = (Point { x: x - half, y: y - half }, Point { x: x + half, y: y + half });
    Detection { frame_index, score, min, max, eyes: [min; 2] }
}

/// The eyes among five points (five x, then five y) in sides of the square from its corner.
pub fn eyes(detection: &Detection, points: &[f32]) -> [Point; 2] {
    let side = detection.max.x - detection.min.x;
    [0, 1].map(|eye| Point {
        x: detection.min.x + points[eye] * side,
        y: detection.min.y + points[5 + eye] * side,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_windows_place_in_the_tile_is_its_place_in_the_frame() {
        // Twice as large in the frame as in the tile, which begins at the frame's pixel (20, 40).
        let tile = Square { centre: Point { x: 147.5, y: 167.5 }, side: 256.0, angle: 0.0 };
        let (mut scores, mut edges) = (vec![0.0; 2 * WINDOWS * WINDOWS], vec![0.0; 4 * WINDOWS * WINDOWS]);
        let window = 3 * WINDOWS + 5;
        scores[2 * window + 1] = 0.8;
        edges[4 * window..][..4].copy_from_slice(&[0.25, 0.0, -0.25, 0.5]);
        let found: Vec<Judged> = windows((7, &tile), &scores, &edges, 0.6).collect();
        assert_eq!(found.len(), 1);
        let Detection { frame_index, score, min, max, .. } = found[0].seen;
        assert_eq!((frame_index, score), (7, 0.8));
        assert_eq!((min, max), (Point { x: 39.5, y: 51.5 }, Point { x: 63.5, y: 75.5 }));
        let Detection { min, max, .. } = found[0].corrected();
        assert_eq!((min, max), (Point { x: 45.5, y: 51.5 }, Point { x: 57.5, y: 87.5 }));
    }

    #[test]
    fn a_window_below_the_least_score_is_left_out() {
        let tile = Square { centre: Point { x: 0.0, y: 0.0 }, side: 128.0, angle: 0.0 };
        assert_eq!(windows((0, &tile), &[0.41, 0.59], &[0.0; 4], 0.6).count(), 0);
    }

    #[test]
    fn the_next_network_looks_at_the_square_around_the_box() {
        let [min, max] = [Point { x: 10.0, y: 20.0 }, Point { x: 30.0, y: 60.0 }];
        let seen = Detection { frame_index: 2, score: 0.5, min, max, eyes: [min; 2] };
        let around = square(&seen);
        assert_eq!((around.centre, around.side), (Point { x: 20.0, y: 40.0 }, 40.0));
        let again = boxed(2, &around, 0.9);
        assert_eq!((again.min, again.max), (Point { x: 0.0, y: 20.0 }, Point { x: 40.0, y: 60.0 }));
    }

    #[test]
    fn eyes_are_measured_from_the_squares_corner_in_its_sides() {
        let seen = boxed(0, &Square { centre: Point { x: 100.0, y: 100.0 }, side: 80.0, angle: 0.0 }, 1.0);
        let found = eyes(&seen, &[0.25, 0.75, 0.5, 0.3, 0.7, 0.375, 0.375, 0.6, 0.8, 0.8]);
        assert_eq!(found, [Point { x: 80.0, y: 90.0 }, Point { x: 120.0, y: 90.0 }]);
    }
}
