//! Templates in eight bits a value, and what those say about a similarity for certain.
//!
//! A row x is kept as x' = s c with |c| at most 127, and r, at least |x - x'|. A query q is taken as q' = t k with 16 bits a
//! value, and p, at least |q - q'|. From
//!
//! ```text
//! q.x - q'.x' = q.(x - x') + (q - q').x'     and     |x'| <= |x| + r
//! ```
//!
//! it follows by Cauchy and Schwarz that q.x is within |q| r + p (|x| + r) of s t (k.c). The last product is a sum of whole
//! numbers that is chosen to fit in 32 bits, so it is exact. What counts is not q.x but what [`dot`] makes of it in f32:
//! for n values that is within g |q| |x|, g = n u / (1 - n u), u = 2^-24, in whatever order it sums (Higham, Accuracy and
//! Stability of Numerical Algorithms, 2nd edition, section 3.1). Together, with |x| at most [`NORM_MAX`]:
//!
//! ```text
//! |dot(q, x) - s t (k.c)| <= (|q| + p) r + (p + g |q|) NORM_MAX + SLACK
//! ```
//!
//! [`dot`]: crate::embedding::dot

use models::table;

use crate::embedding::Embedding;

/// The largest eight-bit value of a row; -128 is left out, so that both signs are alike.
const CODE_MAX: f32 = 127.0;
/// No embedding is longer: it is scaled to 1 in f32, which for n values is right to n 2^-24.
const NORM_MAX: f64 = 1.001;
/// More than what is lost by the few roundings of the bounds themselves, in f64, and by products below 2^-126 in `dot`.
const SLACK: f64 = 1e-12;
/// More than what is lost by summing squares in f64.
const OUTWARD: f64 = 1.0 + 1e-9;
/// So many values may a row have whose bound is made by a table on a GPU, in f32.
pub(super) const TABLE_DIM_MAX: usize = 4_096;
/// What such a bound may be off by. Its first part is s t (k.c), at most (|q| + p) (|x| + r), its second |q| + p times r; for at most
/// [`TABLE_DIM_MAX`] values r is below 1.001 / 127 / 2 times 64, which is 0.26, p far less, and both parts are below 2.
const TABLE_APART: f64 = table::apart(2.0) as f64;

/// A template in eight bits a value.
pub(super) struct Code {
    pub(super) values: Vec<i8>,
    pub(super) measure: Measure,
}

/// What the eight-bit values of a row are to be taken for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Measure {
    /// What a step of one stands for.
    pub(super) scale: f32,
    /// The row is no further than this from what the values stand for.
    pub(super) residual: f32,
}

impl Code {
    /// The code of `embedding`.
    pub(super) fn new(embedding: &Embedding) -> Self {
        let exact = embedding.values();
        let scale = largest(exact) / CODE_MAX;
        let values: Vec<i8> = exact.iter().map(|value| (value / scale).round() as i8).collect();
        let rounded = values.iter().map(|code| f64::from(scale) * f64::from(*code));
        let residual = (distance(exact, rounded) as f32).next_up();
        Self { values, measure: Measure { scale, residual } }
    }
}

/// A face to be searched for, in 16 bits a value.
pub(super) struct Query {
    pub(super) values: Vec<i16>,
    scale: f64,
    /// What a row's residual counts: |q| + p.
    residual_weight: f64,
    /// The part of the bound that is the same for all rows.
    fixed: f64,
}

impl Query {
    /// The query for `embedding`.
    pub(super) fn new(embedding: &Embedding) -> Self {
        let exact = embedding.values();
        let count = exact.len();
        // So that no sum of products with 127 leaves 32 bits.
        let most = (i32::MAX as usize / (127 * count.max(1))).clamp(1, i16::MAX as usize);
        let scale = largest(exact) / most as f32;
        let limit = most as f32;
        let values: Vec<i16> =
            exact.iter().map(|value| (value / scale).round().clamp(-limit, limit) as i16).collect();
        let scale = f64::from(scale);
        let residual = distance(exact, values.iter().map(|code| scale * f64::from(*code)));
        let length = distance(exact, exact.iter().map(|_| 0.0));
        let lost = count as f64 * f64::from(f32::EPSILON / 2.0);
        let fixed = (residual + lost / (1.0 - lost) * length) * NORM_MAX + SLACK;
        Self { values, scale, residual_weight: length + residual, fixed }
    }

