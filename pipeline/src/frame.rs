//! A camera picture on its way through the pipeline: decoder memory that is mapped, never copied.

use std::time::{Duration, Instant, SystemTime};

use gstreamer_video as video;
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
        Ok(Frame { camera, seq, captured, pixels: Pixels::Mapped { frame: Box::new(frame), format } })
    }

    /// Treats a still picture as a frame, so that enrolment and push cameras take the same way as video.
    pub fn from_still(camera: CameraId, seq: u64, captured: Capture, still: Still) -> Frame {
        Frame { camera, seq, captured, pixels: Pixels::Rgb(still) }
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
