//! Settlement: what a provider says it did on a business day, held against our requests and our books.
//!
//! Each of our requests that moved money and each line of the provider's file ends in exactly one class. What the
//! classes differ by is what must be posted, so that our books then say what the provider says:
//!
//! ```text
//! what the provider owes = what our books held + every difference - its fees
//! ```
#![deny(clippy::float_arithmetic)]
use crate::{Currency, Money, OperationId, Timestamp, ledger::LedgerError, name::named, operation};

mod day;
mod matching;
#[cfg(test)]
mod tests;

pub use day::{Day, InvalidDay};
pub use matching::compare;

named! {
    /// Where a business day of one provider stands.
    BatchState("settlement state") {
        /// Payments still come in.
        Open = "open",
        /// Its payments are fixed; the provider's file is not here yet.
        Closed = "closed",
        /// The provider's file is here, and nothing is left to look at.
        Matched = "matched",
        /// The provider's file is here and disagrees with us.
        WithBreaks = "with_breaks",
    }
}

impl BatchState {
    /// The state once the provider's file is here and so many breaks are left to look at.
    #[must_use]
    pub fn with_breaks_left(breaks: usize) -> Self {
        if breaks == 0 { Self::Matched } else { Self::WithBreaks }
    }

    /// Whether the provider's file is here.
    #[must_use]
    pub fn is_compared(self) -> bool {
        matches!(self, Self::Matched | Self::WithBreaks)
    }
}

named! {
    /// What moved.
    LineKind("kind of settlement line") {
        /// Money of a payer.
        Sale = "sale",
        /// Money back to a payer.
        Refund = "refund",
        /// What the provider keeps for its service, when it has a line of its own.
        Fee = "fee",
    }
}

impl LineKind {
    /// What the provider's file calls a request of this kind; `None` for one that moves no money.
    #[must_use]
    pub fn of(kind: operation::Kind) -> Option<Self> {
        match kind {
            operation::Kind::Sale | operation::Kind::Capture => Some(Self::Sale),
            operation::Kind::Refund => Some(Self::Refund),
            // What was undone had been given up: it is in no book of ours.
            operation::Kind::Authorize | operation::Kind::Void | operation::Kind::Reversal => None,
        }
    }

    /// `minor` units as what the provider owes us: a sale adds to it, all else takes from it.
    #[must_use]
    pub fn owed(self, minor: i64) -> i64 {
        if self == Self::Sale { minor } else { -minor }
    }
}

named! {
    /// How a line of the provider's file and our books agree.
    Match("settlement match") {
        /// The provider, the request and the books say the same. A fee has no other side: it is as it stands.
        Matched = "matched",
        /// The provider has it and we don't.
        MissingOurs = "missing_ours",
        /// We have it and the provider doesn't.
        MissingTheirs = "missing_theirs",
        /// Both have it, with different amounts.
        AmountDiff = "amount_diff",
        /// The provider has it once more than we.
        DuplicateTheirs = "duplicate_theirs",
    }
}

impl Match {
    /// Whether somebody must look at it.
    #[must_use]
    pub fn is_break(self) -> bool {
        self != Self::Matched
    }
}

/// A request of ours that moved money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Which.
    pub operation: OperationId,
    /// The reference by which the provider knows it.
    pub attempt: [u8; 16],
    /// Where it took what was set aside: the reference of that authorization, which some providers go on using.
    pub authorization: Option<[u8; 16]>,
    /// The provider's own reference, once known.
    pub provider_ref: Option<String>,
    /// What moved: never a fee.
    pub kind: LineKind,
    /// How much was asked for.
    pub amount: Money,
    /// What was posted in the ledger for it, in the same currency.
    pub booked: Option<Money>,
}

/// A line of the provider's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The provider's own reference; may be empty.
    pub provider_ref: String,
    /// Our reference, where the provider gives it back.
    pub attempt: Option<[u8; 16]>,
    /// What moved.
    pub kind: LineKind,
    /// How much.
    pub amount: Money,
    /// What the provider kept of it, in the same currency.
    pub fee: Option<Money>,
    /// When, by the provider's clock.
    pub at: Timestamp,
}

/// One of our requests, one of the provider's lines, or both, and how they agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// How they agree.
    pub state: Match,
    /// The request's place. A duplicate names the one that it repeats.
    pub entry: Option<usize>,
    /// The line's place.
    pub line: Option<usize>,
    /// The currency of both.
    pub currency: Currency,
    /// What the provider owes us by its line less what our books hold, in minor units.
    pub difference: i64,
}

/// Sums of one currency, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// Which currency.
    pub currency: Currency,
    /// How many sales.
    pub sale_count: i64,
    /// How many refunds.
    pub refund_count: i64,
    /// All sales.
    pub gross: i64,
    /// All refunds.
    pub refunds: i64,
    /// All fees.
    pub fees: i64,
}

impl Totals {
    /// Nothing of this currency.
    #[must_use]
    pub fn none(currency: Currency) -> Self {
        Self { currency, sale_count: 0, refund_count: 0, gross: 0, refunds: 0, fees: 0 }
    }

    /// What is left: sales less refunds less fees.
    #[must_use]
    pub fn net(self) -> i64 {
        self.gross - self.refunds - self.fees
    }

    fn with(self, kind: LineKind, minor: i64) -> Result<Self, LedgerError> {
        let plus = |sum: i64| sum.checked_add(minor).ok_or(LedgerError::OutOfRange);
        Ok(match kind {
            LineKind::Sale => Self { sale_count: self.sale_count + 1, gross: plus(self.gross)?, ..self },
            LineKind::Refund => {
                Self { refund_count: self.refund_count + 1, refunds: plus(self.refunds)?, ..self }
            }
            LineKind::Fee => Self { fees: plus(self.fees)?, ..self },
        })
    }
}

/// The sums of `amounts`, one for each currency, by the currency's code.
///
/// # Errors
/// When a sum does not fit into 64 bits.
pub fn totals(amounts: impl IntoIterator<Item = (LineKind, Money)>) -> Result<Vec<Totals>, LedgerError> {
    let mut sums = std::collections::BTreeMap::<Currency, Totals>::new();
    for (kind, amount) in amounts {
        let sum = sums.entry(amount.currency()).or_insert(Totals::none(amount.currency()));
        *sum = sum.with(kind, amount.minor())?;
    }
    // Any two of them may be taken from each other.
    let fits = |sum: &Totals| sum.refunds.checked_add(sum.fees).is_some();
    let sums: Vec<Totals> = sums.into_values().collect();
    if sums.iter().all(fits) { Ok(sums) } else { Err(LedgerError::OutOfRange) }
}

/// The sums of a provider's file.
///
/// # Errors
/// As [`totals`].
pub fn totals_of(lines: &[Line]) -> Result<Vec<Totals>, LedgerError> {
    let fee = |line: &Line| line.fee.map(|fee| (LineKind::Fee, fee));
    totals(lines.iter().flat_map(|line| std::iter::once((line.kind, line.amount)).chain(fee(line))))
}
