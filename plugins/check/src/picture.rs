//! Pictures to look at: a drawn head before a pattern, in every pixel format.

use plugin_host::probe::{Edge, Picture, PictureDesc, PlaneBytes};
use plugin_sdk::abi;
use plugin_sdk::{Face, Point, Rect};

use crate::case::Stop;
use crate::seed::Chance;

/// The pixel formats of the ABI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Rgb24,
    Bgr24,
    Gray8,
    Nv12,
    I420,
}

impl Format {
    pub(crate) const ALL: [Self; 5] = [Self::Rgb24, Self::Bgr24, Self::Gray8, Self::Nv12, Self::I420];

    fn fourcc(self) -> u32 {
        match self {
            Self::Rgb24 => abi::FP_PIX_RGB24,
            Self::Bgr24 => abi::FP_PIX_BGR24,
            Self::Gray8 => abi::FP_PIX_GRAY8,
            Self::Nv12 => abi::FP_PIX_NV12,
            Self::I420 => abi::FP_PIX_I420,
        }
    }
}

/// Pixels, red, green and blue.
pub(crate) struct Scene {
    width: usize,
    height: usize,
    rgb: Vec<[u8; 3]>,
}

impl Scene {
    /// A head before a pattern; another seed draws other colours and places.
    pub(crate) fn drawn(width: usize, height: usize, chance: &mut Chance) -> Self {
        let [r, g, b]: [u8; 3] = chance.bytes();
        let (cx, cy) = (0.4 + 0.2 * chance.unit(), 0.4 + 0.2 * chance.unit());
        let pixel = |index: usize| {
            let (x, y) = (index % width, index / width);
            let (u, v) = (x as f64 / width as f64 - cx, y as f64 / height as f64 - cy);
            let eye = |side: f64| (u - side).hypot(v + 0.06) < 0.03;
            match () {
                () if eye(-0.08) || eye(0.08) => [30, 20, 20],
                () if u.abs() < 0.08 && (v - 0.14).abs() < 0.015 => [140, 50, 50],
                () if (u / 0.2).hypot(v / 0.28) < 1.0 => [200, (160.0 + 40.0 * v) as u8, 130],
                () => [r ^ (x as u8), g ^ (y as u8), b ^ ((x + y) as u8)],
            }
        };
        Self { width, height, rgb: (0..width * height).map(pixel).collect() }
    }

    /// Pixels without any order.
    pub(crate) fn noise(width: usize, height: usize, chance: &mut Chance) -> Self {
        Self { width, height, rgb: (0..width * height).map(|_| chance.bytes()).collect() }
    }

    /// The scene in a pixel format, each row followed by so many bytes that are no pixels.
    pub(crate) fn desc(&self, format: Format, row_tail: usize) -> PictureDesc {
        PictureDesc {
            fourcc: format.fourcc(),
            width: self.width as u32,
            height: self.height as u32,
            rotation_deg: 0,
            mem_type: abi::FP_MEM_CPU,
            planes: self.planes(format).into_iter().map(|(rows, row)| padded(&rows, row, row_tail)).collect(),
            edge: Edge::End,
        }
    }

    /// The bytes of each plane without padding, and the bytes of one row.
    fn planes(&self, format: Format) -> Vec<(Vec<u8>, usize)> {
        let (width, chroma_width) = (self.width, self.width.div_ceil(2));
        let luma = || self.rgb.iter().map(|rgb| yuv(*rgb)[0]).collect::<Vec<u8>>();
        let chroma = |part: usize| {
            let rows = (0..self.height.div_ceil(2)).flat_map(move |y| (0..chroma_width).map(move |x| (x, y)));
            rows.map(|(x, y)| yuv(self.rgb[2 * y * width + 2 * x])[part]).collect::<Vec<u8>>()
        };
        match format {
            Format::Rgb24 => vec![(self.rgb.concat(), 3 * width)],
            Format::Bgr24 => vec![(self.rgb.iter().flat_map(|[r, g, b]| [*b, *g, *r]).collect(), 3 * width)],
            Format::Gray8 => vec![(luma(), width)],
            Format::Nv12 => {
                let pairs = chroma(1).into_iter().zip(chroma(2)).flat_map(|(u, v)| [u, v]);
                vec![(luma(), width), (pairs.collect(), 2 * chroma_width)]
            }
            Format::I420 => vec![(luma(), width), (chroma(1), chroma_width), (chroma(2), chroma_width)],
        }
    }
}

/// Rows with a tail after each but the last, so that the plane ends with its last pixel.
fn padded(rows: &[u8], row: usize, tail: usize) -> PlaneBytes {
    let count = rows.len() / row;
    let mut bytes = Vec::with_capacity((row + tail) * count);
    for line in rows.chunks_exact(row) {
        bytes.extend_from_slice(line);
        bytes.extend(std::iter::repeat_n(0xEE, tail));
    }
    bytes.truncate(bytes.len() - tail);
    PlaneBytes { bytes, pitch: (row + tail) as u32, rows: count as u32 }
}

/// Full-range BT.601.
fn yuv([r, g, b]: [u8; 3]) -> [u8; 3] {
    let (r, g, b) = (f32::from(r), f32::from(g), f32::from(b));
    let y = 0.299 * r + 0.587 * g + 0.114 * b;
    [y, 128.0 + 0.564 * (b - y), 128.0 + 0.713 * (r - y)].map(|value| value.round().clamp(0.0, 255.0) as u8)
}

pub(crate) fn picture(desc: &PictureDesc) -> Result<Picture, Stop> {
    Picture::new(desc).map_err(|error| Stop::Skip(format!("no memory for a picture: {error}")))
}

/// A face in the middle of a picture, for the steps that are given faces.
pub(crate) fn face_in(picture: &Picture, frame_index: u32) -> Face {
    face_at(picture.width(), picture.height(), frame_index)
}

/// A face in the middle of a picture of this size.
pub(crate) fn face_at(width: u32, height: u32, frame_index: u32) -> Face {
    let (width, height) = (width as f32, height as f32);
    let at = |u: f32, v: f32| Point { x: width * u, y: height * v };
    let bbox = Rect { x: width / 4.0, y: height / 4.0, w: width / 2.0, h: height / 2.0 };
    let landmarks = [at(0.42, 0.44), at(0.58, 0.44), at(0.5, 0.52), at(0.44, 0.62), at(0.56, 0.62)];
    Face { frame_index, bbox, landmarks, score: 0.9, quality: 0.9, ..Face::default() }
}
