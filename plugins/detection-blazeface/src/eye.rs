//! A BlazeFace network looking at frames.

use face_mesh::Square;
use face_mesh::model::{open, output, run};
use plugin_sdk::{Call, Frame, Inference, Model, Result};

use crate::anchors::{Anchor, anchors};
use crate::config::Config;
use crate::decode::{Candidate, ROW, decode};
use crate::network::Network;
use crate::nms;
use crate::tiles::tiles;

/// Candidates that overlap more than this are the same face.
const OVERLAP_MAX: f32 = 0.3;

/// A network opened, its anchors and the places of its outputs.
pub struct Eye {
    network: &'static Network,
    anchors: Vec<Anchor>,
    model: Model,
    regressors: usize,
    logits: usize,
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

    /// The candidates in the frames `indices`, each with the index of its frame, in frame pixels; frame by frame, surest
    /// first.
    pub fn candidates(
        &self,
        call: &Call<'_>,
        frames: &[Frame<'_>],
        indices: &[u32],
        config: &Config,
    ) -> Result<Vec<(u32, Candidate)>> {
        let mut looks = Vec::new();
        for &index in indices {
            let (width, height) = (frames[index as usize].width(), frames[index as usize].height());
            looks.push((index, Square::around_frame(width, height)));
            looks.extend(tiles(width, height, config.tiles).into_iter().map(|tile| (index, tile)));
        }
        let tensors = run(&self.model, call, frames, &looks)?;
        let mut rows = (0..looks.len())
            .map(|row| (tensors[self.regressors].region(row), tensors[self.logits].region(row)));
        let mut found = Vec::new();
        for looks in looks.chunk_by(|a, b| a.0 == b.0) {
            let mut candidates = Vec::new();
            for ((_, square), (regressors, logits)) in looks.iter().zip(rows.by_ref()) {
                let seen = self.decode(regressors, logits, square, config.score_min);
                // A face cut by the edge of a tile is whole in the next tile or in the frame.
                let whole = |face: &Candidate| *square == looks[0].1 || square.holds(face.min(), face.max());
                candidates.extend(seen.filter(whole));
            }
            let faces = nms::merge(candidates, OVERLAP_MAX).into_iter().take(config.faces_max as usize);
            found.extend(faces.map(|face| (looks[0].0, face)));
        }
        Ok(found)
    }

    /// The candidates of one look, in frame pixels.
    fn decode(
        &self,
        regressors: &[f32],
        logits: &[f32],
        square: &Square,
        score_min: f32,
    ) -> impl Iterator<Item = Candidate> {
        let side = self.network.input_side;
        let candidates = decode(regressors, logits, &self.anchors, score_min);
        candidates.into_iter().map(move |face| face.map(|point| square.locate(point, side)))
    }
}
