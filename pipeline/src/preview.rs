//! Pictures for people: a frame scaled down, with boxes drawn on it, as JPEG.

use bytes::Bytes;
use jpeg_encoder::{ColorType, Encoder, EncodingError, SamplingFactor};

use crate::frame::Frame;

mod canvas;
pub(crate) mod film;
#[cfg(test)]
mod tests;

use canvas::Canvas;

pub use film::{FilmUnit, Viewing};

/// How large and how good preview pictures are.
#[derive(Clone, Copy, Debug)]
pub struct Preview {
    /// Wider frames are scaled down to this, in pixels.
    pub width_px_max: u32,
    /// JPEG quality, 1..=100.
    pub quality: u8,
}

impl Default for Preview {
    fn default() -> Preview {
        Preview { width_px_max: 640, quality: 75 }
    }
}

/// What the colour of a box says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Somebody is there.
    Neutral,
    /// Recognised and live.
    Good,
    /// Refused.
    Bad,
}

/// A rectangle to draw, in pixels of the frame (not of the preview).
#[derive(Clone, Copy, Debug)]
pub struct OverlayBox {
    /// Left edge.
    pub x: f32,
    /// Top edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
    /// Its colour.
    pub tone: Tone,
}

/// The frame cannot be shown.
#[derive(Debug, thiserror::Error)]
#[error("the preview picture cannot be encoded")]
pub struct PreviewError(#[from] EncodingError);

impl Preview {
    /// The same, for who shows it smaller.
    #[must_use]
    pub fn at_most(self, width_px: u32) -> Preview {
        Preview { width_px_max: self.width_px_max.min(width_px), ..self }
    }

    /// Encodes a frame with boxes on it.
    ///
    /// # Errors
    /// [`PreviewError`] when the frame's size does not fit a JPEG.
    pub fn encode(&self, frame: &Frame, overlay: &[OverlayBox]) -> Result<Bytes, PreviewError> {
        let canvas = self.drawn(frame, overlay);
        let mut jpeg = Vec::with_capacity(64 << 10);
        let mut encoder = Encoder::new(&mut jpeg, self.quality.clamp(1, 100));
        encoder.set_sampling_factor(SamplingFactor::F_2_2);
        encoder.encode(&canvas.ycc, canvas.width as u16, canvas.height as u16, ColorType::Ycbcr)?;
        Ok(Bytes::from(jpeg))
    }

    fn drawn(&self, frame: &Frame, overlay: &[OverlayBox]) -> Canvas {
        let mut canvas = Canvas::of(frame, self.width_px_max.clamp(16, 4096));
        for mark in overlay {
            canvas.draw(mark);
        }
        canvas
    }
}
