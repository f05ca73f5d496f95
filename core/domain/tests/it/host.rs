//! The appliance's side of a history: the rules of this crate put together as the database does.

use std::sync::LazyLock;
use std::time::Duration;

use domain::ledger::{AccountKind, Balance, Sides};
use domain::operation::{Answers, Event, Kind, Next, Open, Patience, State};
use domain::transaction;
use domain::{Currency, Money};

use crate::provider::{Fate, Provider};
use crate::random::Random;

/// A request; its attempt has the same number at the provider.
#[derive(Debug)]
pub(crate) struct Request {
    kind: Kind,
    state: State,
    amount: Money,
    /// What was set aside for it: by the request of this number.
    hold: Option<usize>,
    about: Option<usize>,
}

/// One payment with its two accounts.
#[derive(Debug)]
pub(crate) struct Payment {
    pub(crate) state: transaction::State,
    amount: Money,
    requests: Vec<Request>,
    /// What each request set aside and is neither moved nor free.
    holds: Vec<i64>,
    wallet: Balance,
    merchant: Balance,
    captured: i64,
    refunded: i64,
    provider: Provider,
    answers: Answers,
}

/// An answer that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Answered,
    Lost,
    NeverSent,
    Pending,
}

static EUR: LazyLock<Currency> = LazyLock::new(|| "EUR".parse().unwrap());

fn eur(minor: i64) -> Money {
    Money::new(minor, *EUR).unwrap()
}

/// What can become of a payment, as [`Payment::ways`] counts it.
pub(crate) const WAYS: [&str; 8] = [
    "captured",
    "captured in part",
    "voided",
    "refunded in part",
    "refunded in full",
    "reversed",
    "approved late and undone",
    "left to a person",
];

const PATIENCE: Patience = Patience { settle: Duration::from_secs(10), pending: Duration::from_secs(100) };

impl Payment {
    pub(crate) fn open(random: &mut Random) -> Self {
        let funds = random.amount(3_000);
        let (sync, reverse) = (!random.once_in(4), !random.once_in(4));
        Self {
            state: transaction::State::RequiresConfirmation,
            amount: eur(random.amount(1_500)),
            requests: Vec::new(),
            holds: Vec::new(),
            wallet: Balance { posted: funds, ..Balance::default() },
            // What other payers paid, so that the merchant could give back what it must not.
            merchant: Balance { posted: 5_000, ..Balance::default() },
            captured: 0,
            refunded: 0,
            provider: Provider::default(),
            answers: Answers { sync, reverse, repeat: !random.once_in(3) },
        }
    }

    fn unsettled(&self, kinds: &[Kind]) -> impl Iterator<Item = &Request> {
        let kinds = kinds.to_vec();
        self.requests.iter().filter(move |r| kinds.contains(&r.kind) && r.state.is_unsettled())
    }

    /// A request is prepared, if the rules allow it.
    pub(crate) fn prepare(&mut self, kind: Kind, minor: i64) -> Option<usize> {
        use transaction::State as Payment;
        let fits = match kind {
            Kind::Sale | Kind::Authorize => self.state == Payment::RequiresConfirmation,
            Kind::Capture | Kind::Void => {
                self.state == Payment::Authorized
                    && self.unsettled(&[Kind::Capture, Kind::Void]).next().is_none()
            }
            Kind::Refund => {
                let under_way: i64 = self.unsettled(&[Kind::Refund]).map(|r| r.amount.minor()).sum();
                matches!(self.state, Payment::Captured | Payment::PartiallyRefunded)
                    && minor <= self.captured - self.refunded - under_way
            }
            Kind::Reversal => true,
        };
        if !fits {
            return None;
        }
        let minor = match kind {
            Kind::Sale | Kind::Authorize | Kind::Void => self.amount.minor(),
            Kind::Capture => minor.min(self.amount.minor()),
            _ => minor,
        };
        let number = self.requests.len();
        let hold = match kind {
            Kind::Sale | Kind::Authorize | Kind::Refund => {
                let sides = self.sides(kind).reserve(AccountKind::Wallet, eur(minor)).ok()?;
                self.put(kind, sides);
                Some(number)
            }
            Kind::Capture | Kind::Void => {
                let charge = |r: &Request| r.kind == Kind::Authorize && r.state == State::Approved;
                self.requests.iter().position(charge)
            }
            Kind::Reversal => None,
        };
        if matches!(kind, Kind::Sale | Kind::Authorize) {
            self.step(transaction::Event::Confirmed);
        }
        self.holds.push(if hold == Some(number) { minor } else { 0 });
        let state = State::Prepared;
        self.requests.push(Request { kind, state, amount: eur(minor), hold, about: None });
        assert_eq!(self.provider.begin(), number);
        Some(number)
    }

