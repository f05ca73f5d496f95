//! A camera picture on its way through the pipeline: decoder memory that is mapped, never copied.

use std::time::{Duration, Instant, SystemTime};

use gstreamer_video as video;
use sha2::{Digest, Sha256};
use video::VideoFrameExt;

use crate::camera::CameraId;
use crate::still::Still;

/// How the bytes of a [`Frame`] are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PixelFormat {
    /// Three planes: Y at full size, U and V at half size in both directions.
    I420,
    /// Two planes: Y at full size, then U and V interleaved at half size.
    Nv12,
    /// One plane of interleaved R, G, B bytes.
    Rgb24,
}

/// What the sample values mean. Meaningless for [`PixelFormat::Rgb24`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    /// Luma spans 0..=255 (JPEG) rather than 16..=235 (television).
    pub full_range: bool,
    /// BT.709 primaries (HD cameras) rather than BT.601.
    pub bt709: bool,
}

/// Borrowed plane bytes. A plane that the format lacks is empty with stride 0.
#[derive(Clone, Copy)]
pub struct Planes<'a> {
    /// Plane bytes; row `y` starts at `y * stride`.
    pub data: [&'a [u8]; 3],
    /// Bytes from one row to the next.
    pub strides: [usize; 3],
}

/// When a picture was taken, on the clocks that matter.
#[derive(Clone, Copy, Debug)]
pub struct Capture {
    /// Monotonic time of capture, as near to the sensor as the source lets us know.
    pub at: Instant,
    /// The same moment on the wall clock.
    pub wall: SystemTime,
    /// Presentation time in the stream, in nanoseconds, where the source has one.
    pub pts_ns: Option<u64>,
}

/// One decoded picture of one camera.
///
/// It holds a buffer of the decoder's pool: keep at most two per camera, and drop it as soon as it is analysed.
pub struct Frame {
    /// The camera that saw it.
    pub camera: CameraId,
    /// Counts every picture decoded from this camera, also those that were not handed over.
    pub seq: u64,
    /// When it was captured.
    pub captured: Capture,
    /// It is of a camera of which only key frames are decoded: its turns go first when there is too much to look at.
    pub is_spare: bool,
    pixels: Pixels,
}

enum Pixels {
    Mapped { frame: Box<video::VideoFrame<video::video_frame::Readable>>, format: PixelFormat },
    Rgb(Still),
}

/// A decoder gave us a picture that the pipeline cannot read.
#[derive(Debug, thiserror::Error)]
#[error("the decoder produced {0}, which is neither I420 nor NV12")]
pub struct UnknownFormat(pub String);

impl PixelFormat {
    /// Its usual name.
    pub fn name(self) -> &'static str {
        match self {
            Self::I420 => "I420",
            Self::Nv12 => "NV12",
            Self::Rgb24 => "RGB24",
        }
    }

    /// Bytes of one row and number of rows of each plane.
    fn rows(self, (width, height): (usize, usize)) -> [(usize, usize); 3] {
        let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
        match self {
            Self::I420 => [(width, height), (half_width, half_height), (half_width, half_height)],
            Self::Nv12 => [(width, height), (2 * half_width, half_height), (0, 0)],
            Self::Rgb24 => [(3 * width, height), (0, 0), (0, 0)],
        }
    }
}

/// SHA-256 of `<format> <width>x<height>` and a newline, then of each plane's rows without the padding between them.
pub(crate) fn digest(format: PixelFormat, (width, height): (u32, u32), planes: &Planes<'_>) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(format!("{} {width}x{height}\n", format.name()));
    let rows = format.rows((width as usize, height as usize));
    for ((data, stride), (bytes, count)) in planes.data.iter().zip(planes.strides).zip(rows) {
        for row in 0..count {
            // A plane that ends early is hashed as far as it goes.
            let start = (row * stride).min(data.len());
            let end = (start + bytes).min(data.len());
            hash.update(&data[start..end]);
        }
    }
    hash.finalize().into()
}

impl Frame {
    /// Wraps a mapped decoder buffer.
    ///
    /// # Errors
    /// [`UnknownFormat`] unless it is I420 or NV12.
    pub fn from_video(
        camera: CameraId,
        seq: u64,
        captured: Capture,
        frame: video::VideoFrame<video::video_frame::Readable>,
    ) -> Result<Frame, UnknownFormat> {
        let format = match frame.format() {
            video::VideoFormat::I420 => PixelFormat::I420,
            video::VideoFormat::Nv12 => PixelFormat::Nv12,
            other => return Err(UnknownFormat(other.to_string())),
        };
        let is_spare = false;
        Ok(Frame {
            camera,
            seq,
            captured,
            is_spare,
            pixels: Pixels::Mapped { frame: Box::new(frame), format },
        })
    }

