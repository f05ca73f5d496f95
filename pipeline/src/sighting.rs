//! What the pipeline reports about a person: confirmed over several pictures, in numbers.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use crate::camera::CameraId;
use crate::challenge::ChallengeAnswer;
use crate::crop::FaceCrop;
use crate::embedding::Embedding;
use crate::gallery::{Subject, TemplateId};
use crate::liveness::LivenessScore;
use crate::quality::QualityReport;
use crate::tracker::TrackId;

/// A live person in front of a healthy camera, seen just now in several agreeing pictures.
///
/// It holds no picture and no template, so an unknown face leaves nothing behind.
#[derive(Clone, Debug)]
pub struct Sighting {
    /// Which camera.
    pub camera: CameraId,
    /// The track; its number is never used again.
    pub track: TrackId,
    /// When the newest of the pictures was captured, on the wall clock.
    pub captured_at: SystemTime,
    /// The same moment on the monotonic clock.
    pub captured: Instant,
    /// The newest picture's number within the camera.
    pub seq: u64,
    /// SHA-256 of the newest picture, as [`crate::frame::Frame::sha256`] has it.
    pub frame_sha256: [u8; 32],
    /// Whom the pictures match; `None` when nobody is similar enough to be shown as a match.
    pub subject: Option<Subject>,
    /// The template that matched best; `None` without a subject.
    pub template: Option<TemplateId>,
    /// Which recogniser compared: similarity and margin are by its measure, `template` is one of its own.
    pub model_tag: u32,
    /// Cosine similarity of the mean over the pictures to the best template; -1 with an empty gallery.
    pub similarity: f32,
    /// How much better than the best of anybody else; `None` when nobody else is enrolled.
    pub margin: Option<f32>,
    /// How many templates were compared.
    pub templates_searched: usize,
    /// One verdict for each configured step; all of them passed.
    pub liveness: Vec<LivenessScore>,
    /// The challenge that this person passed last, within this track; `None` when there was none.
    pub challenge: Option<ChallengeAnswer>,
    /// The newest picture's quality.
    pub quality: QualityReport,
    /// Where the face is in the newest picture.
    pub bbox: plugin_host::Rect,
    /// Width and height of the newest picture, in pixels.
    pub size: (u32, u32),
    /// Age of the newest picture when this was reported.
    pub frame_age_ms: u64,
    /// Everybody in the newest picture, this face included.
    pub in_view: Vec<FaceInView>,
}

/// A sighting of somebody who is enrolled, with the face of its newest picture. No `Debug`: it shows a person.
pub struct CutSighting {
    /// The sighting; it has a subject.
    pub sighting: Arc<Sighting>,
    /// The face.
    pub crop: FaceCrop,
}

/// A sighting with the template of its face, for whoever compares that elsewhere too. No `Debug`: it shows a person.
pub struct FaceSighting {
    /// The sighting.
    pub sighting: Arc<Sighting>,
    /// The mean of the face's pictures, of the sighting's recogniser.
    pub embedding: Embedding,
}

/// One of those who are in view at a sighting: where and for how long, not who.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FaceInView {
    /// Its track; `None` when the camera sees more faces than are followed.
    pub track: Option<TrackId>,
    /// Where it is, in frame pixels.
    pub bbox: plugin_host::Rect,
    /// For how long its track has been in view as this face and no other; `None` without a track.
    pub dwell_ms: Option<u64>,
}
