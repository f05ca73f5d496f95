//! A face turned, scaled and moved onto the pose that recognition was trained on.

use plugin_sdk::Point;

/// How a network wants to see a face.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Template {
    /// Width and height of the network's input in pixels.
    pub side: u32,
    /// How wide what a pixel of the input shows is, in its heights. Networks that were trained on boxes squeezed into a
    /// square see faces wider than they are.
    pub aspect: f32,
    /// Where the five landmarks of a frontal face lie, in the order of a face's landmarks, in heights of a pixel.
    pub points: [Point; 5],
}

/// InsightFace's template, which both MobileFaceNets were trained on.
pub const ARCFACE: Template = Template {
    side: 112,
    aspect: 1.0,
    points: [
        Point { x: 38.2946, y: 51.6963 },
        Point { x: 73.5318, y: 51.5014 },
        Point { x: 56.0252, y: 71.7366 },
        Point { x: 41.5493, y: 92.3655 },
        Point { x: 70.7299, y: 92.2041 },
    ],
};

/// dlib's face chip of 150 pixels with a quarter of padding: of the mean face of its 68 points the middles of the eyes' six
/// points, the tip of the nose and the corners of the mouth. dlib itself fits all 51 points inside the face, or the four
/// corners of the eyes and the bottom of the nose.
pub const DLIB: Template = Template {
    side: 150,
    aspect: 1.0,
    points: [
        Point { x: 47.5492, y: 46.5990 },
        Point { x: 100.4761, y: 46.5990 },
        Point { x: 74.0127, y: 76.5625 },
        Point { x: 50.4149, y: 103.0233 },
        Point { x: 97.6104, y: 103.0233 },
    ],
};

/// The boxes that facenet-pytorch's MTCNN cuts faces out by, as it boxed NASA's portrait of Eileen Collins and the US Navy's
/// of Grace Hopper: 0.805 times as wide as high, then squeezed into a square. Its own crops are not turned upright.
pub const FACENET: Template = Template {
    side: 160,
    aspect: 0.805,
    points: [
        Point { x: 33.25, y: 54.7 },
        Point { x: 95.55, y: 54.7 },
        Point { x: 64.4, y: 92.0 },
        Point { x: 35.1, y: 114.4 },
        Point { x: 93.7, y: 114.4 },
    ],
};

/// A turn, a uniform scale and a move: `x' = a x - b y + x`, `y' = b x + a y + y`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Similarity {
    a: f32,
    b: f32,
    x: f32,
    y: f32,
}

impl Similarity {
    /// The similarity that brings `from` onto `to` with the least sum of squared distances (Umeyama's, which in the plane
    /// has a closed form). `None` when all points of `from` are the same, or one is not finite.
    pub fn between(from: &[Point; 5], to: &[Point; 5]) -> Option<Self> {
        let (f, t) = (mean(from), mean(to));
        let (mut along, mut across, mut spread) = (0.0, 0.0, 0.0);
        for (p, q) in from.iter().zip(to) {
            let (p, q) = ((p.x - f.x, p.y - f.y), (q.x - t.x, q.y - t.y));
            along += p.0 * q.0 + p.1 * q.1;
            across += p.0 * q.1 - p.1 * q.0;
            spread += p.0 * p.0 + p.1 * p.1;
        }
        let (a, b) = (along / spread, across / spread);
        let found = Self { a, b, x: t.x - a * f.x + b * f.y, y: t.y - b * f.x - a * f.y };
        (found.x.is_finite() && found.y.is_finite()).then_some(found)
    }

    /// The way back. `None` when everything was shrunk onto one point.
    pub fn inverse(&self) -> Option<Self> {
        let square = self.a * self.a + self.b * self.b;
        let (a, b) = (self.a / square, -self.b / square);
        let back = Self { a, b, x: b * self.y - a * self.x, y: -b * self.x - a * self.y };
        (back.x.is_finite() && back.y.is_finite()).then_some(back)
    }

    /// As a row-major 2x3 matrix.
    pub fn affine(&self) -> [f32; 6] {
        [self.a, -self.b, self.x, self.b, self.a, self.y]
    }
}

/// Maps the input's pixel indices onto the frame so that the input shows the face of these `landmarks` aligned.
///
/// The fit is made towards the template and then inverted, because that is how the training pictures were made: fitted
/// the other way round, a turned face would come out smaller. `None` when the landmarks are no face.
pub fn affine(landmarks: &[Point; 5], template: &Template) -> Option<[f32; 6]> {
    let [a, b, x, c, d, y] = Similarity::between(landmarks, &template.points)?.inverse()?.affine();
    // pixels are squeezed from their outer edges, which lie half a pixel before the first one's middle
    let (wide, from) = (template.aspect, 0.5 * template.aspect - 0.5);
    Some([a * wide, b, x + a * from, c * wide, d, y + c * from])
}

/// The same look into an input of `side` pixels from so many times as near: above 1 the face is shown larger, about the
/// input's middle.
pub fn nearer([a, b, x, c, d, y]: [f32; 6], side: u32, times: f32) -> [f32; 6] {
    let (middle, s) = ((side - 1) as f32 / 2.0, times.recip());
    let kept = middle * (1.0 - s);
    [a * s, b * s, x + (a + b) * kept, c * s, d * s, y + (c + d) * kept]
}

