//! Fused layers for the CPU, on plain slices: what Burn's CPU backend does in several passes over memory, or one
//! number at a time, in one pass with the widest registers there are.
//!
//! All tensors are `[planes, height, width]`, row-major, where the planes are those of every item of the batch.

/// Runs `work` compiled for AVX2 and FMA where the processor has them; work that is to gain must be inlined.
#[inline(always)]
fn widest<R>(work: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    if let Some(wide) = pulp::x86::V3::try_new() {
        return pulp::Simd::vectorize(wide, work);
    }
    work()
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
    fn slope(self, channel: usize) -> f32 {
        match self {
            Self::Linear => 1.0,
            Self::Zero => 0.0,
            Self::Slopes(slopes) => slopes[channel],
        }
    }
}

#[inline(always)]
fn bend(value: f32, slope: f32) -> f32 {
    value.max(0.0) + slope * value.min(0.0)
}

/// Adds to every plane its channel's bias and, where `around` has that channel, the plane of `around`; then bends.
///
/// `plane` is the numbers of one plane; `around` has `channels` planes per item, at most as many as there are biases.
pub(super) fn finish(
    y: &mut [f32],
    plane: usize,
    bias: &[f32],
    around: Option<(&[f32], usize)>,
    below: Below<'_>,
) {
    widest(|| {
        for (at, y) in y.chunks_exact_mut(plane).enumerate() {
            let (item, channel) = (at / bias.len(), at % bias.len());
            let (bias, slope) = (bias[channel], below.slope(channel));
            match around {
                Some((around, channels)) if channel < channels => {
                    let around = &around[(item * channels + channel) * plane..][..plane];
                    y.iter_mut().zip(around).for_each(|(y, around)| *y = bend(*y + bias + around, slope));
                }
                _ => y.iter_mut().for_each(|y| *y = bend(*y + bias, slope)),
            }
        }
    });
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
        let mut y = vec![0.0; x.len() / (size[0] * size[1]) * self.smaller(size).iter().product::<usize>()];
        widest(|| self.planes(x, size, &mut y));
        y
    }

    fn smaller(&self, size: [usize; 2]) -> [usize; 2] {
        size.map(|side| side.div_ceil(self.stride))
    }

    /// Each plane is spread, with its zeros, over one phase per stride and direction. In these a step of the filter
    /// is a step in memory, so that a whole plane is one loop; the numbers it makes between two rows are dropped.
    #[inline(always)]
    fn planes(&self, x: &[f32], size: [usize; 2], y: &mut [f32]) {
        let (stride, [height, width]) = (self.stride, self.smaller(size));
        let pitch = ((width - 1) * stride + 3).div_ceil(stride);
        let rows = ((height - 1) * stride + 3).div_ceil(stride);
        let len = (height - 1) * pitch + width;
        let mut phases = vec![0.0; stride * stride * rows * pitch];
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
            weigh(std::array::from_fn(tap), &self.weights[9 * channel..], self.bias[channel], &mut sums);
            let slope = self.below.slope(channel);
            for (y, sums) in y.chunks_exact_mut(width).zip(sums.chunks(pitch)) {
                y.iter_mut().zip(sums).for_each(|(y, &sum)| *y = bend(sum, slope));
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
                if row / stride * pitch < phase {
                    let to = &mut phases[at..][..count];
                    to.iter_mut().zip(x[first..].iter().step_by(stride)).for_each(|(to, x)| *to = *x);
                }
            }
        }
    }
}

#[inline(always)]
fn weigh(taps: [&[f32]; 9], weights: &[f32], bias: f32, sums: &mut [f32]) {
    let len = sums.len();
    let [a, b, c, d, e, f, g, h, i] = taps.map(|tap| &tap[..len]);
    let &[wa, wb, wc, wd, we, wf, wg, wh, wi, ..] = weights else { return };
    for at in 0..len {
        let first = bias + wa * a[at] + wb * b[at] + wc * c[at];
        let second = wd * d[at] + we * e[at] + wf * f[at];
        let third = wg * g[at] + wh * h[at] + wi * i[at];
        sums[at] = first + second + third;
    }
}

/// What a dense filter of `kernel` x `kernel` sees at each place, so that the convolution is a matrix product.
///
/// # Shapes
/// `[n * channels, h, w]` to `[n * channels * kernel * kernel, h / stride, w / stride]`
pub(super) fn patches(x: &[f32], size: [usize; 2], kernel: usize, stride: usize, before: usize) -> Vec<f32> {
    let [height, width] = size;
    let [rows, columns] = size.map(|side| side.div_ceil(stride));
    let mut patches = vec![0.0; x.len() / (height * width) * kernel * kernel * rows * columns];
    let mut planes = patches.chunks_exact_mut(rows * columns);
    for x in x.chunks_exact(height * width) {
        for (tap, to) in (0..kernel * kernel).zip(&mut planes) {
            let (ky, kx) = (tap / kernel, tap % kernel);
            for (row, to) in to.chunks_exact_mut(columns).enumerate() {
                let Some(from) = (row * stride + ky).checked_sub(before).filter(|&from| from < height) else {
                    continue;
                };
                let skipped = before.saturating_sub(kx).div_ceil(stride);
                let x = &x[from * width..][..width];
                let seen = x.get(skipped * stride + kx - before..).unwrap_or_default().iter().step_by(stride);
                to[skipped..].iter_mut().zip(seen).for_each(|(to, x)| *to = *x);
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
    let mut y = vec![0.0; x.len() / 4];
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
    let mut y = vec![0.0; x.len() * 4];
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
mod tests;
