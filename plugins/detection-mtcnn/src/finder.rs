//! From frames to faces: three networks, each looking at what the one before left, then the mesh.

use face_mesh::detection::{surest, surest_of_each_frame};
use face_mesh::model::{open, output, run};
use face_mesh::{Detection, FaceFinder, Mesher, Square};
use plugin_sdk::{Call, Face, Frame, Inference, Model, Result, Tensor};

use crate::config::Config;
use crate::pyramid::{TILE, WINDOWS, levels};
use crate::stage::{AT_LAST, IN_A_FRAME, IN_A_SIZE, Judged, Same, boxed, eyes, square, windows};

/// Windows less probable than this go no further, as the paper's authors set it.
const PROPOSED_MIN: f32 = 0.6;

/// The same for what the second network sees.
const REFINED_MIN: f32 = 0.7;

/// Boxes of one size of a frame, or of a frame, that are compared with one another and go on; the surest are kept.
const BOXES_MAX: usize = 512;

/// The networks opened, and how to use them.
pub struct Finder {
    propose: Stage,
    refine: Stage,
    last: Stage,
    points: usize,
    mesher: Mesher,
    config: Config,
}

/// One of the networks with the places of the outputs that all have.
struct Stage {
    model: Model,
    scores: usize,
    edges: usize,
}

impl FaceFinder for Finder {
    type Config = Config;

    fn open(inference: &Inference, config: Config) -> Result<Self> {
        let last = Stage::open(inference, "mtcnn-output", 48, 1)?;
        let points = output(&last.model, 10)?;
        Ok(Self {
            propose: Stage::open(inference, "mtcnn-propose", TILE, WINDOWS * WINDOWS)?,
            refine: Stage::open(inference, "mtcnn-refine", 24, 1)?,
            last,
            points,
            mesher: Mesher::open(inference)?,
            config,
        })
    }

    /// Each network runs once over all frames, the mesh once or twice.
    fn find(&self, call: &Call<'_>, frames: &[Frame<'_>]) -> Result<Vec<Face>> {
        let proposed = self.propose(call, frames)?;
        let refined = self.refine(call, frames, &proposed)?;
        let found = self.last(call, frames, &refined)?;
        let surest =
            surest_of_each_frame(found, self.config.faces_max, |seen| (seen.frame_index, seen.score));
        self.mesher.faces(call, frames, surest)
    }
}

impl Finder {
    /// What the first network takes for faces, in every size of every frame.
    fn propose(&self, call: &Call<'_>, frames: &[Frame<'_>]) -> Result<Vec<Detection>> {
        let of = |frame: &Frame<'_>| levels(frame.width(), frame.height(), self.config.face_px_min);
        let levels: Vec<(u32, Vec<Square>)> = (0..)
            .zip(frames)
            .flat_map(|(index, frame)| of(frame).into_iter().map(move |tiles| (index, tiles)))
            .collect();
        let tiles = |(index, tiles): &(u32, Vec<Square>)| -> Vec<(u32, Square)> {
            tiles.iter().map(|tile| (*index, *tile)).collect()
        };
        let looks: Vec<(u32, Square)> = levels.iter().flat_map(tiles).collect();
        let tensors = run(&self.propose.model, call, frames, &looks)?;
        let mut rows = self.propose.rows(&tensors, looks.len());
        let mut all = Vec::new();
        for (index, tiles) in &levels {
            let judged = tiles.iter().zip(rows.by_ref());
            let judged = judged
                .flat_map(|(tile, (scores, edges))| windows((*index, tile), scores, edges, PROPOSED_MIN));
            all.extend(told_apart(judged.collect(), IN_A_SIZE));
        }
        Ok(corrected(&all))
    }

    /// What of `proposed` the second network takes for faces.
    fn refine(
        &self,
        call: &Call<'_>,
        frames: &[Frame<'_>],
        proposed: &[Detection],
    ) -> Result<Vec<Detection>> {
        let looks: Vec<_> = proposed.iter().map(|seen| (seen.frame_index, square(seen))).collect();
        let tensors = run(&self.refine.model, call, frames, &looks)?;
        let rows = self.refine.rows(&tensors, looks.len());
        let judged = looks.iter().zip(rows).filter_map(|(look, row)| judged(look, row, REFINED_MIN));
        Ok(corrected(&judged.collect::<Vec<_>>()))
    }

    /// What of `refined` the third network takes for faces, with their eyes.
    fn last(&self, call: &Call<'_>, frames: &[Frame<'_>], refined: &[Detection]) -> Result<Vec<Detection>> {
        let looks: Vec<_> = refined.iter().map(|seen| (seen.frame_index, square(seen))).collect();
        let tensors = run(&self.last.model, call, frames, &looks)?;
        let rows = self.last.rows(&tensors, looks.len()).enumerate();
        let found = looks.iter().zip(rows).filter_map(|(look, (index, row))| {
            let judged = judged(look, row, self.config.score_min)?;
            let eyes = eyes(&judged.seen, tensors[self.points].region(index));
            Some(Detection { eyes, ..judged.corrected() })
        });
        let found = found.filter(has_extent).collect();
        Ok(surest(found, AT_LAST.overlap_max, AT_LAST.share, |face| *face))
    }
}

impl Stage {
    fn open(inference: &Inference, name: &str, side: usize, judgements: usize) -> Result<Self> {
        let model = open(inference, name, side)?;
        let (scores, edges) = (output(&model, 2 * judgements)?, output(&model, 4 * judgements)?);
        Ok(Self { model, scores, edges })
    }

    /// Scores and edges of each input.
    fn rows<'a>(&self, tensors: &'a [Tensor], count: usize) -> impl Iterator<Item = (&'a [f32], &'a [f32])> {
        let (scores, edges) = (&tensors[self.scores], &tensors[self.edges]);
        (0..count).map(|row| (scores.region(row), edges.region(row)))
    }
}

/// The square of a look, if it is a face with a probability of at least `score_min`.
fn judged(look: &(u32, Square), row: (&[f32], &[f32]), score_min: f32) -> Option<Judged> {
    let (score, edges) = (row.0[1], row.1.first_chunk()?);
    (score >= score_min).then(|| Judged { seen: boxed(look.0, &look.1, score), edges: *edges })
}

/// The surest of one frame's boxes, those that see the same face counted once.
fn told_apart(mut judged: Vec<Judged>, same: Same) -> Vec<Judged> {
    judged.sort_by(|a, b| b.seen.score.total_cmp(&a.seen.score));
    judged.truncate(BOXES_MAX);
    surest(judged, same.overlap_max, same.share, |judged| judged.seen)
}

/// The corrected boxes of what is left when each face counts once, frame by frame. Frames lie together.
fn corrected(judged: &[Judged]) -> Vec<Detection> {
    let frames = judged.chunk_by(|a, b| a.seen.frame_index == b.seen.frame_index);
    let kept = frames.flat_map(|of| told_apart(of.to_vec(), IN_A_FRAME));
    kept.map(|judged| judged.corrected()).filter(has_extent).collect()
}

fn has_extent(detection: &Detection) -> bool {
    detection.min.x < detection.max.x && detection.min.y < detection.max.y
}