    /// Between what the similarity of a row is that has this product with the query.
    #[inline(always)]
    pub(super) fn bounds(&self, product: i32, row: Measure) -> Bounds {
        let middle = f64::from(product) * (self.scale * f64::from(row.scale));
        let error = self.residual_weight * f64::from(row.residual) + self.fixed;
        Bounds { lower: middle - error, upper: middle + error }
    }
}

impl Query {
    /// The query as a table takes it: what a row counts there is its upper bound, but for what is the same for all rows.
    pub(super) fn for_table(&self) -> table::Query<'_> {
        let weight = (self.residual_weight as f32).next_up();
        table::Query { values: &self.values, scale: self.scale as f32, weight }
    }

    /// What none of the rows is above that count no more than `largest` in a table.
    pub(super) fn ceiling(&self, largest: f32) -> f64 {
        match largest.is_finite() {
            true => f64::from(largest) + self.fixed + TABLE_APART,
            false => f64::INFINITY,
        }
    }
}

/// The similarity of a row is not below the one and not above the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) lower: f64,
    pub(super) upper: f64,
}

impl Bounds {
    /// Half-way between them.
    pub(super) fn middle(self) -> f64 {
        f64::midpoint(self.lower, self.upper)
    }
}

fn largest(values: &[f32]) -> f32 {
    values.iter().fold(f32::MIN_POSITIVE, |largest, value| largest.max(value.abs()))
}

/// How far `values` are from `others`, rather too far than too near.
fn distance(values: &[f32], others: impl Iterator<Item = f64>) -> f64 {
    let squares = values.iter().zip(others).map(|(value, other)| (f64::from(*value) - other).powi(2));
    squares.sum::<f64>().sqrt() * OUTWARD
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gallery::tests::Numbers;

    fn product(query: &Query, code: &Code) -> i32 {
        query.values.iter().zip(&code.values).map(|(q, c)| i32::from(*q) * i32::from(*c)).sum()
    }

    /// Whether the similarity of two faces is within its bounds, and how wide those are.
    fn check(a: &Embedding, b: &Embedding) -> f64 {
        let (query, code) = (Query::new(a), Code::new(b));
        let bounds = query.bounds(product(&query, &code), code.measure);
        let similarity = f64::from(a.similarity(b));
        assert!(bounds.lower <= similarity && similarity <= bounds.upper, "{bounds:?} {similarity}");
        bounds.upper - bounds.lower
    }

    #[test]
    fn every_similarity_is_within_its_bounds() {
        let mut numbers = Numbers(1);
        for dim in [1, 2, 3, 24, 127, 128, 192, 512, 1_000] {
            for _ in 0..200 {
                let (a, b) = (numbers.embedding_of(dim), numbers.embedding_of(dim));
                check(&a, &b);
                assert!(check(&a, &a) < 0.3);
            }
        }
        let (a, b) = (numbers.embedding_of(512), numbers.embedding_of(512));
        assert!(check(&a, &b) < 0.025, "bounds this wide would leave too many candidates");
    }

    #[test]
    fn lopsided_faces_are_within_their_bounds_as_well() {
        for dim in [128, 192, 512] {
            let mut values = vec![0.003_9; dim];
            values[dim / 2] = -1.0;
            let spike = Embedding::new(values).ok().unwrap();
            let flat = Embedding::new(vec![-1.0; dim]).ok().unwrap();
            for (a, b) in [(&spike, &flat), (&flat, &spike), (&spike, &spike), (&flat, &flat)] {
                check(a, b);
            }
        }
    }

    #[test]
    fn the_largest_product_fits() {
        for dim in [128, 192, 512, 1_000] {
            let flat = Embedding::new(vec![1.0; dim]).ok().unwrap();
            let (query, code) = (Query::new(&flat), Code::new(&flat));
            let whole: i64 =
                query.values.iter().zip(&code.values).map(|(q, c)| i64::from(*q) * i64::from(*c)).sum();
            assert_eq!(i64::from(product(&query, &code)), whole);
            assert!(whole > i64::from(i32::MAX) * 9 / 10 || dim < 512, "nor is there room to spare");
        }
    }
}
