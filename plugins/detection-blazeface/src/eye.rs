//! A BlazeFace network looking at frames.

use face_mesh::model::{open, output, run};
use plugin_sdk::{Call, Frame, Inference, Model, Result};

use crate::anchors::{Anchor, anchors};
use crate::config::Config;
use crate::decode::{Candidate, ROW, decode};
use crate::look::Look;
use crate::network::Network;
use crate::nms;

/// Candidates that overlap more than this are the same face.
pub const OVERLAP_MAX: f32 = 0.3;

/// A candidate that is surer than this, but not sure enough to be a face, is a hint. About 4 % of pictures of one person
/// have one beside the face.
const HINT_MIN: f32 = 0.3;

/// Most hints of one frame.
const HINTS_MAX: usize = 2;

/// A network opened, its anchors and the places of its outputs.
pub struct Eye {
    network: &'static Network,
    anchors: Vec<Anchor>,
    model: Model,
    regressors: usize,
    logits: usize,
}

/// What a network saw in one frame, in frame pixels, surest first.
pub struct Seen {
    /// Index into the call's frames.
    pub frame_index: u32,
    /// The faces, at most as many as the settings say.
    pub faces: Vec<Candidate>,
    /// Where else there may be one.
    pub hints: Vec<Candidate>,
}

impl Eye {
    /// Opens `network`.
    pub fn open(inference: &Inference, network: &'static Network) -> Result<Self> {
        let model = open(inference, network.name, network.input_side)?;
        let anchors = anchors(network);
        let regressors = output(&model, anchors.len() * ROW)?;
        let logits = output(&model, anchors.len())?;
        Ok(Self { network, anchors, model, regressors, logits })
    }

    /// What is to be seen in `looks`, which lie together frame by frame: one inference for all.
    pub fn see(
        &self,
        call: &Call<'_>,
        frames: &[Frame<'_>],
        looks: &[Look],
        config: &Config,
    ) -> Result<Vec<Seen>> {
        let squares: Vec<_> = looks.iter().map(|look| (look.frame_index, look.square)).collect();
        let tensors = run(&self.model, call, frames, &squares)?;
        let mut rows = (0..looks.len())
            .map(|row| (tensors[self.regressors].region(row), tensors[self.logits].region(row)));
        let seen = looks.chunk_by(|a, b| a.frame_index == b.frame_index).map(|looks| {
            let candidates = looks.iter().zip(rows.by_ref());
            let candidates = candidates.flat_map(|(look, row)| self.candidates(look, row, config.score_min));
            seen(looks[0].frame_index, candidates.collect(), config)
        });
        Ok(seen.collect())
    }

    /// The candidates of one look, hints among them, in frame pixels.
    fn candidates(&self, look: &Look, row: (&[f32], &[f32]), score_min: f32) -> Vec<Candidate> {
        let (side, (regressors, logits)) = (self.network.input_side, row);
        let candidates = decode(regressors, logits, &self.anchors, score_min.min(HINT_MIN));
        let placed = candidates.iter().map(|face| face.map(|point| look.square.locate(point, side)));
        placed.filter(|face| look.shows(face)).collect()
    }
}

/// One frame's candidates told apart.
fn seen(frame_index: u32, candidates: Vec<Candidate>, config: &Config) -> Seen {
    let (sure, unsure): (Vec<_>, Vec<_>) =
        candidates.into_iter().partition(|face| face.score >= config.score_min);
    let mut faces = nms::merge(sure, OVERLAP_MAX);
    let mut hints = nms::merge(unsure, OVERLAP_MAX);
    hints.retain(|hint| faces.iter().all(|face| nms::overlap(hint, face) == 0.0));
    faces.truncate(config.faces_max as usize);
    hints.truncate(HINTS_MAX);
    Seen { frame_index, faces, hints }
}
