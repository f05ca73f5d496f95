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
                *evidence = owed.map_or_else(Evidence::default, Evidence::owing);
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
mod tests {
    use plugin_host::{Point, Rect};

    use super::*;
    use crate::evidence::Verdict;
    use crate::gallery::Subject;
    use crate::gesture::Gesture;

    fn face(x: f32) -> Face {
        Face { bbox: Rect { x, y: 0.0, w: 100.0, h: 100.0 }, ..Face::default() }
    }

    fn known(tracks: &mut CameraTracks, track: Option<TrackId>, at: Instant) {
        tracks.evidence(track.unwrap()).unwrap().decide(Verdict::Known(Subject(1)), at);
    }

    fn verdict(tracks: &mut CameraTracks, track: Option<TrackId>) -> Option<Verdict> {
        tracks.evidence(track.unwrap()).unwrap().verdict()
    }

    #[test]
    fn an_identity_does_not_pass_between_faces_that_cross() {
        let (start, attention) = (Instant::now(), Attention::new(TrackerOptions::default()));
        let at = |step: u16| start + Duration::from_millis(100 * u64::from(step));
        for (speed, hidden) in [(20.0, false), (35.0, false), (20.0, true), (35.0, true)] {
            let camera = format!("c{speed}-{hidden}").parse().unwrap();
            let tracks = attention.camera(&camera, start);
            let mut tracks = tracks.lock();
            let first = tracks.follow(at(0), &[face(0.0), face(400.0)]);
            known(&mut tracks, first[0], at(0));
            for step in 1..=20 {
                let x = speed * f32::from(step);
                // The one behind is not seen while the faces cover each other.
                let covered = hidden && (x - (400.0 - x)).abs() < 60.0;
                let faces = if covered { vec![face(x)] } else { vec![face(x), face(400.0 - x)] };
                let found = tracks.follow(at(step), &faces);
                if let Some(other) = found.get(1) {
                    assert_eq!(verdict(&mut tracks, *other), None, "speed {speed} step {step}");
                }
            }
        }
    }

    /// Looks at a face `pictures` times that never passes.
    fn refused(tracks: &mut CameraTracks, track: Option<TrackId>, at: Instant, pictures: usize) {
        let evidence = tracks.evidence(track.unwrap()).unwrap();
        for _ in 0..pictures {
            let embedding = crate::embedding::Embedding::new(vec![1.0, 0.0]).unwrap();
            let sample =
                crate::evidence::Sample { at, model_tag: 1, embedding, weight: 0.8, liveness: vec![0.1] };
            assert!(evidence.add(sample, None, &[0.5], &crate::ConfirmOptions::default()));
        }
    }

    fn owes(tracks: &mut CameraTracks, track: Option<TrackId>) -> Option<Debt> {
        tracks.evidence(track.unwrap()).unwrap().debt()
    }

    #[test]
    fn hiding_a_face_for_a_moment_does_not_hide_what_was_refused() {
        let (start, attention) = (Instant::now(), Attention::new(TrackerOptions::default()));
        let at = |ms: u64| start + Duration::from_millis(ms);
        // Back at the same place, a face's width beside it, far away, and after a while.
        for (name, back_ms, x, expected) in [
            ("same", 2_000, 0.0, true),
            ("beside", 2_000, 120.0, true),
            ("far", 2_000, 400.0, false),
            ("late", 9_000, 0.0, false),
        ] {
            let tracks = attention.camera(&name.parse().unwrap(), start);
            let mut tracks = tracks.lock();
            let first = tracks.follow(start, &[face(0.0)])[0];
            refused(&mut tracks, first, start, 4);
            tracks.follow(at(1_500), &[]);
            let second = tracks.follow(at(back_ms), &[face(x)])[0];
            assert_ne!(first, second);
            assert_eq!(owes(&mut tracks, second).is_some(), expected, "{name}");
        }
    }

    #[test]
    fn what_was_refused_goes_to_both_faces_that_may_have_been_mistaken_for_each_other() {
        let (start, attention) = (Instant::now(), Attention::new(TrackerOptions::default()));
        let tracks = attention.camera(&"till".parse().unwrap(), start);
        let mut tracks = tracks.lock();
        let found = tracks.follow(start, &[face(0.0), face(400.0)]);
        refused(&mut tracks, found[0], start, 2);
        let found = tracks.follow(start + Duration::from_millis(100), &[face(20.0), face(60.0)]);
        let debts = [0, 1].map(|face: usize| owes(&mut tracks, found[face]));
        assert!(debts[0].is_some() && debts[0] == debts[1], "{debts:?}");
    }

