//! A group whose people, providers and crashes do what chance says, on the real state machines.
use proptest::prelude::*;

use super::*;

/// One leg with its payment and everything that was asked about it.
#[derive(Debug, Clone)]
struct Payment {
    state: transaction::State,
    confirmed: Option<u32>,
    asked: Vec<leg::Asked>,
    minor: i64,
    last: Option<Timestamp>,
}

/// What chance decides.
#[derive(Debug, Clone, Copy)]
enum Move {
    /// The leg's payer is recognised, or says yes.
    Yes(usize),
    /// The leg's payer says no.
    No(usize),
    /// Whoever drives the group does so, and each provider answers like this; 3 requests at the most.
    Drive([Answer; 3]),
    /// Recovery finds out about every open request.
    Recover(Answer),
    /// Some time passes.
    Later,
    /// The till gives up.
    GiveUp,
    /// Staff gives the leg's money free.
    Void(usize, Answer),
    /// The till takes somebody else for the leg's payer.
    Replace(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Approved,
    Declined,
    NotSent,
    Unknown,
    /// The appliance dies before it asks.
    Crash,
    /// It dies while it asks.
    CutOff,
}

struct Group {
    policy: Policy,
    ending: Option<State>,
    state: State,
    payments: Vec<Payment>,
    /// Payments of earlier rounds.
    past: Vec<Payment>,
    whole: i64,
    now: Timestamp,
}

fn payment(minor: i64, state: transaction::State) -> Payment {
    Payment { state, confirmed: None, asked: Vec::new(), minor, last: None }
}

impl Payment {
    fn leg(&self) -> Leg {
        let count = |kinds: &[Kind]| {
            u32::try_from(self.asked.iter().filter(|(kind, _)| kinds.contains(kind)).count()).unwrap()
        };
        let tries = Tries {
            captures: count(&[Kind::Capture]),
            returns: count(&[Kind::Void, Kind::Refund]),
            last: self.last,
        };
        Leg { state: L::of(self.state, self.confirmed, &self.asked), tries }
    }

    fn step(&mut self, event: transaction::Event) {
        self.state = self.state.after(event).unwrap();
    }

    /// The provider's answer, with what it does to the payment: as the store does it.
    fn settle(&mut self, at: usize, state: operation::State) {
        use operation::State as Request;
        use transaction::Event as Payment;
        let kind = self.asked[at].0;
        self.asked[at].1 = state;
        match (kind, state) {
            (Kind::Authorize, Request::Approved) => self.step(Payment::Authorized),
            (Kind::Authorize, Request::Declined) => self.step(Payment::ProviderDeclined),
            (Kind::Authorize, Request::NotSent) => self.step(Payment::NotSent),
            (Kind::Authorize, Request::Reversed) => self.step(Payment::Voided),
            (Kind::Authorize, Request::Unknown) => self.step(Payment::OutcomeUnknown),
            (Kind::Capture, Request::Approved) => self.step(Payment::Captured),
            (Kind::Void, Request::Approved) => self.step(Payment::Voided),
            (Kind::Refund, Request::Approved) => self.step(Payment::RefundedInFull),
            _ => {}
        }
    }

    fn ask(&mut self, kind: Kind, answer: Answer, now: Timestamp) {
        let state = match answer {
            Answer::Crash => return,
            Answer::Approved => operation::State::Approved,
            Answer::Declined => operation::State::Declined,
            Answer::NotSent => operation::State::NotSent,
            Answer::Unknown => operation::State::Unknown,
            Answer::CutOff => operation::State::Submitting,
        };
        if kind == Kind::Authorize {
            self.step(transaction::Event::Confirmed);
        }
        self.last = Some(now);
        self.asked.push((kind, operation::State::Submitting));
        self.settle(self.asked.len() - 1, state);
    }

    fn recover(&mut self, answer: Answer) {
        for at in 0..self.asked.len() {
            let state = self.asked[at].1;
            let found = match answer {
                _ if !state.is_unsettled() => continue,
                Answer::Approved => operation::State::Approved,
                Answer::Declined => operation::State::Declined,
                Answer::NotSent => operation::State::NotSent,
                Answer::Unknown => operation::State::Reversed,
                Answer::Crash | Answer::CutOff => continue,
            };
            if state == operation::State::Submitting {
                self.settle(at, operation::State::Unknown);
            }
            self.settle(at, found);
        }
    }

