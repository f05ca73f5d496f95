//! The inputs of a plugin's self-test: a portrait whose face is known, and a grey picture without any.

use pipeline::still::{Still, StillError, StillLimits, decode};
use plugin_host::{
    ColourMatrix, ColourRange, Face, FourCc, Frame, FrameDesc, Golden, InferenceError, Plane, Point, Rect,
    monotonic_ns,
};

use crate::demo;

/// The face of [`demo::PAYER_JPEG`] in its pixels, as the delivered detector finds it.
const BOX: Rect = Rect { x: 173.3, y: 69.6, w: 104.8, h: 104.8 };
const LANDMARKS: [(f32, f32); 5] =
    [(203.3, 100.6), (245.8, 103.4), (221.6, 128.4), (198.5, 138.8), (246.5, 141.5)];
/// Sides of the picture without a face, in pixels.
const EMPTY: u32 = 320;
/// Middle grey.
const GREY: u8 = 0x80;

/// A portrait, and a picture without anybody.
pub(super) struct Portrait {
    still: Still,
    grey: Vec<u8>,
}

impl Portrait {
    pub(super) fn new() -> Result<Self, StillError> {
        let still = decode(demo::PAYER_JPEG, &StillLimits::default())?;
        Ok(Self { still, grey: vec![GREY; (3 * EMPTY * EMPTY) as usize] })
    }

    pub(super) fn golden(&self) -> Result<Golden<'_>, InferenceError> {
        let face = Face {
            bbox: BOX,
            score: 0.99,
            landmarks: LANDMARKS.map(|(x, y)| Point { x, y }),
            quality: 1.0,
            ..Face::default()
        };
        Ok(Golden {
            portrait: frame(self.still.rgb(), self.still.width(), self.still.height())?,
            face,
            empty: frame(&self.grey, EMPTY, EMPTY)?,
        })
    }
}

fn frame(rgb: &[u8], width: u32, height: u32) -> Result<Frame<'_>, InferenceError> {
    let desc = FrameDesc {
        width,
        height,
        fourcc: FourCc::RGB24,
        pts_ns: monotonic_ns(),
        seq: 0,
        stream_id: 0,
        colour_matrix: ColourMatrix::Unspecified,
        colour_range: ColourRange::Full,
    };
    Frame::new(&desc, &[Plane { data: rgb, pitch: 3 * width, rows: height }])
}