    #[test]
    fn attending_to_a_camera_asks_for_fresh_verdicts_there_only() {
        let (now, attention) = (Instant::now(), Attention::new(TrackerOptions::default()));
        let (till, door): (CameraId, CameraId) = ("till".parse().unwrap(), "door".parse().unwrap());
        let mut ids = Vec::new();
        for camera in [&till, &door] {
            let tracks = attention.camera(camera, now);
            let mut tracks = tracks.lock();
            let track = tracks.follow(now, &[face(0.0)])[0];
            known(&mut tracks, track, now);
            ids.push(track);
        }
        attention.attend(&till);
        assert_eq!(verdict(&mut attention.camera(&till, now).lock(), ids[0]), None);
        assert!(verdict(&mut attention.camera(&door, now).lock(), ids[1]).is_some());
        assert_ne!(ids[0], ids[1], "no number is used twice");
    }

    /// One picture of a face that is turned by `yaw` degrees to its left.
    fn turned(tracks: &mut CameraTracks, track: TrackId, at: Instant, yaw: f32) {
        let signals = Signals { at, yaw_deg: yaw, pitch_deg: 0.0, eyes: 0.4, smile: 0.5 };
        let points = (0..30).map(|i| {
            let (x, y) = ((i % 6) as f32 * 20.0 - 50.0, (i / 6) as f32 * 30.0 - 60.0);
            let z = 60.0 * (1.0 - (x / 65.0).powi(2) - (y / 90.0).powi(2)).max(0.0).sqrt();
            let (sin, cos) = yaw.to_radians().sin_cos();
            Point { x: x * cos + z * sin, y }
        });
        tracks.see(track, &signals, &Surface::new(points));
    }

    /// A challenge to turn, to the left or to the right as the plan has it; the left one is sought.
    fn turn_left() -> ChallengePlan {
        let below = |n: usize| usize::from(n == Gesture::ALL.len());
        let plan = ChallengePlan::draw(Nonce([3; 16]), 1, 4_000, below);
        assert_eq!(plan.gestures(), [Gesture::TurnLeft]);
        plan
    }

    #[test]
    fn whoever_passes_is_looked_at_once_more_and_keeps_the_answer_within_the_track() {
        let (start, attention) = (Instant::now(), Attention::new(TrackerOptions::default()));
        let at = |step: u64| start + Duration::from_millis(100 * step);
        let tracks = attention.camera(&"till".parse().unwrap(), start);
        let mut tracks = tracks.lock();
        let track = tracks.follow(start, &[face(0.0)])[0].unwrap();
        known(&mut tracks, Some(track), start);
        assert!(!tracks.challenge(TrackId(77), turn_left(), start), "nobody has that track");
        assert!(tracks.challenge(track, turn_left(), start) && tracks.is_challenged(track));
        for (step, yaw) in [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 15.0, 35.0, 5.0].into_iter().enumerate() {
            let step = step as u64 + 1;
            tracks.follow(at(step), &[face(0.0)]);
            turned(&mut tracks, track, at(step), yaw);
        }
        let phases: Vec<ChallengePhase> = tracks.take_told().into_iter().map(|(.., phase)| phase).collect();
        let prompt = ChallengePhase::Prompt { index: 0, gesture: Gesture::TurnLeft };
        assert_eq!(phases, [prompt, ChallengePhase::Passed]);
        assert_eq!(verdict(&mut tracks, Some(track)), None, "a new verdict is asked for");
        assert_eq!(tracks.answer(track).map(|answer| answer.nonce), Some(Nonce([3; 16])));
        tracks.disprove(track, ChallengeFailure::SomebodyElse);
        assert_eq!(tracks.answer(track), None);
    }

    #[test]
    fn a_challenge_ends_with_its_face() {
        let failed = |failure| ChallengePhase::Failed(failure);
        let (start, attention) = (Instant::now(), Attention::new(TrackerOptions::default()));
        // Gone for long, or behind another face.
        for (name, after_ms, faces) in [("gone", 5_000, vec![]), ("mixed", 100, vec![face(0.0), face(30.0)])]
        {
            let tracks = attention.camera(&name.parse().unwrap(), start);
            let mut tracks = tracks.lock();
            let track = tracks.follow(start, &[face(0.0)])[0].unwrap();
            assert!(tracks.challenge(track, turn_left(), start));
            tracks.follow(start + Duration::from_millis(after_ms), &faces);
            let told = tracks.take_told();
            assert_eq!(told, [(track, Nonce([3; 16]), failed(ChallengeFailure::FaceLost))], "{name}");
            assert!(!tracks.is_challenged(track));
        }
    }

    #[test]
    fn what_is_known_of_a_face_ends_with_its_track() {
        let (now, attention) = (Instant::now(), Attention::new(TrackerOptions::default()));
        let tracks = attention.camera(&"till".parse().unwrap(), now);
        let mut tracks = tracks.lock();
        let track = tracks.follow(now, &[face(0.0)])[0];
        known(&mut tracks, track, now);
        let back = tracks.follow(now + Duration::from_secs(5), &[face(0.0)])[0];
        assert_ne!(back, track);
        assert_eq!(verdict(&mut tracks, back), None);
        assert_eq!(tracks.evidence.len(), 1);
    }
}
