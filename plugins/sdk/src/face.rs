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
    /// Gap between the lids over the eye's width, left in the image first; 0 = not measured.
    pub eye_open: [f32; 2],
    /// Gap between the lips over the mouth's width; 0 = not measured.
    pub mouth_open: f32,
    /// The mouth's width over the distance between the outer corners of the eyes; 0 = not measured.
    pub smile: f32,
    /// Points of the rigid face.
    pub surface: Surface,
}

/// Points of the rigid face in frame pixels: the same points in the same order in every frame, so that their motion
/// tells a face from a flat picture of one. Empty when the detector measures none.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Surface {
    count: usize,
    points: [Point; abi::FP_SURFACE_MAX as usize],
}

impl Surface {
    /// The surface of these points; those beyond [`abi::FP_SURFACE_MAX`] are left out.
    pub fn new(points: impl IntoIterator<Item = Point>) -> Self {
        let mut surface = Self::default();
        for (place, point) in surface.points.iter_mut().zip(points) {
            *place = point;
            surface.count += 1;
        }
        surface
    }

    /// The points.
    pub fn points(&self) -> &[Point] {
        &self.points[..self.count]
    }
}

impl Face {
    /// This face as the ABI carries it.
    pub fn to_abi(&self) -> abi::fp_face {
        let mut landmark = [0.0; 10];
        put(&mut landmark, &self.landmarks);
        let mut surface = [0.0; 2 * abi::FP_SURFACE_MAX as usize];
        put(&mut surface, self.surface.points());
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
            eye_open: self.eye_open,
            mouth_open: self.mouth_open,
            smile: self.smile,
            surface_count: self.surface.count as u32,
            surface,
        }
    }

    /// The face that the ABI carries. Nothing is checked; surface points beyond the most are left out.
    pub fn from_abi(face: &abi::fp_face) -> Self {
        let point = |i: usize| Point { x: face.landmark[2 * i], y: face.landmark[2 * i + 1] };
        let (pairs, _) = face.surface.as_chunks::<2>();
        let surface = pairs.iter().take(face.surface_count as usize).map(|&[x, y]| Point { x, y });
        Self {
            frame_index: face.frame_index,
            bbox: Rect { x: face.x, y: face.y, w: face.w, h: face.h },
            score: face.score,
            landmarks: std::array::from_fn(point),
            yaw: face.yaw,
            pitch: face.pitch,
            roll: face.roll,
            quality: face.quality,
            eye_open: face.eye_open,
            mouth_open: face.mouth_open,
            smile: face.smile,
            surface: Surface::new(surface),
        }
    }
}

/// Writes points as pairs of x and y.
fn put(values: &mut [f32], points: &[Point]) {
    for (pair, point) in values.chunks_exact_mut(2).zip(points) {
        pair.copy_from_slice(&[point.x, point.y]);
    }
}
