//! A borrowed picture: pixel format, planes and where it came from.

use std::fmt;
use std::marker::PhantomData;

use crate::abi;
use crate::error::{Error, Result};

/// Most pixels along one side of a frame.
pub const FRAME_SIDE_MAX: u32 = 16_384;

/// A DRM pixel format code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FourCc(pub u32);

impl FourCc {
    /// Three planes Y, U, V; chroma halved both ways, rounded up.
    pub const I420: Self = Self(abi::FP_PIX_I420);
    /// Two planes: Y, interleaved U and V.
    pub const NV12: Self = Self(abi::FP_PIX_NV12);
    /// One plane, bytes R, G, B.
    pub const RGB24: Self = Self(abi::FP_PIX_RGB24);
    /// One plane, bytes B, G, R.
    pub const BGR24: Self = Self(abi::FP_PIX_BGR24);
    /// One plane, one byte per pixel.
    pub const GRAY8: Self = Self(abi::FP_PIX_GRAY8);

    /// Bytes of a row and number of rows of each plane at this size; `None` for a format that this build does not know.
    fn layout(self, width: u32, height: u32) -> Option<Vec<(usize, u32)>> {
        let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
        let row = |pixels: u32, bytes: usize| pixels as usize * bytes;
        Some(match self {
            Self::I420 => {
                vec![
                    (row(width, 1), height),
                    (row(half_width, 1), half_height),
                    (row(half_width, 1), half_height),
                ]
            }
            Self::NV12 => vec![(row(width, 1), height), (row(half_width, 2), half_height)],
            Self::RGB24 | Self::BGR24 => vec![(row(width, 3), height)],
            Self::GRAY8 => vec![(row(width, 1), height)],
            _ => return None,
        })
    }
}

impl fmt::Display for FourCc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0.to_le_bytes() {
            write!(f, "{}", byte.escape_ascii())?;
        }
        Ok(())
    }
}

/// The matrix that turns YUV into RGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColourMatrix {
    /// The source does not say; BT.601 below 720 rows and BT.709 from there on is the custom.
    #[default]
    Unspecified,
    /// ITU-R BT.601.
    Bt601,
    /// ITU-R BT.709.
    Bt709,
    /// ITU-R BT.2020, non-constant luminance.
    Bt2020,
}

/// The range of code values that the samples use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColourRange {
    /// The source does not say; video is limited, JPEG is full.
    #[default]
    Unspecified,
    /// 16..=235 for luma.
    Limited,
    /// 0..=255.
    Full,
}

/// One plane of pixels.
#[derive(Clone, Copy)]
pub struct Plane<'a> {
    /// At least `pitch * (rows - 1)` bytes and one row more.
    pub data: &'a [u8],
    /// Bytes from one row to the next.
    pub pitch: u32,
    /// Rows in the plane.
    pub rows: u32,
}

/// What a frame is, apart from its pixels.
#[derive(Debug, Clone, Copy)]
pub struct FrameDesc {
    /// Pixels per row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Pixel format.
    pub fourcc: FourCc,
    /// Capture time on `CLOCK_MONOTONIC`, in nanoseconds.
    pub pts_ns: i64,
    /// Rises within a stream.
    pub seq: u64,
    /// Which stream the frame belongs to.
    pub stream_id: u32,
    /// Matrix of a YUV format.
    pub colour_matrix: ColourMatrix,
    /// Range of the samples.
    pub colour_range: ColourRange,
}

/// A borrowed view of one picture in main memory. Its planes are known to be large enough for its format.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Frame<'a> {
    raw: abi::fp_frame,
    pixels: PhantomData<&'a [u8]>,
}

// SAFETY: the only pointers in the frame are to plane bytes borrowed as `&'a [u8]`, which is Send.
unsafe impl Send for Frame<'_> {}
// SAFETY: as above; nothing is written through the pointers, and `&[u8]` is Sync.
unsafe impl Sync for Frame<'_> {}

