//! The way of a batch of pictures: faces, tracks, quality, liveness, embedding, search, confirmation.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::RwLock;
use plugin_host::{CallContext, Face};
use tokio::sync::broadcast;

use crate::camera::CameraId;
use crate::challenge::{ChallengeAnswer, ChallengeFailure, ChallengePlan, ChallengeUpdate};
use crate::crop::FaceCrop;
use crate::embedding::Embedding;
use crate::evidence::{ConfirmOptions, Evidence, Finding, Sample, Verdict};
use crate::eyes;
use crate::frame::Frame;
use crate::gallery::{Subject, Top2};
use crate::gesture::Signals;
use crate::liveness::{LivenessScore, all_passed};
use crate::meter::{FrameResult, Stage};
use crate::observation::{FaceState, Observation, ObservedFace};
use crate::quality::{self, QualityOptions, QualityReason, QualityReport};
use crate::shot;
use crate::sighting::{CutSighting, FaceInView, Sighting};
use crate::space::Space;
use crate::steps::{MeteredSteps, view};
use crate::tracker::TrackId;

mod attention;
mod debts;

pub(crate) use attention::{Attention, CameraTracks};

/// What recognition goes by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    pub(crate) quality: QualityOptions,
    pub(crate) quality_to_enrol: QualityOptions,
    pub(crate) confirm: ConfirmOptions,
    /// An older picture yields nothing.
    pub(crate) frame_age_max: Duration,
    /// The steps have so long for a batch.
    pub(crate) call_max: Duration,
}

/// Tells the time.
pub(crate) type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;
/// Says whether a camera is healthy enough to be trusted.
pub(crate) type CameraLive = Arc<dyn Fn(&CameraId) -> bool + Send + Sync>;

/// Turns pictures into sightings.
pub(crate) struct Recognizer {
    pub(crate) steps: MeteredSteps,
    pub(crate) rules: Rules,
    /// What names people now. A batch goes through the one that it began with.
    pub(crate) space: RwLock<Arc<Space>>,
    /// The longest side of a face that is cut out, in pixels.
    pub(crate) crop_px_max: u32,
    pub(crate) attention: Attention,
    pub(crate) camera_live: CameraLive,
    pub(crate) clock: Clock,
    pub(crate) sightings: broadcast::Sender<Arc<Sighting>>,
    pub(crate) observations: broadcast::Sender<Arc<Observation>>,
    pub(crate) challenges: broadcast::Sender<ChallengeUpdate>,
    pub(crate) cuts: broadcast::Sender<Arc<CutSighting>>,
}

/// A face on its way.
struct Look {
    /// Index of its picture in the batch.
    frame: usize,
    face: Face,
    track: Option<TrackId>,
    quality: QualityReport,
    /// Its track is undecided, and this picture is good enough.
    wanted: bool,
}

/// What was found out about a wanted face. Without a score from every liveness step there is nothing.
struct Analysis {
    embedding: Embedding,
    liveness: Vec<f32>,
    top: Option<Top2>,
}

/// One face in its picture, and what its track proved before.
struct Moment<'a> {
    frame: &'a Frame,
    look: &'a Look,
    in_view: &'a [FaceInView],
    challenge: Option<ChallengeAnswer>,
}

impl Recognizer {
    /// Challenges the person of a track; says whether there is such a track.
    pub(crate) fn challenge(&self, camera: &CameraId, track: TrackId, plan: ChallengePlan) -> bool {
        self.attention.challenge(camera, track, plan, (self.clock)())
    }

    /// Analyses pictures of different cameras together, and publishes what they show.
    pub(crate) fn process(&self, batch: &[Arc<Frame>]) -> Vec<Observation> {
        let begun = (self.clock)();
        let frames = self.fresh(batch, begun);
        let Some(views) = self.views(&frames, begun) else { return Vec::new() };
        self.steps.meter.batch(frames.len());

        let context = CallContext::until(begun + self.rules.call_max);
        let faces = match self.steps.detect(&context, &views) {
            Ok(faces) => faces,
            Err(error) => {
                tracing::warn!(%error, "no detection");
                self.count(&frames, FrameResult::Failed);
                return Vec::new();
            }
        };
        let looks = self.steps.timed(Stage::Tracking, || self.follow(&frames, faces));
        let wanted: Vec<Face> = looks.iter().filter(|look| look.wanted).map(|look| look.face).collect();
        let space = self.space();
        let liveness = self.steps.liveness(&context, &views, &wanted);
        let embeddings = self.steps.embed(space.recognizer(), &context, &views, &wanted);
        let analyses = self.search(&space, liveness, embeddings);
        let observations = self.confirm(&space, (&frames, &looks), analyses);
        self.count(&frames, FrameResult::Analysed);
        observations
    }

