//! What is counted for plots until it is written to the database: bins without a person.

use std::collections::HashMap;
use std::time::Duration;

use domain::analytics::{Series, duration_bin};
use domain::decision::Decision;
use parking_lot::Mutex;
use pipeline::Stage;
use store::Counted;

use super::camera::label;
use crate::app::evidence::Seen;

/// More than all cameras, steps and bins of a minute have; what comes beyond it is left out and told of.
const KEYS_MAX: usize = 50_000;

/// Counts since they were last taken.
#[derive(Default)]
pub(crate) struct Tally(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    counts: HashMap<Counted, u64>,
    left_out: u64,
}

impl Tally {
    /// What was counted and is in no database yet.
    pub(crate) fn take(&self) -> Vec<(Counted, u64)> {
        let Kept { counts, left_out } = std::mem::take(&mut *self.0.lock());
        if left_out > 0 {
            tracing::warn!(left_out, "more than is kept was counted for the plots");
        }
        counts.into_iter().collect()
    }

    /// Counts again what could not be written.
    pub(crate) fn put_back(&self, counts: Vec<(Counted, u64)>) {
        counts.into_iter().for_each(|(of, count)| self.add(of, count));
    }

    /// A look of somebody live.
    pub(crate) fn look(&self, seen: &Seen, steps: &[String], margin_min: f32) {
        let camera = label(seen.camera.as_str());
        let known = if seen.subject.is_some() { "known" } else { "unknown" };
        let evidence = &seen.evidence;
        self.one(camera, Series::Look, known, 0);
        if let Some(similarity) = evidence.similarity {
            self.one(camera, Series::Similarity, known, Series::Similarity.bin(similarity));
        }
        if let (Some(margin), Some(_)) = (evidence.margin, seen.subject) {
            self.one(camera, Series::Margin, "", Series::Margin.bin(margin));
            if margin < margin_min {
                self.one(camera, Series::Look, "low_margin", 0);
            }
        }
        for (step, name) in evidence.liveness.iter().zip(steps) {
            self.one(camera, Series::Liveness, name, Series::Liveness.bin(step.score));
        }
    }

    /// What was decided on a look.
    pub(crate) fn decided(&self, seen: &Seen, decision: &Decision) {
        let camera = label(seen.camera.as_str());
        let (decided, reason) = match decision {
            Decision::Approve(_) => ("approve", None),
            Decision::StepUp(factors) => ("step_up", factors.first().map(|factor| factor.code())),
            Decision::Decline(reason) => ("decline", Some(reason.code())),
            Decision::Challenge => ("challenge", None),
        };
        self.one(camera, Series::Decision, decided, 0);
        if let Some(reason) = reason {
            self.one(camera, Series::Reason, reason, 0);
        }
    }

    /// The time from a look at this place to the money.
    pub(crate) fn paid(&self, camera: &str, took: Duration) {
        self.one(label(camera), Series::LookToPaid, "", duration_bin(took));
    }

    /// The time that a stage of recognition took.
    pub(super) fn stage(&self, stage: Stage, took: Duration) {
        self.one("", Series::Stage, stage.name(), duration_bin(took));
    }

    fn one(&self, camera: &str, series: Series, label: &str, bin: i32) {
        self.add(Counted { camera: camera.to_owned(), series, label: label.to_owned(), bin }, 1);
    }

    fn add(&self, of: Counted, count: u64) {
        let mut kept = self.0.lock();
        match kept.counts.len() < KEYS_MAX || kept.counts.contains_key(&of) {
            true => *kept.counts.entry(of).or_default() += count,
            false => kept.left_out += count,
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::decision::{Evidence, LivenessScore, Reason};
    use domain::liveness::Challenge;
    use domain::presence::Position;
    use domain::{FaceId, Timestamp, UserId};
    use uuid::Uuid;

    use super::*;

    fn seen(camera: &str, known: bool, margin: f32) -> Seen {
        Seen {
            camera: camera.parse().unwrap(),
            track: 1,
            subject: known.then(|| (UserId(Uuid::nil()), FaceId(Uuid::nil()))),
            model_tag: None,
            seq: None,
            frame_sha256: None,
            evidence: Evidence {
                captured_at: Timestamp(0),
                camera_live: true,
                similarity: Some(0.71),
                margin: Some(margin),
                liveness: vec![LivenessScore { score: 0.97, score_min: 0.5 }],
                challenge: Challenge::Open,
                faces_in_view: 1,
                place: Position::Payer,
                templates_searched: 1,
                claimed: false,
            },
            faces: Vec::new(),
            challenge: None,
        }
    }

    #[test]
    fn looks_are_counted_by_camera_and_bin_and_taken_once() {
        let (tally, steps) = (Tally::default(), ["minifasnet".to_owned()]);
        tally.look(&seen("till-1", true, 0.3), &steps, 0.1);
        tally.look(&seen("till-1", true, 0.05), &steps, 0.1);
        // Cameras of sockets have no end of names; strangers have no margin of their own.
        tally.look(&seen("socket-17", false, 0.01), &steps, 0.1);
        tally.decided(&seen("till-1", true, 0.3), &Decision::Decline(Reason::NotLive));
        let mut counts: Vec<_> = tally.take().into_iter().collect();
        counts.sort();
        let told: Vec<_> = counts
            .iter()
            .map(|(of, count)| (format!("{}/{}/{}", of.camera, of.series, of.label), of.bin, *count))
            .collect();
        let expected = [
            ("socket/look/unknown", 0, 1),
            ("socket/similarity/unknown", 35, 1),
            ("socket/liveness/minifasnet", 19, 1),
            ("till-1/look/known", 0, 2),
            ("till-1/look/low_margin", 0, 1),
            ("till-1/similarity/known", 35, 2),
            ("till-1/margin/", 2, 1),
            ("till-1/margin/", 15, 1),
            ("till-1/liveness/minifasnet", 19, 2),
            ("till-1/decision/decline", 0, 1),
            ("till-1/reason/not_live", 0, 1),
        ];
        let expected: Vec<_> =
            expected.map(|(name, bin, count): (&str, i32, u64)| (name.to_owned(), bin, count)).into();
        assert_eq!(told, expected);
        assert!(tally.take().is_empty());
        tally.put_back(counts);
        tally.look(&seen("till-1", true, 0.3), &steps, 0.1);
        let known = tally.take().into_iter().find(|(of, _)| of.series == Series::Look && of.label == "known");
        assert_eq!(known.map(|(_, count)| count), Some(3));
    }
}
