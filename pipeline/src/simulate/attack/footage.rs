//! Pictures of a recording, as an attacker has them of somebody.

use std::path::Path;
use std::time::Instant;

use crate::camera::CameraId;
use crate::ingest::Recording;
use crate::preview::Preview;
use crate::simulate::SimulateError;
use crate::still::{Still, StillLimits, decode};

/// The beginning of a video.
pub struct Footage {
    /// Its pictures in order, all of one size.
    pub pictures: Vec<Still>,
    /// Pictures per second, to the next whole number.
    pub fps: u32,
}

/// Nobody takes a face from a larger picture, and JPEG as good as this changes nothing to speak of.
const KEPT: Preview = Preview { width_px_max: 1_280, quality: 97 };

impl Footage {
    /// The first `pictures_max` pictures of a recording.
    ///
    /// # Errors
    /// [`SimulateError::Broken`] when it cannot be read.
    pub fn read(path: &Path, pictures_max: usize) -> Result<Self, SimulateError> {
        let broken = |error: &dyn std::fmt::Display| SimulateError::Broken(error.to_string());
        let camera: CameraId =
            "footage".parse().map_err(|_| SimulateError::Options("a camera has a name"))?;
        let start = Instant::now();
        let mut recording = Recording::open(path, camera, start).map_err(|fault| broken(&fault.reason))?;
        let (mut pictures, mut last) = (Vec::new(), start);
        while pictures.len() < pictures_max {
            let Some(frame) = recording.next().map_err(|fault| broken(&fault.reason))? else { break };
            last = frame.captured.at;
            let jpeg = KEPT.encode(&frame, &[]).map_err(|error| broken(&error))?;
            pictures.push(decode(&jpeg, &StillLimits::default()).map_err(|error| broken(&error))?);
        }
        let seconds = last.saturating_duration_since(start).as_secs_f32();
        let gaps = pictures.len().saturating_sub(1) as f32;
        let fps = if seconds > 0.0 { (gaps / seconds).round().clamp(1.0, 120.0) as u32 } else { 1 };
        Ok(Self { pictures, fps })
    }
}
