//! The reference: a provider that keeps nothing but a list of what it did, in the order in which it did it.

use domain::operation::Kind;

/// What has become of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is somewhere on its way and may arrive yet.
    OnItsWay,
    /// It will never arrive.
    Gone,
    /// It is here, and not decided.
    Undecided,
    /// It was done.
    Done,
    /// It was refused.
    Refused,
    /// It was done and undone, or kept from being done.
    Undone,
}

/// One thing done.
#[derive(Debug, Clone, Copy)]
struct Movement {
    attempt: usize,
    kind: Kind,
    minor: i64,
}

/// A payment's book at the provider. Attempts are numbered as they are made.
#[derive(Debug, Default)]
pub(crate) struct Provider {
    pub(crate) fates: Vec<Fate>,
    done: Vec<Movement>,
}

impl Provider {
    /// A new attempt; it is on its way.
    pub(crate) fn begin(&mut self) -> usize {
        self.fates.push(Fate::OnItsWay);
        self.fates.len() - 1
    }

    fn sum(&self, kinds: &[Kind]) -> i64 {
        let standing = self.done.iter().filter(|m| self.fates[m.attempt] != Fate::Undone);
        standing.filter(|m| kinds.contains(&m.kind)).map(|m| m.minor).sum()
    }

    pub(crate) fn taken(&self) -> i64 {
        self.sum(&[Kind::Sale, Kind::Capture])
    }

    pub(crate) fn given_back(&self) -> i64 {
        self.sum(&[Kind::Refund])
    }

    fn stands(&self, kinds: &[Kind]) -> usize {
        let standing = self.done.iter().filter(|m| self.fates[m.attempt] != Fate::Undone);
        standing.filter(|m| kinds.contains(&m.kind)).count()
    }

    /// An attempt arrives, perhaps for the second time.
    pub(crate) fn arrive(&mut self, attempt: usize, (kind, minor): (Kind, i64), willing: bool) {
        if !matches!(self.fates[attempt], Fate::OnItsWay | Fate::Gone | Fate::Undecided) {
            return;
        }
        let held = self.stands(&[Kind::Authorize]) > self.stands(&[Kind::Capture, Kind::Void]);
        let fits = match kind {
            Kind::Sale | Kind::Authorize => willing,
            Kind::Capture | Kind::Void => held,
            Kind::Refund => self.given_back() + minor <= self.taken(),
            Kind::Reversal => true,
        };
        self.fates[attempt] = if fits { Fate::Done } else { Fate::Refused };
        if fits {
            self.done.push(Movement { attempt, kind, minor });
        }
    }

    /// Undoes an attempt, or keeps it from ever being done.
    pub(crate) fn undo(&mut self, attempt: usize) {
        self.fates[attempt] = Fate::Undone;
    }

    /// No attempt was done twice, nothing was taken twice, no more was given back than was taken.
    pub(crate) fn check(&self, amount: i64) {
        let mut attempts: Vec<usize> = self.done.iter().map(|movement| movement.attempt).collect();
        let count = attempts.len();
        attempts.sort_unstable();
        attempts.dedup();
        assert_eq!(attempts.len(), count, "an attempt was done twice: {self:?}");
        assert!(self.taken() <= amount && self.given_back() <= self.taken(), "{self:?}");
        assert!(self.stands(&[Kind::Sale, Kind::Authorize]) <= 1, "charged twice: {self:?}");
    }
}