    fn held(&self) -> i64 {
        let holds = matches!(
            self.state,
            transaction::State::Authorized | transaction::State::Processing | transaction::State::InDoubt
        );
        if holds { self.minor } else { 0 }
    }

    fn taken(&self) -> i64 {
        if self.state == transaction::State::Captured { self.minor } else { 0 }
    }
}

impl Group {
    fn new(policy: Policy, parts: &[i64]) -> Self {
        let payments = parts.iter().map(|p| payment(*p, transaction::State::RequiresIdentification));
        Self {
            policy,
            ending: None,
            state: State::Gathering,
            payments: payments.collect(),
            past: Vec::new(),
            whole: parts.iter().sum(),
            now: NOW,
        }
    }

    fn assess(&mut self) -> Assessment {
        let legs: Vec<Leg> = self.payments.iter().map(Payment::leg).collect();
        let found = assess(self.policy, self.ending, &legs, self.now);
        if found.given_up && self.ending.is_none() {
            self.ending = Some(State::Voided);
        }
        if found.state != self.state {
            self.state = self.state.changed(found.state).unwrap_or_else(|error| panic!("{error}: {legs:?}"));
        }
        found
    }

    fn go(&mut self, chance: Move) {
        if self.state.is_final() {
            return;
        }
        match chance {
            Move::Yes(at) | Move::No(at) | Move::Void(at, _) | Move::Replace(at)
                if at >= self.payments.len() => {}
            Move::Yes(at) => {
                let one = &mut self.payments[at];
                match one.state {
                    transaction::State::RequiresIdentification => one.step(transaction::Event::Identified),
                    transaction::State::RequiresConfirmation => {
                        one.confirmed = Some(leg::charges(&one.asked));
                    }
                    _ => {}
                }
            }
            Move::No(at) => {
                let one = &mut self.payments[at];
                if one.leg().state.is_waiting() {
                    one.step(transaction::Event::Cancelled);
                }
            }
            Move::Void(at, answer) => {
                let now = self.now;
                let one = &mut self.payments[at];
                if matches!(one.leg().state, L::Authorized | L::CaptureRefused) {
                    one.ask(Kind::Void, answer, now);
                }
            }
            Move::Replace(at) => {
                let state = self.payments[at].leg().state;
                if state.is_waiting() && state != L::Confirmed {
                    let minor = self.payments[at].minor;
                    self.payments[at].step(transaction::Event::Cancelled);
                    let fresh = payment(minor, transaction::State::RequiresIdentification);
                    let old = std::mem::replace(&mut self.payments[at], fresh);
                    self.past.push(old);
                }
            }
            Move::Drive(answers) => self.drive(answers),
            Move::Recover(answer) => self.payments.iter_mut().for_each(|one| one.recover(answer)),
            Move::Later => self.now = self.now.plus(Duration::from_secs(20)),
            Move::GiveUp => {
                if matches!(self.state, State::Gathering | State::Confirming) {
                    self.ending = Some(State::Cancelled);
                }
            }
        }
    }

    fn drive(&mut self, answers: [Answer; 3]) {
        let now = self.now;
        match self.assess().next {
            Next::Wait | Next::End => {}
            Next::Authorize(legs) => {
                legs.into_iter()
                    .zip(answers)
                    .for_each(|(at, a)| self.payments[at].ask(Kind::Authorize, a, now));
            }
            Next::Capture(legs) => {
                legs.into_iter()
                    .zip(answers)
                    .for_each(|(at, a)| self.payments[at].ask(Kind::Capture, a, now));
            }
            Next::Undo(legs) => {
                for ((at, remedy), answer) in legs.into_iter().zip(answers) {
                    match remedy {
                        Remedy::Cancel => self.payments[at].step(transaction::Event::Cancelled),
                        Remedy::Void => self.payments[at].ask(Kind::Void, answer, now),
                        Remedy::Refund => self.payments[at].ask(Kind::Refund, answer, now),
                    }
                }
            }
            Next::Redistribute(stay) => {
                let whole = crate::Money::new(self.whole, "EUR".parse().unwrap()).unwrap();
                let parts = crate::split::shares(whole, &vec![1; stay.len()]).unwrap();
                let fresh =
                    parts.iter().map(|p| payment(p.minor(), transaction::State::RequiresIdentification));
                let old = std::mem::replace(&mut self.payments, fresh.collect());
                self.past.extend(old);
            }
        }
        self.assess();
    }

