//! Amounts of money: whole minor units, always above zero, never floating point.
#![deny(clippy::float_arithmetic)]
use std::fmt;

use crate::Currency;

/// More than zero minor units of one currency.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

/// Why two amounts can't be made or joined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Zero or below.
    #[error("an amount must be a whole number of minor units above zero, not {0}")]
    NotPositive(i64),
    /// Above what one payment can carry.
    #[error("an amount must not be above {max} minor units, found {0}", max = MINOR_MAX)]
    TooLarge(i64),
    /// Two different currencies.
    #[error("{0} and {1} can't be mixed in one amount")]
    CurrencyMismatch(Currency, Currency),
}

/// The largest single amount, so that sums of a million payments stay within `i64`.
pub const MINOR_MAX: i64 = 1_000_000_000_000;

impl Money {
    /// `minor` units of `currency`.
    ///
    /// # Errors
    /// When `minor` is zero, negative or above [`MINOR_MAX`].
    pub fn new(minor: i64, currency: Currency) -> Result<Self, MoneyError> {
        match minor {
            ..=0 => Err(MoneyError::NotPositive(minor)),
            1..=MINOR_MAX => Ok(Self { minor, currency }),
            _ => Err(MoneyError::TooLarge(minor)),
        }
    }

    /// Whole minor units, above zero.
    #[must_use]
    pub fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    #[must_use]
    pub fn currency(self) -> Currency {
        self.currency
    }

    /// What is left after taking `part` away; `None` when nothing is.
    ///
    /// # Errors
    /// When the currencies differ or `part` is larger than the whole.
    pub fn minus(self, part: Self) -> Result<Option<Self>, MoneyError> {
        self.same_currency(part)?;
        match self.minor - part.minor {
            0 => Ok(None),
            rest => Self::new(rest, self.currency).map(Some),
        }
    }

    /// Both amounts together.
    ///
    /// # Errors
    /// When the currencies differ or the sum is above [`MINOR_MAX`].
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        Self::new(self.minor + other.minor, self.currency)
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            Ok(())
        } else {
            Err(MoneyError::CurrencyMismatch(self.currency, other.currency))
        }
    }
}

/// The major unit with its decimal places, as a receipt prints it: `12.50 EUR`, `1250 JPY`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = usize::from(self.currency.exponent());
        let digits = format!("{:0>width$}", self.minor, width = places + 1);
        let (major, minor) = digits.split_at(digits.len() - places);
        let point = if places == 0 { "" } else { "." };
        write!(f, "{major}{point}{minor} {}", self.currency)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(minor: i64, code: &str) -> Result<Money, MoneyError> {
        Money::new(minor, code.parse().unwrap())
    }

    #[test]
    fn zero_negative_and_absurd_amounts_cannot_be_made() {
        for minor in [0, -1, i64::MIN, MINOR_MAX + 1, i64::MAX] {
            assert!(money(minor, "EUR").is_err(), "{minor}");
        }
    }

    #[test]
    fn an_amount_prints_with_the_places_of_its_currency() {
        for (minor, code, text) in [
            (1250, "EUR", "12.50 EUR"),
            (5, "EUR", "0.05 EUR"),
            (1250, "JPY", "1250 JPY"),
            (1, "KWD", "0.001 KWD"),
        ] {
            assert_eq!(money(minor, code).unwrap().to_string(), text);
        }
    }

    #[test]
    fn currencies_do_not_mix() {
        let (eur, jpy) = (money(5, "EUR").unwrap(), money(5, "JPY").unwrap());
        assert!(matches!(eur.plus(jpy), Err(MoneyError::CurrencyMismatch(..))));
        assert!(matches!(eur.minus(jpy), Err(MoneyError::CurrencyMismatch(..))));
    }

    #[test]
    fn taking_all_leaves_nothing_and_taking_more_is_refused() {
        let (five, six) = (money(5, "EUR").unwrap(), money(6, "EUR").unwrap());
        assert_eq!(five.minus(five), Ok(None));
        assert_eq!(five.minus(six), Err(MoneyError::NotPositive(-1)));
    }
}
