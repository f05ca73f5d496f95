//! Does a picture of a face show anything new? One that was sent twice does not, neither do a recording that stands still
//! nor a photograph in place of a camera, whatever noise is laid over them and however they are encoded anew.
//!
//! Two pictures are compared where the earlier one showed the face. Whatever lives moves: neighbouring samples then change
//! together. Noise and encoding change each by itself. The ratio of the two is that of an analysis of variance (Fisher,
//! "Statistical Methods for Research Workers", 1925): the variance of the cells' mean changes over what their samples'
//! variance explains; 1 for noise, whatever its strength.

use std::collections::VecDeque;

use plugin_host::Rect;

use crate::frame::Frame;
use crate::quality::Sampler;

/// Samples across and down a face.
const SIDE: usize = 64;
/// A cell is so many samples wide and high.
const CELL: usize = 4;
const CELLS: usize = (SIDE / CELL) * (SIDE / CELL);
/// What the ratio must exceed. Noise (deviation 1 to 3), and JPEG of quality 60 to 90 over it, left at most 2.3 over 970
/// pairs of pictures of two recordings; of the pairs of those recordings themselves a tenth of a second apart, the least
/// was 2.6 (144 pairs of a replay) and 3.1 (206 of a person); measured with a prototype of this comparison.
pub(crate) const CHANGE_MIN: f32 = 2.5;
/// Pictures whose samples differ by less in the mean, 0..=255, are one picture: a coder may leave that.
const SAME_LUMA_MAX: f32 = 0.25;
/// A picture is compared with so many of those that counted before it.
const SHOTS_MAX: usize = 8;

/// The pictures of a track that counted last.
#[derive(Default)]
pub(crate) struct Shots(VecDeque<Shot>);

/// One picture of a face: the luma where it was.
struct Shot {
    bbox: Rect,
    luma: Vec<u8>,
}

impl Shots {
    /// How much a picture changes against those before it, at least, as a ratio to noise; infinite for the first one.
    pub(crate) fn change(&self, frame: &Frame) -> f32 {
        self.0.iter().map(|shot| shot.change(&luma(frame, &shot.bbox))).fold(f32::INFINITY, f32::min)
    }

    /// Keeps a picture that counts.
    pub(crate) fn keep(&mut self, frame: &Frame, bbox: Rect) {
        while self.0.len() >= SHOTS_MAX {
            self.0.pop_front();
        }
        self.0.push_back(Shot { bbox, luma: luma(frame, &bbox) });
    }
}

impl Shot {
    fn change(&self, now: &[u8]) -> f32 {
        ratio(&self.luma, now)
    }
}

/// Luma over the box, row by row.
fn luma(frame: &Frame, bbox: &Rect) -> Vec<u8> {
    let planes = frame.planes();
    let sampler = Sampler::new((frame.width(), frame.height()), &planes, frame.format(), frame.colour());
    let step = (bbox.w / SIDE as f32, bbox.h / SIDE as f32);
    let at = |index: usize| {
        let (column, row) = ((index % SIDE) as f32 + 0.5, (index / SIDE) as f32 + 0.5);
        // Whole pixels: what lies between is a mean, with less noise than its neighbours.
        sampler.at((bbox.x + column * step.0).floor(), (bbox.y + row * step.1).floor())
    };
    (0..SIDE * SIDE).map(|index| at(index) as u8).collect()
}

/// Variance between cells over what the variance within them explains; 0 for pictures that are the same.
fn ratio(before: &[u8], now: &[u8]) -> f32 {
    let (mut sums, mut squares, mut changed) = (vec![0.0_f32; CELLS], 0.0_f32, 0.0_f32);
    for (index, (a, b)) in before.iter().zip(now).enumerate() {
        let change = f32::from(*b) - f32::from(*a);
        sums[index / SIDE / CELL * (SIDE / CELL) + index % SIDE / CELL] += change;
        squares += change * change;
        changed += change.abs();
    }
    let samples = (SIDE * SIDE) as f32;
    if changed / samples < SAME_LUMA_MAX {
        return 0.0;
    }
    let in_cell = (CELL * CELL) as f32;
    let of_means = sums.iter().map(|sum| sum * sum).sum::<f32>() / in_cell;
    let between = of_means / CELLS as f32;
    let within = (squares - of_means) / (samples - CELLS as f32);
    if within > 0.0 { between / within } else { f32::INFINITY }
}

#[cfg(test)]
mod tests {
    use std::time::{Instant, SystemTime};

    use super::*;
    use crate::frame::Capture;
    use crate::still::Still;

    const BOX: Rect = Rect { x: 20.0, y: 10.0, w: 120.0, h: 120.0 };

    /// A round face with eyes, moved by some pixels, with noise of this largest deviation.
    fn picture(moved: f32, noise: u8, seed: u64) -> Frame {
        let (width, height) = (160_u32, 140_u32);
        let mut state = seed | 1;
        let rgb = (0..width * height).flat_map(|index| {
            let (x, y) = ((index % width) as f32 - 80.0 - moved, (index / width) as f32 - 70.0);
            let skin = 190.0 - 0.02 * (x * x + y * y);
            let eye = |ex: f32| 90.0 * (-((x - ex).powi(2) + (y + 15.0).powi(2)) / 40.0).exp();
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let grain = ((state >> 32) % (2 * u64::from(noise) + 1)) as f32 - f32::from(noise);
            [(skin - eye(-20.0) - eye(20.0) + grain).clamp(0.0, 255.0) as u8; 3]
        });
        let still = Still::from_rgb(width, height, rgb.collect()).unwrap();
        let captured = Capture { at: Instant::now(), wall: SystemTime::now(), pts_ns: None };
        Frame::from_still("till".parse().unwrap(), 1, captured, still)
    }

    fn changed(before: &Frame, now: &Frame) -> bool {
        let mut shots = Shots::default();
        assert_eq!(shots.change(before), f32::INFINITY, "the first is always new");
        shots.keep(before, BOX);
        shots.change(now) >= CHANGE_MIN
    }

    #[test]
    fn what_stands_still_shows_nothing_new_whatever_the_noise() {
        for (name, moved, noise, expected) in [
            ("sent again", 0.0, 0, false),
            ("a little noise", 0.0, 1, false),
            ("much noise", 0.0, 12, false),
            ("moved by half a pixel", 0.5, 2, true),
            ("moved by a pixel", 1.0, 4, true),
            ("moved, without noise", 2.0, 0, true),
        ] {
            let before = picture(0.0, noise, 0x1234_5678_9abc_def1);
            let now = picture(moved, noise, 0x0fed_cba9_8765_4321);
            assert_eq!(changed(&before, &now), expected, "{name}");
        }
    }

    #[test]
    fn two_pictures_that_take_turns_are_two_and_their_number_is_bounded() {
        let (one, other) = (picture(0.0, 2, 5), picture(6.0, 2, 7));
        let mut shots = Shots::default();
        let mut counted = 0;
        for turn in 0..40 {
            let frame = if turn % 2 == 0 { &one } else { &other };
            if shots.change(frame) >= CHANGE_MIN {
                shots.keep(frame, BOX);
                counted += 1;
            }
        }
        assert_eq!(counted, 2);
        (0..40).for_each(|_| shots.keep(&one, BOX));
        assert_eq!(shots.0.len(), SHOTS_MAX);
    }
}
