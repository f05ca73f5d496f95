//! Fused layers for the CPU, on plain slices: what Burn's CPU backend does in several passes over memory, or one
//! number at a time, in one pass with the widest registers there are.
//!
//! All tensors are `[planes, height, width]`, row-major, where the planes are those of every item of the batch.

use pulp::{Simd, WithSimd};

use super::spare;

/// Runs `work` with the widest registers that the processor has; work that is to gain must be inlined.
#[inline(always)]
pub(super) fn simd<W: WithSimd>(work: W) -> W::Output {
    #[cfg(target_arch = "x86_64")]
    if let Some(wide) = pulp::x86::V4::try_new() {
        return Simd::vectorize(wide, work);
    }
    #[cfg(target_arch = "x86_64")]
    if let Some(wide) = pulp::x86::V3::try_new() {
        return Simd::vectorize(wide, work);
    }
    #[cfg(target_arch = "aarch64")]
    if let Some(wide) = pulp::aarch64::Neon::try_new() {
        return Simd::vectorize(wide, work);
    }
    Simd::vectorize(pulp::Scalar::new(), work)
}

/// As [`simd`], for work that leaves the registers to the compiler.
#[inline(always)]
fn widest<R>(work: impl FnOnce() -> R) -> R {
    simd(Plain(work))
}

struct Plain<F>(F);

impl<R, F: FnOnce() -> R> WithSimd for Plain<F> {
    type Output = R;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> R {
        (self.0)()
    }
}

/// What a number below zero is multiplied with, channel by channel: PReLU. ReLU's slope is zero.
#[derive(Clone, Copy)]
pub(super) enum Below<'a> {
    Linear,
    Zero,
    Slopes(&'a [f32]),
}

impl Below<'_> {
    #[inline(always)]
    pub(super) fn slope(self, channel: usize) -> f32 {
        match self {
            Self::Linear => 1.0,
            Self::Zero => 0.0,
            Self::Slopes(slopes) => slopes[channel],
        }
    }
}

#[inline(always)]
pub(super) fn bend(value: f32, slope: f32) -> f32 {
    value.max(0.0) + slope * value.min(0.0)
}

/// The sum of each plane's numbers, each with its channel's weight for that place, plus the bias, bent.
///
/// # Shapes
/// `x`: `[n * channels, places]`, `weights`: `[channels, places]`, to `[n * channels]`
pub(super) fn weighted_sums(x: &[f32], weights: &[f32], bias: &[f32], below: Below<'_>) -> Vec<f32> {
    let places = weights.len() / bias.len();
    let sum = |(at, x): (usize, &[f32])| {
        let channel = at % bias.len();
        let mut sums = [0.0_f32; 16];
        for (x, weights) in x.chunks(16).zip(weights[channel * places..][..places].chunks(16)) {
            sums.iter_mut().zip(x.iter().zip(weights)).for_each(|(sum, (x, weight))| *sum += x * weight);
        }
        bend(sums.iter().sum::<f32>() + bias[channel], below.slope(channel))
    };
    x.chunks_exact(places).enumerate().map(sum).collect()
}

/// A filter of 3 x 3 per channel.
#[derive(Clone, Copy)]
pub(super) struct Filter<'a> {
    /// `[channels, 3, 3]`
    pub(super) weights: &'a [f32],
    /// `[channels]`
    pub(super) bias: &'a [f32],
    pub(super) below: Below<'a>,
    /// One or two.
    pub(super) stride: usize,
    /// Rows and columns of zeros before the first; as many after the last as the stride needs.
    pub(super) before: usize,
}

