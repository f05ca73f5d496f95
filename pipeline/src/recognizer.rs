//! The way of a batch of pictures: faces, tracks, quality, liveness, embedding, search, confirmation.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::RwLock;
use plugin_host::{CallContext, Face};

use crate::camera::CameraId;
use crate::challenge::ChallengePlan;
use crate::embedding::Embedding;
use crate::evidence::{ConfirmOptions, Evidence};
use crate::frame::Frame;
use crate::liveness::LivenessScore;
use crate::meter::{FrameResult, Stage};
use crate::observation::{Interest, Observation, ObservedFace};
use crate::pipeline::RecognitionOptions;
use crate::quality::{self, QualityOptions, QualityReason, QualityReport};
use crate::shot;
use crate::sighting::FaceInView;
use crate::space::Space;
use crate::steps::{MeteredSteps, view};
use crate::tracker::TrackId;

mod attention;
mod debts;
mod look;
mod outlets;
#[cfg(test)]
mod tests;
mod turn;
mod verdict;

pub(crate) use attention::{Attention, CameraTracks};
pub(crate) use outlets::Outlets;

use look::Look;
use turn::Turn;
use verdict::Analysis;

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

impl Rules {
    pub(crate) fn of(options: &RecognitionOptions) -> Self {
        Self {
            quality: options.quality,
            quality_to_enrol: options.quality_to_enrol,
            confirm: options.confirm,
            frame_age_max: Duration::from_millis(options.frame_age_ms_max),
            call_max: Duration::from_millis(options.call_ms_max),
        }
    }
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
    pub(crate) attention: Attention,
    pub(crate) camera_live: CameraLive,
    pub(crate) clock: Clock,
    pub(crate) outlets: Outlets,
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
        self.steps.keeping(&views, || self.look_at(&frames, &views, &context))
    }

    fn look_at(
        &self,
        frames: &[Arc<Frame>],
        views: &[plugin_host::Frame<'_>],
        context: &CallContext,
    ) -> Vec<Observation> {
        let faces = match self.steps.detect(context, views) {
            Ok(faces) => faces,
            Err(error) => {
                tracing::warn!(%error, "no detection");
                self.count(frames, FrameResult::Failed);
                return Vec::new();
            }
        };
        let looks = self.steps.timed(Stage::Tracking, || self.follow(frames, faces));
        let wanted: Vec<Face> = looks.iter().filter(|look| look.wanted).map(|look| look.face).collect();
        let space = self.space();
        let liveness = self.steps.liveness(context, views, &wanted);
        let embeddings = self.steps.embed(space.recognizer(), context, views, &wanted);
        let analyses = self.search(&space, liveness, embeddings);
        let observations = self.confirm(&space, (frames, &looks), analyses);
        self.count(frames, FrameResult::Analysed);
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

    /// Faces get tracks and a verdict on their quality; only good faces of undecided tracks go on, and of a sick camera none.
    fn follow(&self, frames: &[Arc<Frame>], faces: Vec<Face>) -> Vec<Look> {
        let mut looks = Vec::with_capacity(faces.len());
        for (index, frame) in frames.iter().enumerate() {
            let at = frame.captured.at;
            let faces: Vec<Face> =
                faces.iter().filter(|face| face.frame_index as usize == index).copied().collect();
            // Of what a sick camera shows nothing is gathered, lest it count once the camera is well.
            let live = (self.camera_live)(&frame.camera);
            let camera = self.attention.camera(&frame.camera, at);
            let mut camera = camera.lock();
            let tracks = camera.follow(at, &faces);
            let mut seen: Vec<Look> = faces
                .into_iter()
                .zip(tracks)
                .map(|(face, track)| {
                    let quality = self.judge(frame, &face);
                    Look { frame: index, face, track, quality, wanted: false }
                })
                .collect();
            if live {
                self.choose(frame, &mut seen, &mut camera);
            }
            looks.append(&mut seen);
        }
        looks
    }

    /// Marks the faces of one picture that are analysed now; the others have their turn with a later picture.
    fn choose(&self, frame: &Frame, looks: &mut [Look], camera: &mut CameraTracks) {
        let mut turns: Vec<(Turn, &mut Look)> = Vec::with_capacity(looks.len());
        for look in looks {
            let Some(evidence) = look.track.and_then(|track| camera.evidence(track)) else { continue };
            let turn = Turn {
                is_new: evidence.is_new(&self.rules.confirm),
                under_way: evidence.is_under_way(&self.rules.confirm),
                area: look.face.bbox.w * look.face.bbox.h,
                looked: evidence.looked(),
            };
            turns.push((turn, look));
        }
        turns.sort_by(|(one, _), (other, _)| one.order(other));
        let mut left = turn::FACES_MAX;
        for (_, look) in turns {
            let Some(evidence) = look.track.and_then(|track| camera.evidence(track)) else { continue };
            look.wanted = left > 0 && self.wants(frame, &look.face, evidence, &mut look.quality);
            if look.wanted {
                evidence.look(frame.captured.at);
                left -= 1;
            }
        }
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
        let wanted =
            liveness.into_iter().zip(embeddings).map(|(liveness, embedding)| liveness.zip(embedding));
        let wanted: Vec<Option<(Vec<f32>, Embedding)>> = wanted.collect();
        let embeddings: Vec<Embedding> =
            wanted.iter().flatten().map(|(_, embedding)| embedding.clone()).collect();
        if embeddings.is_empty() {
            return wanted.iter().map(|_| None).collect();
        }
        let mut tops = self.steps.timed(Stage::Search, || space.search_all(&embeddings)).into_iter();
        let analysis = |pair: Option<(Vec<f32>, Embedding)>| {
            let (liveness, embedding) = pair?;
            Some(Analysis { embedding, liveness, top: tops.next().flatten() })
        };
        wanted.into_iter().map(analysis).collect()
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
                looks.iter().map(|look| look.in_view(&camera, frame.captured.at)).collect();
            for look in &looks {
                let analysis = if look.wanted { analyses.next().flatten() } else { None };
                look.watch_gestures(frame, &mut camera);
                if let Some((track, analysis)) = look.track.zip(analysis)
                    && let Some((sighting, embedding)) =
                        self.weigh(space, (frame, look), (track, analysis), &in_view, &mut camera)
                {
                    self.steps.meter.sighting(
                        &sighting.camera,
                        sighting.subject.is_some(),
                        sighting.similarity,
                    );
                    self.outlets.sighting(frame, &look.face, (sighting, embedding));
                }
                faces.push(look.observed(&mut camera));
            }
            self.outlets.told(frame, camera.take_told());
            let interest = interest(&looks, &mut camera, frame.captured.at, &self.rules.confirm);
            let observation = observation(frame, (faces, interest), now);
            self.outlets.observation(&observation);
            observations.push(observation);
        }
        observations
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
            self.steps.meter.finished(frame, result);
        }
    }
}

/// How much there is left to find out about the faces of one picture.
fn interest(looks: &[&Look], camera: &mut CameraTracks, at: Instant, rules: &ConfirmOptions) -> Interest {
    if looks.is_empty() {
        return Interest::Nobody;
    }
    let rests = looks.iter().all(|look| {
        let Some(track) = look.track.filter(|track| !camera.is_challenged(*track)) else { return false };
        camera.evidence(track).is_some_and(|evidence| !evidence.wants(at, rules))
    });
    if rests { Interest::Decided } else { Interest::Open }
}

fn observation(frame: &Frame, (faces, interest): (Vec<ObservedFace>, Interest), now: Instant) -> Observation {
    Observation {
        camera: frame.camera.clone(),
        seq: frame.seq,
        captured_at: frame.captured.wall,
        size: (frame.width(), frame.height()),
        faces,
        interest,
        latency_ms: millis(frame.age(now)),
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
