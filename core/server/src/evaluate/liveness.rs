//! How many attacks pass for living people, and how many living people do not: counts by ISO/IEC 30107-3.
//!
//! A bona fide presentation is a living person, a species is a kind of attack. A presentation without an answer (no face,
//! or none good enough) is an attack that did not pass, and a living person who did not.

use std::collections::BTreeMap;

use serde::Serialize;

use super::all_pairs::resampled95;
use super::interval::wilson95;

/// What a picture or a track came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Every layer says: a living person.
    Live,
    /// Some layer says: none.
    NotLive,
    /// No layer said enough.
    Undecided,
    /// There was no face, or none that was good enough.
    NotAcquired,
}

/// The answers to the presentations of one file, which hang together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers(pub Vec<Answer>);

impl Answers {
    fn count(&self, answer: Answer) -> u64 {
        self.0.iter().filter(|given| **given == answer).count() as u64
    }
}

/// The bona fide presentations, in numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BonaFide {
    /// How many there were.
    pub n: u64,
    /// How many did not pass, those without an answer included.
    pub refused: u64,
    /// The share that did not pass.
    pub bpcer: Option<f64>,
    /// Its 95 % interval, as if presentations were independent.
    pub ci95: [f64; 2],
    /// Its 95 % interval when files are drawn anew with all that is in them.
    pub ci95_files: Option<[f64; 2]>,
    /// How many of the refused looked like an attack.
    pub not_live: u64,
    /// How many of the refused were not decided.
    pub undecided: u64,
    /// How many of the refused were no usable picture of a face (non-response).
    pub not_acquired: u64,
    /// The share that did not pass of those that were usable.
    pub bpcer_acquired: Option<f64>,
}

/// The presentations of one species, in numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Species {
    /// How many there were.
    pub n: u64,
    /// How many passed for a living person.
    pub accepted: u64,
    /// The share that passed.
    pub apcer: Option<f64>,
    /// Its 95 % interval, as if presentations were independent.
    pub ci95: [f64; 2],
    /// Its 95 % interval when files are drawn anew with all that is in them.
    pub ci95_files: Option<[f64; 2]>,
    /// With none accepted: the rate that they would hardly have missed, 3 in n.
    pub rule_of_three: Option<f64>,
    /// How many were refused as attacks.
    pub not_live: u64,
    /// How many were not decided.
    pub undecided: u64,
    /// How many were no usable picture of a face.
    pub not_acquired: u64,
}

/// All of it at one level: pictures, or tracks.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Level {
    /// Living people.
    pub bona_fide: BonaFide,
    /// Each kind of attack.
    pub attacks: BTreeMap<String, Species>,
    /// The share that passed of the species that passed most.
    pub apcer_max: Option<f64>,
    /// That species.
    pub worst_species: Option<String>,
    /// The mean of that share and of living people who did not pass.
    pub acer: Option<f64>,
}

fn share(part: u64, all: u64) -> Option<f64> {
    (all > 0).then(|| part as f64 / all as f64)
}

impl BonaFide {
    fn of(files: &[Answers]) -> Self {
        let all = |answer| files.iter().map(|file| file.count(answer)).sum::<u64>();
        let n = files.iter().map(|file| file.0.len() as u64).sum();
        let (passed, not_acquired) = (all(Answer::Live), all(Answer::NotAcquired));
        let refused = n - passed;
        Self {
            n,
            refused,
            bpcer: share(refused, n),
            ci95: wilson95(refused as usize, n as usize),
            ci95_files: by_files(files, |file| file.0.len() as u64 - file.count(Answer::Live)),
            not_live: all(Answer::NotLive),
            undecided: all(Answer::Undecided),
            not_acquired,
            bpcer_acquired: share(refused - not_acquired, n - not_acquired),
        }
    }
}

impl Species {
    /// Counts the answers of each file.
    pub fn of(files: &[Answers]) -> Self {
        let all = |answer| files.iter().map(|file| file.count(answer)).sum::<u64>();
        let n = files.iter().map(|file| file.0.len() as u64).sum();
        let accepted = all(Answer::Live);
        Self {
            n,
            accepted,
            apcer: share(accepted, n),
            ci95: wilson95(accepted as usize, n as usize),
            ci95_files: by_files(files, |file| file.count(Answer::Live)),
            rule_of_three: (accepted == 0 && n > 0).then(|| (3.0 / n as f64).min(1.0)),
            not_live: all(Answer::NotLive),
            undecided: all(Answer::Undecided),
            not_acquired: all(Answer::NotAcquired),
        }
    }
}

