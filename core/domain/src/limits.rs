//! How much and how often a person may pay.
#![deny(clippy::float_arithmetic)]
use std::time::Duration;

use crate::{Money, Timestamp};

/// What one person may spend in one currency, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest single payment.
    pub amount_max: i64,
    /// The largest sum within a day.
    pub day_amount_max: i64,
    /// The most payments within an hour.
    pub hour_count_max: u32,
}

/// What may be taken at one place in one currency within a day, in minor units; `None` sets no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PlaceLimits {
    /// At one terminal.
    pub terminal_day_amount_max: Option<i64>,
    /// At all terminals of the branch.
    pub branch_day_amount_max: Option<i64>,
}

/// What was taken at a place already, payments under way included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PlaceUsage {
    /// At the terminal, in the last 24 hours, in minor units.
    pub terminal_day_amount: i64,
    /// In the branch, in the last 24 hours, in minor units.
    pub branch_day_amount: i64,
}

/// What that person spent already, payments under way included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// The sum of the last 24 hours, in minor units.
    pub day_amount: i64,
    /// The number of payments in the last hour.
    pub hour_count: u32,
}

/// The limit that a payment would break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Exceeded {
    /// One payment is too large.
    #[error("the amount is above the limit of {max} minor units for one payment")]
    Amount {
        /// The limit.
        max: i64,
    },
    /// The day's sum would be too large.
    #[error("the day's limit of {max} minor units would be passed")]
    Day {
        /// The limit.
        max: i64,
    },
    /// Too many payments.
    #[error("no more than {max} payments within an hour are allowed")]
    Velocity {
        /// The limit.
        max: u32,
    },
    /// Too much at one terminal.
    #[error("the day's limit of {max} minor units for this terminal would be passed")]
    Terminal {
        /// The limit.
        max: i64,
    },
    /// Too much in the branch.
    #[error("the day's limit of {max} minor units for this branch would be passed")]
    Branch {
        /// The limit.
        max: i64,
    },
}

impl Limits {
    /// Whether `amount` may come on top of `usage`.
    ///
    /// # Errors
    /// The first limit that it would break.
    pub fn check(&self, usage: Usage, amount: Money) -> Result<(), Exceeded> {
        if amount.minor() > self.amount_max {
            Err(Exceeded::Amount { max: self.amount_max })
        } else if usage.day_amount.saturating_add(amount.minor()) > self.day_amount_max {
            Err(Exceeded::Day { max: self.day_amount_max })
        } else if usage.hour_count >= self.hour_count_max {
            Err(Exceeded::Velocity { max: self.hour_count_max })
        } else {
            Ok(())
        }
    }
}

impl PlaceLimits {
    /// Whether `amount` may come on top of `usage`.
    ///
    /// # Errors
    /// The first limit that it would break.
    pub fn check(&self, usage: PlaceUsage, amount: Money) -> Result<(), Exceeded> {
        let passed =
            |used: i64, max: Option<i64>| max.filter(|max| used.saturating_add(amount.minor()) > *max);
        if let Some(max) = passed(usage.terminal_day_amount, self.terminal_day_amount_max) {
            Err(Exceeded::Terminal { max })
        } else if let Some(max) = passed(usage.branch_day_amount, self.branch_day_amount_max) {
            Err(Exceeded::Branch { max })
        } else {
            Ok(())
        }
    }
}

/// How wide a bucket is in which spending is added up.
pub const BUCKET: Duration = Duration::from_secs(300);

/// The number of the bucket that `at` lies in.
#[must_use]
pub fn bucket(at: Timestamp) -> i64 {
    at.0.div_euclid(BUCKET.as_micros() as i64)
}

/// The first bucket that counts towards the `span` before `now`: the one in which it began counts whole, so that a limit is
/// rather too strict by up to [`BUCKET`] than too lax.
#[must_use]
pub fn first_bucket(now: Timestamp, span: Duration) -> i64 {
    bucket(now.minus(span))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_is_named_when_it_breaks() {
        let limits = Limits { amount_max: 100, day_amount_max: 150, hour_count_max: 3 };
        for (day_amount, hour_count, minor, expected) in [
            (0, 0, 100, Ok(())),
            (50, 2, 100, Ok(())),
            (0, 0, 101, Err(Exceeded::Amount { max: 100 })),
            (51, 0, 100, Err(Exceeded::Day { max: 150 })),
            (i64::MAX, 0, 1, Err(Exceeded::Day { max: 150 })),
            (0, 3, 1, Err(Exceeded::Velocity { max: 3 })),
        ] {
            let amount = Money::new(minor, "EUR".parse().unwrap()).unwrap();
            assert_eq!(limits.check(Usage { day_amount, hour_count }, amount), expected);
        }
    }

    #[test]
    fn a_place_takes_no_more_than_its_limit() {
        let eur = |minor| Money::new(minor, "EUR".parse().unwrap()).unwrap();
        let limits = PlaceLimits { terminal_day_amount_max: Some(100), branch_day_amount_max: Some(300) };
        for (terminal_day_amount, branch_day_amount, minor, expected) in [
            (50, 250, 50, Ok(())),
            (51, 0, 50, Err(Exceeded::Terminal { max: 100 })),
            (0, 251, 50, Err(Exceeded::Branch { max: 300 })),
        ] {
            let usage = PlaceUsage { terminal_day_amount, branch_day_amount };
            assert_eq!(limits.check(usage, eur(minor)), expected);
        }
        let usage = PlaceUsage { terminal_day_amount: i64::MAX, branch_day_amount: i64::MAX };
        assert_eq!(PlaceLimits::default().check(usage, eur(1)), Ok(()));
    }

    #[test]
    fn no_bucket_within_the_span_is_left_out() {
        let hour = Duration::from_secs(3_600);
        for now in [0, 299_999_999, 300_000_000, 1_800_000_123_456_789] {
            let now = Timestamp(now);
            let first = first_bucket(now, hour);
            assert!(first <= bucket(now.minus(hour)) && bucket(now) - first == 12, "{now:?}");
        }
    }
}
