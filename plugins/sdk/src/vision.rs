//! The three vision steps. Each is stateless: tracks, galleries, thresholds and policy belong to the host.

use crate::call::Call;
use crate::error::Result;
use crate::face::Face;
use crate::frame::Frame;
use crate::plugin::Plugin;

/// Finds faces.
pub trait Detector: Plugin {
    /// Every face in every frame, in frame pixels, each with the index of its frame.
    fn detect(&self, call: &Call<'_>, frames: &[Frame<'_>]) -> Result<Vec<Face>>;
}

/// Tells living people from presentation attacks (ISO/IEC 30107).
pub trait Liveness: Plugin {
    /// One score per face, in order, 0..=1: higher is more surely a live person.
    fn score(&self, call: &Call<'_>, frames: &[Frame<'_>], faces: &[Face]) -> Result<Vec<f32>>;
}

/// How embeddings compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// Cosine similarity of unit vectors.
    Cosine,
    /// Euclidean distance.
    L2,
}

/// What a recogniser's embeddings are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmbeddingInfo {
    /// Values per embedding.
    pub dim: u32,
    /// How they compare.
    pub metric: Metric,
    /// Embeddings of different tags never compare.
    pub model_tag: u32,
}

/// Turns faces into embeddings.
pub trait Recognizer: Plugin {
    /// What the embeddings are. Constant while the instance is active.
    fn describe(&self) -> Result<EmbeddingInfo>;

    /// One embedding per face, in order, end to end: `faces.len() * dim` values.
    fn embed(&self, call: &Call<'_>, frames: &[Frame<'_>], faces: &[Face]) -> Result<Vec<f32>>;
}
