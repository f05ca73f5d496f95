//! What the pictures of a track have said about a living person since it began: a refused picture is not forgotten.
//!
//! A sequential probability ratio test (Wald, "Sequential Tests of Statistical Hypotheses", Annals of Mathematical
//! Statistics 16, 1945) over the pictures that passed the quality gate: each passes every liveness step or does not. The
//! balance is the logarithm of how much likelier they are from a living person than from an attack. A window that slides
//! gives a recording fresh tries until it is lucky; a balance makes it pay for every picture that was refused.

/// The share of its pictures that a living person passes. Set below what was measured (0.94 of one recorded person's), so
/// that somebody in poorer light passes, too.
const LIVE_PASSES: f32 = 0.9;
/// The share that an attack passes. Set far above what was measured (0.15 of one recorded phone's), so that a better one is
/// held, too.
const ATTACK_PASSES: f32 = 0.5;
/// Odds for an attack from which on the track is refused for good: five refused pictures and no other.
const ODDS_AGAINST: f32 = 1_000.0;

/// The balance of one track.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Record {
    /// Logarithm of the odds for a living person, between the two bounds.
    balance: f32,
    refused: bool,
}

impl Record {
    /// Of a track that begins where pictures have just been refused.
    pub(crate) fn owing(debt: Debt) -> Self {
        Self { balance: debt.0, refused: false }
    }

    /// Adds one picture. The balance rises to what a verdict needs and no further, so that nobody saves up for an attack
    /// that takes their place.
    pub(crate) fn add(&mut self, passes: bool, odds_min: f32) {
        let step = match passes {
            true => (LIVE_PASSES / ATTACK_PASSES).ln(),
            false => ((1.0 - LIVE_PASSES) / (1.0 - ATTACK_PASSES)).ln(),
        };
        self.balance = (self.balance + step).max(-ODDS_AGAINST.ln()).min(odds_min.ln());
        self.refused |= self.balance <= -ODDS_AGAINST.ln();
    }

    /// Whether the pictures speak for a living person by these odds. Odds that are no number never do.
    pub(crate) fn is_for(&self, odds_min: f32) -> bool {
        !self.refused && self.balance >= odds_min.ln()
    }

    /// Whether they have ever spoken against one so clearly that nothing changes it.
    pub(crate) fn is_refused(&self) -> bool {
        self.refused
    }

    /// The same face is looked at anew: what spoke for it has to be shown again, what spoke against it stays.
    pub(crate) fn again(self) -> Self {
        Self { balance: self.balance.min(0.0), ..self }
    }

    /// It may be another face now: only the debt stays.
    pub(crate) fn of_another(self) -> Self {
        Self { balance: self.balance.min(0.0), refused: false }
    }

    /// What is owed; `None` when nothing speaks against a living person.
    pub(crate) fn debt(&self) -> Option<Debt> {
        (self.balance < 0.0).then_some(Debt(self.balance))
    }
}

/// How far pictures speak against a living person: what whoever comes next at that place has to make up for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Debt(f32);

impl Debt {
    /// The larger of two.
    pub(crate) fn max(self, other: Self) -> Self {
        Self(self.0.min(other.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ODDS: f32 = 20.0;

    /// The record after these pictures: `+` passed, `-` refused.
    fn after(mut record: Record, pictures: &str) -> Record {
        pictures.chars().for_each(|picture| record.add(picture == '+', ODDS));
        record
    }

    #[test]
    fn each_refused_picture_has_to_be_made_up_for() {
        for (pictures, passed, refused) in [
            ("+++++", false, false),
            ("++++++", true, false),
            ("-+++++++", false, false),
            ("-++++++++", true, false),
            ("++++++-", false, false),
            ("++++++-++", false, false),
            ("++++++-+++", true, false),
            // Half pass, in lucky stretches that a sliding window takes for alive.
            ("++--++--++--+++", false, false),
            ("----", false, false),
            ("-----", false, true),
            ("-----++++++++++++++++++++++++++++++", false, true),
        ] {
            let record = after(Record::default(), pictures);
            assert_eq!((record.is_for(ODDS), record.is_refused()), (passed, refused), "{pictures}");
        }
    }

    #[test]
    fn nobody_saves_up_for_the_attack_that_takes_their_place() {
        let record = after(Record::default(), &"+".repeat(10_000));
        assert!(!after(record, "-").is_for(ODDS));
        assert!(after(record, "-------").is_refused());
    }

    #[test]
    fn a_debt_goes_on_where_the_verdict_does_not() {
        let refused = after(Record::default(), "-----");
        assert!(refused.again().is_refused());
        let next = Record::owing(refused.of_another().debt().unwrap());
        assert!(!next.is_refused());
        assert!(!after(next, &"+".repeat(16)).is_for(ODDS));
        assert!(after(next, &"+".repeat(17)).is_for(ODDS));
        assert!(after(next, "-").is_refused(), "the next refused picture is one too many");
        let live = after(Record::default(), "++++++");
        assert_eq!(
            (live.debt(), live.again(), live.of_another()),
            (None, Record::default(), Record::default())
        );
    }

    #[test]
    fn odds_that_are_no_number_are_never_reached() {
        let mut record = Record::default();
        (0..50).for_each(|_| record.add(true, f32::NAN));
        assert!(!record.is_for(f32::NAN));
    }

    /// Pictures of an attack that passes a share of them, in runs of `run`.
    fn accepted(share: f64, run: usize, tries: u64) -> f64 {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut draw = || {
            // splitmix64 (Steele, Lea and Flood 2014).
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
        };
        let mut passed = 0;
        for _ in 0..tries {
            let mut record = Record::default();
            let live = (0..200).any(|_| {
                let picture = draw() < share;
                (0..run).any(|_| {
                    record.add(picture, ODDS);
                    record.is_for(ODDS)
                })
            });
            passed += u64::from(live);
        }
        passed as f64 / tries as f64
    }

    #[test]
    fn attacks_pass_no_more_often_than_walds_bound_and_people_do() {
        // Independent pictures: at the assumed share the bound is one over the odds; a recorded phone's share is far below.
        let half = accepted(0.5, 1, 20_000);
        assert!((0.01..1.0 / f64::from(ODDS)).contains(&half), "{half}");
        assert!(accepted(0.15, 1, 20_000) < 0.001);
        // Pictures that hang together in threes: the test is weaker than it says.
        let in_threes = accepted(0.15, 3, 20_000);
        assert!((0.001..0.05).contains(&in_threes), "{in_threes}");
        assert!(accepted(0.9, 1, 20_000) > 0.99);
        assert!(accepted(0.9, 3, 20_000) > 0.85);
    }
}
