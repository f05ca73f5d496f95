//! Active liveness: a person does what they are asked to do, in an order that nobody could know before.
//!
//! A recording shows its movements in its own order, too early or too late, and a picture that is turned shows no depth.
//! What passes is bound to the face's track and to the nonce of whoever asked. Pure: the time comes with the pictures.

use std::time::{Duration, Instant};

use plugin_host::Surface;

use crate::camera::CameraId;
use crate::gesture::{Gesture, Rest, Signals};
use crate::shape::depth_residual;
use crate::tracker::TrackId;

#[cfg(test)]
mod tests;

/// What one challenge is called; drawn at random by whoever asks, and used once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Nonce(pub [u8; 16]);

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChallengePlan {
    nonce: Nonce,
    gestures: Vec<Gesture>,
    step_ms_max: u64,
}

impl ChallengePlan {
    /// Draws `count` different gestures in random order, one of them a turn, which shows depth: 54 orders for three.
    /// `below(n)` gives a random number below `n`; each step may take `step_ms_max`.
    pub fn draw(nonce: Nonce, count: usize, step_ms_max: u64, mut below: impl FnMut(usize) -> usize) -> Self {
        let count = count.clamp(1, Gesture::ALL.len());
        let mut left = Gesture::ALL.to_vec();
        let mut pick = |left: &mut Vec<Gesture>| left.remove(below(left.len()) % left.len());
        let mut gestures: Vec<Gesture> = (0..count).map(|_| pick(&mut left)).collect();
        if !gestures.iter().any(|gesture| gesture.is_turn()) {
            let place = below(count) % count;
            gestures[place] = if below(2) == 0 { Gesture::TurnLeft } else { Gesture::TurnRight };
        }
        Self { nonce, gestures, step_ms_max }
    }

    /// Its name.
    pub fn nonce(&self) -> Nonce {
        self.nonce
    }

    /// The gestures in their order. Whoever is asked learns them one by one.
    pub fn gestures(&self) -> &[Gesture] {
        &self.gestures
    }
}

/// One gesture that was carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Which.
    pub gesture: Gesture,
    /// From the prompt to the face being at rest again.
    pub took_ms: u64,
}

/// A challenge that was passed.
#[derive(Clone, Debug, PartialEq)]
pub struct ChallengeAnswer {
    /// Whose challenge it was.
    pub nonce: Nonce,
    /// What was done, in order.
    pub gestures: Vec<Answered>,
    /// The least depth that the turns showed: what a homography leaves unexplained, as a share of the face's spread.
    pub depth: f32,
    /// What it had to reach.
    pub depth_min: f32,
}

/// Why a challenge was not passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChallengeFailure {
    /// Not done in time.
    Late,
    /// Another movement of the head than the one asked for.
    WrongGesture,
    /// Begun before anybody could have understood the prompt.
    TooEarly,
    /// The turn showed no depth: a flat picture.
    Flat,
    /// The face left the view, or was mistaken for another.
    FaceLost,
    /// Another face took its place.
    SomebodyElse,
    /// The detector does not measure what the gestures change.
    NotMeasured,
}

impl ChallengeFailure {
    /// Stable machine-readable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Late => "late",
            Self::WrongGesture => "wrong_gesture",
            Self::TooEarly => "too_early",
            Self::Flat => "flat",
            Self::FaceLost => "face_lost",
            Self::SomebodyElse => "somebody_else",
            Self::NotMeasured => "not_measured",
        }
    }
}

/// How far a challenge has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChallengePhase {
    /// This gesture is to be done now.
    Prompt {
        /// Its place in the plan, from 0.
        index: usize,
        /// What is to be done.
        gesture: Gesture,
    },
    /// Everything was done.
    Passed,
    /// It is over, and nothing was proved.
    Failed(ChallengeFailure),
}

impl ChallengePhase {
    /// Stable machine-readable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Prompt { .. } => "prompt",
            Self::Passed => "passed",
            Self::Failed(_) => "failed",
        }
    }
}

/// A challenge went on.
#[derive(Clone, Debug)]
pub struct ChallengeUpdate {
    /// Where.
    pub camera: CameraId,
    /// Whose.
    pub track: TrackId,
    /// Which.
    pub nonce: Nonce,
    /// How far it has come.
    pub phase: ChallengePhase,
}

/// Pictures over which the face at rest is measured.
const REST_PICTURES: usize = 3;
/// Nobody reacts sooner; a recording may.
const REACTION_MIN: Duration = Duration::from_millis(200);
/// Least depth of a turn, see [`depth_residual`]: between a flat picture's most (0.07) and a head's least (0.12).
const DEPTH_MIN: f32 = 0.09;
/// From this strength on a gesture has begun.
const BEGUN: f32 = 0.5;

