//! A region of a picture as the GPU's kernel reads it.

use super::super::picture::{Picture, PixelFormat};
use super::Target;
use super::yuv::Matrix;

/// What one input is warped by: as many words as bindings of memory are aligned to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::engine) struct Look([u32; Look::WORDS]);

impl Look {
    /// Words of one.
    const WORDS: usize = 64;
    /// Bytes of one.
    pub(super) const BYTES: usize = 4 * Self::WORDS;

    /// The region of `picture` that `affine` shows, for `target`. Both must have passed their checks; the planes lie in the
    /// device's memory as [`Picture::places`] says.
    pub(in crate::engine) fn new(picture: &Picture<'_>, affine: &[f32; 6], target: &Target) -> Self {
        let half = [picture.width.div_ceil(2), picture.height.div_ceil(2)];
        let chroma = match picture.format {
            PixelFormat::I420 | PixelFormat::Nv12 => half,
            PixelFormat::Rgb24 | PixelFormat::Gray8 => [0, 0],
        };
        let normalise = &target.normalise;
        let mut words = [0; Self::WORDS];
        let told = (affine.map(f32::to_bits).into_iter())
            .chain([picture.width, picture.height])
            .chain(channels(picture).into_iter().flatten().map(|word| word as u32))
            .chain(chroma)
            .chain(Matrix::of(picture).coefficients().map(f32::to_bits))
            .chain(normalise.mean.map(f32::to_bits))
            .chain(normalise.scale.map(f32::to_bits))
            .chain([u32::from(normalise.bgr), target.width as u32, target.height as u32]);
        words.iter_mut().zip(told).for_each(|(word, told)| *word = told);
        Self(words)
    }

    /// For the kernel, as the input of a batch's item.
    pub(super) fn bytes(&self, item: usize) -> impl Iterator<Item = u8> {
        let mut words = self.0;
        words[Self::WORDS - 1] = item as u32;
        words.into_iter().flat_map(u32::to_le_bytes)
    }
}

/// Of red, green and blue, or of luma and the two chromas: where the first sample lies, and how far it is to the next row and
/// to the next column, in bytes.
fn channels(picture: &Picture<'_>) -> [[usize; 3]; 3] {
    let [first, second, third] = picture.places();
    let [stride, second_stride, third_stride] = picture.strides;
    match picture.format {
        PixelFormat::I420 => [[first, stride, 1], [second, second_stride, 1], [third, third_stride, 1]],
        PixelFormat::Nv12 => [[first, stride, 1], [second, second_stride, 2], [second + 1, second_stride, 2]],
        PixelFormat::Rgb24 => [0, 1, 2].map(|channel| [first + channel, stride, 3]),
        PixelFormat::Gray8 => [[first, stride, 1]; 3],
    }
}
