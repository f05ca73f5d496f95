//! What the pipeline sees in one picture, for people to look at.

use std::time::SystemTime;

use plugin_host::{Point, Rect};

use crate::camera::CameraId;
use crate::gallery::Subject;
use crate::preview::{OverlayBox, Tone};
use crate::quality::QualityReport;
use crate::tracker::TrackId;

/// One analysed picture.
#[derive(Clone, Debug)]
pub struct Observation {
    /// Which camera.
    pub camera: CameraId,
    /// The picture's number within the camera.
    pub seq: u64,
    /// When it was captured, on the wall clock.
    pub captured_at: SystemTime,
    /// Width and height in pixels.
    pub size: (u32, u32),
    /// Every face in it.
    pub faces: Vec<ObservedFace>,
    /// How much there is left to find out.
    pub interest: Interest,
    /// From capture to now, in milliseconds.
    pub latency_ms: u64,
}

/// One face in one picture.
#[derive(Clone, Debug)]
pub struct ObservedFace {
    /// Where it is, in frame pixels.
    pub bbox: Rect,
    /// Left eye, right eye, nose tip, left and right mouth corner, as in the image.
    pub landmarks: [Point; 5],
    /// The detector's confidence, 0..=1.
    pub score: f32,
    /// Its track; `None` when the camera sees more faces than are followed.
    pub track: Option<TrackId>,
    /// Whether it is good enough to be recognised.
    pub quality: QualityReport,
    /// What is known about the track.
    pub state: FaceState,
}

/// How much of what a picture shows is left to find out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest {
    /// Nobody is in view.
    Nobody,
    /// Everybody in view is decided, and need not be looked at anew yet.
    Decided,
    /// Somebody is undecided, or is being challenged.
    Open,
}

/// How far the recognition of a track has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaceState {
    /// Not decided yet.
    Undecided,
    /// This picture of the face is not good enough to be recognised.
    Refused,
    /// Several pictures do not look like a live person.
    NotLive,
    /// Live, and like nobody's template.
    Unknown,
    /// Live, and like this subject's templates.
    Known(Subject),
}

impl FaceState {
    /// Stable machine-readable name.
    pub fn name(self) -> &'static str {
        match self {
            FaceState::Undecided => "undecided",
            FaceState::Refused => "refused",
            FaceState::NotLive => "not_live",
            FaceState::Unknown => "unknown",
            FaceState::Known(_) => "known",
        }
    }
}

impl ObservedFace {
    /// The face as a box on the preview.
    pub(crate) fn overlay(&self) -> OverlayBox {
        let tone = match self.state {
            FaceState::Known(_) => Tone::Good,
            FaceState::NotLive => Tone::Bad,
            FaceState::Undecided | FaceState::Refused | FaceState::Unknown => Tone::Neutral,
        };
        let Rect { x, y, w, h } = self.bbox;
        OverlayBox { x, y, width: w, height: h, tone }
    }
}
