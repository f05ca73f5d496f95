//! From frames to faces: YuNet finds them, the mesh refines them.

use face_mesh::detection::{Share, surest};
use face_mesh::model::{open, output, run};
use face_mesh::{Detection, FaceFinder, Mesher, Square};
use plugin_sdk::{Call, Error, Face, Frame, Inference, Model, Result};

use crate::config::Config;
use crate::decode::{Answers, Candidate, cell_count, decode};

/// Candidates that overlap more than this are the same face.
const OVERLAP_MAX: f32 = 0.3;

/// Candidates of one frame that are compared with one another; those less sure are left out.
const CANDIDATES_MAX: usize = 1024;

/// The networks opened, and how to use them.
pub struct Finder {
    model: Model,
    outputs: Outputs,
    mesher: Mesher,
    config: Config,
}

/// The places of the network's outputs. Class and object are equally long and alike: their product counts.
struct Outputs {
    classes: usize,
    objects: usize,
    boxes: usize,
    points: usize,
}

impl FaceFinder for Finder {
    type Config = Config;

    fn open(inference: &Inference, config: Config) -> Result<Self> {
        let model = open(inference, config.model.name(), config.model.side())?;
        let outputs = Outputs::of(&model, cell_count(config.model.side()))?;
        Ok(Self { model, outputs, mesher: Mesher::open(inference)?, config })
    }

    /// One inference for all frames, one for all meshes and one more for those meshes that need a better crop.
    fn find(&self, call: &Call<'_>, frames: &[Frame<'_>]) -> Result<Vec<Face>> {
        let squares = frames.iter().map(|frame| Square::around_frame(frame.width(), frame.height()));
        let looks: Vec<(u32, Square)> = (0..).zip(squares).collect();
        let tensors = run(&self.model, call, frames, &looks)?;
        let row = |output: usize, index: u32| tensors[output].region(index as usize);
        let detections = looks.iter().flat_map(|(index, square)| {
            let answers = Answers {
                classes: row(self.outputs.classes, *index),
                objects: row(self.outputs.objects, *index),
                boxes: row(self.outputs.boxes, *index),
                points: row(self.outputs.points, *index),
            };
            self.detections(*index, square, &answers)
        });
        self.mesher.faces(call, frames, detections.collect())
    }
}

impl Finder {
    /// The faces of one frame.
    fn detections(&self, frame_index: u32, square: &Square, answers: &Answers<'_>) -> Vec<Detection> {
        let side = self.config.model.side();
        let mut candidates = decode(answers, side, self.config.score_min);
        candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
        candidates.truncate(CANDIDATES_MAX);
        let placed = candidates.into_iter().map(|Candidate { score, points }| {
            let [min, max, left, right] = points.map(|point| square.locate(point, side));
            Detection { frame_index, score, min, max, eyes: [left, right] }
        });
        let mut faces = surest(placed.collect(), OVERLAP_MAX, Share::Union, |face| *face);
        faces.truncate(self.config.faces_max as usize);
        faces
    }
}

impl Outputs {
    fn of(model: &Model, cells: usize) -> Result<Self> {
        let is_row = |dims: &[usize]| dims.iter().product::<usize>() == cells;
        let outputs = model.info().outputs.iter().enumerate();
        let rows: Vec<usize> = outputs.filter(|(_, o)| is_row(&o.dims)).map(|(index, _)| index).collect();
        let &[classes, objects] = rows.as_slice() else {
            let name = &model.info().name;
            return Err(Error::Unsupported(format!("{name} has not two outputs of {cells} values")));
        };
        let (boxes, points) = (output(model, 4 * cells)?, output(model, 10 * cells)?);
        Ok(Self { classes, objects, boxes, points })
    }
}
