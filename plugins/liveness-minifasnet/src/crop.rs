//! The part of a frame that MiniFASNet judges: the face with its surroundings, kept inside the frame.

use plugin_sdk::Rect;

/// Whole pixels of a frame, first to last, both inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crop {
    left: u32,
    top: u32,
    right: u32,
    bottom: u32,
}

impl Crop {
    /// The crop of `scale` times `face` in a frame of `width` x `height` pixels.
    ///
    /// As in training, a crop that would leave the frame is first made smaller until it could fit and then moved inside:
    /// black bars would be a sign of an attack. `None` when the face has no extent or the frame is a single line.
    pub fn new(face: &Rect, scale: f32, width: u32, height: u32) -> Option<Self> {
        // Training boxes were whole pixels.
        let [x, y, w, h] = [face.x, face.y, face.w, face.h].map(f32::trunc);
        if width < 2 || height < 2 || !(w >= 1.0 && h >= 1.0) || !(x + y + w + h).is_finite() {
            return None;
        }
        let (last_x, last_y) = ((width - 1) as f32, (height - 1) as f32);
        let scale = scale.min(last_x / w).min(last_y / h);
        let (left, right) = inside(x + w / 2.0, w * scale, last_x);
        let (top, bottom) = inside(y + h / 2.0, h * scale, last_y);
        Some(Self { left, top, right, bottom })
    }

    /// Maps the pixel indices of an input of `side` x `side` onto the frame, row-major 2x3: the crop stretched over the
    /// whole input.
    pub fn affine(&self, side: u32) -> [f32; 6] {
        let (x, from_x) = stretch(self.left, self.right, side);
        let (y, from_y) = stretch(self.top, self.bottom, side);
        [x, 0.0, from_x, 0.0, y, from_y]
    }
}

/// First and last pixel of a stretch around `centre`, moved between 0 and `last`.
fn inside(centre: f32, length: f32, last: f32) -> (u32, u32) {
    let (mut from, mut to) = (centre - length / 2.0, centre + length / 2.0);
    if from < 0.0 {
        to -= from;
        from = 0.0;
    }
    if to > last {
        from -= to - last;
        to = last;
    }
    (from.max(0.0) as u32, to as u32)
}

/// Scale and offset that spread the pixels `from` to `to` over the input, outer edge to outer edge.
fn stretch(from: u32, to: u32, side: u32) -> (f32, f32) {
    let scale = (to - from + 1) as f32 / side as f32;
    (scale, from as f32 + 0.5 * scale - 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(face: [f32; 4], scale: f32, expected: [u32; 4]) {
        let [x, y, w, h] = face;
        let crop = Crop::new(&Rect { x, y, w, h }, scale, 640, 480).expect("the face has an extent");
        assert_eq!([crop.left, crop.top, crop.right, crop.bottom], expected, "{face:?} x {scale}");
    }

    #[test]
    fn a_crop_that_fits_is_centred_on_the_face() {
        check([300.0, 200.0, 50.0, 60.0], 2.0, [275, 170, 375, 290]);
    }

    #[test]
    fn a_box_counts_in_whole_pixels() {
        check([300.9, 200.2, 50.8, 60.6], 2.0, [275, 170, 375, 290]);
    }

    #[test]
    fn a_crop_over_the_edge_is_moved_inside_at_its_size() {
        check([0.0, 10.0, 100.0, 100.0], 2.7, [0, 0, 270, 270]);
        check([540.0, 400.0, 90.0, 70.0], 4.0, [279, 199, 639, 479]);
    }

    #[test]
    fn a_crop_larger_than_the_frame_shrinks_to_the_shorter_side() {
        check([200.0, 100.0, 200.0, 200.0], 4.0, [60, 0, 539, 479]);
    }

    #[test]
    fn a_face_beyond_the_frame_still_gives_a_crop_inside_it() {
        check([900.0, 700.0, 50.0, 50.0], 2.0, [539, 379, 639, 479]);
        check([-300.0, -300.0, 50.0, 50.0], 2.0, [0, 0, 100, 100]);
    }

    #[test]
    fn a_face_without_extent_gives_no_crop() {
        for (w, h) in [(0.0, 10.0), (10.0, -3.0), (f32::NAN, 10.0), (f32::INFINITY, 10.0)] {
            assert_eq!(Crop::new(&Rect { x: 1.0, y: 1.0, w, h }, 2.7, 640, 480), None);
        }
    }

    #[test]
    fn the_input_covers_the_crop_from_edge_to_edge() {
        let crop = Crop { left: 10, top: 20, right: 265, bottom: 83 };
        let [x, skew, from_x, _, y, from_y] = crop.affine(128);
        assert_eq!((x, y, skew), (2.0, 0.5, 0.0));
        assert_eq!((from_x, 127.0 * x + from_x), (10.5, 264.5));
        assert_eq!((from_y, 127.0 * y + from_y), (19.75, 83.25));
    }
}
