//! One filter per channel, for a whole block of channels at once.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::bend::Bend;
use super::product::BlocksMut;
use super::wide::{Aligned, wide};
use crate::plan::Filter;

/// Rows and columns of a filter.
pub(super) const SIDE: usize = 3;

/// Places that are summed at a time: their sums don't wait for each other, and they see the same columns.
const AT_ONCE: usize = 4;

/// The most columns of a picture whose rows are copied between zeros before they are filtered: edges are a large part of it.
const NARROW: usize = 32;

/// The parameters of a convolution with one filter per channel.
#[derive(Debug)]
pub(super) struct Depthwise {
    /// `[blocks, rows, columns, lanes]`
    weights: Aligned,
    /// `[blocks, lanes]`
    bias: Aligned,
    bend: Bend,
    taps: usize,
    pub(super) stride: usize,
    /// Rows and columns of zeros before the first.
    pub(super) before: [usize; 2],
}

impl Depthwise {
    pub(super) fn of(filter: &Filter, lanes: usize) -> Self {
        let (channels, taps) = (filter.bias.len(), filter.taps());
        let blocks = channels.div_ceil(lanes);
        let mut weights = Aligned::zeros(blocks * lanes * taps);
        for (channel, from) in filter.weights.chunks_exact(taps).enumerate() {
            let to = &mut weights[channel / lanes * lanes * taps + channel % lanes..];
            to.iter_mut().step_by(lanes).zip(from).for_each(|(to, from)| *to = *from);
        }
        let mut bias = Aligned::zeros(blocks * lanes);
        bias[..channels].copy_from_slice(&filter.bias);
        let bend = Bend::of(&filter.below, blocks, lanes);
        Self { weights, bias, bend, taps, stride: filter.stride, before: filter.before }
    }

    pub(super) fn blocks(&self, lanes: usize) -> usize {
        self.bias.len() / lanes
    }

    /// Numbers of the memory between zeros that [`Depthwise::rows`] needs for so many rows of `width` columns.
    pub(super) fn between_len(&self, rows: usize, width: usize, lanes: usize) -> usize {
        if width <= NARROW { self.seen(rows) * self.seen(width.max(AT_ONCE)) * lanes } else { 0 }
    }

    /// Rows or columns of the input that so many of the output see.
    #[inline(always)]
    fn seen(&self, count: usize) -> usize {
        (count - 1) * self.stride + SIDE
    }

    /// Some rows of all blocks.
    pub(super) fn rows<'a>(
        &self,
        x: Picture<'a, impl Fn(usize, usize) -> &'a [f32]>,
        width: usize,
        rows: Range<usize>,
        between: &mut [f32],
        y: BlocksMut<'_>,
    ) {
        wide(Rows { depthwise: self, x, width, rows, between, y });
    }

    /// The sum of each channel of some blocks, where the filter is as large as the picture. `y` begins with the first
    /// of these.
    pub(super) fn all<'a>(
        &self,
        row: impl Fn(usize, usize) -> &'a [f32],
        height: usize,
        blocks: Range<usize>,
        y: &mut [f32],
    ) {
        wide(All { depthwise: self, row, height, blocks, y });
    }
}

/// What a filter sees.
pub(super) struct Picture<'a, R> {
    /// A row of a block; not asked for beyond the height.
    pub(super) row: R,
    pub(super) height: usize,
    /// As long as a row.
    pub(super) zeros: &'a [f32],
}

impl<'a, R: Fn(usize, usize) -> &'a [f32]> Picture<'a, R> {
    #[inline(always)]
    fn row(&self, block: usize, row: usize) -> &'a [f32] {
        if row < self.height { (self.row)(block, row) } else { self.zeros }
    }
}

struct Rows<'a, 'x, R> {
    depthwise: &'a Depthwise,
    x: Picture<'x, R>,
    /// Of a row of the output.
    width: usize,
    rows: Range<usize>,
    between: &'a mut [f32],
    y: BlocksMut<'a>,
}

impl<'x, R: Fn(usize, usize) -> &'x [f32]> WithSimd for Rows<'_, 'x, R> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        for block in 0..self.depthwise.blocks(S::F32_LANES) {
            match self.width <= NARROW {
                true => self.narrow(simd, block),
                false => self.broad(simd, block),
            }
        }
    }
}

impl<'x, R: Fn(usize, usize) -> &'x [f32]> Rows<'_, 'x, R> {
    #[inline(always)]
    fn broad<S: Simd>(&mut self, simd: S, block: usize) {
        let depthwise = self.depthwise;
        let (stride, before) = (depthwise.stride, depthwise.before);
        for (index, at) in self.rows.clone().enumerate() {
            let seen = |tap: usize| {
                S::as_simd_f32s(self.x.row(block, (at * stride + tap).wrapping_sub(before[0]))).0
            };
            let seen = [seen(0), seen(1), seen(2)];
            Line { depthwise, block, before: before[1], seen }
                .filter_into(simd, self.y.line::<S>(block, index, self.width));
        }
    }

    /// The rows that are seen are copied between zeros once, so that all places see whole windows.
    #[inline(always)]
    fn narrow<S: Simd>(&mut self, simd: S, block: usize) {
        let depthwise = self.depthwise;
        let (stride, [above, left]) = (depthwise.stride, depthwise.before);
        let (zero, across) = (simd.splat_f32s(0.0), depthwise.seen(self.width.max(AT_ONCE)));
        let between = S::as_mut_simd_f32s(self.between).0;
        let lines = between.chunks_exact_mut(across).take(depthwise.seen(self.rows.len()));
        for (to, at) in lines.zip(self.rows.start * stride..) {
            let x = S::as_simd_f32s(self.x.row(block, at.wrapping_sub(above))).0;
            let (before, to) = to.split_at_mut(left);
            let (to, behind) = to.split_at_mut(x.len().min(across - left));
            before.fill(zero);
            to.copy_from_slice(&x[..to.len()]);
            behind.fill(zero);
        }
        let between = &*between;
        for index in 0..self.rows.len() {
            let seen = |tap: usize| &between[(index * stride + tap) * across..][..across];
            let seen = [seen(0), seen(1), seen(2)];
            Line { depthwise, block, before: 0, seen }
                .filter_into(simd, self.y.line::<S>(block, index, self.width));
        }
    }
}

