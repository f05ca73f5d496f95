//! A picture index that survives video coding: a strip of black and white cells along the bottom edge.
//!
//! 32 cells: white, black, 22 bits of index (highest first), 8 bits of check sum. The strip is one thirtieth of
//! the height, so that it leaves the room for faces alone.

use crate::frame::{Frame, PixelFormat};

const CELLS: usize = 32;
const INDEX_BITS: usize = 22;
/// Luma that white and black must be apart to be told from noise.
const CONTRAST_MIN: u32 = 60;

/// Indexes wrap here.
pub const INDEX_END: u32 = 1 << INDEX_BITS;

/// Rows that the strip takes in a picture of this height.
pub fn height(picture_height: usize) -> usize {
    (picture_height / 30).max(2)
}

/// Draws an index into interleaved RGB bytes.
pub fn draw(rgb: &mut [u8], width: usize, picture_height: usize, index: u32) {
    let code = encode(index % INDEX_END);
    for y in picture_height - height(picture_height)..picture_height {
        for x in 0..width {
            let white = code >> (CELLS - 1 - x * CELLS / width) & 1 == 1;
            let at = (y * width + x) * 3;
            rgb[at..at + 3].fill(if white { 235 } else { 16 });
        }
    }
}

/// Reads the index from a frame; `None` when there is no strip, or it is damaged.
pub fn read(frame: &Frame) -> Option<u32> {
    let planes = frame.planes();
    let (width, rows) = (frame.width() as usize, frame.height() as usize);
    let (step, offset) = if frame.format() == PixelFormat::Rgb24 { (3, 1) } else { (1, 0) };
    let strip = height(rows);
    // The middle half of each cell: its edges blur into the neighbours.
    let ys = rows - strip + strip / 4..(rows - strip / 4).max(rows - strip + strip / 4 + 1);
    let mean = |cell: usize| -> Option<u32> {
        let (left, right) = (cell * width / CELLS, (cell + 1) * width / CELLS);
        let quarter = (right - left) / 4;
        let (mut sum, mut count) = (0u32, 0u32);
        for y in ys.clone() {
            for x in left + quarter..(right - quarter).max(left + quarter + 1) {
                sum += u32::from(*planes.data[0].get(y * planes.strides[0] + x * step + offset)?);
                count += 1;
            }
        }
        sum.checked_div(count)
    };
    let (white, black) = (mean(0)?, mean(1)?);
    if white < black + CONTRAST_MIN {
        return None;
    }
    let middle = u32::midpoint(white, black);
    let mut code = 0u32;
    for cell in 0..CELLS {
        code = code << 1 | u32::from(mean(cell)? > middle);
    }
    let index = code >> 8 & (INDEX_END - 1);
    (code == encode(index)).then_some(index)
}

fn encode(index: u32) -> u32 {
    0b10 << 30 | index << 8 | u32::from(check_sum(index))
}

/// CRC-8 with polynomial 0x07, over three bytes.
fn check_sum(index: u32) -> u8 {
    index.to_be_bytes()[1..].iter().fold(0xff, |sum: u8, byte| {
        (0..8).fold(sum ^ byte, |sum, _| if sum & 0x80 == 0 { sum << 1 } else { sum << 1 ^ 0x07 })
    })
}
