//! Pictures whose planes can only be read and lie between forbidden pages.

use plugin_sdk::Frame;
use plugin_sdk::abi::{self, Growing};

use super::guarded::{Edge, Guarded};

/// One plane of a picture to be made.
#[derive(Clone)]
pub struct PlaneBytes {
    /// All bytes of the plane.
    pub bytes: Vec<u8>,
    /// Bytes from one row to the next.
    pub pitch: u32,
    /// Rows.
    pub rows: u32,
}

/// A picture to be made. Nothing is checked: it may be one that no host would send.
#[derive(Clone)]
pub struct PictureDesc {
    /// DRM pixel format code.
    pub fourcc: u32,
    /// Pixels per row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Degrees, clockwise.
    pub rotation_deg: u32,
    /// Kind of memory, as in the header.
    pub mem_type: u32,
    /// The planes, four at most.
    pub planes: Vec<PlaneBytes>,
    /// Which end of each plane touches a forbidden page.
    pub edge: Edge,
}

/// A picture in memory that ends the process when a plugin writes to it or reads past its end.
pub struct Picture {
    raw: abi::fp_frame,
    _planes: Vec<Guarded>,
}

// SAFETY: the pointers lead to planes that the value owns and nobody writes to.
unsafe impl Send for Picture {}
// SAFETY: as above.
unsafe impl Sync for Picture {}

impl Picture {
    /// Copies the planes. Fails without memory.
    pub fn new(desc: &PictureDesc) -> std::io::Result<Self> {
        let planes = desc.planes.iter().map(|plane| Guarded::new(&plane.bytes, desc.edge)?.read_only());
        let planes = planes.collect::<std::io::Result<Vec<_>>>()?;
        let mut raw = abi::fp_frame::empty();
        (raw.fourcc, raw.width, raw.height) = (desc.fourcc, desc.width, desc.height);
        (raw.rotation_deg, raw.mem_type) = (desc.rotation_deg, desc.mem_type);
        (raw.pts_ns, raw.seq, raw.stream_id) = (plugin_sdk::monotonic_ns(), 1, 1);
        (raw.colour_matrix, raw.colour_range) = (abi::FP_MATRIX_BT601, abi::FP_RANGE_FULL);
        (raw.dmabuf_fd, raw.device_id) = (-1, -1);
        raw.n_planes = planes.len().min(raw.plane.len()) as u32;
        for (slot, (memory, plane)) in raw.plane.iter_mut().zip(planes.iter().zip(&desc.planes)) {
            let (data, size) = (memory.as_ptr().cast_const(), plane.bytes.len());
            *slot = abi::fp_plane { data, size, pitch: plane.pitch, rows: plane.rows };
        }
        Ok(Self { raw, _planes: planes })
    }

    /// The picture as a host hands it on. Fails where it is one that no host would.
    pub fn frame(&self) -> plugin_sdk::Result<Frame<'_>> {
        // SAFETY: the planes are owned by the picture, which the frame borrows, and nobody writes to them.
        unsafe { Frame::from_abi(&self.raw) }
    }

    /// Pixels per row.
    pub fn width(&self) -> u32 {
        self.raw.width
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.raw.height
    }

    pub(super) fn raw(&self) -> abi::fp_frame {
        self.raw
    }
}
