//! A face by itself as bytes, to be kept: box and landmarks, then the pixels as JPEG.

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder};
use plugin_host::{Face, Point, Rect};

use super::FaceCrop;
use crate::still::{StillError, StillLimits, decode};

/// Box and five landmarks.
const NUMBERS: usize = 14;
/// JPEG quality at which an embedding does not notice.
const JPEG_QUALITY: u8 = 95;
/// The longest side of a crop that is read back.
const SIDE_PX_MAX: u32 = 1_024;

/// Bytes that are no crop.
#[derive(Debug, thiserror::Error)]
pub enum CropError {
    /// They are too few, or a number is none.
    #[error("the bytes are no face")]
    Malformed,
    /// The picture in them.
    #[error("the picture of a face: {0}")]
    Picture(#[from] StillError),
    /// It could not be written.
    #[error("a face cannot be written as JPEG")]
    Write(#[source] image::ImageError),
}

impl FaceCrop {
    /// The crop as bytes.
    ///
    /// # Errors
    /// [`CropError::Write`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, CropError> {
        let Rect { x, y, w, h } = self.face.bbox;
        let landmarks = self.face.landmarks.iter().flat_map(|point| [point.x, point.y]);
        let mut bytes: Vec<u8> =
            [x, y, w, h].into_iter().chain(landmarks).flat_map(f32::to_le_bytes).collect();
        let (width, height) = (self.picture.width(), self.picture.height());
        JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY)
            .write_image(self.picture.rgb(), width, height, ExtendedColorType::Rgb8)
            .map_err(CropError::Write)?;
        Ok(bytes)
    }

    /// The crop that was written as these bytes.
    ///
    /// # Errors
    /// [`CropError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CropError> {
        let (numbers, jpeg) = bytes.split_at_checked(NUMBERS * 4).ok_or(CropError::Malformed)?;
        let numbers: Vec<f32> =
            numbers.as_chunks::<4>().0.iter().map(|number| f32::from_le_bytes(*number)).collect();
        if !numbers.iter().all(|number| number.is_finite()) {
            return Err(CropError::Malformed);
        }
        let limits = StillLimits { side_px_max: SIDE_PX_MAX, ..StillLimits::default() };
        let picture = decode(jpeg, &limits)?;
        let bbox = Rect { x: numbers[0], y: numbers[1], w: numbers[2], h: numbers[3] };
        let landmarks = std::array::from_fn(|i| Point { x: numbers[4 + 2 * i], y: numbers[5 + 2 * i] });
        Ok(Self { picture, face: Face { bbox, landmarks, ..Face::default() } })
    }
}
