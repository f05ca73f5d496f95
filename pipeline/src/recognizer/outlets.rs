//! Where what was recognised goes: to whoever listens, and to nobody else.

use std::sync::Arc;

use plugin_host::Face;
use tokio::sync::broadcast;

use super::attention::Told;
use crate::challenge::ChallengeUpdate;
use crate::crop::FaceCrop;
use crate::embedding::Embedding;
use crate::frame::Frame;
use crate::observation::Observation;
use crate::sighting::{CutSighting, FaceSighting, Sighting};

/// Faces that were cut out and wait for whoever asked for them.
const CUTS_MAX: usize = 8;
/// Faces that wait for whoever compares them elsewhere too.
const FACES_MAX: usize = 16;

/// The channels to listeners. Each holds a bounded number; a listener that falls behind loses the oldest. Nobody
/// listening is fine everywhere.
pub(crate) struct Outlets {
    pub(crate) sightings: broadcast::Sender<Arc<Sighting>>,
    pub(crate) observations: broadcast::Sender<Arc<Observation>>,
    pub(crate) challenges: broadcast::Sender<ChallengeUpdate>,
    pub(crate) cuts: broadcast::Sender<Arc<CutSighting>>,
    pub(crate) faces: broadcast::Sender<Arc<FaceSighting>>,
    /// The longest side of a face that is cut out, in pixels.
    pub(crate) crop_px_max: u32,
}

impl Outlets {
    /// Channels of which a listener may fall `behind_max` messages behind.
    pub(crate) fn new(behind_max: usize, crop_px_max: u32) -> Self {
        Self {
            sightings: broadcast::Sender::new(behind_max),
            observations: broadcast::Sender::new(behind_max),
            challenges: broadcast::Sender::new(behind_max),
            cuts: broadcast::Sender::new(CUTS_MAX),
            faces: broadcast::Sender::new(FACES_MAX),
            crop_px_max,
        }
    }

    /// A person was confirmed; their face is cut out for whoever asked for that.
    pub(super) fn sighting(&self, frame: &Frame, face: &Face, (sighting, embedding): (Sighting, Embedding)) {
        let sighting = Arc::new(sighting);
        let _listeners = self.sightings.send(Arc::clone(&sighting));
        if self.faces.receiver_count() > 0 {
            let sighting = Arc::clone(&sighting);
            let _listeners = self.faces.send(Arc::new(FaceSighting { sighting, embedding }));
        }
        // Nothing is cut out of a picture that nobody asks for, nor of a stranger ever.
        if sighting.subject.is_some()
            && self.cuts.receiver_count() > 0
            && let Some(crop) = FaceCrop::of(frame, face, self.crop_px_max)
        {
            let _listeners = self.cuts.send(Arc::new(CutSighting { sighting, crop }));
        }
    }

    /// A picture was analysed.
    pub(super) fn observation(&self, observation: &Observation) {
        if self.observations.receiver_count() > 0 {
            // The last listener may just have gone.
            let _listeners = self.observations.send(Arc::new(observation.clone()));
        }
    }

    /// The challenges of a camera went on.
    pub(super) fn told(&self, frame: &Frame, told: Vec<Told>) {
        for (track, nonce, phase) in told {
            let update = ChallengeUpdate { camera: frame.camera.clone(), track, nonce, phase };
            let _listeners = self.challenges.send(update);
        }
    }
}
