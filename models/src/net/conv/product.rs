//! The matrix product that dense and pointwise convolutions are, with what follows it done while the sums are at hand.

use pulp::{Simd, WithSimd};

use super::kernel::{Below, bend, simd};
use super::spare;

/// Rows of a matrix that are summed at a time.
const BAND: usize = 8;

/// A matrix cut into bands of [`BAND`] rows, each laid out column by column; missing rows are zero.
#[derive(Debug, Clone)]
pub(super) struct Banded {
    numbers: Vec<f32>,
    rows: usize,
    columns: usize,
}

impl Banded {
    /// # Shapes
    /// `matrix`: `[rows, columns]`
    pub(super) fn of(matrix: &[f32], rows: usize) -> Self {
        let columns = matrix.len() / rows;
        let mut numbers = vec![0.0; rows.div_ceil(BAND) * BAND * columns];
        for (row, from) in matrix.chunks_exact(columns).enumerate() {
            let band = &mut numbers[row / BAND * BAND * columns..][..BAND * columns];
            band.iter_mut().skip(row % BAND).step_by(BAND).zip(from).for_each(|(to, from)| *to = *from);
        }
        Self { numbers, rows, columns }
    }

    /// The product with every item of `x`, plus the rows' biases and what came around, bent.
    ///
    /// # Shapes
    /// `x`: `[n, columns, places]`, to `[n, rows, places]`
    pub(super) fn times(&self, x: &[f32], places: usize, after: After<'_>) -> Vec<f32> {
        let items = x.len() / (self.columns * places);
        let mut y = spare::zeros(items * self.rows * places);
        simd(Product { matrix: self, x, places, after, y: &mut y });
        y
    }
}

/// What follows a product.
#[derive(Clone, Copy)]
pub(super) struct After<'a> {
    /// One number per row.
    pub(super) bias: &'a [f32],
    /// `[n, rows, places]` of the rows there are, at most as many as biases.
    pub(super) around: Option<(&'a [f32], usize)>,
    pub(super) below: Below<'a>,
}

struct Product<'a> {
    matrix: &'a Banded,
    x: &'a [f32],
    places: usize,
    after: After<'a>,
    y: &'a mut [f32],
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        // The widest registers come with twice as many of them: two columns of sums fit then.
        let wide = if S::F32_LANES >= 16 { 2 * S::F32_LANES } else { S::F32_LANES };
        let mut panel = spare::zeros(wide * self.matrix.columns);
        for item in 0..self.y.len() / (self.matrix.rows * self.places) {
            let mut from = 0;
            while from < self.places {
                if wide > S::F32_LANES && self.places - from > S::F32_LANES {
                    self.strip::<S, 2>(simd, item, from, &mut panel);
                    from += 2 * S::F32_LANES;
                } else {
                    self.strip::<S, 1>(simd, item, from, &mut panel);
                    from += S::F32_LANES;
                }
            }
        }
        spare::keep(panel);
    }
}

impl Product<'_> {
    /// All rows at `V` registers of places.
    #[inline(always)]
    fn strip<S: Simd, const V: usize>(&mut self, simd: S, item: usize, from: usize, panel: &mut [f32]) {
        let (columns, places) = (self.matrix.columns, self.places);
        let width = V * S::F32_LANES;
        let seen = width.min(places - from);
        let panel = &mut panel[..columns * width];
        let x = &self.x[item * columns * places..][..columns * places];
        for (to, x) in panel.chunks_exact_mut(width).zip(x.chunks_exact(places)) {
            let x = &x[from..][..seen];
            match seen == width {
                // of a length known beforehand
                true => S::as_mut_simd_f32s(to).0[..V].copy_from_slice(&S::as_simd_f32s(x).0[..V]),
                false => to[..seen].copy_from_slice(x),
            }
        }
        let panel = S::as_simd_f32s(panel).0;
        for (index, band) in self.matrix.numbers.chunks_exact(BAND * columns).enumerate() {
            let sums = summed::<S, V>(simd, band, panel);
            for (row, sums) in (index * BAND..self.matrix.rows).zip(&sums) {
                let mut line = [0.0; 32];
                S::as_mut_simd_f32s(&mut line).0[..V].copy_from_slice(sums);
                let (bias, slope) = (self.after.bias[row], self.after.below.slope(row));
                let y = &mut self.y[(item * self.matrix.rows + row) * places + from..][..seen];
                match self.after.around {
                    Some((around, rows)) if row < rows => {
                        let around = &around[(item * rows + row) * places + from..][..seen];
                        let sums = line.iter().zip(around);
                        y.iter_mut().zip(sums).for_each(|(y, (sum, x))| *y = bend(sum + bias + x, slope));
                    }
                    _ => y.iter_mut().zip(&line).for_each(|(y, sum)| *y = bend(sum + bias, slope)),
                }
            }
        }
    }
}

/// A band's rows times a panel's columns.
#[inline(always)]
fn summed<S: Simd, const V: usize>(simd: S, band: &[f32], panel: &[S::f32s]) -> [[S::f32s; V]; BAND] {
    let mut sums = [[simd.splat_f32s(0.0); V]; BAND];
    for (weights, x) in band.as_chunks::<BAND>().0.iter().zip(panel.as_chunks::<V>().0) {
        for (sums, weight) in sums.iter_mut().zip(weights) {
            let weight = simd.splat_f32s(*weight);
            for (sum, x) in sums.iter_mut().zip(x) {
                *sum = simd.mul_add_e_f32s(weight, *x, *sum);
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests;
