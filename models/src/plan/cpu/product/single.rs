//! The product at a single place, bound by how fast its weights come.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::super::wide::wide;
use super::Product;

impl Product {
    /// The product at one place whose inputs lie one behind another, for some of the groups. `y` begins with the
    /// blocks of the first.
    pub(in crate::plan::cpu) fn at_one(&self, x: &[f32], groups: Range<usize>, y: &mut [f32]) {
        wide(AtOne { product: self, x, groups, y });
    }
}

struct AtOne<'a> {
    product: &'a Product,
    x: &'a [f32],
    groups: Range<usize>,
    y: &'a mut [f32],
}

impl WithSimd for AtOne<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let groups = &self.product.groups[self.groups.clone()];
        let start = groups.first().map_or(0, |group| group.start);
        for group in groups {
            match group.len() {
                1 => self.group::<S, 1>(simd, group, start),
                _ => self.group::<S, 2>(simd, group, start),
            }
        }
    }
}

impl AtOne<'_> {
    /// Four sums that don't wait for each other.
    #[inline(always)]
    fn group<S: Simd, const V: usize>(&mut self, simd: S, group: &Range<usize>, start: usize) {
        let (weights, bias) = self.product.weights::<S>(group);
        let mut sums: [[S::f32s; V]; 4] = [[simd.splat_f32s(0.0); V]; 4];
        let (weights, rest) = weights.as_chunks::<V>().0.as_chunks::<4>();
        let (x, x_rest) = self.x.as_chunks::<4>();
        for (weights, x) in weights.iter().zip(x) {
            for k in 0..4 {
                weigh(simd, &mut sums[k], &weights[k], x[k]);
            }
        }
        for (weights, x) in rest.iter().zip(x_rest) {
            weigh(simd, &mut sums[0], weights, *x);
        }
        for v in 0..V {
            let halves = [simd.add_f32s(sums[0][v], sums[1][v]), simd.add_f32s(sums[2][v], sums[3][v])];
            let sum = simd.add_f32s(simd.add_f32s(halves[0], halves[1]), bias[v]);
            let block = group.start + v;
            let mut sum = [[sum]];
            self.product.bend.apply(simd, block, &mut sum);
            S::as_mut_simd_f32s(self.y).0[block - start] = sum[0][0];
        }
    }
}

#[inline(always)]
fn weigh<S: Simd, const V: usize>(simd: S, sums: &mut [S::f32s; V], weights: &[S::f32s; V], x: f32) {
    let x = simd.splat_f32s(x);
    for v in 0..V {
        sums[v] = simd.mul_add_e_f32s(x, weights[v], sums[v]);
    }
}
