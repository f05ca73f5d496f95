//! Still pictures from outside: JPEG or PNG bytes become RGB, those of documents also JPEG 2000, or a named reason why not.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageError, ImageReader, Limits};

mod header;
mod jpeg2000;
#[cfg(test)]
mod strangers;
#[cfg(test)]
mod tests;

use header::{Header, Kind};
pub use jpeg2000::decode_jpeg2000;

use crate::frame::{PixelFormat, Planes, digest};

/// Decoded RGB picture, upright (EXIF orientation already applied).
#[derive(Clone)]
pub struct Still {
    width: u32,
    height: u32,
    rgb: Vec<u8>,
}

/// How large a picture may be before it is refused unread.
#[derive(Clone, Copy, Debug)]
pub struct StillLimits {
    /// Longest side, in pixels.
    pub side_px_max: u32,
    /// Width times height.
    pub pixels_max: u64,
    /// What the decoder may allocate, in bytes.
    pub alloc_bytes_max: u64,
}

impl Default for StillLimits {
    fn default() -> StillLimits {
        StillLimits { side_px_max: 8192, pixels_max: 40_000_000, alloc_bytes_max: 256 << 20 }
    }
}

impl StillLimits {
    /// Whether a picture of this size may be decoded.
    fn check(&self, width: u32, height: u32) -> Result<(), StillError> {
        if width == 0 || height == 0 {
            return Err(StillError::Empty);
        }
        let pixels = u64::from(width) * u64::from(height);
        if width > self.side_px_max || height > self.side_px_max || pixels > self.pixels_max {
            return Err(StillError::TooLarge { width, height });
        }
        Ok(())
    }
}

/// Why bytes are not a usable picture. [`StillError::code`] is stable.
#[derive(Debug, thiserror::Error)]
pub enum StillError {
    /// Neither JPEG nor PNG, or damaged beyond reading: send another file.
    #[error("the bytes are not a readable JPEG or PNG picture")]
    NotAPicture,
    /// The file ends before the picture does: send it again.
    #[error("the picture is cut off before its end")]
    Truncated,
    /// No pixels.
    #[error("the picture has no pixels")]
    Empty,
    /// Over the limits: send a smaller one.
    #[error("the picture is too large ({width} x {height})")]
    TooLarge {
        /// Declared width in pixels.
        width: u32,
        /// Declared height in pixels.
        height: u32,
    },
    /// A picture, but of a kind we do not read: send JPEG or PNG.
    #[error("pictures of type {0} are not supported; send JPEG or PNG")]
    Unsupported(&'static str),
}

impl StillError {
    /// Stable machine-readable name.
    pub fn code(&self) -> &'static str {
        match self {
            StillError::NotAPicture => "not_a_picture",
            StillError::Truncated => "truncated",
            StillError::Empty => "empty",
            StillError::TooLarge { .. } => "too_large",
            StillError::Unsupported(_) => "unsupported",
        }
    }
}

impl Still {
    /// Takes interleaved RGB bytes; `None` unless there are exactly `width * height * 3` and at least one pixel.
    pub fn from_rgb(width: u32, height: u32, rgb: Vec<u8>) -> Option<Still> {
        let wanted = u64::from(width) * u64::from(height) * 3;
        (wanted > 0 && rgb.len() as u64 == wanted).then_some(Still { width, height, rgb })
    }

    /// Width in pixels, at least 1.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels, at least 1.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Interleaved R, G, B bytes, `width * height * 3` of them.
    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }

    /// SHA-256 of the pixels, as [`crate::frame::Frame::sha256`] has it.
    pub fn sha256(&self) -> [u8; 32] {
        let planes = Planes { data: [self.rgb(), &[], &[]], strides: [self.width as usize * 3, 0, 0] };
        digest(PixelFormat::Rgb24, (self.width, self.height), &planes)
    }

    /// The colour between pixels, bilinear; `x` and `y` in pixels. Beyond the edge the last pixels go on.
    pub fn sample(&self, x: f32, y: f32) -> [u8; 3] {
        let (width, height) = (self.width as usize, self.height as usize);
        let (x, y) = (x.clamp(0.0, width as f32 - 1.0), y.clamp(0.0, height as f32 - 1.0));
        let (column, row) = (x as usize, y as usize);
        let (across, down) = (x - column as f32, y - row as f32);
        let (next_column, next_row) = ((column + 1).min(width - 1), (row + 1).min(height - 1));
        let at = |row: usize, column: usize, channel: usize| {
            f32::from(self.rgb[(row * width + column) * 3 + channel])
        };
        std::array::from_fn(|channel| {
            let upper = at(row, column, channel) * (1.0 - across) + at(row, next_column, channel) * across;
            let lower =
                at(next_row, column, channel) * (1.0 - across) + at(next_row, next_column, channel) * across;
            (upper * (1.0 - down) + lower * down) as u8
        })
    }
}

/// Looks only at the markers: whether a picture is worth decoding.
pub(crate) fn check(bytes: &[u8], limits: &StillLimits) -> Result<Header, StillError> {
    let header = header::read(bytes)?;
    let (width, height) = (header.width, header.height);
    limits.check(width, height)?;
    if header.complete { Ok(header) } else { Err(StillError::Truncated) }
}

/// Decodes a JPEG or PNG picture and turns it upright.
///
/// # Errors
/// A [`StillError`] with a stable code. Sizes are checked on the header, before anything is allocated.
pub fn decode(bytes: &[u8], limits: &StillLimits) -> Result<Still, StillError> {
    let header = check(bytes, limits)?;
    let format = match header.kind {
        Kind::Jpeg => image::ImageFormat::Jpeg,
        Kind::Png => image::ImageFormat::Png,
    };
    let mut allowed = Limits::default();
    allowed.max_image_width = Some(limits.side_px_max);
    allowed.max_image_height = Some(limits.side_px_max);
    allowed.max_alloc = Some(limits.alloc_bytes_max);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(allowed);
    let named = |error| name(error, header.width, header.height);
    let mut decoder = reader.into_decoder().map_err(named)?;
    // A damaged EXIF block is no reason to refuse a good picture.
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(named)?;
    picture.apply_orientation(orientation);
    let rgb = picture.into_rgb8();
    Still::from_rgb(rgb.width(), rgb.height(), rgb.into_raw()).ok_or(StillError::Empty)
}

fn name(error: ImageError, width: u32, height: u32) -> StillError {
    match error {
        ImageError::Limits(_) => StillError::TooLarge { width, height },
        ImageError::Unsupported(_) => StillError::Unsupported("an unusual JPEG or PNG variant"),
        ImageError::IoError(cause) if cause.kind() == std::io::ErrorKind::UnexpectedEof => {
            StillError::Truncated
        }
        _ => StillError::NotAPicture,
    }
}
