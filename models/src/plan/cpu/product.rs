//! The matrix product that dense and pointwise convolutions are, with what follows it done while the sums are at hand.
//!
//! Registers hold the sums of a few places times a few blocks of channels. Each input number is spread over a register
//! and weighed for all of these channels; weights lie in the order in which they are needed.

#![allow(
    clippy::manual_memcpy,
    clippy::needless_range_loop,
    reason = "sums stay in registers only where they are counted through"
)]

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::bend::Bend;
use super::wide::{Aligned, wide};
use crate::plan::Filter;

mod single;
mod windows;

pub(super) use windows::{Windows, patch_len};

/// The most blocks of channels that are summed at a time. With three of them and four places, as many sums, the compiler
/// runs out of registers.
pub(super) const GROUP: usize = 2;

/// A dense convolution's parameters.
#[derive(Debug)]
pub(super) struct Product {
    /// Group by group: `[segments, depth, blocks of the group, lanes]`
    weights: Aligned,
    /// `[blocks, lanes]`
    bias: Aligned,
    bend: Bend,
    /// Blocks of channels that are summed together.
    groups: Vec<Range<usize>>,
    /// Inputs of each output, with those that fill up blocks.
    inputs: usize,
}

/// What a place of the input holds together: the numbers of its channels lie in blocks of `together`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Inputs {
    pub(super) channels: usize,
    pub(super) together: usize,
}

impl Inputs {
    pub(super) fn blocks(self) -> usize {
        self.channels.div_ceil(self.together)
    }
}

impl Product {
    /// The inputs of an output come block by block, in it row by row, column by column, channel by channel.
    pub(super) fn of(filter: &Filter, inputs: Inputs, lanes: usize) -> Self {
        let outputs = filter.bias.len();
        let (blocks, [rows, columns]) = (outputs.div_ceil(lanes), filter.kernel);
        let depth = inputs.blocks() * rows * columns * inputs.together;
        let groups = groups(blocks);
        let mut weights = Aligned::zeros(blocks * lanes * depth);
        for group in &groups {
            let to = &mut weights[group.start * lanes * depth..][..group.len() * lanes * depth];
            for output in group.start * lanes..(group.end * lanes).min(outputs) {
                let from = &filter.weights[output * inputs.channels * rows * columns..];
                for (input, weights) in from.chunks_exact(rows * columns).take(inputs.channels).enumerate() {
                    let (block, lane) = (input / inputs.together, input % inputs.together);
                    for (tap, weight) in weights.iter().enumerate() {
                        let at = (block * rows * columns + tap) * inputs.together + lane;
                        to[at * group.len() * lanes + output - group.start * lanes] = *weight;
                    }
                }
            }
        }
        let mut bias = Aligned::zeros(blocks * lanes);
        bias[..outputs].copy_from_slice(&filter.bias);
        Self { weights, bias, bend: Bend::of(&filter.below, blocks, lanes), groups, inputs: depth }
    }

    /// The product at `count` places that lie one behind another.
    pub(super) fn at_places(
        &self,
        x: Blocks<'_>,
        count: usize,
        around: Option<Around<'_>>,
        y: BlocksMut<'_>,
    ) {
        wide(AtPlaces { product: self, x, count, around, y });
    }

    #[inline(always)]
    fn weights<S: Simd>(&self, group: &Range<usize>) -> (&[S::f32s], &[S::f32s]) {
        let weights =
            &S::as_simd_f32s(&self.weights).0[group.start * self.inputs..][..group.len() * self.inputs];
        (weights, &S::as_simd_f32s(&self.bias).0[group.clone()])
    }

    /// Writes the sums of `P` places, with what comes around added, bent.
    #[inline(always)]
    fn write<S: Simd, const P: usize, const V: usize>(
        &self,
        simd: S,
        first: usize,
        mut sums: [[S::f32s; V]; P],
        around: Option<Around<'_>>,
        (y, from): (&mut BlocksMut<'_>, usize),
    ) {
        match around {
            None => self.bend.apply(simd, first, &mut sums),
            Some(around) if around.after => {
                self.bend.apply(simd, first, &mut sums);
                around.add(simd, first, from, &mut sums);
            }
            Some(around) => {
                around.add(simd, first, from, &mut sums);
                self.bend.apply(simd, first, &mut sums);
            }
        }
        for v in 0..V {
            let y = &mut y.numbers[(first + v) * y.pitch + from * S::F32_LANES..][..P * S::F32_LANES];
            let y = &mut S::as_mut_simd_f32s(y).0[..P];
            for p in 0..P {
                y[p] = sums[p][v];
            }
        }
    }
}

/// Blocks shared out into groups of at most [`GROUP`].
fn groups(blocks: usize) -> Vec<Range<usize>> {
    (0..blocks).step_by(GROUP).map(|from| from..(from + GROUP).min(blocks)).collect()
}

/// Numbers in blocks of channels, place by place; `pitch` from block to block.
#[derive(Clone, Copy)]
pub(super) struct Blocks<'a> {
    pub(super) numbers: &'a [f32],
    pub(super) pitch: usize,
}