    /// Treats a still picture as a frame, so that enrolment and push cameras take the same way as video.
    pub fn from_still(camera: CameraId, seq: u64, captured: Capture, still: Still) -> Frame {
        Frame { camera, seq, captured, is_spare: false, pixels: Pixels::Rgb(still) }
    }

    /// Width in pixels.
    pub fn width(&self) -> u32 {
        match &self.pixels {
            Pixels::Mapped { frame, .. } => frame.width(),
            Pixels::Rgb(still) => still.width(),
        }
    }

    /// Height in pixels.
    pub fn height(&self) -> u32 {
        match &self.pixels {
            Pixels::Mapped { frame, .. } => frame.height(),
            Pixels::Rgb(still) => still.height(),
        }
    }

    /// Layout of the planes.
    pub fn format(&self) -> PixelFormat {
        match &self.pixels {
            Pixels::Mapped { format, .. } => *format,
            Pixels::Rgb(_) => PixelFormat::Rgb24,
        }
    }

    /// Range and primaries, as the stream declares them.
    pub fn colour(&self) -> Colour {
        match &self.pixels {
            Pixels::Mapped { frame, .. } => {
                let declared = frame.info().colorimetry();
                Colour {
                    full_range: declared.range() == video::VideoColorRange::Range0_255,
                    bt709: declared.matrix() == video::VideoColorMatrix::Bt709,
                }
            }
            Pixels::Rgb(_) => Colour { full_range: true, bt709: false },
        }
    }

    /// The pixel bytes.
    pub fn planes(&self) -> Planes<'_> {
        match &self.pixels {
            Pixels::Mapped { frame, format } => {
                let count = if *format == PixelFormat::I420 { 3 } else { 2 };
                let mut planes = Planes { data: [&[]; 3], strides: [0; 3] };
                for (i, stride) in frame.plane_stride().iter().take(count).enumerate() {
                    planes.data[i] = frame.plane_data(i as u32).unwrap_or_default();
                    planes.strides[i] = usize::try_from(*stride).unwrap_or_default();
                }
                planes
            }
            Pixels::Rgb(still) => {
                Planes { data: [still.rgb(), &[], &[]], strides: [still.width() as usize * 3, 0, 0] }
            }
        }
    }

    /// SHA-256 of the pixels, by which the picture can be recognised and from which it can't be made. Reads the whole
    /// picture.
    pub fn sha256(&self) -> [u8; 32] {
        digest(self.format(), (self.width(), self.height()), &self.planes())
    }

    /// How old the picture is at `now`; zero when the clock went backwards.
    pub fn age(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.captured.at)
    }
}

impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // No pixels: a frame shows people.
        f.debug_struct("Frame")
            .field("camera", &self.camera)
            .field("seq", &self.seq)
            .field("width", &self.width())
            .field("height", &self.height())
            .field("format", &self.format())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_of_the_picture_and_not_of_the_padding_between_its_rows() {
        let of = |data: &[u8], stride, size| {
            let planes = Planes { data: [data, &[], &[]], strides: [stride, 0, 0] };
            digest(PixelFormat::Rgb24, size, &planes)
        };
        let tight = of(&[1, 2, 3, 4, 5, 6], 3, (1, 2));
        assert_eq!(tight, of(&[1, 2, 3, 99, 4, 5, 6, 99], 4, (1, 2)));
        assert_eq!(tight, <[u8; 32]>::from(Sha256::digest(b"RGB24 1x2\n\x01\x02\x03\x04\x05\x06")));
        assert_ne!(tight, of(&[1, 2, 3, 4, 5, 7], 3, (1, 2)));
        assert_ne!(tight, of(&[1, 2, 3, 4, 5, 6], 6, (2, 1)));
    }

    #[test]
    fn every_plane_counts() {
        let (y, u, v) = ([1; 6], [2; 2], [3; 2]);
        let of = |v: &[u8]| {
            let planes = Planes { data: [&y, &u, v], strides: [3, 2, 2] };
            digest(PixelFormat::I420, (3, 2), &planes)
        };
        assert_ne!(of(&v), of(&[3, 4]));
    }
}
