//! Interleaved red, green, blue.

use super::super::picture::Picture;
use super::{Colours, LANES, Points, Taps, Texture, limit, neighbours};

pub(super) struct Rgb<'a> {
    pixels: &'a [u8],
    stride: usize,
    size: [usize; 2],
}

impl<'a> Rgb<'a> {
    pub(super) fn new(picture: &Picture<'a>) -> Self {
        Self {
            pixels: picture.planes[0],
            stride: picture.strides[0],
            size: [picture.width as usize, picture.height as usize],
        }
    }
}

impl Texture for Rgb<'_> {
    #[inline]
    fn inside(&self, x: &[f32; LANES], y: &[f32; LANES]) -> Colours {
        let points = Points::new(x, y, limit(self.size));
        let mut taps: [Taps; 3] = Default::default();
        for lane in 0..LANES {
            let at = points.row[lane] as usize * self.stride + points.column[lane] as usize * 3;
            let top = &self.pixels[at..at + 6];
            let bottom = &self.pixels[at + self.stride..at + self.stride + 6];
            for (channel, taps) in taps.iter_mut().enumerate() {
                taps.0[0][lane] = top[channel];
                taps.0[1][lane] = top[channel + 3];
                taps.0[2][lane] = bottom[channel];
                taps.0[3][lane] = bottom[channel + 3];
            }
        }
        Colours(taps.map(|taps| taps.mix(&points)))
    }

    fn anywhere(&self, x: f32, y: f32) -> [f32; 3] {
        let mut colour = [0.0; 3];
        for (column, row, weight) in neighbours(x, y, self.size) {
            let at = row * self.stride + column * 3;
            for (sum, &value) in colour.iter_mut().zip(&self.pixels[at..at + 3]) {
                *sum += weight * f32::from(value);
            }
        }
        colour
    }
}
