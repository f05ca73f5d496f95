//! What the pictures of one track add up to: is it a live person, and whose face is it?
//!
//! Pure and without a clock. Evidence is used up by a verdict: the next one rests on pictures of its own.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::embedding::Embedding;
use crate::gallery::{Subject, Top2};
use crate::shot::Shots;

mod record;
#[cfg(test)]
mod tests;

pub(crate) use record::{Debt, Record};

/// When a track is decided.
#[derive(Clone, Copy, Debug)]
pub struct ConfirmOptions {
    /// Pictures in a row that must match the same subject, or nobody.
    pub agreeing_frames_min: usize,
    /// Pictures over which liveness is averaged, at least.
    pub liveness_frames_min: usize,
    /// Odds for a living person that the pictures of a track must reach, see `evidence::record`: at 20, six pictures without
    /// a refused one, and each refused one asks for three more.
    pub liveness_odds_min: f32,
    /// Pictures kept of a track, at most; when so many do not look alive, the track is not live. It is refused for good, and
    /// sooner, when pictures that do not look alive prevail since it began.
    pub frames_max: usize,
    /// Least cosine similarity that is shown as a match. What is enough to pay by is decided elsewhere.
    pub similarity_min: f32,
    /// Least similarity of a picture to those before it: below, somebody else stands there.
    pub continuity_similarity_min: f32,
    /// After a longer gap between two pictures the older ones count no more.
    pub gap_ms_max: u64,
    /// A decided track is looked at again after this.
    pub reverify_ms: u64,
    /// One that did not look alive is, after this.
    pub not_live_rest_ms: u64,
}

impl Default for ConfirmOptions {
    fn default() -> Self {
        Self {
            agreeing_frames_min: 3,
            liveness_frames_min: 3,
            liveness_odds_min: 20.0,
            frames_max: 8,
            similarity_min: 0.411,
            continuity_similarity_min: 0.3,
            gap_ms_max: 1_500,
            reverify_ms: 1_000,
            not_live_rest_ms: 250,
        }
    }
}

/// One analysed picture of a face.
pub(crate) struct Sample {
    pub(crate) at: Instant,
    /// Which recogniser made the embedding.
    pub(crate) model_tag: u32,
    pub(crate) embedding: Embedding,
    /// The picture's quality, 0..=1: how much it weighs.
    pub(crate) weight: f32,
    /// One score for each configured liveness step.
    pub(crate) liveness: Vec<f32>,
}

/// What was decided about a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    NotLive,
    Unknown,
    Known(Subject),
}

/// What the pictures so far say.
pub(crate) enum Finding {
    /// More pictures are needed.
    Open,
    /// Enough pictures, and they do not look alive, or they did not before.
    NotLive,
    /// Live, and the pictures agree on this subject, or on nobody.
    Agreed { subject: Option<Subject>, mean: Embedding, liveness: Vec<f32> },
}

/// The evidence on one track.
#[derive(Default)]
pub(crate) struct Evidence {
    /// Newest last.
    samples: VecDeque<Sample>,
    agreeing: usize,
    candidate: Option<Subject>,
    verdict: Option<(Verdict, Instant)>,
    /// Which recogniser made the embeddings here; `None` before the first.
    model_tag: Option<u32>,
    /// When a picture of the track was analysed last, and how many were since its last verdict.
    looked: Option<Instant>,
    looks: usize,
    /// Whose face the track was last decided to show: outlives the pictures, so that nobody slips in between verdicts.
    decided: Option<Embedding>,
    /// Outlives verdicts, gaps and pictures.
    record: Record,
    /// The pictures that counted last: those that show no more than these do not.
    pub(crate) shots: Shots,
}

impl Evidence {
    /// On a face that appeared where one was refused a moment ago.
    pub(crate) fn owing(debt: Debt) -> Self {
        Self { record: Record::owing(debt), ..Self::default() }
    }

