//! Cameras in, sightings out: GStreamer ingest, batching, tracking, quality, gallery.

mod pipeline;
pub mod replay;

pub mod camera;
pub mod devices;
pub mod elements;
pub mod frame;
mod ingest;
pub mod preview;
mod runtime;
pub mod simulate;
pub mod source;
pub mod still;

mod batch;
mod slot;
mod strain;

pub mod analyse;
pub mod crop;
mod recognizer;
mod recognizer_set;
mod space;
mod steps;

pub mod challenge;
mod eyes;
pub mod gesture;
mod shape;

pub mod embedding;
pub mod evidence;
pub mod gallery;
pub mod liveness;
pub mod quality;
mod shot;
pub mod tracker;

pub mod inference;
pub mod meter;
pub mod observation;
pub mod sighting;

pub use analyse::{AnalyseError, AnalysedFace};
pub use challenge::{
    ChallengeAnswer, ChallengeFailure, ChallengePhase, ChallengePlan, ChallengeUpdate, Nonce,
};
pub use crop::{CropError, FaceCrop};
pub use embedding::Embedding;
pub use evidence::ConfirmOptions;
pub use gallery::{ExactTemplates, Gallery, GalleryError, SearchError, Subject, TemplateId, Top2};
pub use gesture::Gesture;
pub use inference::EngineInference;
pub use liveness::{LivenessScore, LivenessStep};
pub use meter::{FrameResult, Meter, Stage, Unmetered};
pub use observation::{FaceState, Interest, Observation, ObservedFace};
pub use pipeline::{Pipeline, PipelineError, PipelineOptions, RecognitionOptions};
pub use quality::{Gate, QualityOptions, QualityReason, QualityReport};
pub use recognizer_set::{Member, RecognizerSet, RecognizerSetError};
pub use replay::{Replay, ReplayError, Replayed, Viewer};
pub use sighting::{CutSighting, FaceInView, FaceSighting, Sighting};
pub use space::Space;
pub use steps::Steps;
pub use still::Still;
pub use tracker::{TrackId, TrackerOptions};