impl Filter<'_> {
    /// # Shapes
    /// `[planes, h, w]` to `[planes, h / stride, w / stride]`, rounded up
    pub(super) fn apply(&self, x: &[f32], size: [usize; 2]) -> Vec<f32> {
        let places = self.smaller(size).iter().product::<usize>();
        let mut y = spare::zeros(x.len() / (size[0] * size[1]) * places);
        simd(Filtering { filter: self, x, size, y: &mut y });
        y
    }

    fn smaller(&self, size: [usize; 2]) -> [usize; 2] {
        size.map(|side| side.div_ceil(self.stride))
    }

    /// Each plane is spread, with its zeros, over one phase per stride and direction. In these a step of the filter
    /// is a step in memory, so that a whole plane is one loop; the numbers it makes between two rows are dropped.
    #[inline(always)]
    fn planes<S: Simd>(&self, simd: S, x: &[f32], size: [usize; 2], y: &mut [f32]) {
        let (stride, [height, width]) = (self.stride, self.smaller(size));
        let pitch = ((width - 1) * stride + 3).div_ceil(stride);
        let rows = ((height - 1) * stride + 3).div_ceil(stride);
        // whole registers of sums; those beyond the last number are dropped too
        let len = ((height - 1) * pitch + width).next_multiple_of(S::F32_LANES);
        let mut phases = vec![0.0; stride * stride * rows * pitch + S::F32_LANES];
        let mut sums = vec![0.0; len];
        let planes = x.chunks_exact(size[0] * size[1]).zip(y.chunks_exact_mut(height * width));
        for (at, (x, y)) in planes.enumerate() {
            let channel = at % self.bias.len();
            self.spread(x, size[1], pitch, rows * pitch, &mut phases);
            let tap = |k: usize| {
                let (ky, kx) = (k / 3, k % 3);
                let phase = (ky % stride) * stride + kx % stride;
                &phases[phase * rows * pitch + ky / stride * pitch + kx / stride..][..len]
            };
            let (weights, slope) = (&self.weights[9 * channel..], self.below.slope(channel));
            weigh(simd, std::array::from_fn(tap), weights, [self.bias[channel], slope], &mut sums);
            for (y, sums) in y.chunks_exact_mut(width).zip(sums.chunks(pitch)) {
                y.copy_from_slice(&sums[..width]);
            }
        }
    }

    #[inline(always)]
    fn spread(&self, x: &[f32], width: usize, pitch: usize, phase: usize, phases: &mut [f32]) {
        let stride = self.stride;
        for (row, x) in x.chunks_exact(width).enumerate() {
            let row = row + self.before;
            let row_at = (row % stride) * stride * phase + row / stride * pitch;
            for first in 0..stride {
                let column = first + self.before;
                let count = (width - first).div_ceil(stride);
                let at = row_at + (column % stride) * phase + column / stride;
                // zeros before the first column may push the last ones over the edge of what the filter sees
                let count = count.min(pitch - column / stride);
                if row / stride * pitch >= phase {
                    continue;
                }
                let to = &mut phases[at..][..count];
                match stride {
                    1 => to.copy_from_slice(&x[..count]),
                    _ => to.iter_mut().zip(x[first..].iter().step_by(stride)).for_each(|(to, x)| *to = *x),
                }
            }
        }
    }
}

struct Filtering<'a> {
    filter: &'a Filter<'a>,
    x: &'a [f32],
    size: [usize; 2],
    y: &'a mut [f32],
}

impl WithSimd for Filtering<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        self.filter.planes(simd, self.x, self.size, self.y);
    }
}

#[inline(always)]
fn weigh<S: Simd>(simd: S, taps: [&[f32]; 9], weights: &[f32], [bias, slope]: [f32; 2], sums: &mut [f32]) {
    let sums = S::as_mut_simd_f32s(sums).0;
    let taps = taps.map(|tap| &S::as_simd_f32s(tap).0[..sums.len()]);
    let &[wa, wb, wc, wd, we, wf, wg, wh, wi, ..] = weights else { return };
    let weights = [wa, wb, wc, wd, we, wf, wg, wh, wi].map(|weight| simd.splat_f32s(weight));
    let [bias, slope, zero] = [bias, slope, 0.0].map(|value| simd.splat_f32s(value));
    for (at, sum) in sums.iter_mut().enumerate() {
        // three sums that don't wait for each other
        let row = |row: usize, first: S::f32s| {
            (3 * row..3 * row + 3)
                .fold(first, |sum, tap| simd.mul_add_e_f32s(weights[tap], taps[tap][at], sum))
        };
        let all = simd.add_f32s(simd.add_f32s(row(0, bias), row(1, zero)), row(2, zero));
        *sum = simd.mul_add_e_f32s(slope, simd.min_f32s(all, zero), simd.max_f32s(all, zero));
    }
}