    /// What the pictures of the track, all together, speak against a living person.
    pub(crate) fn debt(&self) -> Option<Debt> {
        self.record.debt()
    }

    /// Whether another picture should be analysed at `now`.
    pub(crate) fn wants(&self, now: Instant, options: &ConfirmOptions) -> bool {
        self.verdict.is_none_or(|(verdict, at)| {
            let rest_ms = match verdict {
                Verdict::NotLive => options.not_live_rest_ms,
                Verdict::Unknown | Verdict::Known(_) => options.reverify_ms,
            };
            now.saturating_duration_since(at) >= Duration::from_millis(rest_ms)
        })
    }

    /// Whether there are pictures that count for the next verdict, and that is not overdue.
    pub(crate) fn is_under_way(&self, options: &ConfirmOptions) -> bool {
        !self.samples.is_empty() && self.looks < options.frames_max
    }

    /// Whether it waits for its first verdict, and has not had its share of the pictures yet: of a face that these do not
    /// decide, more may not either.
    pub(crate) fn is_new(&self, options: &ConfirmOptions) -> bool {
        self.verdict.is_none() && self.looks < options.frames_max
    }

    /// When a picture of the track was analysed last.
    pub(crate) fn looked(&self) -> Option<Instant> {
        self.looked
    }

    /// Notes that a picture of the track is analysed.
    pub(crate) fn look(&mut self, now: Instant) {
        self.looked = Some(now);
        self.looks += 1;
    }

    /// The last verdict.
    pub(crate) fn verdict(&self) -> Option<Verdict> {
        self.verdict.map(|(verdict, _)| verdict)
    }

    /// Adds a picture and its best match, to be held against the least scores `liveness_mins`; says whether it still shows
    /// the same person. Pictures from before a gap, or of somebody else, count no more, but what was refused stays refused.
    #[must_use]
    pub(crate) fn add(
        &mut self,
        sample: Sample,
        top: Option<&Top2>,
        liveness_mins: &[f32],
        options: &ConfirmOptions,
    ) -> bool {
        // Embeddings of two recognisers do not compare: it may be somebody else.
        let same = self.is_of(sample.model_tag) && self.shows_the_same(&sample, options);
        if !same {
            self.forget();
        } else if !self.is_recent(&sample, options) {
            let (decided, record) = (self.decided.take(), self.record.again());
            *self = Evidence { decided, record, ..self.with_shots() };
        }
        let scored = sample.liveness.len() == liveness_mins.len();
        self.record.add(scored && enough(&sample.liveness, liveness_mins), options.liveness_odds_min);
        let candidate = top.filter(|top| top.similarity >= options.similarity_min).map(|top| top.subject);
        if candidate != self.candidate {
            (self.candidate, self.agreeing) = (candidate, 0);
        }
        self.agreeing += 1;
        while self.samples.len() >= options.frames_max.max(1) {
            self.samples.pop_front();
        }
        self.model_tag = Some(sample.model_tag);
        self.samples.push_back(sample);
        same
    }

    /// What the pictures say against the least scores of `liveness_mins`, one for each step.
    pub(crate) fn finding(&self, liveness_mins: &[f32], options: &ConfirmOptions) -> Finding {
        let liveness = self.liveness(liveness_mins.len(), self.samples.len());
        let live = enough(&liveness, liveness_mins);
        let frames = self.samples.len();
        if self.record.is_refused() {
            return Finding::NotLive;
        }
        if frames < options.liveness_frames_min {
            return Finding::Open;
        }
        if !live {
            return if frames >= options.frames_max { Finding::NotLive } else { Finding::Open };
        }
        // Those that say who it is must look alive by themselves: others may show somebody else.
        let agreed = self.agreeing >= options.agreeing_frames_min
            && enough(&self.liveness(liveness_mins.len(), self.agreeing), liveness_mins);
        if !agreed || !self.record.is_for(options.liveness_odds_min) {
            return Finding::Open;
        }
        match self.mean() {
            Some(mean) => Finding::Agreed { subject: self.candidate, mean, liveness },
            None => Finding::Open,
        }
    }