    /// What names people now.
    pub(crate) fn space(&self) -> Arc<Space> {
        Arc::clone(&self.space.read())
    }

    /// Those that are not too old to be worth looking at.
    fn fresh(&self, batch: &[Arc<Frame>], now: Instant) -> Vec<Arc<Frame>> {
        let (fresh, stale): (Vec<_>, Vec<_>) =
            batch.iter().cloned().partition(|frame| frame.age(now) <= self.rules.frame_age_max);
        self.count(&stale, FrameResult::Stale);
        fresh
    }

    fn views<'a>(&self, frames: &'a [Arc<Frame>], now: Instant) -> Option<Vec<plugin_host::Frame<'a>>> {
        let views = frames.iter().map(|frame| view(frame, now)).collect::<Result<Vec<_>, _>>();
        match views {
            Ok(views) => (!views.is_empty()).then_some(views),
            Err(error) => {
                tracing::error!(%error, "a picture cannot be shown to the plugins");
                self.count(frames, FrameResult::Failed);
                None
            }
        }
    }

    /// Faces get tracks and a verdict on their quality; only good faces of undecided tracks go on.
    fn follow(&self, frames: &[Arc<Frame>], faces: Vec<Face>) -> Vec<Look> {
        let mut looks = Vec::with_capacity(faces.len());
        for (index, frame) in frames.iter().enumerate() {
            let at = frame.captured.at;
            let faces: Vec<Face> =
                faces.iter().filter(|face| face.frame_index as usize == index).copied().collect();
            let camera = self.attention.camera(&frame.camera, at);
            let mut camera = camera.lock();
            let tracks = camera.follow(at, &faces);
            for (face, track) in faces.into_iter().zip(tracks) {
                let mut quality = self.judge(frame, &face);
                let evidence = track.and_then(|track| camera.evidence(track));
                let wanted =
                    evidence.is_some_and(|evidence| self.wants(frame, &face, evidence, &mut quality));
                looks.push(Look { frame: index, face, track, quality, wanted });
            }
        }
        looks
    }

    /// Whether a face is to be analysed: a good picture of an undecided track that shows more than those before it did.
    fn wants(
        &self,
        frame: &Frame,
        face: &Face,
        evidence: &mut Evidence,
        quality: &mut QualityReport,
    ) -> bool {
        if !quality.ok || !evidence.wants(frame.captured.at, &self.rules.confirm) {
            return false;
        }
        let change = evidence.shots.change(frame);
        let is_new = change >= shot::CHANGE_MIN;
        if is_new {
            evidence.shots.keep(frame, face.bbox);
        } else {
            self.steps.meter.refused(QualityReason::DuplicateFrames);
            (quality.ok, quality.duplicate) = (false, true);
        }
        is_new
    }

    fn judge(&self, frame: &Frame, face: &Face) -> QualityReport {
        let size = (frame.width(), frame.height());
        let measured = quality::measure(face, size, &frame.planes(), frame.format(), frame.colour());
        let report = quality::judge(&measured, &self.rules.quality);
        for refusal in &report.reasons {
            self.steps.meter.refused(refusal.reason);
        }
        report
    }

    /// The best match of each wanted face; `None` for one without liveness scores or embedding.
    fn search(
        &self,
        space: &Space,
        liveness: Vec<Option<Vec<f32>>>,
        embeddings: Vec<Option<Embedding>>,
    ) -> Vec<Option<Analysis>> {
        let pairs = liveness.into_iter().zip(embeddings);
        pairs
            .map(|(liveness, embedding)| {
                let (liveness, embedding) = (liveness?, embedding?);
                let top = self.steps.timed(Stage::Search, || space.search(&embedding));
                Some(Analysis { embedding, liveness, top })
            })
            .collect()
    }

    /// Adds what was found out to the tracks, and publishes those that are confirmed by it.
    fn confirm(
        &self,
        space: &Space,
        (frames, looks): (&[Arc<Frame>], &[Look]),
        analyses: Vec<Option<Analysis>>,
    ) -> Vec<Observation> {
        let now = (self.clock)();
        let mut analyses = analyses.into_iter();
        let mut observations = Vec::with_capacity(frames.len());
        for (index, frame) in frames.iter().enumerate() {
            let looks: Vec<&Look> = looks.iter().filter(|look| look.frame == index).collect();
            let camera = self.attention.camera(&frame.camera, frame.captured.at);
            let mut camera = camera.lock();
            let mut faces = Vec::with_capacity(looks.len());
            let in_view: Vec<FaceInView> =
                looks.iter().map(|look| face_in_view(look, &camera, frame.captured.at)).collect();
            for look in &looks {
                let analysis = if look.wanted { analyses.next().flatten() } else { None };
                watch_gestures(frame, look, &mut camera);
                if let Some((track, analysis)) = look.track.zip(analysis)
                    && let Some(sighting) =
                        self.weigh(space, (frame, look), (track, analysis), &in_view, &mut camera)
                {
                    self.publish(frame, &look.face, sighting);
                }
                faces.push(observed(look, &mut camera));
            }
            self.tell(frame, &mut camera);
            let observation = observation(frame, faces, now);
            if self.observations.receiver_count() > 0 {
                // The last listener may just have gone.
                let _listeners = self.observations.send(Arc::new(observation.clone()));
            }
            observations.push(observation);
        }
        observations
    }

    /// Adds one picture to its track's evidence; a sighting when that decides the track.
    fn weigh(
        &self,
        space: &Space,
        (frame, look): (&Frame, &Look),
        (track, analysis): (TrackId, Analysis),
        in_view: &[FaceInView],
        camera: &mut CameraTracks,
    ) -> Option<Sighting> {
        let rules = &self.rules.confirm;
        let Analysis { embedding, liveness, top } = analysis;
        let (at, model_tag, weight) = (frame.captured.at, space.model_tag(), look.quality.value);
        let sample = Sample { at, model_tag, embedding, weight, liveness };
        if !camera.evidence(track)?.add(sample, top.as_ref(), &self.liveness_mins(), rules) {
            camera.disprove(track, ChallengeFailure::SomebodyElse);
        }
        let moment = Moment { frame, look, in_view, challenge: camera.answer(track) };
        self.decide(space, moment, track, camera.evidence(track)?)
    }

    /// A sighting when the pictures of a track are enough for one.
    fn decide(
        &self,
        space: &Space,
        moment: Moment<'_>,
        track: TrackId,
        evidence: &mut Evidence,
    ) -> Option<Sighting> {
        let Moment { frame, look, in_view, challenge } = moment;
        let (rules, at) = (&self.rules.confirm, frame.captured.at);
        let mins = self.liveness_mins();
        match evidence.finding(&mins, rules) {
            Finding::Open => None,
            Finding::NotLive => {
                evidence.decide(Verdict::NotLive, at);
                None
            }
            Finding::Agreed { subject, mean, liveness } => {
                let top = space.search(&mean);
                // The mean must say what the single pictures say.
                if matched(top.as_ref(), rules) != subject {
                    return None;
                }
                let liveness = self.scored(&liveness);
                if !all_passed(&liveness, mins.len()) {
                    return None;
                }
                let age = frame.age((self.clock)());
                // What may not be published is not used up either.
                if !trusted(age, self.rules.frame_age_max, (self.camera_live)(&frame.camera)) {
                    tracing::debug!(camera = %frame.camera, ?age, "a sighting is not to be trusted");
                    return None;
                }
                evidence.decide(subject.map_or(Verdict::Unknown, Verdict::Known), at);
                Some(Sighting {
                    camera: frame.camera.clone(),
                    track,
                    captured_at: frame.captured.wall,
                    captured: at,
                    seq: frame.seq,
                    // Once for each sighting: a picture that decides nothing is not hashed.
                    frame_sha256: frame.sha256(),
                    subject,
                    template: top.as_ref().filter(|_| subject.is_some()).map(|top| top.template),
                    model_tag: space.model_tag(),
                    similarity: top.as_ref().map_or(-1.0, |top| top.similarity),
                    margin: top.as_ref().and_then(Top2::margin),
                    templates_searched: top.as_ref().map_or(0, |top| top.searched),
                    liveness,
                    challenge,
                    quality: look.quality.clone(),
                    bbox: look.face.bbox,
                    size: (frame.width(), frame.height()),
                    frame_age_ms: millis(age),
                    in_view: in_view.to_vec(),
                })
            }
        }
    }

    /// The least score of each liveness step.
    fn liveness_mins(&self) -> Vec<f32> {
        self.steps.steps.liveness.iter().map(|step| step.score_min).collect()
    }

    /// Publishes how the challenges of a camera went on.
    fn tell(&self, frame: &Frame, camera: &mut CameraTracks) {
        for (track, nonce, phase) in camera.take_told() {
            let update = ChallengeUpdate { camera: frame.camera.clone(), track, nonce, phase };
            // Nobody listening is fine: whoever asked is gone.
            let _listeners = self.challenges.send(update);
        }
    }

    fn publish(&self, frame: &Frame, face: &Face, sighting: Sighting) {
        self.steps.meter.sighting(&sighting.camera, sighting.subject.is_some(), sighting.similarity);
        let sighting = Arc::new(sighting);
        // Nobody listening is fine.
        let _listeners = self.sightings.send(Arc::clone(&sighting));
        // Nothing is cut out of a picture that nobody asks for, nor of a stranger ever.
        if sighting.subject.is_some()
            && self.cuts.receiver_count() > 0
            && let Some(crop) = FaceCrop::of(frame, face, self.crop_px_max)
        {
            let _listeners = self.cuts.send(Arc::new(CutSighting { sighting, crop }));
        }
    }

    /// Mean scores under their steps' names.
    pub(crate) fn scored(&self, scores: &[f32]) -> Vec<LivenessScore> {
        let steps = self.steps.steps.liveness.iter().zip(scores);
        steps
            .map(|(step, score)| LivenessScore {
                step: step.name.clone(),
                score: *score,
                score_min: step.score_min,
            })
            .collect()
    }

    fn count(&self, frames: &[Arc<Frame>], result: FrameResult) {
        let now = (self.clock)();
        for frame in frames {
            self.steps.meter.frame(&frame.camera, result, frame.age(now));
        }
    }
}

