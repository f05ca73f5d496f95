//! A few hundred luma samples of a picture: enough to see that it is black, or the same as before.

use crate::frame::{Frame, PixelFormat};

const COLUMNS: usize = 32;
const ROWS: usize = 24;
/// Brighter than television black (16) with its noise.
const BRIGHT_MIN: u8 = 48;
/// Of 768 samples: a status light does not make a covered camera see.
const BRIGHT_SAMPLES_MIN: usize = 8;

/// What the samples say.
pub(crate) struct Luma {
    /// Differs for pictures that differ; sensor noise is enough.
    pub(crate) signature: u64,
    /// Hardly a sample is brighter than black.
    pub(crate) black: bool,
}

impl Luma {
    pub(crate) fn of(frame: &Frame) -> Luma {
        let planes = frame.planes();
        let (width, height) = (frame.width() as usize, frame.height() as usize);
        // Green stands for luma in RGB.
        let (step, offset) = if frame.format() == PixelFormat::Rgb24 { (3, 1) } else { (1, 0) };
        let mut signature = 0xcbf2_9ce4_8422_2325_u64;
        let mut bright = 0;
        for row in 0..ROWS {
            let start = (2 * row + 1) * height / (2 * ROWS) * planes.strides[0];
            for column in 0..COLUMNS {
                let at = start + (2 * column + 1) * width / (2 * COLUMNS) * step + offset;
                let sample = planes.data[0].get(at).copied().unwrap_or_default();
                signature = (signature ^ u64::from(sample)).wrapping_mul(0x0100_0000_01b3);
                bright += usize::from(sample >= BRIGHT_MIN);
            }
        }
        Luma { signature, black: bright < BRIGHT_SAMPLES_MIN }
    }
}
