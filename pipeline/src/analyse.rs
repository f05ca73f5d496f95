//! Still pictures take the way of video: the same plugins, the same quality gate.

use std::time::{Instant, SystemTime};

use plugin_host::{CallContext, CallError, Face};

use crate::camera::CameraId;
use crate::crop::FaceCrop;
use crate::embedding::Embedding;
use crate::frame::{Capture, Frame};
use crate::liveness::LivenessScore;
use crate::quality::{self, Gate, Measured, QualityReport};
use crate::recognizer::Recognizer;
use crate::steps::view;
use crate::still::Still;

/// One face of a still picture. No `Debug`: it holds an embedding.
#[derive(Clone)]
pub struct AnalysedFace {
    /// Where it is, in picture pixels.
    pub face: Face,
    /// Whether it is good enough, and if not, why.
    pub quality: QualityReport,
    /// One verdict for each configured step on this one picture; empty when the quality is not good enough.
    pub liveness: Vec<LivenessScore>,
    /// The face's embedding; `None` when the quality is not good enough.
    pub embedding: Option<Embedding>,
    /// Which recogniser embeds: the embedding compares with templates of this tag only.
    pub model_tag: u32,
    /// The face by itself; `None` when the quality is not good enough.
    pub crop: Option<FaceCrop>,
}

/// Why a still picture was not analysed.
#[derive(Debug, thiserror::Error)]
pub enum AnalyseError {
    /// A step failed or did not answer in time: try again later, or look at the plugin's state.
    #[error("the picture could not be analysed: {0}")]
    Step(#[from] CallError),
    /// A step gave no answer for a face: try again, or with another picture.
    #[error("the picture could not be analysed: no {0}")]
    Missing(&'static str),
    /// The picture does not fit the plugins.
    #[error("the picture could not be analysed: {0}")]
    Picture(plugin_host::InferenceError),
}

impl Recognizer {
    /// Every face of a still picture with its verdicts, largest first. Blocks; any thread may call it.
    pub(crate) fn analyse(
        &self,
        gate: Gate,
        still: &Still,
        wall: SystemTime,
    ) -> Result<Vec<AnalysedFace>, AnalyseError> {
        let captured = Capture { at: (self.clock)(), wall, pts_ns: None };
        // The planes are borrowed from the frame, so it takes a copy of the pixels along.
        self.analyse_frame(gate, &Frame::from_still(CameraId::trial(), 0, captured, still.clone()))
    }

    /// Every face of one camera picture by itself, without its track. Blocks; any thread may call it.
    pub(crate) fn analyse_frame(&self, gate: Gate, frame: &Frame) -> Result<Vec<AnalysedFace>, AnalyseError> {
        let begun: Instant = (self.clock)();
        let views = [view(frame, begun).map_err(AnalyseError::Picture)?];
        let context = CallContext::until(begun + self.rules.call_max);
        self.steps.keeping(&views, || self.faces(gate, frame, &views, &context))
    }

    fn faces(
        &self,
        gate: Gate,
        frame: &Frame,
        views: &[plugin_host::Frame<'_>],
        context: &CallContext,
    ) -> Result<Vec<AnalysedFace>, AnalyseError> {
        let mut faces = self.steps.detect(context, views)?;
        faces.sort_by(|a, b| (b.bbox.w * b.bbox.h).total_cmp(&(a.bbox.w * a.bbox.h)));

        let judged: Vec<(Face, QualityReport)> =
            faces.into_iter().map(|face| (face, self.judge_still(gate, frame, &face))).collect();
        let good: Vec<Face> =
            judged.iter().filter(|(_, quality)| quality.ok).map(|(face, _)| *face).collect();
        let liveness = self.steps.liveness(context, views, &good);
        let space = self.space();
        let embeddings = self.steps.embed(space.recognizer(), context, views, &good);
        let model_tag = space.model_tag();
        let mut looked = liveness.into_iter().zip(embeddings);
        judged
            .into_iter()
            .map(|(face, quality)| {
                if !quality.ok {
                    let (liveness, embedding, crop) = (Vec::new(), None, None);
                    return Ok(AnalysedFace { face, quality, liveness, embedding, model_tag, crop });
                }
                let (liveness, embedding) = looked.next().unwrap_or_default();
                let liveness = liveness.ok_or(AnalyseError::Missing("liveness score"))?;
                let embedding = Some(embedding.ok_or(AnalyseError::Missing("embedding"))?);
                let (liveness, crop) =
                    (self.scored(&liveness), FaceCrop::of(frame, &face, self.outlets.crop_px_max));
                Ok(AnalysedFace { face, quality, liveness, embedding, model_tag, crop })
            })
            .collect()
    }

    fn judge_still(&self, gate: Gate, frame: &Frame, face: &Face) -> QualityReport {
        let size = (frame.width(), frame.height());
        let measured = quality::measure(face, size, &frame.planes(), frame.format(), frame.colour());
        self.judged(gate, &measured)
    }

    /// What `gate` says of these figures.
    pub(crate) fn judged(&self, gate: Gate, measured: &Measured) -> QualityReport {
        let asked = match gate {
            Gate::Payment => &self.rules.quality,
            Gate::Enrolment => &self.rules.quality_to_enrol,
        };
        quality::judge(measured, asked)
    }
}