fn by_files(files: &[Answers], hits: impl Fn(&Answers) -> u64) -> Option<[f64; 2]> {
    let with_some = files.iter().filter(|file| !file.0.is_empty());
    let groups: Vec<(u64, u64)> = with_some.map(|file| (hits(file), file.0.len() as u64)).collect();
    resampled95(&groups)
}

impl Level {
    /// Counts the answers of each file of living people, and of each file of each species.
    pub fn of(live: &[Answers], attacks: &BTreeMap<String, Vec<Answers>>) -> Self {
        let bona_fide = BonaFide::of(live);
        let attacks: BTreeMap<String, Species> =
            attacks.iter().map(|(species, files)| (species.clone(), Species::of(files))).collect();
        let rated = attacks.iter().filter_map(|(species, counts)| Some((species, counts.apcer?)));
        // Of equals the first by name, so that the answer is the same every time.
        let worst = rated.reduce(|best, next| if next.1 > best.1 { next } else { best });
        let worst = worst.map(|(species, rate)| (species.clone(), rate));
        let apcer_max = worst.as_ref().map(|(_, rate)| *rate);
        let acer = apcer_max.zip(bona_fide.bpcer).map(|(apcer, bpcer)| f64::midpoint(apcer, bpcer));
        Self { bona_fide, attacks, apcer_max, worst_species: worst.map(|(species, _)| species), acer }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Answer::{Live, NotAcquired, NotLive, Undecided};

    #[test]
    fn rates_are_those_counted_by_hand() {
        let live =
            [Answers(vec![Live, Live, NotLive, NotAcquired]), Answers(vec![Live, Undecided, Live, Live])];
        let attacks = BTreeMap::from([
            ("print".to_owned(), vec![Answers(vec![NotLive, NotLive, NotAcquired])]),
            ("replay".to_owned(), vec![Answers(vec![Live]), Answers(vec![NotLive, NotLive, Undecided])]),
        ]);
        let level = Level::of(&live, &attacks);
        let bona_fide = &level.bona_fide;
        assert_eq!((bona_fide.n, bona_fide.refused, bona_fide.bpcer), (8, 3, Some(0.375)));
        assert_eq!((bona_fide.not_live, bona_fide.undecided, bona_fide.not_acquired), (1, 1, 1));
        assert_eq!(bona_fide.bpcer_acquired, Some(2.0 / 7.0));
        let print = &level.attacks["print"];
        assert_eq!((print.n, print.accepted, print.apcer, print.rule_of_three), (3, 0, Some(0.0), Some(1.0)));
        assert_eq!(print.not_acquired, 1, "an attack without an answer did not pass");
        let replay = &level.attacks["replay"];
        assert_eq!((replay.n, replay.accepted, replay.rule_of_three), (4, 1, None));
        assert_eq!((level.apcer_max, level.worst_species.as_deref()), (Some(0.25), Some("replay")));
        assert_eq!(level.acer, Some(0.3125));
    }

    #[test]
    fn none_accepted_of_many_is_bounded_by_three_in_n() {
        let files = vec![Answers(vec![NotLive; 60])];
        let species = Species::of(&files);
        assert_eq!(species.rule_of_three, Some(0.05));
        // The exact 95 % bound is 1 - 0.05^(1/60) = 0.0487; Wilson's two-sided bound lies above it.
        assert!(species.ci95[1] > 0.0487 && species.ci95[1] < 0.065, "{:?}", species.ci95);
    }

    #[test]
    fn nothing_shown_gives_no_rate() {
        let level = Level::of(&[], &BTreeMap::from([("print".to_owned(), Vec::new())]));
        assert_eq!((level.bona_fide.bpcer, level.attacks["print"].apcer, level.acer), (None, None, None));
        assert_eq!(level.bona_fide.ci95, [0.0, 1.0]);
    }

    #[test]
    fn an_interval_over_files_is_wider_than_one_over_their_pictures() {
        // Ten clips of a hundred pictures: two fail whole.
        let clip = |answer| Answers(vec![answer; 100]);
        let live: Vec<Answers> = (0..10).map(|i| clip(if i < 2 { NotLive } else { Live })).collect();
        let bona_fide = BonaFide::of(&live);
        let width = |[low, high]: [f64; 2]| high - low;
        assert!(width(bona_fide.ci95_files.unwrap()) > 5.0 * width(bona_fide.ci95), "{bona_fide:?}");
    }
}
