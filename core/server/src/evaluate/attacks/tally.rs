//! Attempts, counted: who passed, and what stopped the others.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Kind;
use super::asking::Asked;
use crate::evaluate::interval::Rate;
use crate::evaluate::liveness::{Answer, Answers, Species};

/// What became of one attempt.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// What was tried.
    pub kind: Kind,
    /// Whose pictures it was made of, as a number: attempts of one source hang together.
    pub source: usize,
    /// Faces in analysed pictures, and those of them that passed the quality gate.
    pub faces: usize,
    /// See [`Self::faces`].
    pub good: usize,
    /// Whether some track was taken for a living person at any moment.
    pub live: bool,
    /// Whether some track was taken for a living person and for the payer.
    pub known: bool,
    /// Whether some track was taken for no living person.
    pub not_live: bool,
    /// When somebody was first taken for a living person, from the attempt's beginning.
    pub live_at_ms: Option<u64>,
    /// Pictures that came while the camera was not trusted, by its state.
    pub untrusted: BTreeMap<&'static str, u64>,
    /// Pictures that were not analysed though it was their turn, as late ones are not.
    pub passed_over: u64,
    /// The challenges.
    pub asked: Asked,
    /// Some of the pictures, each by itself.
    pub frames: Answers,
}

/// What stopped an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stopped {
    /// Nothing: it would have paid.
    Nothing,
    /// The pictures were too late to be looked at.
    Late,
    /// No face was found.
    NoFace,
    /// No face passed the quality gate.
    Quality,
    /// The passive liveness steps.
    Passive,
    /// The camera was not trusted.
    Camera(&'static str),
    /// The pictures agreed on nothing; also where the attacker was taken for themselves.
    Undecided,
    /// The challenge alone, by its last failure.
    Challenge(&'static str),
}

impl Stopped {
    /// Stable machine-readable name.
    pub fn name(&self) -> String {
        match self {
            Self::Nothing => "nothing".to_owned(),
            Self::Late => "late".to_owned(),
            Self::NoFace => "no_face".to_owned(),
            Self::Quality => "quality".to_owned(),
            Self::Passive => "passive".to_owned(),
            Self::Camera(state) => format!("camera_{state}"),
            Self::Undecided => "undecided".to_owned(),
            Self::Challenge(failure) => format!("challenge_{failure}"),
        }
    }
}

impl Outcome {
    /// Whether it passes where nobody is challenged.
    pub fn passes(&self) -> bool {
        if self.kind.shows_the_attacker() { self.known } else { self.live }
    }

    /// The same in the terms of ISO/IEC 30107-3.
    pub fn answer(&self) -> Answer {
        match (self.passes(), self.not_live, self.good) {
            (true, ..) => Answer::Live,
            (false, true, _) => Answer::NotLive,
            (false, false, 0) => Answer::NotAcquired,
            (false, false, _) => Answer::Undecided,
        }
    }

    /// What stopped it, the challenge last.
    pub fn stopped(&self) -> Stopped {
        if self.passes() {
            let failure = self.asked.failures.last().copied().unwrap_or("not_asked");
            return if self.asked.passed { Stopped::Nothing } else { Stopped::Challenge(failure) };
        }
        if self.not_live {
            return Stopped::Passive;
        }
        match (self.faces, self.good) {
            (0, _) if self.passed_over > 0 => Stopped::Late,
            (0, _) => Stopped::NoFace,
            (_, 0) => Stopped::Quality,
            _ => {
                let most = self.untrusted.iter().max_by_key(|(_, pictures)| **pictures);
                most.map_or(Stopped::Undecided, |(state, _)| Stopped::Camera(state))
            }
        }
    }
}

/// How the challenge did, whatever the other layers said.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Layers {
    /// Attempts that passed it, of those that were asked.
    pub passed: Rate,
    /// Challenges put.
    pub tries: u64,
    /// Why they failed.
    pub failures: BTreeMap<&'static str, u64>,
}

/// One species.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SpeciesReport {
    /// Attempts that pass where nobody is challenged.
    pub without_challenge: Species,
    /// Attempts that pass every layer.
    pub with_challenge: Rate,
    /// Attempts that are taken for the payer, alive (IAPAR), where nobody is challenged.
    pub as_payer: Rate,
    /// The challenge by itself.
    pub challenge: Layers,
    /// What stopped how many attempts.
    pub stopped: BTreeMap<String, u64>,
    /// Sampled pictures, each by itself.
    pub per_frame: Species,
    /// The middle of when those that passed did.
    pub live_at_ms_p50: Option<u64>,
}

