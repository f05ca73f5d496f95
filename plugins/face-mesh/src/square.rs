//! A turned square of a frame that a network looks at.

use plugin_sdk::Point;

/// A square of the frame, in frame pixels where whole numbers are pixel centres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Square {
    /// Its middle.
    pub centre: Point,
    /// Length of a side in frame pixels.
    pub side: f32,
    /// How far it is turned from upright, in radians, clockwise as seen.
    pub angle: f32,
}

impl Square {
    /// The smallest upright square that holds a whole frame, centred on it.
    pub fn around_frame(width: u32, height: u32) -> Self {
        let (width, height) = (width as f32, height as f32);
        let centre = Point { x: (width - 1.0) / 2.0, y: (height - 1.0) / 2.0 };
        Self { centre, side: width.max(height), angle: 0.0 }
    }

    /// Maps pixel indices of an input of `input_side` pixels onto the frame, row-major 2x3.
    pub fn affine(&self, input_side: usize) -> [f32; 6] {
        let scale = self.side / input_side as f32;
        let (sin, cos) = self.angle.sin_cos();
        let (a, b) = (scale * cos, scale * sin);
        let middle = (input_side as f32 - 1.0) / 2.0;
        let x = self.centre.x - a * middle + b * middle;
        let y = self.centre.y - b * middle - a * middle;
        [a, -b, x, b, a, y]
    }

    /// Where a point of the input lies in the frame. The point is in input pixels measured from the input's outer
    /// corner, which is how networks answer: the first pixel's centre is (0.5, 0.5).
    pub fn locate(&self, point: Point, input_side: usize) -> Point {
        let [a, b, x, c, d, y] = self.affine(input_side);
        let (u, v) = (point.x - 0.5, point.y - 0.5);
        Point { x: a * u + b * v + x, y: c * u + d * v + y }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: Point, x: f32, y: f32) {
        assert!((found.x - x).abs() < 1e-3 && (found.y - y).abs() < 1e-3, "{found:?} is not ({x}, {y})");
    }

    #[test]
    fn a_frame_of_the_inputs_size_is_looked_at_as_it_is() {
        assert_eq!(Square::around_frame(192, 192).affine(192), [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    }

    #[test]
    fn a_wide_frame_gets_equal_bars_above_and_below() {
        let square = Square::around_frame(384, 192);
        close(square.locate(Point { x: 0.0, y: 48.0 }, 192), -0.5, -0.5);
        close(square.locate(Point { x: 192.0, y: 144.0 }, 192), 383.5, 191.5);
    }

    #[test]
    fn the_affine_maps_pixel_indices_to_pixel_indices() {
        let [a, _, x, _, d, y] = Square::around_frame(200, 200).affine(100);
        assert_eq!((a * 0.0 + x, d * 99.0 + y), (0.5, 198.5));
    }

    #[test]
    fn a_square_turned_a_quarter_looks_from_the_side() {
        let square =
            Square { centre: Point { x: 10.0, y: 20.0 }, side: 8.0, angle: std::f32::consts::FRAC_PI_2 };
        close(square.locate(Point { x: 8.0, y: 4.0 }, 8), 10.0, 24.0);
        close(square.locate(Point { x: 4.0, y: 0.0 }, 8), 14.0, 20.0);
    }
}