impl<'a> Frame<'a> {
    /// A frame over borrowed planes. Fails with [`Error::Invalid`] when a size, pitch or plane does not fit the format, and
    /// with [`Error::Unsupported`] for a format that is not one of the constants of [`FourCc`].
    pub fn new(desc: &FrameDesc, planes: &[Plane<'a>]) -> Result<Self> {
        let mut raw = <abi::fp_frame as abi::Growing>::empty();
        raw.fourcc = desc.fourcc.0;
        (raw.width, raw.height) = (desc.width, desc.height);
        (raw.pts_ns, raw.seq, raw.stream_id) = (desc.pts_ns, desc.seq, desc.stream_id);
        raw.colour_matrix = match desc.colour_matrix {
            ColourMatrix::Unspecified => abi::FP_MATRIX_UNSPECIFIED,
            ColourMatrix::Bt601 => abi::FP_MATRIX_BT601,
            ColourMatrix::Bt709 => abi::FP_MATRIX_BT709,
            ColourMatrix::Bt2020 => abi::FP_MATRIX_BT2020,
        };
        raw.colour_range = match desc.colour_range {
            ColourRange::Unspecified => abi::FP_RANGE_UNSPECIFIED,
            ColourRange::Limited => abi::FP_RANGE_LIMITED,
            ColourRange::Full => abi::FP_RANGE_FULL,
        };
        (raw.dmabuf_fd, raw.device_id) = (-1, -1);
        if planes.len() > raw.plane.len() {
            return Err(Error::Invalid(format!("a frame has at most 4 planes, got {}", planes.len())));
        }
        raw.n_planes = planes.len() as u32;
        for (slot, plane) in raw.plane.iter_mut().zip(planes) {
            *slot = abi::fp_plane {
                data: plane.data.as_ptr(),
                size: plane.data.len(),
                pitch: plane.pitch,
                rows: plane.rows,
            };
        }
        check(&raw)?;
        Ok(Self { raw, pixels: PhantomData })
    }

    /// The frame that the ABI carries, checked as in [`Frame::new`].
    ///
    /// # Safety
    /// Each plane's `data` points to `size` bytes that stay readable and unchanged for `'a`.
    pub unsafe fn from_abi(raw: &abi::fp_frame) -> Result<Self> {
        check(raw)?;
        Ok(Self { raw: *raw, pixels: PhantomData })
    }

    /// This frame as the ABI carries it.
    pub fn as_abi(&self) -> &abi::fp_frame {
        &self.raw
    }

    /// Pixels per row.
    pub fn width(&self) -> u32 {
        self.raw.width
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.raw.height
    }

    /// Pixel format.
    pub fn fourcc(&self) -> FourCc {
        FourCc(self.raw.fourcc)
    }

    /// Number of planes, as the format has them.
    pub fn planes(&self) -> usize {
        self.raw.n_planes as usize
    }

    /// One plane; `None` past the last.
    pub fn plane(&self, index: usize) -> Option<Plane<'a>> {
        let plane = self.raw.plane.get(..self.planes())?.get(index)?;
        // SAFETY: `check` found `data` to be non-null; it points to `size` bytes valid for `'a`, by `new`'s borrow or by
        // `from_abi`'s contract.
        let data = unsafe { std::slice::from_raw_parts(plane.data, plane.size) };
        Some(Plane { data, pitch: plane.pitch, rows: plane.rows })
    }

    /// Capture time on `CLOCK_MONOTONIC`, in nanoseconds.
    pub fn pts_ns(&self) -> i64 {
        self.raw.pts_ns
    }

    /// Rises within a stream.
    pub fn seq(&self) -> u64 {
        self.raw.seq
    }

    /// Which stream the frame belongs to.
    pub fn stream_id(&self) -> u32 {
        self.raw.stream_id
    }

    /// Matrix of a YUV format.
    pub fn colour_matrix(&self) -> ColourMatrix {
        match self.raw.colour_matrix {
            abi::FP_MATRIX_BT601 => ColourMatrix::Bt601,
            abi::FP_MATRIX_BT709 => ColourMatrix::Bt709,
            abi::FP_MATRIX_BT2020 => ColourMatrix::Bt2020,
            _ => ColourMatrix::Unspecified,
        }
    }

    /// Range of the samples.
    pub fn colour_range(&self) -> ColourRange {
        match self.raw.colour_range {
            abi::FP_RANGE_LIMITED => ColourRange::Limited,
            abi::FP_RANGE_FULL => ColourRange::Full,
            _ => ColourRange::Unspecified,
        }
    }
}

/// Fails unless the frame is in main memory, linear and upright, and its planes hold what its format needs.
fn check(raw: &abi::fp_frame) -> Result<()> {
    let (width, height) = (raw.width, raw.height);
    if !(1..=FRAME_SIDE_MAX).contains(&width) || !(1..=FRAME_SIDE_MAX).contains(&height) {
        return Err(Error::Invalid(format!(
            "frame size {width}x{height} is not within 1..={FRAME_SIDE_MAX}"
        )));
    }
    if raw.mem_type != abi::FP_MEM_CPU || raw.modifier != 0 || raw.rotation_deg != 0 {
        return Err(Error::Unsupported(format!(
            "frame memory {} modifier {} rotation {}: only linear, upright frames in main memory",
            raw.mem_type, raw.modifier, raw.rotation_deg
        )));
    }
    if raw.colour_matrix > abi::FP_MATRIX_BT2020 || raw.colour_range > abi::FP_RANGE_FULL {
        return Err(Error::Unsupported(format!(
            "colour matrix {} or range {} is unknown",
            raw.colour_matrix, raw.colour_range
        )));
    }
    let fourcc = FourCc(raw.fourcc);
    let layout = fourcc
        .layout(width, height)
        .ok_or_else(|| Error::Unsupported(format!("pixel format {fourcc} is unknown")))?;
    if raw.n_planes as usize != layout.len() {
        return Err(Error::Invalid(format!("{fourcc} has {} planes, got {}", layout.len(), raw.n_planes)));
    }
    for (index, ((row_bytes, rows), plane)) in layout.into_iter().zip(&raw.plane).enumerate() {
        let needed = plane.pitch as usize * (rows as usize - 1) + row_bytes;
        if plane.data.is_null()
            || (plane.pitch as usize) < row_bytes
            || plane.rows < rows
            || plane.size < needed
        {
            return Err(Error::Invalid(format!(
                "plane {index} of a {width}x{height} {fourcc} frame has pitch {}, {} rows and {} bytes; needs {row_bytes}, \
                 {rows} and {needed}",
                plane.pitch, plane.rows, plane.size
            )));
        }
    }
    Ok(())
}
