//! A business day, named by its calendar date.
use std::{fmt, str::FromStr};

/// A date of the Gregorian calendar from year 1 to 9999. When it begins and ends is up to the time zone and the
/// hour at which the business closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Day {
    year: i16,
    month: i8,
    day: i8,
}

/// Text that names no day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a date such as 2026-01-31")]
pub struct InvalidDay(pub String);

impl Day {
    /// This date.
    ///
    /// # Errors
    /// When the calendar has no such date.
    pub fn new(year: i16, month: i8, day: i8) -> Result<Self, InvalidDay> {
        let fits = (1..=9999).contains(&year) && (1..=days_in(year, month)).contains(&day);
        if fits {
            Ok(Self { year, month, day })
        } else {
            Err(InvalidDay(format!("{year:04}-{month:02}-{day:02}")))
        }
    }

    /// Year, month and day of the month.
    #[must_use]
    pub fn parts(self) -> (i16, i8, i8) {
        (self.year, self.month, self.day)
    }

    /// The day after; the last representable day is its own.
    #[must_use]
    pub fn next(self) -> Self {
        let (year, month, day) = self.parts();
        let candidates = [(year, month, day + 1), (year, month + 1, 1), (year.saturating_add(1), 1, 1)];
        candidates.into_iter().find_map(|(y, m, d)| Self::new(y, m, d).ok()).unwrap_or(self)
    }
}

fn days_in(year: i16, month: i8) -> i8 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    }
}

impl FromStr for Day {
    type Err = InvalidDay;
    fn from_str(text: &str) -> Result<Self, InvalidDay> {
        let invalid = || InvalidDay(text.chars().take(40).collect());
        let bytes = text.as_bytes();
        let shape = bytes.len() == 10
            && bytes.iter().enumerate().all(|(at, byte)| match at {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !shape {
            return Err(invalid());
        }
        let (year, month, day) = (text[..4].parse(), text[5..7].parse(), text[8..].parse());
        let (Ok(year), Ok(month), Ok(day)) = (year, month, day) else { return Err(invalid()) };
        Self::new(year, month, day).map_err(|_| invalid())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}
