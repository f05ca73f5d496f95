//! Pictures in linear light, in which paper, screens and lenses mix as they do in nature. 1 is white.

use std::sync::OnceLock;

use crate::still::Still;

/// Red, green and blue, linear.
pub(super) type Light = [f32; 3];

/// A picture in linear light.
#[derive(Clone)]
pub(super) struct Canvas {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) light: Vec<Light>,
}

/// A part of a picture, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Window {
    pub(super) left: f32,
    pub(super) top: f32,
    pub(super) width: f32,
    pub(super) height: f32,
}

const CODES: usize = 4096;

/// sRGB byte to linear light (IEC 61966-2-1).
pub(super) fn decode(code: u8) -> f32 {
    static TABLE: OnceLock<Vec<f32>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let linear = |code: f32| {
            if code <= 0.040_45 { code / 12.92 } else { ((code + 0.055) / 1.055).powf(2.4) }
        };
        (0..=255_u8).map(|code| linear(f32::from(code) / 255.0)).collect()
    });
    table[usize::from(code)]
}

/// Linear light to an sRGB byte; more than white is white.
pub(super) fn encode(light: f32) -> u8 {
    static TABLE: OnceLock<Vec<u8>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let code = |light: f32| {
            if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 }
        };
        // By the root of the light: dark tones need the finer steps.
        let root = |index: usize| index as f32 / (CODES - 1) as f32;
        (0..CODES).map(|index| (code(root(index).powi(2)) * 255.0 + 0.5) as u8).collect()
    });
    // A light that is no number becomes black: `max` prefers the number.
    table[(light.clamp(0.0, 1.0).sqrt() * (CODES - 1) as f32 + 0.5) as usize]
}

/// The share of each colour in what the eye takes for brightness.
pub(super) fn luma(light: Light) -> f32 {
    0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]
}

pub(super) fn mix(a: Light, b: Light, share: f32) -> Light {
    std::array::from_fn(|c| a[c] + (b[c] - a[c]) * share)
}

impl Canvas {
    /// A part of a picture, `width` by `height`; where that makes it smaller, whole areas are averaged.
    pub(super) fn of(still: &Still, window: Window, (width, height): (usize, usize)) -> Canvas {
        let (across, down) = (window.width / width as f32, window.height / height as f32);
        let taps = |step: f32| (step.ceil() as usize).clamp(1, 16);
        let (columns, rows) = (taps(across), taps(down));
        let at = |place: usize, tap: usize, count: usize| place as f32 + (tap as f32 + 0.5) / count as f32;
        let mut light = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                let mut sum = [0.0; 3];
                for tap in 0..columns * rows {
                    let u = window.left + at(x, tap % columns, columns) * across - 0.5;
                    let v = window.top + at(y, tap / columns, rows) * down - 0.5;
                    let one = sample_still(still, u, v);
                    sum = std::array::from_fn(|c| sum[c] + one[c]);
                }
                light.push(sum.map(|sum| sum / (columns * rows) as f32));
            }
        }
        Canvas { width, height, light }
    }

    /// The light between pixels; beyond the edge the last pixels go on.
    pub(super) fn sample(&self, x: f32, y: f32) -> Light {
        bilinear((self.width, self.height), x, y, |column, row| self.light[row * self.width + column])
    }

    /// Blurs by a normal distribution of `sigma` pixels.
    pub(super) fn blur(&mut self, sigma: f32) {
        if sigma < 0.2 {
            return;
        }
        let reach = (3.0 * sigma).ceil() as isize;
        let weights: Vec<f32> =
            (-reach..=reach).map(|i| (-(i as f32).powi(2) / (2.0 * sigma * sigma)).exp()).collect();
        let total: f32 = weights.iter().sum();
        for (along, across) in [(true, false), (false, true)] {
            let source = self.light.clone();
            for (index, light) in self.light.iter_mut().enumerate() {
                let (x, y) = ((index % self.width) as isize, (index / self.width) as isize);
                let mut sum = [0.0; 3];
                for (weight, step) in weights.iter().zip(-reach..=reach) {
                    let x = (x + step * isize::from(along)).clamp(0, self.width as isize - 1) as usize;
                    let y = (y + step * isize::from(across)).clamp(0, self.height as isize - 1) as usize;
                    let one = source[y * self.width + x];
                    sum = std::array::from_fn(|c| sum[c] + weight * one[c]);
                }
                *light = sum.map(|sum| sum / total);
            }
        }
    }

    /// Mean brightness.
    pub(super) fn mean(&self) -> f32 {
        self.light.iter().map(|light| luma(*light)).sum::<f32>() / self.light.len().max(1) as f32
    }
}

fn sample_still(still: &Still, x: f32, y: f32) -> Light {
    let (width, rgb) = (still.width() as usize, still.rgb());
    bilinear((width, still.height() as usize), x, y, |column, row| {
        let at = (row * width + column) * 3;
        [decode(rgb[at]), decode(rgb[at + 1]), decode(rgb[at + 2])]
    })
}

fn bilinear((width, height): (usize, usize), x: f32, y: f32, at: impl Fn(usize, usize) -> Light) -> Light {
    let (x, y) = (x.max(0.0).min(width as f32 - 1.0), y.max(0.0).min(height as f32 - 1.0));
    let (column, row) = (x as usize, y as usize);
    let (across, down) = (x - column as f32, y - row as f32);
    let (next_column, next_row) = ((column + 1).min(width - 1), (row + 1).min(height - 1));
    let upper = mix(at(column, row), at(next_column, row), across);
    mix(upper, mix(at(column, next_row), at(next_column, next_row), across), down)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_survives_the_way_through_linear_light() {
        for code in 0..=255 {
            assert_eq!(encode(decode(code)), code);
        }
        assert_eq!((encode(-1.0), encode(f32::NAN), encode(7.0)), (0, 0, 255));
    }

    #[test]
    fn a_picture_made_smaller_keeps_its_light() {
        let rgb = (0..64 * 64).flat_map(|i| [if (i + i / 64) % 2 == 0 { 255 } else { 0 }; 3]).collect();
        let still = Still::from_rgb(64, 64, rgb).unwrap();
        let whole = Window { left: 0.0, top: 0.0, width: 64.0, height: 64.0 };
        let small = Canvas::of(&still, whole, (16, 16));
        assert!((small.mean() - 0.5).abs() < 0.02, "{}", small.mean());
    }

    #[test]
    fn blur_spreads_light_and_loses_none() {
        let mut canvas = Canvas { width: 21, height: 21, light: vec![[0.0; 3]; 441] };
        canvas.light[10 * 21 + 10] = [1.0; 3];
        canvas.blur(1.5);
        let middle = canvas.light[10 * 21 + 10][1];
        assert!((canvas.mean() * 441.0 - 1.0).abs() < 1e-3 && middle < 0.1, "{middle}");
    }
}