    /// From here on everybody answers, and a person looks at what is stuck.
    fn finish(&mut self) {
        for _ in 0..200 {
            for at in 0..self.payments.len() {
                self.go(Move::Yes(at));
            }
            self.go(Move::Recover(Answer::Approved));
            self.go(Move::Drive([Answer::Approved; 3]));
            self.go(Move::Later);
            let stuck = |one: &Payment| one.leg().tries.returns >= RETURN_TRIES_MAX;
            if self.state == State::InDoubt {
                let now = self.now;
                for one in self.payments.iter_mut().filter(|one| stuck(one)) {
                    match one.state {
                        transaction::State::Authorized => one.ask(Kind::Void, Answer::Approved, now),
                        transaction::State::Captured => one.ask(Kind::Refund, Answer::Approved, now),
                        _ => {}
                    }
                }
            }
        }
    }

    fn sums(&self) -> (i64, i64) {
        let all = || self.payments.iter().chain(&self.past);
        (all().map(Payment::held).sum(), all().map(Payment::taken).sum())
    }
}

fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        6 => Just(Answer::Approved),
        2 => Just(Answer::Declined),
        1 => Just(Answer::NotSent),
        2 => Just(Answer::Unknown),
        1 => Just(Answer::Crash),
        1 => Just(Answer::CutOff),
    ]
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        6 => (0..3_usize).prop_map(Move::Yes),
        1 => (0..3_usize).prop_map(Move::No),
        8 => [answer(), answer(), answer()].prop_map(Move::Drive),
        2 => answer().prop_map(Move::Recover),
        2 => Just(Move::Later),
        1 => Just(Move::GiveUp),
        1 => (0..3_usize, answer()).prop_map(|(at, answer)| Move::Void(at, answer)),
        1 => (0..3_usize).prop_map(Move::Replace),
    ];
    prop::collection::vec(one, 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn in_whatever_order_things_happen_a_group_ends_with_the_whole_or_nothing(
        policy in prop::sample::select(Policy::ALL),
        moves in moves(),
    ) {
        let mut group = Group::new(policy, &[334, 333, 333]);
        for &chance in &moves {
            group.go(chance);
            // However often the whole is shared anew, no more than it is held or taken.
            let (held, taken) = group.sums();
            prop_assert!(held + taken <= group.whole);
        }
        group.finish();
        prop_assert!(group.state.is_final(), "{} {:?}", group.state, group.payments);
        let (held, taken) = group.sums();
        prop_assert_eq!(held, 0);
        match group.state {
            State::Paid => prop_assert_eq!(taken, group.whole),
            State::PartiallyPaid => {
                prop_assert_eq!(policy, Policy::Partial);
                prop_assert!(taken > 0 && taken < group.whole);
            }
            _ => prop_assert_eq!(taken, 0),
        }
    }

    #[test]
    fn all_or_nothing_takes_from_nobody_while_somebody_has_not_set_aside(moves in moves()) {
        let mut group = Group::new(Policy::AllOrNothing, &[334, 333, 333]);
        for &chance in &moves {
            group.go(chance);
            let began = |one: &Payment| one.asked.iter().any(|(kind, _)| *kind == Kind::Capture);
            let set_aside =
                |one: &Payment| one.asked.contains(&(Kind::Authorize, operation::State::Approved));
            if group.payments.iter().any(began) {
                prop_assert!(group.payments.iter().all(set_aside));
            }
        }
    }

    #[test]
    fn a_group_in_which_everybody_pays_is_paid_however_often_the_appliance_dies(
        policy in prop::sample::select(Policy::ALL),
        crashes in prop::collection::vec(any::<[bool; 3]>(), 0..20),
    ) {
        let mut group = Group::new(policy, &[500, 500]);
        for _ in 0..2 {
            group.go(Move::Yes(0));
            group.go(Move::Yes(1));
        }
        for crash in crashes {
            group.go(Move::Drive(crash.map(|dies| if dies { Answer::Crash } else { Answer::Approved })));
        }
        group.finish();
        prop_assert_eq!((group.state, group.sums()), (State::Paid, (0, 1_000)));
    }
}