impl SpeciesReport {
    /// Counts the attempts of one species.
    pub fn of(outcomes: &[&Outcome]) -> Self {
        let mut by_source: BTreeMap<usize, (Answers, Answers)> = BTreeMap::new();
        let (mut stopped, mut failures) = (BTreeMap::new(), BTreeMap::new());
        for outcome in outcomes {
            let (attempts, frames) = by_source.entry(outcome.source).or_default();
            attempts.0.push(outcome.answer());
            frames.0.extend(&outcome.frames.0);
            *stopped.entry(outcome.stopped().name()).or_default() += 1;
            outcome.asked.failures.iter().for_each(|failure| *failures.entry(*failure).or_default() += 1);
        }
        let (attempts, frames): (Vec<Answers>, Vec<Answers>) = by_source.into_values().unzip();
        let count = |of: &dyn Fn(&Outcome) -> bool| outcomes.iter().filter(|outcome| of(outcome)).count();
        let asked = count(&|outcome| outcome.asked.tries > 0);
        let mut times: Vec<u64> =
            outcomes.iter().filter(|one| one.passes()).filter_map(|one| one.live_at_ms).collect();
        times.sort_unstable();
        Self {
            without_challenge: Species::of(&attempts),
            with_challenge: Rate::of(count(&|one| one.passes() && one.asked.passed), outcomes.len()),
            as_payer: Rate::of(count(&|one| one.known), outcomes.len()),
            challenge: Layers {
                passed: Rate::of(count(&|one| one.asked.passed), asked),
                tries: outcomes.iter().map(|one| one.asked.tries).sum(),
                failures,
            },
            stopped,
            per_frame: Species::of(&frames),
            live_at_ms_p50: times.get(times.len() / 2).copied(),
        }
    }
}

#[cfg(test)]
mod tests {
    use pipeline::simulate::attack::Species as Simulated;

    use super::*;

    fn outcome(change: impl Fn(&mut Outcome)) -> Outcome {
        let mut outcome = Outcome {
            kind: Kind::Simulated(Simulated::PrintFlat),
            source: 0,
            faces: 9,
            good: 9,
            live: false,
            known: false,
            not_live: false,
            live_at_ms: None,
            untrusted: BTreeMap::new(),
            passed_over: 0,
            asked: Asked { tries: 1, passed: false, failures: vec!["late"] },
            frames: Answers(vec![Answer::NotLive, Answer::Live]),
        };
        change(&mut outcome);
        outcome
    }

    #[test]
    fn each_attempt_is_put_down_to_the_layer_that_stopped_it() {
        type Change = fn(&mut Outcome);
        let rows: [(Change, &str, Answer); 9] = [
            (|o| o.live = true, "challenge_late", Answer::Live),
            (|o| (o.live, o.asked.passed) = (true, true), "nothing", Answer::Live),
            (|o| (o.live, o.asked) = (true, Asked::default()), "challenge_not_asked", Answer::Live),
            (|o| o.not_live = true, "passive", Answer::NotLive),
            (|o| (o.faces, o.good) = (0, 0), "no_face", Answer::NotAcquired),
            (|o| (o.faces, o.good, o.passed_over) = (0, 0, 5), "late", Answer::NotAcquired),
            (|o| o.good = 0, "quality", Answer::NotAcquired),
            (
                |o| o.untrusted = BTreeMap::from([("frozen", 2), ("looped", 9)]),
                "camera_looped",
                Answer::Undecided,
            ),
            (|_| (), "undecided", Answer::Undecided),
        ];
        for (change, stopped, answer) in rows {
            let outcome = outcome(change);
            assert_eq!((outcome.stopped().name().as_str(), outcome.answer()), (stopped, answer));
        }
    }

    #[test]
    fn an_attacker_who_is_taken_for_themselves_has_not_passed() {
        let spliced = Kind::Simulated(Simulated::InjectedSpliced);
        for (known, passes) in [(false, false), (true, true)] {
            let outcome = outcome(|o| (o.kind, o.live, o.known) = (spliced, true, known));
            assert_eq!(outcome.passes(), passes);
        }
    }

    #[test]
    fn species_are_counted_by_attempt_by_challenge_and_by_picture() {
        let all = [
            outcome(|o| (o.live, o.known, o.live_at_ms) = (true, true, Some(400))),
            outcome(|o| (o.live, o.live_at_ms, o.asked.passed) = (true, Some(900), true)),
            outcome(|o| (o.not_live, o.source) = (true, 1)),
            outcome(|o| (o.good, o.faces, o.asked) = (0, 0, Asked::default())),
        ];
        let found = SpeciesReport::of(&all.iter().collect::<Vec<_>>());
        let plain = &found.without_challenge;
        assert_eq!((plain.n, plain.accepted, plain.not_live, plain.not_acquired), (4, 2, 1, 1));
        assert!(plain.ci95_files.is_some(), "two sources");
        assert_eq!((found.with_challenge.count, found.with_challenge.n), (1, 4));
        assert_eq!((found.as_payer.count, found.challenge.passed.count, found.challenge.passed.n), (1, 1, 3));
        assert_eq!((found.challenge.tries, found.challenge.failures["late"]), (3, 3));
        assert_eq!((found.per_frame.n, found.per_frame.accepted, found.live_at_ms_p50), (8, 4, Some(900)));
        assert_eq!(found.stopped.values().sum::<u64>(), 4);
    }
}