/// Only a fresh picture of a healthy camera is worth a sighting.
fn trusted(age: Duration, age_max: Duration, camera_live: bool) -> bool {
    camera_live && age <= age_max
}

/// Whom a match is shown as.
fn matched(top: Option<&Top2>, rules: &ConfirmOptions) -> Option<Subject> {
    top.filter(|top| top.similarity >= rules.similarity_min).map(|top| top.subject)
}

/// Shows a face to its track's challenge, whatever its quality: who turns away is no good picture, but moves.
fn watch_gestures(frame: &Frame, look: &Look, camera: &mut CameraTracks) {
    if let Some(track) = look.track.filter(|track| camera.is_challenged(*track)) {
        let signals = Signals::of(&look.face, eyes::darkness(&look.face, frame), frame.captured.at);
        camera.see(track, &signals, &look.face.surface);
    }
}

fn face_in_view(look: &Look, camera: &CameraTracks, at: Instant) -> FaceInView {
    let dwell = look.track.and_then(|track| camera.dwell(track, at));
    FaceInView { track: look.track, bbox: look.face.bbox, dwell_ms: dwell.map(millis) }
}

fn observed(look: &Look, camera: &mut CameraTracks) -> ObservedFace {
    let verdict = look.track.and_then(|track| camera.evidence(track)).and_then(|evidence| evidence.verdict());
    let state = match verdict {
        Some(Verdict::Known(subject)) => FaceState::Known(subject),
        Some(Verdict::Unknown) => FaceState::Unknown,
        Some(Verdict::NotLive) => FaceState::NotLive,
        None if !look.quality.ok => FaceState::Refused,
        None => FaceState::Undecided,
    };
    ObservedFace {
        bbox: look.face.bbox,
        landmarks: look.face.landmarks,
        score: look.face.score,
        track: look.track,
        quality: look.quality.clone(),
        state,
    }
}

fn observation(frame: &Frame, faces: Vec<ObservedFace>, now: Instant) -> Observation {
    Observation {
        camera: frame.camera.clone(),
        seq: frame.seq,
        captured_at: frame.captured.wall,
        size: (frame.width(), frame.height()),
        faces,
        latency_ms: millis(frame.age(now)),
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_picture_or_a_sick_camera_yields_no_sighting() {
        for (age_ms, camera_live, expected) in [
            (0, true, true),
            (1_000, true, true),
            (1_001, true, false),
            (0, false, false),
            (2_000, false, false),
        ] {
            let (age, max) = (Duration::from_millis(age_ms), Duration::from_secs(1));
            assert_eq!(trusted(age, max, camera_live), expected, "{age_ms} ms, live {camera_live}");
        }
    }
}
