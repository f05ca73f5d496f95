//! The 468 vertices of a face and the five points that recognition aligns by.

use plugin_sdk::{Point, Surface};

use crate::square::Square;

/// The host's name for the network.
pub const NETWORK: &str = "face-mesh";

/// Width and height of the network's input in pixels.
pub const INPUT_SIDE: usize = 192;

/// Vertices of a face.
pub const VERTICES: usize = 468;

/// The mesh looks at a square this much larger than the detector's box, as it was trained.
const CROP_SCALE: f32 = 1.5;

/// Vertices that no expression moves much, spread over forehead, nose, cheeks and sides so that they lie in no plane.
const RIGID: [usize; 32] = [
    10, 67, 297, 103, 332, 151, 9, 168, 6, 195, 4, 1, 2, 164, 98, 327, 33, 133, 362, 263, 50, 280, 117, 346,
    205, 425, 127, 356, 234, 454, 93, 323,
];

/// A vertex in frame pixels. `z` grows away from the camera, has the scale of `x` and no fixed origin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Vertex {
    /// To the right.
    pub x: f32,
    /// Down.
    pub y: f32,
    /// Away from the camera.
    pub z: f32,
}

/// A face as a mesh, in the frame.
pub struct Mesh {
    vertices: Vec<Vertex>,
}

impl Mesh {
    /// The mesh from the network's row of x, y, z for each vertex, in pixels of an input that showed `square`.
    ///
    /// `None` when the row has another length.
    pub fn new(row: &[f32], square: &Square) -> Option<Self> {
        if row.len() != VERTICES * 3 {
            return None;
        }
        let scale = square.side / INPUT_SIDE as f32;
        let vertices = row.chunks_exact(3).map(|v| {
            let at = square.locate(Point { x: v[0], y: v[1] }, INPUT_SIDE);
            Vertex { x: at.x, y: at.y, z: v[2] * scale }
        });
        Some(Self { vertices: vertices.collect() })
    }

    /// The vertex `index` of the 468.
    pub fn vertex(&self, index: usize) -> Vertex {
        self.vertices[index]
    }

    /// Eye centres, nose tip and mouth corners, those on the image's left first.
    ///
    /// The middle between an eye's corners holds still when the eye moves or closes, which its pupil does not.
    pub fn five_points(&self) -> [Point; 5] {
        [self.middle(33, 133), self.middle(362, 263), self.point(1), self.point(61), self.point(291)]
    }

    /// The points that tell a face from a flat picture by how they move.
    pub fn surface(&self) -> Surface {
        Surface::new(RIGID.map(|index| self.point(index)))
    }

    /// The square that shows this mesh upright. Where the detector's eyes were too far off to turn the first crop by, the
    /// mesh's own are better.
    pub fn crop(&self) -> Square {
        let (mut min, mut max) = (self.point(0), self.point(0));
        for v in &self.vertices {
            min = Point { x: min.x.min(v.x), y: min.y.min(v.y) };
            max = Point { x: max.x.max(v.x), y: max.y.max(v.y) };
        }
        Square { angle: tilt(self.point(33), self.point(263)), ..around(min, max) }
    }

    fn point(&self, index: usize) -> Point {
        let Vertex { x, y, .. } = self.vertices[index];
        Point { x, y }
    }

    fn middle(&self, a: usize, b: usize) -> Point {
        let (a, b) = (self.point(a), self.point(b));
        Point { x: (a.x + b.x) / 2.0, y: (a.y + b.y) / 2.0 }
    }
}

/// The square that shows the face in the box from `min` to `max` upright to the mesh. `eyes` are the one on the image's
/// left and the one on its right; all in frame pixels.
pub fn crop(min: Point, max: Point, eyes: [Point; 2]) -> Square {
    let [left, right] = eyes;
    Square { angle: tilt(left, right), ..around(min, max) }
}

fn around(min: Point, max: Point) -> Square {
    Square {
        centre: Point { x: (min.x + max.x) / 2.0, y: (min.y + max.y) / 2.0 },
        side: CROP_SCALE * (max.x - min.x).max(max.y - min.y),
        angle: 0.0,
    }
}

fn tilt(left: Point, right: Point) -> f32 {
    (right.y - left.y).atan2(right.x - left.x)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole() -> Square {
        Square::around_frame(INPUT_SIDE as u32, INPUT_SIDE as u32)
    }

    #[test]
    fn the_five_points_come_from_the_eye_corners_nose_and_mouth_corners() {
        let mut row = vec![0.0; VERTICES * 3];
        let set = [(33, 60.5, 70.5), (133, 80.5, 72.5), (362, 110.5, 72.5), (263, 130.5, 70.5)];
        let more = [(1, 95.5, 100.5), (61, 75.5, 130.5), (291, 115.5, 131.5)];
        for (index, x, y) in set.into_iter().chain(more) {
            row[3 * index] = x;
            row[3 * index + 1] = y;
        }
        let points = Mesh::new(&row, &whole()).expect("the row is whole").five_points();
        let expected = [(70.0, 71.0), (120.0, 71.0), (95.0, 100.0), (75.0, 130.0), (115.0, 131.0)];
        assert_eq!(points.map(|p| (p.x, p.y)), expected);
    }

    #[test]
    fn depth_is_scaled_like_width() {
        let row = [1.0, 2.0, 3.0].repeat(VERTICES);
        let square = Square { side: 384.0, ..whole() };
        assert_eq!(Mesh::new(&row, &square).expect("the row is whole").vertex(5).z, 6.0);
    }

    #[test]
    fn a_row_of_another_length_is_no_mesh() {
        assert!(Mesh::new(&[0.0; 3 * VERTICES - 1], &whole()).is_none());
    }

    #[test]
    fn the_crop_is_one_and_a_half_boxes_turned_by_the_eye_line() {
        let (min, max) = (Point { x: 20.0, y: 30.0 }, Point { x: 60.0, y: 80.0 });
        let crop = crop(min, max, [Point { x: 30.0, y: 50.0 }, Point { x: 40.0, y: 60.0 }]);
        assert_eq!(crop.centre, Point { x: 40.0, y: 55.0 });
        assert_eq!(crop.side, 75.0);
        assert!((crop.angle - std::f32::consts::FRAC_PI_4).abs() < 1e-6);
    }

    #[test]
    fn a_meshs_own_crop_holds_all_its_vertices() {
        let mut row = [96.5, 90.5, 0.0].repeat(VERTICES);
        for (index, x, y) in [(33, 76.5, 80.5), (263, 116.5, 60.5), (152, 96.5, 140.5)] {
            row[3 * index] = x;
            row[3 * index + 1] = y;
        }
        let crop = Mesh::new(&row, &whole()).expect("the row is whole").crop();
        assert_eq!((crop.centre, crop.side), (Point { x: 96.0, y: 100.0 }, 120.0));
        assert!((crop.angle - (-0.5_f32).atan()).abs() < 1e-6);
    }
}