/// A challenge on its way.
pub(crate) struct Running {
    plan: ChallengePlan,
    stage: Stage,
    /// When the stage began.
    since: Instant,
    answered: Vec<Answered>,
    /// The least depth of the turns so far.
    depth: f32,
}

enum Stage {
    /// The face at rest is measured.
    Settling(Vec<Signals>),
    /// A gesture was asked for.
    Asked(Box<Asked>),
}

struct Asked {
    rest: Rest,
    front: Surface,
    begun: bool,
    done: bool,
    /// The most depth that this gesture showed.
    depth: f32,
}

impl Running {
    pub(crate) fn new(plan: ChallengePlan, now: Instant) -> Self {
        let stage = Stage::Settling(Vec::new());
        Self { plan, stage, since: now, answered: Vec::new(), depth: f32::INFINITY }
    }

    pub(crate) fn nonce(&self) -> Nonce {
        self.plan.nonce
    }

    /// What a picture changes, if anything.
    pub(crate) fn see(&mut self, now: &Signals, surface: &Surface) -> Option<ChallengePhase> {
        if now.at.saturating_duration_since(self.since) > Duration::from_millis(self.plan.step_ms_max) {
            return Some(ChallengePhase::Failed(ChallengeFailure::Late));
        }
        match &mut self.stage {
            Stage::Settling(pictures) => {
                if Rest::may_be(now) {
                    pictures.push(*now);
                }
                let rest = (pictures.len() >= REST_PICTURES).then(|| Rest::of(pictures)).flatten()?;
                self.begin(now.at, rest, *surface)
            }
            Stage::Asked(asked) => {
                let gesture = *self.plan.gestures.get(self.answered.len())?;
                match asked.look(gesture, now, surface, self.since) {
                    Step::Waiting => None,
                    Step::Failed(failure) => Some(ChallengePhase::Failed(failure)),
                    Step::Done => Some(self.answer(gesture, now.at)),
                }
            }
        }
    }

    /// What was proved; `None` before everything was done.
    pub(crate) fn into_answer(self) -> Option<ChallengeAnswer> {
        (self.answered.len() == self.plan.gestures.len()).then_some(ChallengeAnswer {
            nonce: self.plan.nonce,
            gestures: self.answered,
            depth: self.depth,
            depth_min: DEPTH_MIN,
        })
    }

    fn begin(&mut self, now: Instant, rest: Rest, front: Surface) -> Option<ChallengePhase> {
        let measured = self.plan.gestures.iter().all(|gesture| rest.measures(*gesture));
        if !measured || depth_residual(front.points(), front.points()).is_none() {
            return Some(ChallengePhase::Failed(ChallengeFailure::NotMeasured));
        }
        self.stage = Stage::Asked(Box::new(Asked { rest, front, begun: false, done: false, depth: 0.0 }));
        self.since = now;
        self.prompt()
    }

    fn answer(&mut self, gesture: Gesture, now: Instant) -> ChallengePhase {
        let took = now.saturating_duration_since(self.since).as_millis();
        self.answered.push(Answered { gesture, took_ms: u64::try_from(took).unwrap_or(u64::MAX) });
        self.since = now;
        if let Stage::Asked(asked) = &mut self.stage {
            if gesture.is_turn() {
                self.depth = self.depth.min(asked.depth);
            }
            (asked.begun, asked.done, asked.depth) = (false, false, 0.0);
        }
        self.prompt().unwrap_or(ChallengePhase::Passed)
    }

    fn prompt(&self) -> Option<ChallengePhase> {
        let index = self.answered.len();
        Some(ChallengePhase::Prompt { index, gesture: *self.plan.gestures.get(index)? })
    }
}

enum Step {
    Waiting,
    Done,
    Failed(ChallengeFailure),
}

impl Asked {
    /// What a picture says about the gesture that was asked for at `since`.
    fn look(&mut self, gesture: Gesture, now: &Signals, surface: &Surface, since: Instant) -> Step {
        if self.rest.other_movement(gesture, now).is_some() {
            return Step::Failed(ChallengeFailure::WrongGesture);
        }
        let strength = self.rest.strength(gesture, now);
        if strength >= BEGUN && !self.begun {
            self.begun = true;
            if now.at.saturating_duration_since(since) < REACTION_MIN {
                return Step::Failed(ChallengeFailure::TooEarly);
            }
        }
        if strength >= 1.0 {
            self.done = true;
            let depth = depth_residual(self.front.points(), surface.points());
            self.depth = depth.map_or(self.depth, |depth| depth.max(self.depth));
        }
        match self.done && self.rest.is_back(gesture, now) {
            false => Step::Waiting,
            true if gesture.is_turn() && self.depth < DEPTH_MIN => Step::Failed(ChallengeFailure::Flat),
            true => Step::Done,
        }
    }
}
