//! One plane of grey, the same in all three channels.

use super::super::picture::Picture;
use super::{Colours, LANES, Points, Taps, Texture, limit, neighbours};

/// A plane of 8-bit samples.
pub(super) struct Grey<'a> {
    samples: &'a [u8],
    stride: usize,
    size: [usize; 2],
}

impl<'a> Grey<'a> {
    pub(super) fn new(picture: &Picture<'a>) -> Self {
        Self {
            samples: picture.planes[0],
            stride: picture.strides[0],
            size: [picture.width as usize, picture.height as usize],
        }
    }

    /// The plane's own values at points inside.
    #[inline(always)]
    pub(super) fn values(&self, x: &[f32; LANES], y: &[f32; LANES]) -> [f32; LANES] {
        let points = Points::new(x, y, limit(self.size));
        let mut taps = Taps::default();
        for lane in 0..LANES {
            let at = points.row[lane] as usize * self.stride + points.column[lane] as usize;
            let top = &self.samples[at..at + 2];
            let bottom = &self.samples[at + self.stride..at + self.stride + 2];
            taps.0[0][lane] = top[0];
            taps.0[1][lane] = top[1];
            taps.0[2][lane] = bottom[0];
            taps.0[3][lane] = bottom[1];
        }
        taps.mix(&points)
    }

    /// The sum of the neighbours inside the picture, and their weight: 1 well inside, 0 well outside.
    pub(super) fn value(&self, x: f32, y: f32) -> (f32, f32) {
        neighbours(x, y, self.size).fold((0.0, 0.0), |(sum, total), (column, row, weight)| {
            let sample = f32::from(self.samples[row * self.stride + column]);
            (sum + weight * sample, total + weight)
        })
    }
}

impl Texture for Grey<'_> {
    #[inline]
    fn inside(&self, x: &[f32; LANES], y: &[f32; LANES]) -> Colours {
        Colours([self.values(x, y); 3])
    }

    fn anywhere(&self, x: f32, y: f32) -> [f32; 3] {
        [self.value(x, y).0; 3]
    }
}
