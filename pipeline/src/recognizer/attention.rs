//! What is known about the people in front of each camera, until they leave.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use plugin_host::{Face, Surface};

use crate::camera::CameraId;
use crate::challenge::{ChallengeAnswer, ChallengeFailure, ChallengePhase, ChallengePlan, Nonce, Running};
use crate::evidence::{Debt, Evidence};
use crate::gesture::Signals;
use crate::tracker::{TrackId, Tracker, TrackerOptions};

use super::debts::Debts;

/// A camera without pictures is forgotten after this.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(60);
/// Tracks of one camera before its numbers would meet those of the next one. The numbers of two million trackers
/// still fit what JSON holds exactly, 2^53.
const TRACKS_PER_CAMERA: u64 = 1 << 32;

/// The tracks of all cameras.
pub(crate) struct Attention {
    options: TrackerOptions,
    cameras: Mutex<HashMap<CameraId, Seen>>,
    /// Counts trackers, so that no track number is ever used again.
    trackers: AtomicU64,
}

struct Seen {
    tracks: Arc<Mutex<CameraTracks>>,
    at: Instant,
}

/// The tracks of one camera, and the evidence on each.
pub(crate) struct CameraTracks {
    tracker: Tracker,
    evidence: HashMap<TrackId, Evidence>,
    debts: Debts,
    challenges: HashMap<TrackId, Running>,
    /// The last challenge that each track passed.
    answers: HashMap<TrackId, ChallengeAnswer>,
    /// What became of challenges and was not told yet.
    told: Vec<Told>,
}

/// A challenge of a track went on.
pub(crate) type Told = (TrackId, Nonce, ChallengePhase);

impl Attention {
    pub(crate) fn new(options: TrackerOptions) -> Attention {
        Attention { options, cameras: Mutex::new(HashMap::new()), trackers: AtomicU64::new(0) }
    }

    /// The tracks of a camera, of which there is a picture at `now`.
    pub(crate) fn camera(&self, id: &CameraId, now: Instant) -> Arc<Mutex<CameraTracks>> {
        let mut cameras = self.cameras.lock();
        if let Some(seen) = cameras.get_mut(id) {
            seen.at = now;
            return Arc::clone(&seen.tracks);
        }
        cameras.retain(|_, seen| now.saturating_duration_since(seen.at) < FORGOTTEN_AFTER);
        let first = self.trackers.fetch_add(1, Ordering::Relaxed) * TRACKS_PER_CAMERA + 1;
        let tracker = Tracker::new(self.options, first);
        let tracks = Arc::new(Mutex::new(CameraTracks::new(tracker)));
        cameras.insert(id.clone(), Seen { tracks: Arc::clone(&tracks), at: now });
        tracks
    }

    /// Challenges the person of a track; says whether there is such a track.
    pub(crate) fn challenge(&self, id: &CameraId, track: TrackId, plan: ChallengePlan, now: Instant) -> bool {
        let tracks = self.cameras.lock().get(id).map(|seen| Arc::clone(&seen.tracks));
        tracks.is_some_and(|tracks| tracks.lock().challenge(track, plan, now))
    }

    /// Another source delivers a camera's pictures: nobody in view is who was in view before. What was refused stays.
    pub(crate) fn break_off(&self, id: &CameraId) {
        let tracks = self.cameras.lock().get(id).map(|seen| Arc::clone(&seen.tracks));
        if let Some(tracks) = tracks {
            tracks.lock().break_off();
        }
    }

    /// Has a track decided anew, as of the same face: somebody was enrolled meanwhile.
    pub(crate) fn ask_again(&self, id: &CameraId, track: TrackId) {
        let tracks = self.cameras.lock().get(id).map(|seen| Arc::clone(&seen.tracks));
        if let Some(tracks) = tracks
            && let Some(evidence) = tracks.lock().evidence(track)
        {
            evidence.ask_again();
        }
    }

    /// Forgets what was decided at a camera, so that the next pictures decide anew.
    pub(crate) fn attend(&self, id: &CameraId) {
        let tracks = self.cameras.lock().get(id).map(|seen| Arc::clone(&seen.tracks));
        if let Some(tracks) = tracks {
            tracks.lock().evidence.values_mut().for_each(Evidence::look_anew);
        }
    }
}

