//! A few hundred luma samples of a picture: enough to see that it is black, the same as before, or seen long ago.

use crate::frame::{Frame, PixelFormat};

const COLUMNS: usize = 32;
const ROWS: usize = 24;
/// Brighter than television black (16) with its noise.
const BRIGHT_MIN: u8 = 48;
/// Of 768 samples: a status light does not make a covered camera see.
const BRIGHT_SAMPLES_MIN: usize = 8;
/// The 64-bit FNV-1a hash.
const FNV_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0100_0000_01b3;

/// What the samples say.
pub(crate) struct Luma {
    /// Differs for pictures that differ; sensor noise is enough.
    pub(crate) signature: u64,
    /// Hardly a sample is brighter than black.
    pub(crate) black: bool,
    /// What it looks like.
    pub(crate) thumbnail: Thumbnail,
}

/// Columns of a thumbnail.
const CELL_COLUMNS: usize = 16;
/// Rows of a thumbnail.
const CELL_ROWS: usize = 12;
pub(crate) const CELLS: usize = CELL_COLUMNS * CELL_ROWS;
/// Every so many pixels, across and down, one is looked at.
const CELL_STEP: usize = 3;
/// Thumbnails differ as much as those cells do that differ most: a person fills a few.
const DIFFERING_CELLS: usize = 12;

/// Mean luma over a coarse grid.
#[derive(Clone, Copy)]
pub(crate) struct Thumbnail([u8; CELLS]);

impl Thumbnail {
    /// Its cells, and a signature that differs for pictures that differ.
    fn of(frame: &Frame) -> (Self, u64) {
        let planes = frame.planes();
        let (width, height) = (frame.width() as usize, frame.height() as usize);
        let (step, offset) = pixel(frame);
        let mut cells = [0; CELLS];
        let mut signature = FNV_BASIS;
        for (index, cell) in cells.iter_mut().enumerate() {
            let (row, column) = (index / CELL_COLUMNS, index % CELL_COLUMNS);
            let rows = row * height / CELL_ROWS..(row + 1) * height / CELL_ROWS;
            let columns = column * width / CELL_COLUMNS..(column + 1) * width / CELL_COLUMNS;
            let (mut sum, mut count) = (0_u32, 0_u32);
            for y in rows.step_by(CELL_STEP) {
                let start = y * planes.strides[0] + offset;
                let line = planes.data[0].get(start..).unwrap_or_default();
                for x in columns.clone().step_by(CELL_STEP) {
                    sum += u32::from(line.get(x * step).copied().unwrap_or_default());
                    count += 1;
                }
                signature = (signature ^ u64::from(sum)).wrapping_mul(FNV_PRIME);
            }
            *cell = (sum / count.max(1)) as u8;
        }
        (Self(cells), signature)
    }

    /// Mean difference of the cells that differ most, in luma.
    pub(crate) fn difference(&self, other: &Self) -> f32 {
        let mut histogram = [0_usize; 256];
        for (a, b) in self.0.iter().zip(other.0) {
            histogram[usize::from(a.abs_diff(b))] += 1;
        }
        let (mut left, mut sum) = (DIFFERING_CELLS, 0);
        for (difference, cells) in histogram.iter().enumerate().rev() {
            let taken = left.min(*cells);
            (left, sum) = (left - taken, sum + taken * difference);
        }
        sum as f32 / DIFFERING_CELLS as f32
    }

    /// The difference of the cell that differs most, in luma, once both are equally bright: lamps change all of them. Not in the
    /// rows at the upper and lower edge, where cameras write the time.
    pub(crate) fn largest_change(&self, other: &Self) -> u8 {
        let sum = |cells: &[u8; CELLS]| cells.iter().map(|cell| u32::from(*cell)).sum::<u32>().max(1);
        let (before, now) = (sum(&self.0), sum(&other.0));
        let lit = |cell: u8| ((u32::from(cell) * now + before / 2) / before).min(255) as u8;
        let without_letters = CELL_COLUMNS..CELLS - CELL_COLUMNS;
        let pairs = self.0[without_letters.clone()].iter().zip(&other.0[without_letters]);
        pairs.map(|(a, b)| lit(*a).abs_diff(*b)).max().unwrap_or_default()
    }

    /// Its cells, row by row.
    pub(crate) fn cells(&self) -> &[u8; CELLS] {
        &self.0
    }

    #[cfg(test)]
    pub(crate) fn painted(paint: impl Fn(usize, usize) -> u8) -> Self {
        Self(std::array::from_fn(|index| paint(index % CELL_COLUMNS, index / CELL_COLUMNS)))
    }
}

/// Bytes from one luma sample to the next, and to the first; green stands for luma in RGB.
pub(super) fn pixel(frame: &Frame) -> (usize, usize) {
    if frame.format() == PixelFormat::Rgb24 { (3, 1) } else { (1, 0) }
}

impl Luma {
    pub(crate) fn of(frame: &Frame) -> Luma {
        let planes = frame.planes();
        let (width, height) = (frame.width() as usize, frame.height() as usize);
        let (step, offset) = pixel(frame);
        let (thumbnail, mut signature) = Thumbnail::of(frame);
        let mut bright = 0;
        for row in 0..ROWS {
            let start = (2 * row + 1) * height / (2 * ROWS) * planes.strides[0];
            for column in 0..COLUMNS {
                let at = start + (2 * column + 1) * width / (2 * COLUMNS) * step + offset;
                let sample = planes.data[0].get(at).copied().unwrap_or_default();
                signature = (signature ^ u64::from(sample)).wrapping_mul(FNV_PRIME);
                bright += usize::from(sample >= BRIGHT_MIN);
            }
        }
        Luma { signature, black: bright < BRIGHT_SAMPLES_MIN, thumbnail }
    }
}
