//! The mesh network, run on what a detector found.

use plugin_sdk::{Call, Error, Face, Frame, Inference, Model, Rect, Result};

use crate::detection::Detection;
use crate::expression::expression;
use crate::mesh::{self, Mesh};
use crate::model::{open, output, run};
use crate::pose::pose;
use crate::square::Square;

/// A mesh with less presence than this gets a second crop.
const PRESENCE_SURE: f32 = 0.9;

/// A mesh tilted more than this against its crop gets a second crop: beyond, its points drift (at a tilt of 45 degrees
/// by 0.026 of the distance between the eyes instead of 0.017).
const TILT_MAX_DEGREES: f32 = 10.0;

/// The mesh network with the places of its outputs.
pub struct Mesher {
    model: Model,
    vertices: usize,
    presence: usize,
}

/// A detection and its mesh, in frame pixels.
struct Meshed {
    detection: Detection,
    crop: Square,
    mesh: Mesh,
    presence: f32,
}

impl Mesher {
    /// Opens the mesh network.
    pub fn open(inference: &Inference) -> Result<Self> {
        let model = open(inference, mesh::NETWORK, mesh::INPUT_SIDE)?;
        let vertices = output(&model, mesh::VERTICES * 3)?;
        let presence = output(&model, 1)?;
        Ok(Self { model, vertices, presence })
    }

    /// The faces of these detections, in their order: one inference for all meshes and one more for those that need a
    /// better crop. Detections whose mesh collapsed are left out.
    pub fn faces(
        &self,
        call: &Call<'_>,
        frames: &[Frame<'_>],
        detections: Vec<Detection>,
    ) -> Result<Vec<Face>> {
        let crop = |d: &Detection| (d.frame_index, mesh::crop(d.min, d.max, d.eyes));
        let crops: Vec<_> = detections.iter().map(crop).collect();
        let meshes = self.run(call, frames, &crops)?;
        let mut meshed: Vec<Meshed> = (detections.into_iter().zip(crops).zip(meshes))
            .map(|((detection, (_, crop)), (mesh, presence))| Meshed { detection, crop, mesh, presence })
            .collect();
        self.refine(call, frames, &mut meshed)?;
        Ok(meshed.iter().filter_map(Meshed::face).collect())
    }

    /// Looks again at the meshes that were badly cropped, and keeps what is better.
    fn refine(&self, call: &Call<'_>, frames: &[Frame<'_>], meshed: &mut [Meshed]) -> Result<()> {
        let mut doubtful: Vec<&mut Meshed> = meshed.iter_mut().filter(|face| face.is_doubtful()).collect();
        let crop = |face: &&mut Meshed| (face.detection.frame_index, face.mesh.crop());
        let crops: Vec<_> = doubtful.iter().map(crop).collect();
        let meshes = self.run(call, frames, &crops)?;
        for ((face, (_, crop)), (mesh, presence)) in doubtful.iter_mut().zip(crops).zip(meshes) {
            if presence >= face.presence.min(PRESENCE_SURE) {
                (face.crop, face.mesh, face.presence) = (crop, mesh, presence);
            }
        }
        Ok(())
    }

    /// The mesh in each square, and the probability that a face is there.
    fn run(
        &self,
        call: &Call<'_>,
        frames: &[Frame<'_>],
        crops: &[(u32, Square)],
    ) -> Result<Vec<(Mesh, f32)>> {
        let tensors = run(&self.model, call, frames, crops)?;
        let meshes = crops.iter().enumerate().map(|(row, (_, square))| {
            let mesh = Mesh::new(tensors[self.vertices].region(row), square)?;
            Some((mesh, probability(tensors[self.presence].region(row)[0])))
        });
        let meshes: Option<Vec<_>> = meshes.collect();
        meshes.ok_or_else(|| Error::Internal(format!("{} gave a row of another length", mesh::NETWORK)))
    }
}

impl Meshed {
    fn is_doubtful(&self) -> bool {
        let tilt = (self.mesh.crop().angle - self.crop.angle).to_degrees();
        let tilt = (tilt + 180.0).rem_euclid(360.0) - 180.0;
        self.presence < PRESENCE_SURE || tilt.abs() > TILT_MAX_DEGREES
    }

    /// The face as the host takes it; `None` when the mesh collapsed and gives no angles.
    ///
    /// The box stays the detector's, because the looks of liveness were trained relative to it.
    fn face(&self) -> Option<Face> {
        let (pose, expression) = (pose(&self.mesh), expression(&self.mesh));
        let Detection { frame_index, score, min, max, .. } = self.detection;
        let finite = (pose.yaw + pose.pitch + pose.roll).is_finite();
        finite.then(|| Face {
            frame_index,
            bbox: Rect { x: min.x, y: min.y, w: max.x - min.x, h: max.y - min.y },
            score,
            landmarks: self.mesh.five_points(),
            yaw: pose.yaw,
            pitch: pose.pitch,
            roll: pose.roll,
            quality: self.presence,
            eye_open: expression.eye_open,
            mouth_open: expression.mouth_open,
            smile: expression.smile,
            surface: self.mesh.surface(),
        })
    }
}

/// The probability that belongs to a logit.
fn probability(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}
