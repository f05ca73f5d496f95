//! What the pictures of a track come to: a sighting, a refusal, or nothing yet.

use std::time::Duration;

use super::look::Look;
use super::{CameraTracks, Recognizer, millis};
use crate::challenge::{ChallengeAnswer, ChallengeFailure};
use crate::embedding::Embedding;
use crate::evidence::{ConfirmOptions, Evidence, Finding, Sample, Verdict};
use crate::frame::Frame;
use crate::gallery::{Subject, Top2};
use crate::liveness::all_passed;
use crate::sighting::{FaceInView, Sighting};
use crate::space::Space;
use crate::tracker::TrackId;

/// What was found out about a wanted face. Without a score from every liveness step there is nothing.
pub(super) struct Analysis {
    pub(super) embedding: Embedding,
    pub(super) liveness: Vec<f32>,
    pub(super) top: Option<Top2>,
}

/// One face in its picture, and what its track proved before.
struct Moment<'a> {
    frame: &'a Frame,
    look: &'a Look,
    in_view: &'a [FaceInView],
    challenge: Option<ChallengeAnswer>,
}

impl Recognizer {
    /// Adds one picture to its track's evidence; a sighting and its template when that decides the track.
    pub(super) fn weigh(
        &self,
        space: &Space,
        (frame, look): (&Frame, &Look),
        (track, analysis): (TrackId, Analysis),
        in_view: &[FaceInView],
        camera: &mut CameraTracks,
    ) -> Option<(Sighting, Embedding)> {
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

    /// A sighting when the pictures of a track are enough for one, with the mean that was searched for.
    fn decide(
        &self,
        space: &Space,
        moment: Moment<'_>,
        track: TrackId,
        evidence: &mut Evidence,
    ) -> Option<(Sighting, Embedding)> {
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
                let sighting = Sighting {
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
                };
                Some((sighting, mean))
            }
        }
    }

    /// The least score of each liveness step.
    fn liveness_mins(&self) -> Vec<f32> {
        self.steps.steps.liveness.iter().map(|step| step.score_min).collect()
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
