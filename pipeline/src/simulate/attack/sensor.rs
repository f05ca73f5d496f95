//! The till's camera behind its lens: exposure, noise of photons and read-out, sRGB, JPEG.

use std::io::Cursor;

use jpeg_encoder::{ColorType, Encoder};

use super::light::{Light, encode};
use super::random::Draws;
use crate::simulate::SimulateError;
use crate::still::Still;

/// How a camera turns light into bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sensor {
    /// Factor on the light.
    pub(super) gain: f32,
    /// Deviation of the read-out, in parts of white.
    pub(super) read: f32,
    /// Variance of the photons, in parts of white, for each part of white.
    pub(super) shot: f32,
    /// JPEG quality, 1 to 100; 0 leaves it out.
    pub(super) quality: u8,
}

impl Sensor {
    /// Read-out 0.1 to 0.3 % of white, photons 0.005 to 0.04 %, JPEG quality 75 to 92: webcams and IP cameras.
    pub(super) fn draw(draws: &mut Draws) -> Sensor {
        Sensor {
            gain: 1.0,
            read: draws.between(0.001, 0.003),
            shot: draws.between(0.5e-4, 4e-4),
            quality: draws.between(75.0, 92.0) as u8,
        }
    }

    /// What the camera delivers; the same grain gives the same noise.
    pub(super) fn develop(
        &self,
        light: &[Light],
        (width, height): (usize, usize),
        grain: &mut Draws,
    ) -> Result<Still, SimulateError> {
        let mut rgb = Vec::with_capacity(light.len() * 3);
        for pixel in light {
            for value in pixel {
                let value = value * self.gain;
                let deviation = (self.read * self.read + self.shot * value.max(0.0)).sqrt();
                rgb.push(encode(value + deviation * grain.grain()));
            }
        }
        compressed(rgb, (width, height), self.quality)
    }
}

/// Through JPEG and back; quality 0 leaves the picture as it is.
pub(super) fn compressed(
    rgb: Vec<u8>,
    (width, height): (usize, usize),
    quality: u8,
) -> Result<Still, SimulateError> {
    let broken = |error: &dyn std::error::Error| SimulateError::Broken(error.to_string());
    if quality == 0 {
        let still = Still::from_rgb(width as u32, height as u32, rgb);
        return still.ok_or(SimulateError::Options("a picture has pixels"));
    }
    let mut bytes = Vec::new();
    let side = |side: usize| u16::try_from(side).map_err(|error| broken(&error));
    let encoder = Encoder::new(&mut bytes, quality);
    encoder.encode(&rgb, side(width)?, side(height)?, ColorType::Rgb).map_err(|error| broken(&error))?;
    let reader = image::ImageReader::with_format(Cursor::new(bytes), image::ImageFormat::Jpeg);
    let rgb = reader.decode().map_err(|error| broken(&error))?.into_rgb8();
    let (width, height) = rgb.dimensions();
    Still::from_rgb(width, height, rgb.into_raw()).ok_or(SimulateError::Options("a picture has pixels"))
}
