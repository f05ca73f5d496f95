//! A face of one picture on its way through recognition.

use std::time::Instant;

use plugin_host::Face;

use super::{CameraTracks, millis};
use crate::evidence::Verdict;
use crate::eyes;
use crate::frame::Frame;
use crate::gesture::Signals;
use crate::observation::{FaceState, ObservedFace};
use crate::quality::QualityReport;
use crate::sighting::FaceInView;
use crate::tracker::TrackId;

/// A face on its way.
pub(super) struct Look {
    /// Index of its picture in the batch.
    pub(super) frame: usize,
    pub(super) face: Face,
    pub(super) track: Option<TrackId>,
    pub(super) quality: QualityReport,
    /// Its track is undecided, and this picture is good enough.
    pub(super) wanted: bool,
}

impl Look {
    /// Shows a face to its track's challenge, whatever its quality: who turns away is no good picture, but moves.
    pub(super) fn watch_gestures(&self, frame: &Frame, camera: &mut CameraTracks) {
        if let Some(track) = self.track.filter(|track| camera.is_challenged(*track)) {
            let signals = Signals::of(&self.face, eyes::darkness(&self.face, frame), frame.captured.at);
            camera.see(track, &signals, &self.face.surface);
        }
    }

    /// Where it is, and for how long it has been there.
    pub(super) fn in_view(&self, camera: &CameraTracks, at: Instant) -> FaceInView {
        let dwell = self.track.and_then(|track| camera.dwell(track, at));
        FaceInView { track: self.track, bbox: self.face.bbox, dwell_ms: dwell.map(millis) }
    }

    /// What is told of it.
    pub(super) fn observed(&self, camera: &mut CameraTracks) -> ObservedFace {
        let verdict =
            self.track.and_then(|track| camera.evidence(track)).and_then(|evidence| evidence.verdict());
        let state = match verdict {
            Some(Verdict::Known(subject)) => FaceState::Known(subject),
            Some(Verdict::Unknown) => FaceState::Unknown,
            Some(Verdict::NotLive) => FaceState::NotLive,
            None if !self.quality.ok => FaceState::Refused,
            None => FaceState::Undecided,
        };
        ObservedFace {
            bbox: self.face.bbox,
            landmarks: self.face.landmarks,
            score: self.face.score,
            track: self.track,
            quality: self.quality.clone(),
            state,
        }
    }
}
