//! Challenges put to whoever is before the camera, one after another, as a checkout does.

use pipeline::{ChallengePhase, ChallengePlan, Gesture, Nonce, TrackId, Viewer};
use rand::RngExt;
use rand::rngs::StdRng;

use crate::settings;

/// What became of the challenges of one attempt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// How many were put.
    pub tries: u64,
    /// Whether one was passed.
    pub passed: bool,
    /// Why the others failed, in order.
    pub failures: Vec<&'static str>,
}

/// Puts challenges until one is passed, or as many failed as a checkout allows.
pub(crate) struct Asking {
    rules: settings::Challenge,
    random: StdRng,
    running: Option<Nonce>,
    asked: Asked,
}

impl Asking {
    pub(crate) fn new(rules: settings::Challenge, random: StdRng) -> Self {
        Self { rules, random, running: None, asked: Asked::default() }
    }

    /// Challenges the person of a track, unless that is under way or over.
    pub(crate) fn ask(&mut self, viewer: &Viewer, track: TrackId) {
        let over = self.asked.passed || self.asked.tries >= u64::from(self.rules.tries_max);
        if over || self.running.is_some() {
            return;
        }
        let nonce = Nonce(self.random.random());
        let (count, step_ms_max) = (self.rules.gestures, self.rules.step_ms_max);
        let random = &mut self.random;
        let plan = ChallengePlan::draw(nonce, count, step_ms_max, |below| random.random_range(0..below));
        if viewer.challenge(track, plan) {
            self.asked.tries += 1;
            self.running = Some(nonce);
        }
    }

    /// Takes note of how challenges went on; the gesture that is asked for from now on.
    pub(crate) fn hear(&mut self, nonce: Nonce, phase: ChallengePhase) -> Option<Gesture> {
        if self.running != Some(nonce) {
            return None;
        }
        match phase {
            ChallengePhase::Prompt { gesture, .. } => return Some(gesture),
            ChallengePhase::Passed => self.asked.passed = true,
            ChallengePhase::Failed(failure) => self.asked.failures.push(failure.name()),
        }
        self.running = None;
        None
    }

    /// All of it. A challenge that the pictures ended in the middle of is not passed.
    pub(crate) fn end(mut self) -> Asked {
        if self.running.take().is_some() {
            self.asked.failures.push("unfinished");
        }
        self.asked
    }
}
