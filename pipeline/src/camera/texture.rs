//! Where in a picture there are edges, and how sharp they are: what covering, blurring or moving a camera changes.
//!
//! Edges are measured against the light that falls on them, so that a lamp that is switched on leaves them as they were,
//! and only above what the grain of a sensor and a coder leave.

use super::luma::pixel;
use crate::frame::Frame;

/// Cells across a picture.
pub(crate) const COLUMNS: usize = 64;
/// Cells down a picture.
pub(crate) const ROWS: usize = 48;
pub(crate) const CELLS: usize = COLUMNS * ROWS;
/// Cameras write the time and their name along the upper and the lower edge: such letters stay sharp and in their place whatever
/// becomes of the view. So many rows there are not looked at.
pub(crate) const LETTERED_ROWS: usize = 5;

/// A change of luma by no more is grain.
const GRAIN_LUMA_MAX: i32 = 8;
/// Pixels across an edge.
const REACH: usize = 2;
/// Luma that is added to a cell's own, so that grain in the dark is no edge.
const DARK_LUMA: i32 = 16;
/// The strongest edge; 255 stands for a cell that is not looked at.
const STRONGEST: u8 = 254;

/// Bands and segments of which the sharpest edge is taken.
const BANDS: usize = 24;
const LETTERED_BANDS: usize = 3;
const SEGMENTS: usize = 16;
/// Rows of a band: their mean has half the grain.
const BAND_ROWS: usize = 4;
/// Luma by which both sides of an edge differ, at least, for its sharpness to be measured.
const CONTRAST_LUMA_MIN: i32 = 32;
/// So many edges tell how sharp a picture is.
const EDGES_MIN: usize = 12;

/// The edges of one picture.
#[derive(Clone)]
pub(crate) struct Texture {
    /// How strong the edges of each cell are, 0 to 254.
    pub(crate) edges: Box<[u8]>,
    /// Steepness of the sharpest tenth of the edges: 1 for those that one pixel separates. `None` without edges.
    pub(crate) sharpness: Option<f32>,
}

/// The luma of a picture.
struct Plane<'a> {
    data: &'a [u8],
    stride: usize,
    step: usize,
    width: usize,
    height: usize,
}

impl Texture {
    /// `None` of a picture that has less than two pixels a cell.
    pub(crate) fn of(frame: &Frame) -> Option<Self> {
        let planes = frame.planes();
        let (step, offset) = pixel(frame);
        let (width, height) = (frame.width() as usize, frame.height() as usize);
        let data = planes.data[0].get(offset..)?;
        let plane = Plane { data, stride: planes.strides[0], step, width, height };
        let large = width >= (REACH + 1) * COLUMNS && height >= (REACH + 1) * ROWS;
        large.then(|| Self { edges: plane.edges(), sharpness: plane.sharpness() })
    }
}

impl Plane<'_> {
    fn row(&self, y: usize) -> &[u8] {
        self.data.get(y * self.stride..).unwrap_or_default()
    }

    fn edges(&self) -> Box<[u8]> {
        let mut edges = vec![0; CELLS].into_boxed_slice();
        // A large picture is looked at as closely as one of 640 x 480.
        let skip = (self.height / 240).max(1);
        let across = (self.width / 320).max(1);
        let lettered = LETTERED_ROWS..ROWS - LETTERED_ROWS;
        for (row, cells) in
            edges.chunks_exact_mut(COLUMNS).enumerate().filter(|(row, _)| lettered.contains(row))
        {
            let (top, end) = (row * self.height / ROWS, (row + 1) * self.height / ROWS);
            let (mut change, mut light) = ([0; COLUMNS], [0; COLUMNS]);
            for y in (top..end.min(self.height - REACH)).step_by(skip) {
                let (here, below) = (self.row(y), self.row(y + REACH));
                for column in 0..COLUMNS {
                    let (left, right) = (column * self.width / COLUMNS, (column + 1) * self.width / COLUMNS);
                    for x in (left..right.min(self.width - REACH)).step_by(across) {
                        let at =
                            |row: &[u8], x: usize| i32::from(row.get(x * self.step).copied().unwrap_or(0));
                        let luma = at(here, x);
                        let beyond = |other: i32| ((other - luma).abs() - GRAIN_LUMA_MAX).max(0);
                        change[column] += beyond(at(here, x + REACH)) + beyond(at(below, x));
                        light[column] += luma + DARK_LUMA;
                    }
                }
            }
            for ((cell, change), light) in cells.iter_mut().zip(change).zip(light) {
                let share = change as f32 / light.max(1) as f32;
                *cell = (255.0 * share.sqrt()).min(f32::from(STRONGEST)) as u8;
            }
        }
        edges
    }

    fn sharpness(&self) -> Option<f32> {
        let wide = (self.width / 80).max(4);
        let rows = BAND_ROWS.min(self.height / BANDS);
        let mut steepness = Vec::with_capacity(BANDS * SEGMENTS);
        let mut band = vec![0; self.width];
        for index in LETTERED_BANDS..BANDS - LETTERED_BANDS {
            let top = (2 * index + 1) * self.height / (2 * BANDS) - rows / 2;
            band.fill(0);
            for y in top..top + rows {
                let row = self.row(y);
                for (x, sum) in band.iter_mut().enumerate() {
                    *sum += i32::from(row.get(x * self.step).copied().unwrap_or(0));
                }
            }
            for segment in 0..SEGMENTS {
                let (left, right) = (segment * self.width / SEGMENTS, (segment + 1) * self.width / SEGMENTS);
                let change = |from: usize, by: usize| {
                    band.get(from + by).map_or(0, |other| (other - band[from]).abs() / rows as i32)
                };
                let steep = (left..right).map(|x| change(x, 1)).max().unwrap_or(0);
                let whole = (left..right).map(|x| change(x, wide)).max().unwrap_or(0);
                if whole >= CONTRAST_LUMA_MIN {
                    steepness.push(steep as f32 / whole as f32);
                }
            }
        }
        if steepness.len() < EDGES_MIN {
            return None;
        }
        let at = steepness.len() * 9 / 10;
        Some(*steepness.select_nth_unstable_by(at, f32::total_cmp).1)
    }
}
