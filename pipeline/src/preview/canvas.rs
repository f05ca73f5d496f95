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
        let (columns, rows) = (taps(from_width, width), taps(from_height, height));
        let planes = frame.planes();
        let mut ycc = Vec::with_capacity(width * height * 3);
        if frame.format() == PixelFormat::Rgb24 {
            rows.into_iter().for_each(|y| rgb_row(&planes, y, &columns, &mut ycc));
        } else {
            let line = Line {
                scaled: width < from_width,
                interleaved: frame.format() == PixelFormat::Nv12,
                levels: Levels::new(frame.colour().full_range),
            };
            rows.into_iter().for_each(|y| line.copy(&planes, y, &columns, &mut ycc));
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

/// What a column or row of the canvas is mixed of.
#[derive(Clone, Copy)]
struct Tap {
    first: usize,
    second: usize,
    /// Of the second, in 1/256.
    share: u32,
}

/// The taps of each of `to` columns or rows, out of `from`: what lies nearest to its middle on either side, or a pair of those that it stands
/// for where these are two or more.
fn taps(from: usize, to: usize) -> Vec<Tap> {
    let tap = |at: usize| {
        let (first, share) = if from >= 2 * to {
            (at * from / to, 128)
        } else {
            let middle = ((2 * at + 1) * from * 128 / to).saturating_sub(128);
            (middle / 256, (middle % 256) as u32)
        };
        Tap { first, second: (first + 1).min(from - 1), share }
    };
    (0..to).map(tap).collect()
}

/// What lies between four samples, two above the two others.
fn mixed([a, b]: [u8; 2], [c, d]: [u8; 2], across: u32, down: u32) -> u8 {
    let between = |one: u8, other: u8| u32::from(one) * (256 - across) + u32::from(other) * across;
    ((between(a, b) * (256 - down) + between(c, d) * down + 32_768) >> 16) as u8
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
    scaled: bool,
    interleaved: bool,
    levels: Levels,
}

impl Line {
    fn copy(&self, planes: &Planes<'_>, y: Tap, columns: &[Tap], out: &mut Vec<u8>) {
        let (upper, lower) = (row(planes, 0, y.first), row(planes, 0, y.second));
        let (blue, red) =
            (row(planes, 1, y.first / 2), row(planes, if self.interleaved { 1 } else { 2 }, y.first / 2));
        let (step, offset) = if self.interleaved { (2, 1) } else { (1, 0) };
        let sample = |line: &[u8], at: usize| line.get(at).copied().unwrap_or(128);
        for x in columns {
            let pair = |line: &[u8]| [sample(line, x.first), sample(line, x.second)];
            let bright = if self.scaled {
                mixed(pair(upper), pair(lower), x.share, y.share)
            } else {
                sample(upper, x.first)
            };
            let half = x.first / 2 * step;
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

fn rgb_row(planes: &Planes<'_>, y: Tap, columns: &[Tap], out: &mut Vec<u8>) {
    let (upper, lower) = (row(planes, 0, y.first), row(planes, 0, y.second));
    let sample = |line: &[u8], at: usize| line.get(at).copied().unwrap_or(0);
    for x in columns {
        let [r, g, b] = [0, 1, 2].map(|colour| {
            let pair = |line: &[u8]| [x.first, x.second].map(|at| sample(line, at * 3 + colour));
            i32::from(mixed(pair(upper), pair(lower), x.share, y.share))
        });
        // BT.601 in 16-bit fixed point.
        let y = (19_595 * r + 38_470 * g + 7_471 * b + 32_768) >> 16;
        let cb = ((-11_059 * r - 21_709 * g + 32_768 * b + 32_768) >> 16) + 128;
        let cr = ((32_768 * r - 27_439 * g - 5_329 * b + 32_768) >> 16) + 128;
        out.extend([y, cb, cr].map(|value| value.clamp(0, 255) as u8));
    }
}
