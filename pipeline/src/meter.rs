//! What recognition measures of itself; whoever starts the pipeline decides where the numbers go.

use std::time::Duration;

use crate::camera::CameraId;
use crate::frame::Frame;

/// A part of the way of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Finding faces.
    Detection,
    /// Joining faces to tracks and judging their quality.
    Tracking,
    /// All liveness steps.
    Liveness,
    /// Embedding.
    Recognition,
    /// Searching the gallery.
    Search,
}

impl Stage {
    /// Every stage, in the order of the way.
    pub const ALL: [Stage; 5] =
        [Stage::Detection, Stage::Tracking, Stage::Liveness, Stage::Recognition, Stage::Search];

    /// Stable machine-readable name.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Detection => "detection",
            Stage::Tracking => "tracking",
            Stage::Liveness => "liveness",
            Stage::Recognition => "recognition",
            Stage::Search => "search",
        }
    }
}

/// What became of a picture that was to be looked at; each is counted once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FrameResult {
    /// It went all the way.
    Analysed,
    /// A newer one came before there was time for it.
    Superseded,
    /// It was left out while the networks could not keep up: its camera's turns are lost first.
    Shed,
    /// It was too old when there was time for it.
    Stale,
    /// A step failed on it.
    Failed,
}

impl FrameResult {
    /// Every result.
    pub const ALL: [FrameResult; 5] = [
        FrameResult::Analysed,
        FrameResult::Superseded,
        FrameResult::Shed,
        FrameResult::Stale,
        FrameResult::Failed,
    ];

    /// Stable machine-readable name.
    pub fn name(self) -> &'static str {
        match self {
            FrameResult::Analysed => "analysed",
            FrameResult::Superseded => "superseded",
            FrameResult::Shed => "shed",
            FrameResult::Stale => "stale",
            FrameResult::Failed => "failed",
        }
    }
}

/// Takes the measurements, on the recognition threads: it must be quick. What it does not care about, it leaves out.
pub trait Meter: Send + Sync {
    /// A stage took so long, for a whole batch; searching, for one face.
    fn stage(&self, _stage: Stage, _took: Duration) {}

    /// So many pictures were analysed together.
    fn batch(&self, _frames: usize) {}

    /// A picture left the way, `age` after its capture.
    fn frame(&self, _camera: &CameraId, _result: FrameResult, _age: Duration) {}

    /// The same, for whoever looks at the picture itself.
    fn finished(&self, _frame: &Frame, _result: FrameResult) {}

    /// A face was refused for its quality.
    fn refused(&self, _reason: crate::quality::QualityReason) {}

    /// A call of a plugin gave no result; `kind` is that of the [`plugin_host::CallError`].
    fn fault(&self, _plugin: &str, _kind: &'static str) {}

    /// A sighting was published.
    fn sighting(&self, _camera: &CameraId, _known: bool, _similarity: f32) {}
}

/// Measures nothing.
pub struct Unmetered;

impl Meter for Unmetered {}
