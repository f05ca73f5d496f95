//! A small YCbCr picture to draw on. Staying in YCbCr saves the way to RGB and back: JPEG wants YCbCr.

use super::{OverlayBox, Tone};
use crate::frame::{Frame, PixelFormat, Planes};

/// Interleaved full-range Y, Cb, Cr bytes.
pub(super) struct Canvas {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) ycc: Vec<u8>,
    /// Canvas pixels per frame pixel.
    scale: f32,
}

const LINE_PX: usize = 2;

impl Canvas {
    pub(super) fn of(frame: &Frame, width_max: u32) -> Canvas {
        let (from_width, from_height) = (frame.width().max(1) as usize, frame.height().max(1) as usize);
        let width = from_width.min(width_max as usize);
        let height = (from_height * width / from_width).clamp(1, 8192);
        let columns: Vec<usize> = (0..width).map(|x| x * from_width / width).collect();
        let rows = (0..height).map(|y| y * from_height / height);
        let planes = frame.planes();
        let mut ycc = Vec::with_capacity(width * height * 3);
        if frame.format() == PixelFormat::Rgb24 {
            rows.for_each(|y| rgb_row(&planes, y, &columns, &mut ycc));
        } else {
            let line = Line {
                // Two columns are averaged where there are at least two for each canvas pixel.
                pair: usize::from(from_width >= 2 * width),
                interleaved: frame.format() == PixelFormat::Nv12,
                levels: Levels::new(frame.colour().full_range),
            };
            rows.for_each(|y| line.copy(&planes, y, &columns, &mut ycc));
        }
        Canvas { width, height, ycc, scale: width as f32 / from_width as f32 }
    }

    /// Draws the outline of a box, clipped to the canvas.
    pub(super) fn draw(&mut self, mark: &OverlayBox) {
        let colour = match mark.tone {
            Tone::Neutral => [235, 128, 128],
            Tone::Good => [173, 42, 26],
            Tone::Bad => [98, 100, 230],
        };
        let on = |value: f32, end: usize| ((value * self.scale).max(0.0) as usize).min(end);
        let (left, right) = (on(mark.x, self.width), on(mark.x + mark.width, self.width));
        let (top, bottom) = (on(mark.y, self.height), on(mark.y + mark.height, self.height));
        if right < left + 2 * LINE_PX || bottom < top + 2 * LINE_PX {
            return;
        }
        for y in top..bottom {
            let edge = y < top + LINE_PX || y >= bottom - LINE_PX;
            let spans =
                if edge { [left..right, 0..0] } else { [left..left + LINE_PX, right - LINE_PX..right] };
            for x in spans.into_iter().flatten() {
                let at = (y * self.width + x) * 3;
                self.ycc[at..at + 3].copy_from_slice(&colour);
            }
        }
    }
}

/// Three planes, Y at full size, Cb and Cr at half size in both directions, with the levels of television.
pub(super) struct Television {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) planes: Vec<u8>,
}

impl Canvas {
    /// As video encoders want it; an odd row or column at the edge is left out.
    pub(super) fn television(&self) -> Television {
        let (width, height) = (self.width / 2 * 2, self.height / 2 * 2);
        let luma: [u8; 256] = std::array::from_fn(|value| (16 + (value * 219 + 127) / 255) as u8);
        let chroma: [u8; 256] = std::array::from_fn(|value| (16 + (value * 224 + 127) / 255) as u8);
        let sample = |x: usize, y: usize, which: usize| {
            usize::from(self.ycc.get((y * self.width + x) * 3 + which).copied().unwrap_or(128))
        };
        let mut planes = Vec::with_capacity(width * height * 3 / 2);
        for y in 0..height {
            planes.extend((0..width).map(|x| luma[sample(x, y, 0)]));
        }
        for which in [1, 2] {
            for y in (0..height).step_by(2) {
                planes.extend((0..width).step_by(2).map(|x| {
                    let square = [(x, y), (x + 1, y), (x, y + 1), (x + 1, y + 1)];
                    chroma[square.iter().map(|(x, y)| sample(*x, *y, which)).sum::<usize>() / 4]
                }));
            }
        }
        Television { width, height, planes }
    }
}

/// Maps stream levels to the full range that JPEG uses.
struct Levels {
    luma: [u8; 256],
    chroma: [u8; 256],
}

impl Levels {
    fn new(full_range: bool) -> Levels {
        let table = |low: f32, span: f32, zero: f32| {
            std::array::from_fn(|value| {
                let spread = ((value as f32 - low) * 255.0 / span + zero).round().clamp(0.0, 255.0);
                if full_range { value as u8 } else { spread as u8 }
            })
        };
        Levels { luma: table(16.0, 219.0, 0.0), chroma: table(128.0, 224.0, 128.0) }
    }
}

struct Line {
    pair: usize,
    interleaved: bool,
    levels: Levels,
}

impl Line {
    fn copy(&self, planes: &Planes<'_>, y: usize, columns: &[usize], out: &mut Vec<u8>) {
        let luma = row(planes, 0, y);
        let (blue, red) = (row(planes, 1, y / 2), row(planes, if self.interleaved { 1 } else { 2 }, y / 2));
        let (step, offset) = if self.interleaved { (2, 1) } else { (1, 0) };
        let sample = |line: &[u8], at: usize| line.get(at).copied().unwrap_or(128);
        for &x in columns {
            let bright =
                u16::midpoint(u16::from(sample(luma, x)), u16::from(sample(luma, x + self.pair))) as u8;
            let half = x / 2 * step;
            out.extend([
                self.levels.luma[usize::from(bright)],
                self.levels.chroma[usize::from(sample(blue, half))],
                self.levels.chroma[usize::from(sample(red, half + offset))],
            ]);
        }
    }
}

fn row<'a>(planes: &Planes<'a>, plane: usize, y: usize) -> &'a [u8] {
    planes.data[plane].get(y * planes.strides[plane]..).unwrap_or_default()
}

fn rgb_row(planes: &Planes<'_>, y: usize, columns: &[usize], out: &mut Vec<u8>) {
    let line = row(planes, 0, y);
    for &x in columns {
        let [r, g, b] =
            line.get(x * 3..x * 3 + 3).map_or([0; 3], |rgb| [rgb[0], rgb[1], rgb[2]].map(i32::from));
        // BT.601 in 16-bit fixed point.
        let y = (19_595 * r + 38_470 * g + 7_471 * b + 32_768) >> 16;
        let cb = ((-11_059 * r - 21_709 * g + 32_768 * b + 32_768) >> 16) + 128;
        let cr = ((32_768 * r - 27_439 * g - 5_329 * b + 32_768) >> 16) + 128;
        out.extend([y, cb, cr].map(|value| value.clamp(0, 255) as u8));
    }
}
