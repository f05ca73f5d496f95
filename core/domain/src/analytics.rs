//! What is counted of looks and payments for plots: in bins without a person, by the hour.
use std::{collections::BTreeMap, time::Duration};

use crate::{Timestamp, name::named, transaction::State};

named! {
    /// What is counted.
    Series("series of analytics") {
        /// Looks of live people: `known`, `unknown`, and `low_margin` of the known.
        Look = "look",
        /// How similar they were to the best template, by `known` and `unknown`.
        Similarity = "similarity",
        /// How far the best template was ahead of anybody else's.
        Margin = "margin",
        /// How lively they were, by the liveness step.
        Liveness = "liveness",
        /// What was decided on the looks of who is known: `approve`, `step_up`, `decline`, `challenge`.
        Decision = "decision",
        /// Why a further factor was asked or a look refused, by the reason that weighs most.
        Reason = "reason",
        /// From the look to the captured money.
        LookToPaid = "look_to_paid",
        /// What recognition's stages took, by the stage.
        Stage = "stage",
    }
}

/// Fewer looks than this may be those of one person: their scores are not shown.
pub const LOOKS_SHOWN_MIN: u64 = 20;
/// The longest span that is asked for at once.
pub const SPAN_MAX: Duration = Duration::from_secs(400 * 86_400);
/// The most points of a plot.
pub const BUCKETS_MAX: u64 = 2_500;

/// Bins of durations for each doubling: a bin is 9 % wide.
const BINS_PER_DOUBLING: f64 = 8.0;

impl Series {
    /// How many bins there are from 0 to 1; `None` for what is no score.
    fn bins_to_one(self) -> Option<f32> {
        match self {
            Self::Similarity | Self::Margin => Some(50.0),
            Self::Liveness => Some(20.0),
            Self::Look | Self::Decision | Self::Reason | Self::LookToPaid | Self::Stage => None,
        }
    }

    /// The bin of a score; 0 for what is none.
    #[must_use]
    pub fn bin(self, score: f32) -> i32 {
        let bins = self.bins_to_one().unwrap_or(0.0);
        // Two people may be further apart than any two pictures are alike.
        let highest = if self == Self::Margin { bins * 2.0 - 1.0 } else { bins - 1.0 };
        let bin = (score * bins).floor().clamp(-bins, highest.max(0.0));
        if bin.is_nan() { -(bins as i32) } else { bin as i32 }
    }

    /// Where a bin of scores begins and ends.
    #[must_use]
    pub fn edges(self, bin: i32) -> (f64, f64) {
        let bins = f64::from(self.bins_to_one().unwrap_or(1.0));
        (f64::from(bin) / bins, f64::from(bin + 1) / bins)
    }
}

/// The bin of a duration.
#[must_use]
pub fn duration_bin(took: Duration) -> i32 {
    let micros = took.as_micros().max(1) as f64;
    (BINS_PER_DOUBLING * micros.log2()).floor() as i32
}

/// Counts by bin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bins(BTreeMap<i32, u64>);

impl Bins {
    /// Counts more in a bin.
    pub fn add(&mut self, bin: i32, count: u64) {
        *self.0.entry(bin).or_default() += count;
    }

    /// How many were counted.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.values().sum()
    }

    /// Each bin with what is in it, the lowest first.
    pub fn iter(&self) -> impl Iterator<Item = (i32, u64)> {
        self.0.iter().map(|(bin, count)| (*bin, *count))
    }

    /// Whether so many looks are in it that it shows nobody's own.
    #[must_use]
    pub fn may_be_shown(&self) -> bool {
        self.count() >= LOOKS_SHOWN_MIN
    }

    /// The milliseconds below which the share `quantile` of the durations is; within a bin as if they were spread evenly.
    #[must_use]
    pub fn quantile_ms(&self, quantile: f64) -> Option<f64> {
        let wanted = self.count() as f64 * quantile;
        let mut below = 0.0;
        for (bin, count) in self.iter() {
            let count = count as f64;
            if below + count >= wanted {
                let within = if count > 0.0 { ((wanted - below) / count).clamp(0.0, 1.0) } else { 0.0 };
                let micros = ((f64::from(bin) + within) / BINS_PER_DOUBLING).exp2();
                return Some(micros / 1_000.0);
            }
            below += count;
        }
        None
    }
}

