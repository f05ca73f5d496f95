//! A detected face, in frame pixels.

use crate::abi;

/// A position in frame pixels: x right, y down, integers on pixel centres.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Point {
    /// Pixels from the left edge.
    pub x: f32,
    /// Pixels from the upper edge.
    pub y: f32,
}

/// An upright rectangle in frame pixels. It may reach over the frame's edges.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rect {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width, more than zero.
    pub w: f32,
    /// Height, more than zero.
    pub h: f32,
}

/// One face that a detector found in one frame of the batch.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Face {
    /// Index into the call's frames.
    pub frame_index: u32,
    /// Where the face is, forehead to chin.
    pub bbox: Rect,
    /// The detector's confidence, 0..=1.
    pub score: f32,
    /// Left eye, right eye (left in the image first), nose tip, left mouth corner, right mouth corner.
    pub landmarks: [Point; 5],
    /// Head turn in degrees, 0 = frontal, positive towards the right of the image.
    pub yaw: f32,
    /// Head nod in degrees, 0 = frontal, positive with the chin up.
    pub pitch: f32,
    /// Head tilt in degrees, 0 = upright, positive clockwise.
    pub roll: f32,
    /// Fitness for recognition as the detector sees it, 0..=1.
    pub quality: f32,
}

impl Face {
    /// This face as the ABI carries it.
    pub fn to_abi(&self) -> abi::fp_face {
        let mut landmark = [0.0; 10];
        for (pair, point) in landmark.chunks_exact_mut(2).zip(&self.landmarks) {
            pair.copy_from_slice(&[point.x, point.y]);
        }
        abi::fp_face {
            struct_size: size_of::<abi::fp_face>() as u32,
            frame_index: self.frame_index,
            x: self.bbox.x,
            y: self.bbox.y,
            w: self.bbox.w,
            h: self.bbox.h,
            score: self.score,
            landmark,
            yaw: self.yaw,
            pitch: self.pitch,
            roll: self.roll,
            quality: self.quality,
        }
    }

    /// The face that the ABI carries. Nothing is checked.
    pub fn from_abi(face: &abi::fp_face) -> Self {
        let point = |i: usize| Point { x: face.landmark[2 * i], y: face.landmark[2 * i + 1] };
        Self {
            frame_index: face.frame_index,
            bbox: Rect { x: face.x, y: face.y, w: face.w, h: face.h },
            score: face.score,
            landmarks: std::array::from_fn(point),
            yaw: face.yaw,
            pitch: face.pitch,
            roll: face.roll,
            quality: face.quality,
        }
    }
}