    /// Notes a verdict; the pictures that led to it are used up. Those that do not look alive go on to count, lest
    /// a few lucky ones among many pass.
    pub(crate) fn decide(&mut self, verdict: Verdict, now: Instant) {
        if verdict == Verdict::NotLive {
            self.verdict = Some((verdict, now));
            self.looks = 0;
        } else {
            let (decided, record) = (self.mean().or_else(|| self.decided.take()), self.record);
            *self =
                Evidence { verdict: Some((verdict, now)), decided, record, looks: 0, ..self.with_shots() };
        }
    }

    /// Asks for a new verdict on the same person.
    pub(crate) fn ask_again(&mut self) {
        self.verdict = None;
    }

    /// Looks at the same face anew. What was refused stays refused.
    pub(crate) fn look_anew(&mut self) {
        *self = Evidence { record: self.record.again(), looks: 0, ..self.with_shots() };
    }

    /// Starts again: it may be somebody else. Only what the place owes stays.
    pub(crate) fn forget(&mut self) {
        *self = self.with_turns(Evidence { record: self.record.of_another(), ..Evidence::default() });
    }

    /// Starts again for it may be another track, on which the place may owe something.
    pub(crate) fn entangle(&mut self, owed: Option<Debt>) {
        *self = self.with_turns(owed.map_or_else(Evidence::default, Evidence::owing));
    }

    /// The track has had its turns, whoever it shows.
    fn with_turns(&self, evidence: Evidence) -> Evidence {
        Evidence { looked: self.looked, looks: self.looks, ..evidence }
    }

    /// Nothing but the pictures that counted, when they did, and whose embeddings are compared.
    fn with_shots(&mut self) -> Evidence {
        let (shots, model_tag) = (std::mem::take(&mut self.shots), self.model_tag);
        let (looked, looks) = (self.looked, self.looks);
        Evidence { shots, model_tag, looked, looks, ..Evidence::default() }
    }

    fn is_of(&self, model_tag: u32) -> bool {
        self.model_tag.is_none_or(|known| known == model_tag)
    }

    fn is_recent(&self, sample: &Sample, options: &ConfirmOptions) -> bool {
        let gap = self.samples.back().map(|last| sample.at.saturating_duration_since(last.at));
        gap.is_none_or(|gap| gap <= Duration::from_millis(options.gap_ms_max))
    }

    fn shows_the_same(&self, sample: &Sample, options: &ConfirmOptions) -> bool {
        let like =
            |known: &Embedding| known.similarity(&sample.embedding) >= options.continuity_similarity_min;
        // Pictures that cancel each other out have no direction: they were of several people.
        let of_now = self.samples.is_empty() || self.mean().is_some_and(|mean| like(&mean));
        of_now && self.decided.as_ref().is_none_or(like)
    }

    /// The direction of the better pictures, mostly.
    fn mean(&self) -> Option<Embedding> {
        // Even the worst picture that passed the gate counts a little.
        let weighted = self.samples.iter().map(|sample| (&sample.embedding, sample.weight.max(0.05)));
        Embedding::mean(weighted).ok()
    }

    /// The mean of each step over the newest `count` pictures; a step without a score in some picture has none.
    fn liveness(&self, steps: usize, count: usize) -> Vec<f32> {
        let count = count.min(self.samples.len());
        let mean = |step: usize| {
            let scores =
                self.samples.iter().rev().take(count).map(|sample| sample.liveness.get(step).copied());
            scores.map(|score| score.unwrap_or(f32::NAN)).sum::<f32>() / count as f32
        };
        (0..steps).map(mean).collect()
    }
}

/// Whether every step's score is enough. One that is no number is not.
fn enough(scores: &[f32], mins: &[f32]) -> bool {
    scores.iter().zip(mins).all(|(score, min)| score >= min)
}
