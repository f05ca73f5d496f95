//! The rest: what is done to numbers between convolutions, a row of a block at a time.

use pulp::{Simd, WithSimd};

use super::wide::wide;
use crate::net::flow::{Doubling, Pool};

/// Draws windows of `rows` together into the row `y`.
pub(super) fn pooled<'a>(pool: Pool, rows: impl Iterator<Item = &'a [f32]>, y: &mut [f32]) {
    wide(Pooling { pool, rows, y });
}

struct Pooling<'y, I> {
    pool: Pool,
    rows: I,
    y: &'y mut [f32],
}

impl<'a, I: Iterator<Item = &'a [f32]>> WithSimd for Pooling<'_, I> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (side, stride, start) = match self.pool {
            Pool::Max { side, stride, .. } => (side, stride, f32::NEG_INFINITY),
            Pool::Mean2 => (2, 2, 0.0),
        };
        let (y, quarter) = (S::as_mut_simd_f32s(self.y).0, simd.splat_f32s(0.25));
        y.fill(simd.splat_f32s(start));
        for row in self.rows {
            let row = S::as_simd_f32s(row).0;
            for (at, y) in y.iter_mut().enumerate() {
                for x in &row[at * stride..row.len().min(at * stride + side)] {
                    *y = match self.pool {
                        Pool::Max { .. } => simd.max_f32s(*y, *x),
                        Pool::Mean2 => simd.mul_add_e_f32s(quarter, *x, *y),
                    };
                }
            }
        }
    }
}

/// The rows of `height` that row `at` of twice as many is made of: mostly of the first.
pub(super) fn doubled_rows(how: Doubling, at: usize, height: usize) -> [usize; 2] {
    match how {
        Doubling::Nearest => [at / 2; 2],
        Doubling::Bilinear => neighbours(at, height),
    }
}

/// The nearer and the farther of the two that number `at` of twice `len` lies between; at the ends they are one.
#[inline(always)]
fn neighbours(at: usize, len: usize) -> [usize; 2] {
    let near = at / 2;
    let far = if at.is_multiple_of(2) { near.saturating_sub(1) } else { (near + 1).min(len - 1) };
    [near, far]
}

/// A row of twice as many columns, mostly made of the first of two rows.
pub(super) fn doubled(how: Doubling, rows: [&[f32]; 2], y: &mut [f32]) {
    wide(Doubled { how, rows, y });
}

struct Doubled<'a> {
    how: Doubling,
    rows: [&'a [f32]; 2],
    y: &'a mut [f32],
}

impl WithSimd for Doubled<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let [near, far] = [S::as_simd_f32s(self.rows[0]).0, S::as_simd_f32s(self.rows[1]).0];
        let [most, some, least] = [simd.splat_f32s(0.5625), simd.splat_f32s(0.1875), simd.splat_f32s(0.0625)];
        for (at, y) in S::as_mut_simd_f32s(self.y).0.iter_mut().enumerate() {
            *y = match self.how {
                Doubling::Nearest => near[at / 2],
                Doubling::Bilinear => {
                    let [one, two] = neighbours(at, near.len());
                    let sum = simd.mul_f32s(most, near[one]);
                    let sum = simd.mul_add_e_f32s(some, near[two], sum);
                    let sum = simd.mul_add_e_f32s(some, far[one], sum);
                    simd.mul_add_e_f32s(least, far[two], sum)
                }
            };
        }
    }
}

/// The sum of two rows; where one ends, the other counts alone.
pub(super) fn added(one: &[f32], two: &[f32], relu: bool, y: &mut [f32]) {
    let least = if relu { 0.0 } else { f32::NEG_INFINITY };
    let both = one.len().min(two.len());
    let (y, rest) = y.split_at_mut(both);
    y.iter_mut().zip(one.iter().zip(two)).for_each(|(y, (one, two))| *y = (one + two).max(least));
    rest.fill(0.0);
    let longer = if one.len() > both { one } else { two };
    rest.iter_mut().zip(&longer[both..]).for_each(|(y, x)| *y = x.max(least));
}

/// Adds the numbers of all places of a row, channel by channel.
pub(super) fn gathered(row: &[f32], sums: &mut [f32]) {
    wide(Gathered { row, sums });
}

struct Gathered<'a> {
    row: &'a [f32],
    sums: &'a mut [f32],
}

impl WithSimd for Gathered<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (quads, rest) = S::as_simd_f32s(self.row).0.as_chunks::<4>();
        let mut sums = [simd.splat_f32s(0.0); 4];
        for quad in quads {
            for k in 0..4 {
                sums[k] = simd.add_f32s(sums[k], quad[k]);
            }
        }
        let Some(sum) = S::as_mut_simd_f32s(self.sums).0.first_mut() else { return };
        for x in rest.iter().chain(&sums) {
            *sum = simd.add_f32s(*sum, *x);
        }
    }
}

/// Each number of a row times its channel's factor.
pub(super) fn scaled(row: &[f32], factors: &[f32], y: &mut [f32]) {
    wide(Scaled { row, factors, y });
}

struct Scaled<'a> {
    row: &'a [f32],
    factors: &'a [f32],
    y: &'a mut [f32],
}

impl WithSimd for Scaled<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Some(factor) = S::as_simd_f32s(self.factors).0.first() else { return };
        for (y, x) in S::as_mut_simd_f32s(self.y).0.iter_mut().zip(S::as_simd_f32s(self.row).0) {
            *y = simd.mul_f32s(*x, *factor);
        }
    }
}

/// The logistic function.
pub(super) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// Probabilities over the channels of one place.
pub(super) fn softmax(place: &mut [f32]) {
    let largest = place.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    place.iter_mut().for_each(|x| *x = (*x - largest).exp());
    let sum: f32 = place.iter().sum();
    place.iter_mut().for_each(|x| *x /= sum);
}