/// The same look with left and right of an input of `side` pixels exchanged.
pub fn mirrored([a, b, x, c, d, y]: [f32; 6], side: u32) -> [f32; 6] {
    let last = (side - 1) as f32;
    [-a, b, x + a * last, -c, d, y + c * last]
}

fn mean(points: &[Point; 5]) -> Point {
    let (x, y) = points.iter().fold((0.0, 0.0), |(x, y), p| (x + p.x, y + p.y));
    Point { x: x / 5.0, y: y / 5.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply([a, b, x, c, d, y]: [f32; 6], p: Point) -> Point {
        Point { x: a * p.x + b * p.y + x, y: c * p.x + d * p.y + y }
    }

    fn check(found: [f32; 6], expected: [f32; 6], tolerance: f32) {
        let error = found.iter().zip(expected).map(|(f, e)| (f - e).abs()).fold(0.0, f32::max);
        assert!(error <= tolerance, "{found:?} is not {expected:?}");
    }

    #[test]
    fn landmarks_on_the_template_are_looked_at_as_they_are() {
        check(affine(&ARCFACE.points, &ARCFACE).expect("a face"), [1.0, 0.0, 0.0, 0.0, 1.0, 0.0], 1e-4);
    }

    #[test]
    fn a_turned_larger_moved_face_is_looked_at_turned_larger_and_moved() {
        let place = [1.2, -1.6, 300.0, 1.6, 1.2, 40.0];
        check(affine(&DLIB.points.map(|p| apply(place, p)), &DLIB).expect("a face"), place, 1e-3);
    }

    #[test]
    fn landmarks_off_the_template_give_the_least_squares_fit() {
        // A square onto a rectangle twice as wide, about a shared middle: scale 1.5, no turn.
        let at = |x, y| Point { x, y };
        let from = [at(-1.0, -1.0), at(1.0, -1.0), at(0.0, 0.0), at(-1.0, 1.0), at(1.0, 1.0)];
        let to = from.map(|p| at(2.0 * p.x, p.y));
        let fit = Similarity::between(&from, &to).expect("the points differ");
        assert_eq!(fit.affine(), [1.5, -0.0, 0.0, 0.0, 1.5, 0.0]);
    }

    #[test]
    fn a_known_face_gets_the_matrix_that_made_its_reference_crop() {
        let kps =
            [(110.72072, 107.96325), (150.325, 110.894615), (116.58466, 133.43425), (113.94314, 157.82782)];
        let [a, b, c, d] = kps.map(|(x, y)| Point { x, y });
        let face = [a, b, c, d, Point { x: 145.68294, y: 160.06432 }];
        let found = affine(&face, &ARCFACE).expect("a face");
        check(found, [1.225, -0.05, 62.394, 0.05, 1.225, 43.192], 2e-3);
    }

    #[test]
    fn the_mirror_look_shows_the_last_column_first() {
        let look = [1.2, -1.6, 300.0, 1.6, 1.2, 40.0];
        for (column, row) in [(0.0, 0.0), (111.0, 0.0), (30.0, 70.0)] {
            let (plain, mirror) = (Point { x: column, y: row }, Point { x: 111.0 - column, y: row });
            let (p, m) = (apply(look, plain), apply(mirrored(look, 112), mirror));
            assert!((p.x - m.x).abs() < 1e-3 && (p.y - m.y).abs() < 1e-3);
        }
    }

    #[test]
    fn a_nearer_look_has_the_same_middle_and_a_smaller_step() {
        let look = [1.2, -1.6, 300.0, 1.6, 1.2, 40.0];
        let near = nearer(look, 112, 1.25);
        for (column, row) in [(55.5, 55.5), (0.0, 0.0), (111.0, 30.0)] {
            let shrunk = Point { x: 55.5 + (column - 55.5) / 1.25, y: 55.5 + (row - 55.5) / 1.25 };
            let (n, p) = (apply(near, Point { x: column, y: row }), apply(look, shrunk));
            assert!((n.x - p.x).abs() < 1e-3 && (n.y - p.y).abs() < 1e-3);
        }
    }

    #[test]
    fn points_that_are_no_face_have_no_alignment() {
        let mut broken = ARCFACE.points;
        broken[3].y = f32::NAN;
        assert!(affine(&broken, &ARCFACE).is_none());
        assert!(affine(&[Point { x: 5.0, y: 5.0 }; 5], &ARCFACE).is_none());
    }

    #[test]
    fn a_squeezed_input_shows_a_box_that_is_narrower_than_high() {
        let look = affine(&FACENET.points, &FACENET).expect("a face");
        let (first, last) =
            (apply(look, Point { x: -0.5, y: 0.0 }), apply(look, Point { x: 159.5, y: 159.0 }));
        assert!((first.x + 0.5).abs() < 1e-3 && (last.x - (0.805 * 160.0 - 0.5)).abs() < 1e-3, "{look:?}");
        assert!(first.y.abs() < 1e-3 && (last.y - 159.0).abs() < 1e-3, "{look:?}");
    }

    #[test]
    fn every_template_is_an_upright_face_inside_its_input() {
        for Template { side, aspect, points: [left, right, nose, left_mouth, right_mouth] } in
            [ARCFACE, DLIB, FACENET]
        {
            assert!(left.x < nose.x && nose.x < right.x && left_mouth.x < right_mouth.x);
            assert!(left.y < nose.y && nose.y < left_mouth.y && left_mouth.y < side as f32);
            assert!(left_mouth.x > 0.0 && right.x < side as f32 * aspect);
        }
    }
}
