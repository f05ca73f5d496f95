//! The product against its definition.

use super::*;
use crate::net::conv::kernel::tests::{assert_near, noise};

#[test]
fn a_product_is_the_sum_over_columns_plus_what_follows() {
    for (rows, columns, places) in
        [(1, 1, 1), (3, 5, 9), (8, 16, 16), (13, 7, 33), (16, 70, 49), (20, 9, 100)]
    {
        let (matrix, x) = (noise(rows * columns), noise(2 * columns * places));
        let (bias, slopes, shared) = (noise(rows), noise(rows), rows.div_ceil(2));
        let around = noise(2 * shared * places);
        for (around, below) in [
            (None, Below::Linear),
            (Some((around.as_slice(), shared)), Below::Zero),
            (Some((around.as_slice(), shared)), Below::Slopes(&slopes)),
        ] {
            let found = Banded::of(&matrix, rows).times(&x, places, After { bias: &bias, around, below });
            let expected = (0..2 * rows * places).map(|at| {
                let (item, row, place) = (at / places / rows, at / places % rows, at % places);
                let term = |column: usize| {
                    matrix[row * columns + column] * x[(item * columns + column) * places + place]
                };
                let around = match around {
                    Some((around, rows)) if row < rows => around[(item * rows + row) * places + place],
                    _ => 0.0,
                };
                let sum = (0..columns).map(term).sum::<f32>() + bias[row] + around;
                if sum < 0.0 { sum * below.slope(row) } else { sum }
            });
            assert_near(&found, &expected.collect::<Vec<_>>(), &format!("{rows} {columns} {places}"));
        }
    }
}