    fn sides(&self, kind: Kind) -> Sides {
        match kind {
            Kind::Refund => Sides { debit: self.merchant, credit: self.wallet },
            _ => Sides { debit: self.wallet, credit: self.merchant },
        }
    }

    fn put(&mut self, kind: Kind, Sides { debit, credit }: Sides) {
        match kind {
            Kind::Refund => (self.merchant, self.wallet) = (debit, credit),
            _ => (self.wallet, self.merchant) = (debit, credit),
        }
    }

    fn step(&mut self, event: transaction::Event) {
        self.state = self.state.after(event).unwrap_or_else(|refused| panic!("{refused}: {self:?}"));
    }

    /// One step of a request with what it means for the money and the payment.
    fn settle(&mut self, number: usize, event: Event) {
        use transaction::Event as Step;
        let request = &mut self.requests[number];
        request.state = request.state.after(event).unwrap_or_else(|refused| panic!("{refused}"));
        let (kind, part, hold) = (request.kind, request.amount, request.hold);
        let charge = matches!(kind, Kind::Sale | Kind::Authorize);
        let moved = match (kind, event) {
            (Kind::Sale | Kind::Capture | Kind::Refund, Event::Approved) => Some(true),
            (Kind::Void, Event::Approved) => Some(false),
            (_, Event::Declined | Event::NotSent | Event::Reversed) if charge || kind == Kind::Refund => {
                Some(false)
            }
            _ => None,
        };
        if let (Some(moved), Some(hold)) = (moved, hold) {
            let held = eur(std::mem::take(&mut self.holds[hold]));
            let sides = self.sides(kind);
            self.put(kind, if moved { sides.post(held, part) } else { sides.void(held) }.unwrap());
        }
        match (kind, event) {
            (Kind::Sale | Kind::Capture, Event::Approved) => {
                self.captured += part.minor();
                self.step(Step::Captured);
            }
            (Kind::Authorize, Event::Approved) => self.step(Step::Authorized),
            (Kind::Void, Event::Approved) => self.step(Step::Voided),
            (Kind::Refund, Event::Approved) => {
                self.refunded += part.minor();
                let all = self.refunded == self.captured;
                self.step(if all { Step::RefundedInFull } else { Step::RefundedInPart });
            }
            (_, Event::Declined) if charge => self.step(Step::ProviderDeclined),
            (_, Event::NotSent) if charge => self.step(Step::NotSent),
            (_, Event::Reversed) if charge => self.step(Step::Voided),
            (_, Event::AnswerLost) if charge && self.state != transaction::State::InDoubt => {
                self.step(Step::OutcomeUnknown);
            }
            _ => {}
        }
    }

    /// A prepared request is sent; `way` is what comes back.
    pub(crate) fn submit(&mut self, number: usize, way: Way, random: &mut Random) {
        self.settle(number, Event::Submitted);
        let reversal = self.requests[number].kind == Kind::Reversal;
        match way {
            // What must be undone is asked for until it is.
            Way::NeverSent if reversal => self.settle(number, Event::AnswerLost),
            Way::NeverSent => {
                self.provider.fates[number] = Fate::Gone;
                self.settle(number, Event::NotSent);
            }
            Way::Answered => self.carry_out(number, random),
            Way::Pending if !reversal => {
                self.provider.fates[number] = Fate::Undecided;
                self.settle(number, Event::Pending);
            }
            Way::Lost | Way::Pending => {
                if random.once_in(2) {
                    self.arrive(number, random);
                }
                self.settle(number, Event::AnswerLost);
            }
        }
    }