impl BlocksMut<'_> {
    /// A row of `width` places.
    #[inline(always)]
    fn line<S: Simd>(&mut self, block: usize, row: usize, width: usize) -> &mut [S::f32s] {
        let line = width * S::F32_LANES;
        S::as_mut_simd_f32s(&mut self.numbers[block * self.pitch + row * line..][..line]).0
    }
}

/// One row of a block, and the rows it sees.
struct Line<'a, V> {
    depthwise: &'a Depthwise,
    block: usize,
    before: usize,
    seen: [&'a [V]; SIDE],
}

impl<V: Copy> Line<'_, V> {
    #[inline(always)]
    fn filter_into<S: Simd<f32s = V>>(&self, simd: S, y: &mut [V]) {
        match self.depthwise.stride {
            1 => self.filter::<S, 1, 6>(simd, y),
            _ => self.filter::<S, 2, 9>(simd, y),
        }
    }

    /// `STRIDE` is the filter's, `SEEN` how many columns [`AT_ONCE`] places see.
    #[inline(always)]
    fn filter<S: Simd<f32s = V>, const STRIDE: usize, const SEEN: usize>(&self, simd: S, y: &mut [V]) {
        let width = y.len();
        let mut from = 0;
        loop {
            let first = (from * STRIDE).wrapping_sub(self.before);
            let [a, b, c] = self.seen;
            let sums = match (window(a, first), window(b, first), window(c, first)) {
                (Some(a), Some(b), Some(c)) => self.sums::<S, STRIDE, SEEN>(simd, [a, b, c]),
                _ => {
                    let mut patch = [[simd.splat_f32s(0.0); SEEN]; SIDE];
                    for (patch, seen) in patch.iter_mut().zip(self.seen) {
                        for (k, x) in patch.iter_mut().enumerate() {
                            if let Some(seen) = seen.get(first.wrapping_add(k)) {
                                *x = *seen;
                            }
                        }
                    }
                    let [a, b, c] = &patch;
                    self.sums::<S, STRIDE, SEEN>(simd, [a, b, c])
                }
            };
            match y[from..].first_chunk_mut::<AT_ONCE>() {
                Some(y) => *y = sums,
                None => y[from..].copy_from_slice(&sums[..width - from]),
            }
            from += AT_ONCE;
            if from >= width {
                return;
            }
            from = from.min(width.saturating_sub(AT_ONCE));
        }
    }

    #[inline(always)]
    fn sums<S: Simd<f32s = V>, const STRIDE: usize, const SEEN: usize>(
        &self,
        simd: S,
        seen: [&[V; SEEN]; SIDE],
    ) -> [V; AT_ONCE] {
        let taps = &S::as_simd_f32s(&self.depthwise.weights).0[self.block * SIDE * SIDE..][..SIDE * SIDE];
        let mut sums = [[S::as_simd_f32s(&self.depthwise.bias).0[self.block]; 1]; AT_ONCE];
        for ky in 0..SIDE {
            for kx in 0..SIDE {
                for at in 0..AT_ONCE {
                    let x = seen[ky][at * STRIDE + kx];
                    sums[at][0] = simd.mul_add_e_f32s(taps[ky * SIDE + kx], x, sums[at][0]);
                }
            }
        }
        self.depthwise.bend.apply(simd, self.block, &mut sums);
        let [[a], [b], [c], [d]] = sums;
        [a, b, c, d]
    }
}

/// So many numbers from the first on, if there are.
#[inline(always)]
fn window<V, const LEN: usize>(seen: &[V], first: usize) -> Option<&[V; LEN]> {
    match seen.get(first..) {
        Some(seen) => seen.first_chunk(),
        None => None,
    }
}

struct All<'a, R> {
    depthwise: &'a Depthwise,
    row: R,
    height: usize,
    blocks: Range<usize>,
    y: &'a mut [f32],
}

impl<'x, R: Fn(usize, usize) -> &'x [f32]> WithSimd for All<'_, R> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { depthwise, row, height, blocks, y } = self;
        let taps = S::as_simd_f32s(&depthwise.weights).0;
        let bias = S::as_simd_f32s(&depthwise.bias).0;
        for (block, y) in blocks.zip(S::as_mut_simd_f32s(y).0) {
            let mut taps = taps[block * depthwise.taps..][..depthwise.taps].iter();
            let mut sums = [simd.splat_f32s(0.0); AT_ONCE];
            for at in 0..height {
                let x = S::as_simd_f32s(row(block, at)).0;
                for (at, (x, tap)) in x.iter().zip(&mut taps).enumerate() {
                    let sum = &mut sums[at % AT_ONCE];
                    *sum = simd.mul_add_e_f32s(*x, *tap, *sum);
                }
            }
            let halves = [simd.add_f32s(sums[0], sums[1]), simd.add_f32s(sums[2], sums[3])];
            let sum = simd.add_f32s(simd.add_f32s(halves[0], halves[1]), bias[block]);
            let mut sum = [[sum]];
            depthwise.bend.apply(simd, block, &mut sum);
            *y = sum[0][0];
        }
    }
}
