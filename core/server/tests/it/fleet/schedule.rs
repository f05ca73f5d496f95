//! What happens to the fleet and in which order, by a seed.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use super::network::Wire;

/// One of those who are there when it is their turn, by a number that may be larger than there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pick(u32);

impl Pick {
    /// The one with this number.
    pub(crate) fn at(number: u32) -> Self {
        Self(number)
    }

    /// One of `all`.
    pub(crate) fn of<T: Copy>(self, all: &[T]) -> Option<T> {
        (!all.is_empty()).then(|| all[self.0 as usize % all.len()])
    }
}

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Enrol,
    Rename(Pick),
    Block(Pick),
    Unblock(Pick),
    Withdraw(Pick),
    Erase(Pick),
    Pay {
        person: Pick,
        branch: Pick,
        minor: i64,
    },
    /// Somebody pays as much as they can at several branches without a line, at once.
    Spree {
        person: Pick,
        branches: [Pick; 3],
    },
    Line(Pick, Wire),
    Mend(Pick),
    /// A branch's plug is pulled and put back.
    Restart(Pick),
    /// The centre's database is killed while it is read, and comes back after so long.
    KillPostgres(Duration),
    KillRedis(Duration),
    KillCentre,
    /// A clock is set ten minutes forward.
    ClockAhead,
    /// That clock is set right again while its branch has no line, and somebody pays there.
    ClockBack(Pick),
}

/// Makes a step of one kind, of whatever comes.
type Draw = fn(&mut StdRng) -> Step;

/// Of 240 steps so many; more steps have more of each.
const DECK: [(usize, Draw); 16] = [
    (24, |_| Step::Enrol),
    (10, |random| Step::Rename(pick(random))),
    (14, |random| Step::Block(pick(random))),
    (8, |random| Step::Unblock(pick(random))),
    (6, |random| Step::Withdraw(pick(random))),
    (12, |random| Step::Erase(pick(random))),
    (86, |random| Step::Pay {
        person: pick(random),
        branch: pick(random),
        minor: random.random_range(1..10) * 100,
    }),
    (4, |random| Step::Spree { person: pick(random), branches: [pick(random), pick(random), pick(random)] }),
    (14, |random| Step::Line(pick(random), Wire::Pulled)),
    (10, |random| Step::Line(pick(random), Wire::Deaf)),
    (6, |random| Step::Line(pick(random), Wire::Late(Duration::from_millis(random.random_range(50..600))))),
    (4, |random| Step::Line(pick(random), Wire::Slow(1_000))),
    (28, |random| Step::Mend(pick(random))),
    (8, |random| Step::Restart(pick(random))),
    (3, |random| Step::KillPostgres(Duration::from_millis(random.random_range(200..4_000)))),
    (3, |random| Step::KillRedis(Duration::from_millis(random.random_range(200..4_000)))),
];
const STEPS: usize = 240;

fn pick(random: &mut StdRng) -> Pick {
    Pick(random.random())
}

/// The steps that this seed says, about as many as are asked for.
pub(crate) fn of(seed: u64, steps: usize) -> Vec<Step> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut all = Vec::with_capacity(steps + DECK.len());
    for (share, make) in DECK {
        for _ in 0..(share * steps).div_ceil(STEPS) {
            all.push(make(&mut random));
        }
    }
    all.shuffle(&mut random);
    // What happens once has its place: a clock that is ahead takes a while to do harm.
    all.insert(all.len() / 5, Step::ClockAhead);
    all.insert(all.len() * 2 / 3, Step::ClockBack(pick(&mut random)));
    all.insert(all.len() / 2, Step::KillCentre);
    all
}

#[test]
fn a_seed_says_all_that_happens() {
    assert_eq!(of(7, 240), of(7, 240));
    assert_ne!(of(7, 240), of(8, 240));
    for steps in [1, 60, 240] {
        let all = of(1, steps);
        let place = |step: fn(&Step) -> bool| all.iter().position(step).unwrap();
        assert!(
            place(|step| matches!(step, Step::ClockAhead)) < place(|step| matches!(step, Step::ClockBack(_)))
        );
        place(|step| matches!(step, Step::KillPostgres(_)));
        place(|step| matches!(step, Step::KillRedis(_)));
    }
}
