//! The middle of a face as a small grey picture, upright and at the recogniser's scale.

use plugin_host::Face;

use crate::frame::{Colour, PixelFormat, Planes};

/// Width and height of a patch. The eyes lie on a row, [`EYES_PX`] apart.
const SIDE: usize = 64;
/// Distance of the eyes in a patch, as in the recogniser's aligned crop.
const EYES_PX: f32 = 35.0;
/// The row of the eyes in a patch.
const EYES_ROW: f32 = 18.0;

/// Luma of the middle of a face (eyes to mouth), full range.
pub(super) struct Patch {
    luma: Vec<f32>,
}

/// Luma up to this is nearly black, as in ISO/IEC 29794-5.
const DARK_LUMA_MAX: usize = 25;
/// Luma from this on is nearly white, as in ISO/IEC 29794-5.
const BRIGHT_LUMA_MIN: usize = 247;
/// Steps of luma in which the halves of a face are compared: finer ones would compare noise, with 2048 samples a half.
const STEPS: usize = 32;

/// How the light lies on a face.
pub(super) struct Light {
    /// Share of it that is nearly black.
    pub(super) dark_share: f32,
    /// Share of it that is nearly white.
    pub(super) bright_share: f32,
    /// Entropy of its luma.
    pub(super) entropy_bits: f32,
    /// What the histograms of its halves have in common, 0..=1.
    pub(super) uniformity_share: f32,
}

impl Patch {
    /// Samples the luma around the face's eyes; what lies outside the picture repeats its edge.
    pub(super) fn of(face: &Face, sampler: &Sampler<'_>) -> Patch {
        let [left, right, ..] = face.landmarks;
        let middle = ((left.x + right.x) / 2.0, (left.y + right.y) / 2.0);
        // A step to the right in the patch is this step in the picture; a step down is at a right angle to it.
        let step = ((right.x - left.x) / EYES_PX, (right.y - left.y) / EYES_PX);
        let mut luma = Vec::with_capacity(SIDE * SIDE);
        for row in 0..SIDE {
            for column in 0..SIDE {
                let (across, down) = (column as f32 - (SIDE - 1) as f32 / 2.0, row as f32 - EYES_ROW);
                let x = middle.0 + across * step.0 - down * step.1;
                let y = middle.1 + across * step.1 + down * step.0;
                luma.push(sampler.at(x, y));
            }
        }
        Patch { luma }
    }

    /// Mean luma.
    pub(super) fn mean(&self) -> f32 {
        self.luma.iter().sum::<f32>() / self.luma.len() as f32
    }

    /// Standard deviation of the luma.
    pub(super) fn deviation(&self) -> f32 {
        variance(self.luma.iter().copied()).sqrt()
    }

    /// What the histograms tell.
    pub(super) fn light(&self) -> Light {
        // Of the left half, then of the right.
        let mut halves = [[0_u32; 256]; 2];
        for (index, luma) in self.luma.iter().enumerate() {
            let half = usize::from(index % SIDE >= SIDE / 2);
            halves[half][luma.round() as usize & 255] += 1;
        }
        let all: [u32; 256] = std::array::from_fn(|luma| halves[0][luma] + halves[1][luma]);
        let share = |count: u32| count as f32 / (SIDE * SIDE) as f32;
        let entropy_bits = all.iter().filter(|count| **count > 0).map(|count| {
            let share = share(*count);
            -share * share.log2()
        });
        let coarse = |half: &[u32; 256], step: usize| {
            let width = 256 / STEPS;
            half[step * width..(step + 1) * width].iter().sum::<u32>()
        };
        let common = (0..STEPS).map(|step| coarse(&halves[0], step).min(coarse(&halves[1], step)));
        Light {
            dark_share: share(all[..=DARK_LUMA_MAX].iter().sum()),
            bright_share: share(all[BRIGHT_LUMA_MIN..].iter().sum()),
            entropy_bits: entropy_bits.sum(),
            uniformity_share: 2.0 * share(common.sum()),
        }
    }

    /// Variance of the Laplacian: how much fine detail there is.
    pub(super) fn sharpness_variance(&self) -> f32 {
        let at = |row: usize, column: usize| self.luma[row * SIDE + column];
        let inner = (1..SIDE - 1).flat_map(|row| (1..SIDE - 1).map(move |column| (row, column)));
        variance(inner.map(|(row, column)| {
            at(row - 1, column) + at(row + 1, column) + at(row, column - 1) + at(row, column + 1)
                - 4.0 * at(row, column)
        }))
    }
}

fn variance(values: impl Iterator<Item = f32>) -> f32 {
    let (mut count, mut sum, mut squares) = (0.0_f64, 0.0_f64, 0.0_f64);
    for value in values {
        let value = f64::from(value);
        count += 1.0;
        sum += value;
        squares += value * value;
    }
    let mean = sum / count.max(1.0);
    (squares / count.max(1.0) - mean * mean).max(0.0) as f32
}

/// Reads luma between pixels, full range.
pub(crate) struct Sampler<'a> {
    data: &'a [u8],
    stride: usize,
    /// Bytes from one pixel to the next; in RGB the green one stands for luma.
    pixel: usize,
    offset: usize,
    right: f32,
    bottom: f32,
    black: f32,
    gain: f32,
}

impl<'a> Sampler<'a> {
    pub(crate) fn new(
        (width, height): (u32, u32),
        planes: &Planes<'a>,
        format: PixelFormat,
        colour: Colour,
    ) -> Self {
        let rgb = format == PixelFormat::Rgb24;
        let (black, gain) = if rgb || colour.full_range { (0.0, 1.0) } else { (16.0, 255.0 / 219.0) };
        Sampler {
            data: planes.data[0],
            stride: planes.strides[0],
            pixel: if rgb { 3 } else { 1 },
            offset: usize::from(rgb),
            right: width.saturating_sub(1) as f32,
            bottom: height.saturating_sub(1) as f32,
            black,
            gain,
        }
    }

    pub(crate) fn at(&self, x: f32, y: f32) -> f32 {
        // A coordinate that is no number becomes 0: `max` prefers the number.
        let (x, y) = (x.max(0.0).min(self.right), y.max(0.0).min(self.bottom));
        let (column, row) = (x as usize, y as usize);
        let (across, down) = (x - column as f32, y - row as f32);
        let next_column = column + usize::from(column < self.right as usize);
        let next_row = row + usize::from(row < self.bottom as usize);
        let upper = self.pixel(row, column) * (1.0 - across) + self.pixel(row, next_column) * across;
        let lower =
            self.pixel(next_row, column) * (1.0 - across) + self.pixel(next_row, next_column) * across;
        ((upper * (1.0 - down) + lower * down - self.black) * self.gain).clamp(0.0, 255.0)
    }

    fn pixel(&self, row: usize, column: usize) -> f32 {
        let at = row * self.stride + column * self.pixel + self.offset;
        f32::from(self.data.get(at).copied().unwrap_or_default())
    }
}