    /// The request reaches the provider, or reaches it again, and its answer comes.
    fn carry_out(&mut self, number: usize, random: &mut Random) {
        self.arrive(number, random);
        let event = if self.provider.fates[number] == Fate::Done { Event::Approved } else { Event::Declined };
        self.settle(number, event);
    }

    /// The request reaches the provider, whoever still waits for it.
    pub(crate) fn arrive(&mut self, number: usize, random: &mut Random) {
        let Request { kind, amount, about, .. } = self.requests[number];
        self.provider.arrive(number, (kind, amount.minor()), !random.once_in(5));
        if let (Kind::Reversal, Some(about)) = (kind, about) {
            self.provider.undo(about);
        }
    }

    /// Something happens on the way of an attempt: it arrives late, is decided, or is lost for good.
    pub(crate) fn drift(&mut self, number: usize, random: &mut Random) {
        match self.provider.fates[number] {
            Fate::Undecided => self.arrive(number, random),
            // A request that is not sent yet is on nobody's way.
            Fate::OnItsWay if self.requests[number].state != State::Prepared => match random.once_in(2) {
                true => self.arrive(number, random),
                false => self.provider.fates[number] = Fate::Gone,
            },
            _ => {}
        }
    }

    /// Recovery looks at a request that nobody works on, `age` after it was made.
    pub(crate) fn recover(&mut self, number: usize, age: Duration, random: &mut Random) {
        let Request { kind, mut state, .. } = self.requests[number];
        if !state.is_open() {
            return;
        }
        if state == State::Prepared && kind == Kind::Reversal {
            self.settle(number, Event::Submitted);
            state = State::Submitting;
        }
        if state == State::Submitting {
            self.settle(number, Event::AnswerLost);
            state = State::Unknown;
        }
        let answers = Answers {
            sync: self.answers.sync && kind != Kind::Reversal,
            repeat: self.answers.repeat || kind == Kind::Reversal,
            ..self.answers
        };
        let tries = if age >= PATIENCE.pending { u32::MAX } else { 0 };
        match (Open { kind, state, age, tries }).next(answers, PATIENCE) {
            Next::Close => {
                self.provider.fates[number] = Fate::Gone;
                self.settle(number, Event::NotSent);
            }
            Next::Sync => self.ask(number, random),
            Next::Repeat => {
                self.settle_unless(number, State::Syncing, Event::SyncStarted);
                match random.once_in(4) {
                    true => self.settle(number, Event::AnswerLost),
                    false => self.carry_out(number, random),
                }
            }
            Next::Reverse => {
                self.settle_unless(number, State::Reversing, Event::ReverseStarted);
                if !random.once_in(4) {
                    self.provider.undo(number);
                    self.settle(number, Event::Reversed);
                }
            }
            Next::Review => self.settle(number, Event::GaveUp),
            Next::Wait => {}
        }
    }

    fn settle_unless(&mut self, number: usize, state: State, event: Event) {
        if self.requests[number].state != state {
            self.settle(number, event);
        }
    }

    /// The provider is asked what became of a request, by the appliance or by a person.
    fn ask(&mut self, number: usize, random: &mut Random) {
        self.settle_unless(number, State::Syncing, Event::SyncStarted);
        let charge = matches!(self.requests[number].kind, Kind::Sale | Kind::Authorize);
        let event = match self.provider.fates[number] {
            _ if random.once_in(5) => Event::AnswerLost,
            Fate::Done => Event::Approved,
            Fate::Refused => Event::Declined,
            Fate::Undecided => Event::Pending,
            // A provider that is wrong about a charge that is still on its way: it may approve late.
            Fate::OnItsWay if charge && random.once_in(3) => Event::NotSent,
            Fate::OnItsWay => Event::AnswerLost,
            Fate::Gone | Fate::Undone => Event::NotSent,
        };
        self.settle(number, event);
    }