/// Like [`Blocks`], to be written.
pub(super) struct BlocksMut<'a> {
    pub(super) numbers: &'a mut [f32],
    pub(super) pitch: usize,
}

/// What comes around a convolution, at its places.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    pub(super) x: Blocks<'a>,
    /// Blocks of channels that there are.
    pub(super) blocks: usize,
    /// Whether it is added after the sums were bent.
    pub(super) after: bool,
}

impl Around<'_> {
    #[inline(always)]
    fn add<S: Simd, const P: usize, const V: usize>(
        &self,
        simd: S,
        first: usize,
        from: usize,
        sums: &mut [[S::f32s; V]; P],
    ) {
        for v in 0..V {
            if first + v < self.blocks {
                let x =
                    &self.x.numbers[(first + v) * self.x.pitch + from * S::F32_LANES..][..P * S::F32_LANES];
                let x = &S::as_simd_f32s(x).0[..P];
                for p in 0..P {
                    sums[p][v] = simd.add_f32s(sums[p][v], x[p]);
                }
            }
        }
    }
}

/// Sums of `P` places times `V` blocks. The inputs of a place are so many `[blocks, rows]` of segments in which `depth`
/// numbers lie together; from place to place these move on by `step`.
#[inline(always)]
fn summed<'a, S: Simd, const P: usize, const V: usize>(
    simd: S,
    (weights, bias): (&[S::f32s], &[S::f32s]),
    [step, depth]: [usize; 2],
    [blocks, rows]: [usize; 2],
    segment: impl Fn(usize, usize) -> &'a [f32],
) -> [[S::f32s; V]; P] {
    let mut sums = [[simd.splat_f32s(0.0); V]; P];
    for p in 0..P {
        for v in 0..V {
            sums[p][v] = bias[v];
        }
    }
    for block in 0..blocks {
        for row in 0..rows {
            let weights = &weights[(block * rows + row) * depth * V..][..depth * V];
            let seen = segment(block, row);
            let mut x = [seen; P];
            for p in 0..P {
                x[p] = &seen[p * step..][..depth];
            }
            for k in 0..depth {
                for p in 0..P {
                    let x = simd.splat_f32s(x[p][k]);
                    for v in 0..V {
                        sums[p][v] = simd.mul_add_e_f32s(x, weights[k * V + v], sums[p][v]);
                    }
                }
            }
        }
    }
    sums
}

/// Where the next `P` of `count` places begin after those from `from` on; the last of these may have been among those
/// before.
#[inline(always)]
fn after<const P: usize>(from: usize, count: usize) -> Option<usize> {
    (from + P < count).then(|| (from + P).min(count.saturating_sub(P)))
}

/// A product at a row of places, worked out for a few of them at a time.
trait InBlocks {
    /// Places of the row.
    fn count(&self) -> usize;

    /// The sums of one group of output blocks, `V` of them, at `P` places.
    fn block<S: Simd, const P: usize, const V: usize>(&mut self, simd: S, group: &Range<usize>, from: usize);

    /// The sums of one group at all places.
    #[inline(always)]
    fn group<S: Simd, const P: usize, const V: usize>(&mut self, simd: S, group: &Range<usize>) {
        if self.count() < P {
            for from in 0..self.count() {
                self.block::<S, 1, V>(simd, group, from);
            }
            return;
        }
        let mut next = Some(0);
        while let Some(from) = next {
            self.block::<S, P, V>(simd, group, from);
            next = after::<P>(from, self.count());
        }
    }
}

struct AtPlaces<'a> {
    product: &'a Product,
    x: Blocks<'a>,
    count: usize,
    around: Option<Around<'a>>,
    y: BlocksMut<'a>,
}

impl WithSimd for AtPlaces<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let many = S::REGISTER_COUNT >= 32;
        for group in &self.product.groups {
            match (group.len(), many) {
                (1, false) => self.group::<S, 12, 1>(simd, group),
                (_, false) => self.group::<S, 6, 2>(simd, group),
                (1, true) => self.group::<S, 24, 1>(simd, group),
                (_, true) => self.group::<S, 12, 2>(simd, group),
            }
        }
    }
}

impl InBlocks for AtPlaces<'_> {
    #[inline(always)]
    fn count(&self) -> usize {
        self.count
    }

    #[inline(always)]
    fn block<S: Simd, const P: usize, const V: usize>(&mut self, simd: S, group: &Range<usize>, from: usize) {
        let (product, lanes) = (self.product, S::F32_LANES);
        let Blocks { numbers, pitch } = self.x;
        let segment = |block: usize, _| &numbers[block * pitch + from * lanes..][..P * lanes];
        let size = [product.inputs / lanes, 1];
        let sums = summed::<S, P, V>(simd, product.weights::<S>(group), [lanes; 2], size, segment);
        product.write(simd, group.start, sums, self.around, (&mut self.y, from));
    }
}
