//! How much and how often a person may pay.
#![deny(clippy::float_arithmetic)]
use crate::Money;

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
}