    /// A charge that was given up and was done all the same gets a request of its own that undoes it.
    pub(crate) fn undo_late(&mut self, number: usize) {
        let Request { kind, state, .. } = self.requests[number];
        let given_up = matches!(state, State::Declined | State::NotSent | State::Reversed);
        let under_way = self.requests.iter().any(|r| r.about == Some(number));
        let charge = matches!(kind, Kind::Sale | Kind::Authorize);
        if charge && given_up && !under_way && self.provider.fates[number] == Fate::Done {
            let minor = self.requests[number].amount.minor();
            let reversal = self.prepare(Kind::Reversal, minor).unwrap();
            self.requests[reversal].about = Some(number);
        }
    }

    /// A request that is prepared and not sent.
    pub(crate) fn prepared(&self) -> Option<usize> {
        self.requests.iter().position(|request| request.state == State::Prepared)
    }

    pub(crate) fn request_count(&self) -> usize {
        self.requests.len()
    }

    pub(crate) fn left(&self) -> i64 {
        self.captured - self.refunded
    }

    /// What must hold at every moment.
    pub(crate) fn check(&self, funds: i64) {
        let Self { wallet, merchant, captured, refunded, .. } = self;
        let (paid, back) = (wallet.posted - funds, merchant.posted - 5_000);
        assert_eq!(paid + back, 0, "money was made or lost: {self:?}");
        assert_eq!(back, captured - refunded, "{self:?}");
        assert!(wallet.available() >= 0 && merchant.available() >= 0, "below zero: {self:?}");
        assert!(0 <= *refunded && refunded <= captured && *captured <= self.amount.minor(), "{self:?}");
        let held: i64 = self.holds.iter().sum();
        assert_eq!(wallet.pending_debits + merchant.pending_debits, held, "{self:?}");
        assert_eq!(wallet.pending_credits + merchant.pending_credits, held, "{self:?}");
        let takes = |r: &&Request| matches!(r.kind, Kind::Sale | Kind::Capture) && r.state == State::Approved;
        assert!(self.requests.iter().filter(takes).count() <= 1, "taken twice: {self:?}");
    }

    pub(crate) fn funds(&self) -> i64 {
        self.wallet.posted
    }

    /// Everything that is open is brought to its end: by the appliance, or by a person where it gave up.
    pub(crate) fn conclude(&mut self, random: &mut Random) {
        for _ in 0..100 {
            for number in 0..self.requests.len() {
                self.drift(number, random);
                self.recover(number, Duration::from_secs(50 + 100 * (random.next() % 2)), random);
                if self.requests[number].state == State::ManualReview {
                    self.ask(number, random);
                }
                self.undo_late(number);
            }
            let late = (0..self.requests.len()).any(|n| self.provider.fates[n] == Fate::Undecided);
            if !late && self.requests.iter().all(|request| !request.state.is_unsettled()) {
                return;
            }
        }
        panic!("in doubt for ever: {self:?}");
    }

    /// Which ways this payment went.
    pub(crate) fn ways(&self) -> [bool; WAYS.len()] {
        let any = |kind: Kind, state: State| self.requests.iter().any(|r| r.kind == kind && r.state == state);
        let reversed = |r: &Request| r.state == State::Reversed;
        [
            self.captured > 0,
            0 < self.captured && self.captured < self.amount.minor(),
            any(Kind::Void, State::Approved),
            0 < self.refunded && self.refunded < self.captured,
            0 < self.refunded && self.refunded == self.captured,
            self.requests.iter().any(reversed),
            any(Kind::Reversal, State::Approved),
            self.requests.iter().any(|r| r.state == State::ManualReview),
        ]
    }

    /// When nothing is open, both books say the same.
    pub(crate) fn agree(&self) {
        self.provider.check(self.amount.minor());
        assert_eq!(self.provider.taken(), self.captured, "{self:?}");
        assert_eq!(self.provider.given_back(), self.refunded, "{self:?}");
    }
}