/// What a dense filter sees at each of its stops.
#[derive(Clone, Copy)]
pub(super) struct Window {
    /// Rows, columns.
    pub(super) kernel: [usize; 2],
    pub(super) stride: usize,
    /// Rows and columns of zeros before the first.
    pub(super) before: [usize; 2],
    /// Rows and columns of stops.
    pub(super) stops: [usize; 2],
}

/// What a dense filter sees at each place, so that the convolution is a matrix product.
///
/// # Shapes
/// `[n * channels, h, w]` to `[n * channels * kernel rows * kernel columns, stops, stops]`
pub(super) fn patches(x: &[f32], size: [usize; 2], window: Window) -> Vec<f32> {
    let ([height, width], Window { kernel, stride, before, stops: [rows, columns] }) = (size, window);
    let taps = kernel[0] * kernel[1];
    let mut patches = spare::zeros(x.len() / (height * width) * taps * rows * columns);
    let mut planes = patches.chunks_exact_mut(rows * columns);
    for x in x.chunks_exact(height * width) {
        for (tap, to) in (0..taps).zip(&mut planes) {
            let (ky, kx) = (tap / kernel[1], tap % kernel[1]);
            for (row, to) in to.chunks_exact_mut(columns).enumerate() {
                let from = (row * stride + ky).checked_sub(before[0]).filter(|&from| from < height);
                let Some(from) = from else { continue };
                let skipped = before[1].saturating_sub(kx).div_ceil(stride);
                let x = &x[from * width..][..width];
                let seen =
                    x.get(skipped * stride + kx - before[1]..).unwrap_or_default().iter().step_by(stride);
                let to = to.get_mut(skipped..).unwrap_or_default();
                to.iter_mut().zip(seen).for_each(|(to, x)| *to = *x);
            }
        }
    }
    patches
}

/// The maximum of each 2 x 2; sides are even.
///
/// # Shapes
/// `[planes, h, w]` to `[planes, h / 2, w / 2]`
pub(super) fn halve(x: &[f32], width: usize) -> Vec<f32> {
    let mut y = spare::zeros(x.len() / 4);
    widest(|| {
        let mut taller = vec![0.0_f32; width];
        for (rows, y) in x.chunks_exact(2 * width).zip(y.chunks_exact_mut(width / 2)) {
            let (upper, lower) = rows.split_at(width);
            taller.iter_mut().zip(upper.iter().zip(lower)).for_each(|(max, (u, l))| *max = u.max(*l));
            y.iter_mut().zip(taller.as_chunks::<2>().0).for_each(|(y, [a, b])| *y = a.max(*b));
        }
    });
    y
}

/// Twice as high and wide, bilinear between pixel centres, the border repeated.
///
/// # Shapes
/// `[planes, h, w]` to `[planes, 2h, 2w]`
pub(super) fn double(x: &[f32], size: [usize; 2]) -> Vec<f32> {
    let [height, width] = size;
    let mut y = spare::zeros(x.len() * 4);
    let mut between = vec![0.0; width];
    for (x, y) in x.chunks_exact(height * width).zip(y.chunks_exact_mut(4 * height * width)) {
        for (row, y) in y.chunks_exact_mut(2 * width).enumerate() {
            let (near, far) = (row / 2, neighbour(row, height));
            let rows = x[near * width..][..width].iter().zip(&x[far * width..][..width]);
            between.iter_mut().zip(rows).for_each(|(to, (near, far))| *to = 0.75 * near + 0.25 * far);
            for (column, y) in y.iter_mut().enumerate() {
                *y = 0.75 * between[column / 2] + 0.25 * between[neighbour(column, width)];
            }
        }
    }
    y
}

/// The second source of place `at` in a doubled line of `len`: the one before for even places, after for odd ones.
#[inline(always)]
fn neighbour(at: usize, len: usize) -> usize {
    if at.is_multiple_of(2) { (at / 2).saturating_sub(1) } else { (at / 2 + 1).min(len - 1) }
}

#[cfg(test)]
pub(super) mod tests;
