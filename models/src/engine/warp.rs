//! Warps a region of a picture straight into a network's normalised input, sampling only the points it needs.

mod grey;
mod look;
mod on_gpu;
mod rgb;
mod yuv;

use super::picture::{Picture, PixelFormat};

pub(super) use look::Look;
pub(super) use on_gpu::{Seen, Warper};

/// Points that are sampled together: enough for the compiler to fill its vectors, few enough to stay in cache.
const LANES: usize = 16;

/// The largest magnitude an affine coefficient may have: far outside any picture, yet no sum overflows.
const COEFFICIENT_MAX: f32 = 1e6;

/// How colour values 0..=255 become a network's input.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Normalise {
    /// The first plane is blue instead of red.
    pub(crate) bgr: bool,
    /// Subtracted per input channel, in the network's own order.
    pub(crate) mean: [f32; 3],
    /// Multiplied afterwards, in the network's own order.
    pub(crate) scale: [f32; 3],
}

/// A network's input: its size and what its values mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Target {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) normalise: Normalise,
}

impl Target {
    /// Values of one input: three planes.
    pub(crate) fn len(&self) -> usize {
        3 * self.width * self.height
    }
}

/// Says why `affine` can't be sampled, if so.
pub(crate) fn check_affine(affine: &[f32; 6]) -> Result<(), &'static str> {
    if affine.iter().any(|value| !value.is_finite()) {
        return Err("its transform has a value that isn't finite");
    }
    if affine.iter().any(|value| value.abs() > COEFFICIENT_MAX) {
        return Err("its transform has a coefficient beyond a million");
    }
    Ok(())
}

/// Fills `out` (`[3, height, width]`) with the region of `picture` that `affine` shows.
///
/// Both must have passed their checks; what lies outside the picture is black.
pub(crate) fn warp(picture: &Picture<'_>, affine: &[f32; 6], target: &Target, out: &mut [f32]) {
    let size = [picture.width as usize, picture.height as usize];
    match picture.format {
        PixelFormat::I420 | PixelFormat::Nv12 => sample(&yuv::Yuv::new(picture), size, affine, target, out),
        PixelFormat::Rgb24 => sample(&rgb::Rgb::new(picture), size, affine, target, out),
        PixelFormat::Gray8 => sample(&grey::Grey::new(picture), size, affine, target, out),
    }
}

/// Points to sample, split into the pixel up and left of each and the way from there, 0..1.
struct Points {
    column: [i32; LANES],
    row: [i32; LANES],
    across: [f32; LANES],
    down: [f32; LANES],
}

impl Points {
    /// Points held between 0 and `limit`, which is not negative.
    #[inline(always)]
    fn new(x: &[f32; LANES], y: &[f32; LANES], limit: [f32; 2]) -> Self {
        let (column, across) = Self::split(x, limit[0]);
        let (row, down) = Self::split(y, limit[1]);
        Self { column, row, across, down }
    }

    #[inline(always)]
    fn split(along: &[f32; LANES], limit: f32) -> ([i32; LANES], [f32; LANES]) {
        let (mut whole, mut rest) = ([0; LANES], [0.0; LANES]);
        for ((whole, rest), along) in whole.iter_mut().zip(&mut rest).zip(along) {
            let held = along.clamp(0.0, limit);
            *whole = held as i32;
            *rest = held - *whole as f32;
        }
        (whole, rest)
    }
}

/// The four neighbours of each point: top left, top right, bottom left, bottom right.
#[derive(Default)]
struct Taps([[u8; LANES]; 4]);

impl Taps {
    /// Their bilinear mix.
    #[inline(always)]
    fn mix(&self, points: &Points) -> [f32; LANES] {
        let [top_left, top_right, bottom_left, bottom_right] = &self.0;
        std::array::from_fn(|lane| {
            let tap = |taps: &[u8; LANES]| f32::from(taps[lane]);
            let upper = tap(top_left) + (tap(top_right) - tap(top_left)) * points.across[lane];
            let lower = tap(bottom_left) + (tap(bottom_right) - tap(bottom_left)) * points.across[lane];
            upper + (lower - upper) * points.down[lane]
        })
    }
}

/// Red, green and blue of the sampled points, 0..=255.
struct Colours([[f32; LANES]; 3]);

/// A picture that can be sampled.
trait Texture {
    /// Samples points whose four neighbours are all inside the picture.
    fn inside(&self, x: &[f32; LANES], y: &[f32; LANES]) -> Colours;

    /// Samples one point anywhere; neighbours outside the picture count as black.
    fn anywhere(&self, x: f32, y: f32) -> [f32; 3];
}

