//! From frames to faces: BlazeFace finds them, the mesh refines them.

use face_mesh::Mesher;
use plugin_sdk::{Call, Face, Frame, Inference, Result};

use crate::config::Config;
use crate::decode::Candidate;
use crate::eye::Eye;

/// A frame whose faces all have less mesh presence than this is looked at again.
const QUALITY_FACE: f32 = 0.5;

/// The networks opened, and how to use them.
pub struct Finder {
    first: Eye,
    second: Option<Eye>,
    mesher: Mesher,
    config: Config,
}

impl Finder {
    /// Opens the networks that `config` asks for.
    pub fn open(inference: &Inference, config: Config) -> Result<Self> {
        let second = config.second_look.then(|| Eye::open(inference, config.model.other().network()));
        Ok(Self {
            first: Eye::open(inference, config.model.network())?,
            second: second.transpose()?,
            mesher: Mesher::open(inference)?,
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
        let detection = |(frame_index, candidate): &(u32, Candidate)| candidate.detection(*frame_index);
        self.mesher.faces(call, frames, seen.iter().map(detection).collect())
    }
}

/// The best quality of a face in the frame `index`; less than any when there is none.
fn best(faces: &[Face], index: u32) -> f32 {
    let qualities = faces.iter().filter(|face| face.frame_index == index).map(|face| face.quality);
    qualities.fold(-1.0, f32::max)
}