named! {
    /// How long the points of a plot are.
    Bucket("bucket") {
        /// An hour.
        Hour = "hour",
        /// A day of UTC.
        Day = "day",
        /// A week of UTC, from Monday.
        Week = "week",
    }
}

impl Bucket {
    /// How long it is, in microseconds.
    #[must_use]
    pub fn micros(self) -> i64 {
        const HOUR: i64 = 3_600_000_000;
        match self {
            Self::Hour => HOUR,
            Self::Day => 24 * HOUR,
            Self::Week => 7 * 24 * HOUR,
        }
    }

    /// When one of them begins; the others follow from it.
    #[must_use]
    pub fn origin_micros(self) -> i64 {
        match self {
            // 1970 began on a Thursday.
            Self::Week => 4 * Self::Day.micros(),
            Self::Hour | Self::Day => 0,
        }
    }

    /// When the one begins that `at` is in.
    #[must_use]
    pub fn start(self, at: Timestamp) -> Timestamp {
        Timestamp(at.0 - (at.0 - self.origin_micros()).rem_euclid(self.micros()))
    }
}

/// A span of time in points of a plot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// From this moment on.
    pub from: Timestamp,
    /// Before this moment.
    pub until: Timestamp,
    /// How long the points are.
    pub bucket: Bucket,
}

/// A span that can't be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a span ends after its beginning, is at most 400 days long and has at most {BUCKETS_MAX} points")]
pub struct BadWindow;

impl Window {
    /// From `from` to `until`, in hours up to three days and in days beyond that where no bucket is given.
    ///
    /// # Errors
    /// When it is empty, too long, or has too many points.
    pub fn new(from: Timestamp, until: Timestamp, bucket: Option<Bucket>) -> Result<Self, BadWindow> {
        let span = until.since(from);
        let short = span <= Duration::from_secs(3 * 86_400);
        let bucket = bucket.unwrap_or(if short { Bucket::Hour } else { Bucket::Day });
        let points = span.as_micros() / u128::from(bucket.micros().unsigned_abs());
        match !span.is_zero() && span <= SPAN_MAX && points <= u128::from(BUCKETS_MAX) {
            true => Ok(Self { from, until, bucket }),
            false => Err(BadWindow),
        }
    }

    /// When each point begins; the first may begin before the span does.
    pub fn starts(self) -> impl Iterator<Item = Timestamp> {
        let first = self.bucket.start(self.from);
        let next = move |at: &Timestamp| Some(Timestamp(at.0.saturating_add(self.bucket.micros())));
        std::iter::successors(Some(first), next).take_while(move |at| *at < self.until)
    }
}

/// Payments by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// All.
    pub opened: u64,
    /// Money is or was the merchant's, refunded ones included.
    pub captured: u64,
    /// Money is set aside.
    pub authorized: u64,
    /// Refused.
    pub declined: u64,
    /// Ran out.
    pub expired: u64,
    /// Given up.
    pub cancelled: u64,
    /// Set aside, then given free.
    pub voided: u64,
    /// The provider's answer is not known.
    pub in_doubt: u64,
    /// Not ended yet.
    pub waiting: u64,
}

impl Outcomes {
    /// Counts so many more that stand so.
    pub fn add(&mut self, state: State, count: u64) {
        self.opened += count;
        let kind = match state {
            State::RequiresIdentification
            | State::RequiresStepUp
            | State::RequiresConfirmation
            | State::Processing => &mut self.waiting,
            State::Authorized => &mut self.authorized,
            State::Captured | State::PartiallyRefunded | State::Refunded => &mut self.captured,
            State::Voided => &mut self.voided,
            State::Declined => &mut self.declined,
            State::Cancelled => &mut self.cancelled,
            State::Expired => &mut self.expired,
            State::InDoubt => &mut self.in_doubt,
        };
        *kind += count;
    }
}

#[cfg(test)]
mod tests;
