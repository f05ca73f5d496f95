//! From frames to faces: BlazeFace finds them, the mesh refines them.

use plugin_sdk::{Call, Error, Face, Frame, Inference, Model, Rect, Result};

use crate::config::Config;
use crate::decode::{Candidate, sigmoid};
use crate::expression::expression;
use crate::eye::Eye;
use crate::mesh::{self, Mesh};
use crate::model::{open, output, run};
use crate::pose::pose;
use crate::square::Square;

/// A frame whose faces all have less mesh presence than this is looked at again.
const QUALITY_FACE: f32 = 0.5;

/// A mesh with less presence than this gets a second crop.
const QUALITY_SURE: f32 = 0.9;

/// A mesh tilted more than this against its crop gets a second crop: beyond, its points drift (at a tilt of 45 degrees
/// by 0.026 of the distance between the eyes instead of 0.017).
const TILT_MAX_DEGREES: f32 = 10.0;

/// The networks opened, and how to use them.
pub struct Finder {
    first: Eye,
    second: Option<Eye>,
    mesh: MeshModel,
    config: Config,
}

/// The mesh network with the places of its outputs.
struct MeshModel {
    model: Model,
    vertices: usize,
    presence: usize,
}

/// A candidate and its mesh, in frame pixels.
struct Found {
    frame_index: u32,
    candidate: Candidate,
    crop: Square,
    mesh: Mesh,
    presence: f32,
}

impl Finder {
    /// Opens the networks that `config` asks for.
    pub fn open(inference: &Inference, config: Config) -> Result<Self> {
        let second = config.second_look.then(|| Eye::open(inference, config.model.other().network()));
        Ok(Self {
            first: Eye::open(inference, config.model.network())?,
            second: second.transpose()?,
            mesh: MeshModel::open(inference)?,
            config,
        })
    }

    /// The faces of all frames, by frame, surest first.
    pub fn find(&self, call: &Call<'_>, frames: &[Frame<'_>]) -> Result<Vec<Face>> {
        let all: Vec<u32> = (0..frames.len() as u32).collect();
        let mut found = self.look(call, frames, &self.first, &all)?;
        if let Some(second) = &self.second {
            let unsure: Vec<u32> =
                all.into_iter().filter(|&index| best(&found, index) < QUALITY_FACE).collect();
            let again = self.look(call, frames, second, &unsure)?;
            for index in unsure {
                if best(&again, index) > best(&found, index) {
                    found.retain(|face| face.frame_index != index);
                } else {
                    continue;
                }
                found.extend(again.iter().filter(|face| face.frame_index == index));
            }
        }
        found.sort_by(|a, b| a.frame_index.cmp(&b.frame_index).then(b.score.total_cmp(&a.score)));
        Ok(found)
    }

    /// The faces that one network sees in the frames `indices`: one inference for all frames, one for all meshes and one
    /// more for those meshes that need a better crop.
    fn look(&self, call: &Call<'_>, frames: &[Frame<'_>], eye: &Eye, indices: &[u32]) -> Result<Vec<Face>> {
        let seen = eye.candidates(call, frames, indices, &self.config)?;
        let crops: Vec<_> = seen.iter().map(|(index, candidate)| (*index, mesh::crop(candidate))).collect();
        let meshes = self.mesh.run(call, frames, &crops)?;
        let mut found: Vec<Found> = (seen.into_iter().zip(crops).zip(meshes))
            .map(|(((frame_index, candidate), (_, crop)), (mesh, presence))| Found {
                frame_index,
                candidate,
                crop,
                mesh,
                presence,
            })
            .collect();
        self.refine(call, frames, &mut found)?;
        Ok(found.iter().filter_map(Found::face).collect())
    }

    /// Looks again at the meshes that were badly cropped, and keeps what is better.
    fn refine(&self, call: &Call<'_>, frames: &[Frame<'_>], found: &mut [Found]) -> Result<()> {
        let mut doubtful: Vec<&mut Found> = found.iter_mut().filter(|face| face.is_doubtful()).collect();
        let crops: Vec<_> = doubtful.iter().map(|face| (face.frame_index, face.mesh.crop())).collect();
        let meshes = self.mesh.run(call, frames, &crops)?;
        for ((face, (_, crop)), (mesh, presence)) in doubtful.iter_mut().zip(crops).zip(meshes) {
            if presence >= face.presence.min(QUALITY_SURE) {
                (face.crop, face.mesh, face.presence) = (crop, mesh, presence);
            }
        }
        Ok(())
    }
}

impl MeshModel {
    fn open(inference: &Inference) -> Result<Self> {
        let model = open(inference, mesh::NETWORK, mesh::INPUT_SIDE)?;
        let vertices = output(&model, mesh::VERTICES * 3)?;
        let presence = output(&model, 1)?;
        Ok(Self { model, vertices, presence })
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
            Some((mesh, sigmoid(tensors[self.presence].region(row)[0])))
        });
        let meshes: Option<Vec<_>> = meshes.collect();
        meshes.ok_or_else(|| Error::Internal(format!("{} gave a row of another length", mesh::NETWORK)))
    }
}

impl Found {
    fn is_doubtful(&self) -> bool {
        let tilt = (self.mesh.crop().angle - self.crop.angle).to_degrees();
        let tilt = (tilt + 180.0).rem_euclid(360.0) - 180.0;
        self.presence < QUALITY_SURE || tilt.abs() > TILT_MAX_DEGREES
    }

    /// The face as the host takes it; `None` when the mesh collapsed and gives no angles.
    ///
    /// The box stays the detector's, because the looks of liveness were trained relative to it.
    fn face(&self) -> Option<Face> {
        let (pose, expression) = (pose(&self.mesh), expression(&self.mesh));
        let (min, max) = (self.candidate.min(), self.candidate.max());
        let finite = (pose.yaw + pose.pitch + pose.roll).is_finite();
        finite.then(|| Face {
            frame_index: self.frame_index,
            bbox: Rect { x: min.x, y: min.y, w: max.x - min.x, h: max.y - min.y },
            score: self.candidate.score,
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

/// The best quality of a face in the frame `index`; less than any when there is none.
fn best(faces: &[Face], index: u32) -> f32 {
    let qualities = faces.iter().filter(|face| face.frame_index == index).map(|face| face.quality);
    qualities.fold(-1.0, f32::max)
}
