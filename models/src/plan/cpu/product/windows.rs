//! The product at a row of places, each of which sees a window of the input.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::super::wide::wide;
use super::{Around, BlocksMut, InBlocks, Inputs, Product, summed};

impl Product {
    /// The product at a row of places, of windows into rows of the input.
    pub(in crate::plan::cpu) fn at_windows<'a, R: Fn(usize, usize) -> Option<&'a [f32]>>(
        &self,
        windows: Windows<R>,
        count: usize,
        around: Option<Around<'_>>,
        y: BlocksMut<'_>,
        patch: &mut [f32],
    ) {
        wide(AtWindows { product: self, windows, count, around, y, patch });
    }
}

/// Windows into rows of a picture, one for each place of a row of the output.
pub(in crate::plan::cpu) struct Windows<R> {
    /// The row of a block that a row of the kernel sees; none where that is beyond the picture.
    pub(in crate::plan::cpu) row: R,
    pub(in crate::plan::cpu) inputs: Inputs,
    /// Columns of a row of the picture.
    pub(in crate::plan::cpu) width: usize,
    /// Rows, columns.
    pub(in crate::plan::cpu) kernel: [usize; 2],
    pub(in crate::plan::cpu) stride: usize,
    /// Columns of zeros before the first.
    pub(in crate::plan::cpu) before: usize,
}

struct AtWindows<'a, R> {
    product: &'a Product,
    windows: Windows<R>,
    count: usize,
    around: Option<Around<'a>>,
    y: BlocksMut<'a>,
    patch: &'a mut [f32],
}

/// Numbers that the patch of [`Product::at_windows`] needs for each row of each block.
pub(in crate::plan::cpu) fn patch_len(kernel: [usize; 2], stride: usize, inputs: Inputs) -> usize {
    let longest = (PLACES_MAX - 1) * stride * inputs.together + kernel[1] * inputs.together;
    (inputs.blocks() * kernel[0] + 1) * longest
}

/// The most places that are summed at a time.
const PLACES_MAX: usize = 12;

impl<'a, R: Fn(usize, usize) -> Option<&'a [f32]>> WithSimd for AtWindows<'_, R> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let product = self.product;
        for group in &product.groups {
            match group.len() {
                1 => self.group::<S, 12, 1>(simd, group),
                _ => self.group::<S, 6, 2>(simd, group),
            }
        }
    }
}

impl<'a, R: Fn(usize, usize) -> Option<&'a [f32]>> InBlocks for AtWindows<'_, R> {
    #[inline(always)]
    fn count(&self) -> usize {
        self.count
    }

    #[inline(always)]
    fn block<S: Simd, const P: usize, const V: usize>(&mut self, simd: S, group: &Range<usize>, from: usize) {
        let product = self.product;
        let Windows { row, inputs: Inputs { together, .. }, width, kernel, stride, before } = &self.windows;
        let (step, depth) = (stride * together, kernel[1] * together);
        let (len, blocks) = ((P - 1) * step + depth, self.windows.inputs.blocks());
        let seen = (from * stride) as isize - *before as isize;
        let within = seen >= 0 && seen as usize * together + len <= width * together;
        let (zeros, patches) = self.patch.split_at_mut(len);
        zeros.fill(0.0);
        if !within {
            for (at, patch) in patches.chunks_exact_mut(len).take(blocks * kernel[0]).enumerate() {
                let line = row(at / kernel[0], at % kernel[0]);
                let from = seen * *together as isize;
                for (at, number) in (from..).zip(patch) {
                    *number = line
                        .and_then(|line| line.get(usize::try_from(at).ok()?))
                        .map_or(0.0, |number| *number);
                }
            }
        }
        let (zeros, patches) = (&*zeros, &*patches);
        let segment = |block: usize, tap: usize| match within {
            true => row(block, tap).map_or(zeros, |line| &line[seen as usize * together..][..len]),
            false => &patches[(block * kernel[0] + tap) * len..][..len],
        };
        let (weights, size) = (product.weights::<S>(group), [blocks, kernel[0]]);
        let sums = match (step, depth) {
            (2, 3) => summed::<S, P, V>(simd, weights, [2, 3], size, segment),
            _ => summed::<S, P, V>(simd, weights, [step, depth], size, segment),
        };
        product.write(simd, group.start, sums, self.around, (&mut self.y, from));
    }
}