impl CameraTracks {
    fn new(tracker: Tracker) -> Self {
        let (evidence, challenges, answers) = (HashMap::new(), HashMap::new(), HashMap::new());
        Self { tracker, evidence, debts: Debts::default(), challenges, answers, told: Vec::new() }
    }

    /// Challenges the person of a track; says whether there is such a track. An earlier challenge ends unheard.
    pub(crate) fn challenge(&mut self, track: TrackId, plan: ChallengePlan, now: Instant) -> bool {
        let here = self.evidence.contains_key(&track);
        if here {
            self.answers.remove(&track);
            self.challenges.insert(track, Running::new(plan, now));
        }
        here
    }

    /// Whether the person of a track is being challenged.
    pub(crate) fn is_challenged(&self, track: TrackId) -> bool {
        self.challenges.contains_key(&track)
    }

    /// Shows a picture to the track's challenge. Whoever passes is looked at once more.
    pub(crate) fn see(&mut self, track: TrackId, signals: &Signals, surface: &Surface) {
        let Some(running) = self.challenges.get_mut(&track) else { return };
        let Some(phase) = running.see(signals, surface) else { return };
        let nonce = running.nonce();
        if !matches!(phase, ChallengePhase::Prompt { .. }) {
            let ended = self.challenges.remove(&track);
            if let Some(answer) = ended.and_then(Running::into_answer) {
                self.answers.insert(track, answer);
                self.evidence.entry(track).or_default().ask_again();
            }
        }
        self.told.push((track, nonce, phase));
    }

    /// Ends what the track was asked and what it proved.
    pub(crate) fn disprove(&mut self, track: TrackId, failure: ChallengeFailure) {
        self.answers.remove(&track);
        if let Some(running) = self.challenges.remove(&track) {
            self.told.push((track, running.nonce(), ChallengePhase::Failed(failure)));
        }
    }

    /// The challenge that the person of a track passed last.
    pub(crate) fn answer(&self, track: TrackId) -> Option<ChallengeAnswer> {
        self.answers.get(&track).cloned()
    }

    /// What became of challenges since this was last asked.
    pub(crate) fn take_told(&mut self) -> Vec<Told> {
        std::mem::take(&mut self.told)
    }

    /// The track of each face. What is known of tracks that may have been mistaken for each other is forgotten, but not
    /// what was refused.
    pub(crate) fn follow(&mut self, at: Instant, faces: &[Face]) -> Vec<Option<TrackId>> {
        let followed = self.tracker.follow(at, faces);
        for lost in &followed.lost {
            let debt = self.evidence.remove(lost).and_then(|evidence| evidence.debt());
            self.debts.leave(*lost, debt, at);
            self.disprove(*lost, ChallengeFailure::FaceLost);
        }
        for (track, face) in followed.tracks.iter().zip(faces) {
            let Some(track) = *track else { continue };
            let debts = &self.debts;
            let begin = || debts.at(&face.bbox, at).map_or_else(Evidence::default, Evidence::owing);
            self.evidence.entry(track).or_insert_with(begin);
            self.debts.see(track, face.bbox);
        }
        // Whichever of them owes most: each may be the other now.
        let owed = followed.entangled.iter().filter_map(|track| self.evidence.get(track)?.debt());
        let owed = owed.reduce(Debt::max);
        for track in &followed.entangled {
            if let Some(evidence) = self.evidence.get_mut(track) {
                evidence.entangle(owed);
            }
            self.disprove(*track, ChallengeFailure::FaceLost);
        }
        followed.tracks
    }

    fn break_off(&mut self) {
        let tracks: Vec<TrackId> = self.evidence.keys().copied().collect();
        for track in tracks {
            self.evidence.entry(track).or_default().forget();
            self.disprove(track, ChallengeFailure::FaceLost);
        }
    }

    /// For how long a track has been in view as one face, at `at`.
    pub(crate) fn dwell(&self, track: TrackId, at: Instant) -> Option<Duration> {
        self.tracker.dwell(track, at)
    }

    pub(crate) fn evidence(&mut self, track: TrackId) -> Option<&mut Evidence> {
        self.evidence.get_mut(&track)
    }
}

#[cfg(test)]
mod tests;
