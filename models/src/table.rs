//! A table of whole numbers on a GPU, and where in it products with a vector are large.
//!
//! A table has rows of eight-bit values, each row with two measures, scale and offset; a query has 16-bit values and two
//! measures as well, scale and weight. What a row counts for a query is
//!
//! ```text
//! (values · query) row.scale query.scale + row.offset query.weight
//! ```
//!
//! and a table tells the largest of each block of rows. The product is a sum of whole numbers in 32 bits, exact as long as it
//! fits; what comes after it is five steps in f32, so that what is told is within [`apart`] of what it would be without rounding.

mod on_gpu;

use thiserror::Error;

pub(crate) use on_gpu::Maker;

/// Rows of which the largest is told.
pub const BLOCK_ROWS: usize = 64;
/// Rows that are written at once.
pub const PAGE_ROWS: usize = 512;

/// Why a table is of no more use: what its device said.
#[derive(Debug, Clone, Error, PartialEq, Eq)]
#[error("the table on the GPU: {0}")]
pub struct TableError(pub String);

/// Rows that make a page; there may be fewer than [`PAGE_ROWS`].
#[derive(Clone, Copy)]
pub struct Page<'a> {
    /// The values, row by row.
    pub values: &'a [i8],
    /// Scale and offset of each row; finite.
    pub measures: &'a [[f32; 2]],
}

/// What rows are multiplied with.
#[derive(Clone, Copy)]
pub struct Query<'a> {
    /// As many values as a row has.
    pub values: &'a [i16],
    /// What each product is multiplied with.
    pub scale: f32,
    /// What each row's offset is multiplied with.
    pub weight: f32,
}

/// Pages of rows on a device. After an error it is of no use any more.
pub trait Table: Send {
    /// Overwrites a page that is there, or adds the one behind the last. Rows that a page had beyond those are gone.
    ///
    /// # Errors
    /// What the device said; or that page, rows and columns do not fit.
    fn write(&mut self, page: usize, rows: Page<'_>) -> Result<(), TableError>;

    /// Overwrites all pages from `pages` on, which are gone then.
    ///
    /// # Errors
    /// What the device said.
    fn truncate(&mut self, pages: usize) -> Result<(), TableError>;

    /// Hands over to the device what was written and what is gone; the next [`Self::maxima`] does so as well.
    ///
    /// # Errors
    /// What the device said.
    fn flush(&mut self) -> Result<(), TableError>;

    /// Of each query, the largest that a row counts in each block of all pages. Blocks without rows count next to nothing.
    ///
    /// # Errors
    /// What the device said.
    fn maxima(&mut self, queries: &[Query<'_>]) -> Result<Vec<Vec<f32>>, TableError>;
}

/// How far what a row counts may be from what it would be without rounding, where neither of the two parts of the sum is larger
/// than `largest`.
///
/// A device rounds each step to one of the two neighbours in f32, by 2^-23 of it at the most (WGSL, section 15.7.4): the query's
/// scale when it was made, the product as it becomes a float, the two multiplications by scales, that of the offset, and the
/// sum. Each part has been through four of them at the most before the sum, which is one more on both: together less than ten
/// of `largest`. A device that fuses two steps rounds less, one without subnormal numbers loses 2^-126 a step. Of each of these
/// there is room for twice as many.
pub const fn apart(largest: f32) -> f32 {
    20.0 * f32::EPSILON * largest + 1e-30
}