fn sample<T: Texture>(texture: &T, size: [usize; 2], affine: &[f32; 6], target: &Target, out: &mut [f32]) {
    let area = target.width * target.height;
    let (first, rest) = out.split_at_mut(area);
    let (second, third) = rest.split_at_mut(area);
    let rows = first
        .chunks_exact_mut(target.width)
        .zip(second.chunks_exact_mut(target.width))
        .zip(third.chunks_exact_mut(target.width));
    for (y, ((first, second), third)) in rows.enumerate() {
        let y = y as f32;
        let line = Line {
            step: [affine[0], affine[3]],
            start: [affine[1] * y + affine[2], affine[4] * y + affine[5]],
        };
        let inner = line.inside(size, target.width);
        let mut row = [first, second, third];
        for x in (0..inner.start).chain(inner.end..target.width) {
            let [px, py] = line.at(x);
            let near = px > -1.0 && py > -1.0 && px < size[0] as f32 && py < size[1] as f32;
            let colour = if near { texture.anywhere(px, py) } else { [0.0; 3] };
            target.normalise.put(&mut row, x, colour);
        }
        for x in inner.clone().step_by(LANES) {
            let (px, py) = line.from(x);
            let colours = texture.inside(&px, &py);
            target.normalise.put_all(&mut row, x, LANES.min(inner.end - x), &colours);
        }
    }
}

/// The points of one input row, as a straight line through the picture.
struct Line {
    step: [f32; 2],
    start: [f32; 2],
}

impl Line {
    fn at(&self, x: usize) -> [f32; 2] {
        [self.step[0] * x as f32 + self.start[0], self.step[1] * x as f32 + self.start[1]]
    }

    /// The columns 0..`width` whose points have all four neighbours inside a picture of `size`.
    fn inside(&self, size: [usize; 2], width: usize) -> std::ops::Range<usize> {
        let mut from = 0.0_f64;
        let mut to = width as f64;
        for ((step, start), side) in self.step.into_iter().zip(self.start).zip(size) {
            let (step, start) = (f64::from(step), f64::from(start));
            let last = side as f64 - 1.0;
            if step == 0.0 {
                if start < 0.0 || start >= last {
                    return 0..0;
                }
                continue;
            }
            let (low, high) = (-start / step, (last - start) / step);
            from = from.max(low.min(high));
            to = to.min(low.max(high));
        }
        let from = from.ceil() as usize;
        let to = (to.ceil() as usize).min(width);
        if from < to && size.iter().all(|&side| side > 1) { from..to } else { 0..0 }
    }

    /// The points of the `LANES` columns from `x` on.
    fn from(&self, x: usize) -> ([f32; LANES], [f32; LANES]) {
        let along = |axis: usize| {
            std::array::from_fn(|lane| self.step[axis] * (x + lane) as i32 as f32 + self.start[axis])
        };
        (along(0), along(1))
    }
}

/// The farthest point, just short of the last pixel, that still has a neighbour on its other side.
///
/// Only rounding, and lanes past the last column, put a point beyond it: holding them there is harmless.
fn limit(size: [usize; 2]) -> [f32; 2] {
    size.map(|side| (side as f32 - 1.0).next_down().max(0.0))
}

impl Normalise {
    fn put(&self, row: &mut [&mut [f32]; 3], x: usize, colour: [f32; 3]) {
        for (channel, plane) in row.iter_mut().enumerate() {
            plane[x] = (colour[self.source(channel)] - self.mean[channel]) * self.scale[channel];
        }
    }

    fn put_all(&self, row: &mut [&mut [f32]; 3], x: usize, len: usize, colours: &Colours) {
        for (channel, plane) in row.iter_mut().enumerate() {
            let (mean, scale) = (self.mean[channel], self.scale[channel]);
            let values = &colours.0[self.source(channel)][..len];
            for (out, value) in plane[x..x + len].iter_mut().zip(values) {
                *out = (value - mean) * scale;
            }
        }
    }

    /// Which of red, green, blue goes into input channel `channel`.
    fn source(&self, channel: usize) -> usize {
        if self.bgr { 2 - channel } else { channel }
    }
}

/// The four neighbours of a point anywhere, with their weights; those outside are left out.
fn neighbours(x: f32, y: f32, size: [usize; 2]) -> impl Iterator<Item = (usize, usize, f32)> {
    let (left, top) = (x.floor(), y.floor());
    let (across, down) = (x - left, y - top);
    let taps = [
        (left, top, (1.0 - across) * (1.0 - down)),
        (left + 1.0, top, across * (1.0 - down)),
        (left, top + 1.0, (1.0 - across) * down),
        (left + 1.0, top + 1.0, across * down),
    ];
    taps.into_iter().filter_map(move |(column, row, weight)| {
        let inside = column >= 0.0 && row >= 0.0 && column < size[0] as f32 && row < size[1] as f32;
        inside.then_some((column as usize, row as usize, weight))
    })
}

#[cfg(test)]
mod tests;
