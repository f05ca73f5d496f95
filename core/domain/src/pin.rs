//! A PIN: which ones are good enough, and how wrong ones are answered.
use std::time::Duration;

use crate::Timestamp;

/// The fewest digits.
pub const DIGITS_MIN: usize = 4;
/// The most digits.
pub const DIGITS_MAX: usize = 12;
/// So many wrong ones in a row lock.
pub const FAILURES_MAX: u32 = 3;
/// No lock lasts longer.
const LOCKOUT_MAX: Duration = Duration::from_secs(86_400);

/// PINs that people choose most, beside runs, repetitions and years: ways across a keypad, and pairs.
const GUESSED: [&str; 9] = ["0852", "1004", "1122", "2580", "5683", "112233", "123321", "147258", "159753"];

/// Why a PIN was refused. Says nothing of the PIN itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPin {
    /// Too short, too long, or not digits.
    #[error("a PIN has {DIGITS_MIN} to {DIGITS_MAX} digits and nothing else")]
    Shape,
    /// Guessed at once.
    #[error("this PIN is among the first that are guessed; take another")]
    Weak,
}

/// Whether `pin` may be somebody's.
///
/// # Errors
/// When it is no PIN, or one that is guessed at once.
pub fn check(pin: &str) -> Result<(), InvalidPin> {
    let digits = pin.as_bytes();
    if !has_shape(pin) {
        return Err(InvalidPin::Shape);
    }
    let steps_by = |step: u8| digits.windows(2).all(|pair| next(pair[0], step) == pair[1]);
    let half = digits.len() / 2;
    let twice = digits.len().is_multiple_of(2) && digits[..half] == digits[half..];
    let year = digits.len() == 4 && (digits.starts_with(b"19") || digits.starts_with(b"20"));
    // Steps of 0, 1 and 9 are the same digit, a rising and a falling run, each around the end as well.
    match [0, 1, 9].into_iter().any(steps_by) || twice || year || GUESSED.contains(&pin) {
        true => Err(InvalidPin::Weak),
        false => Ok(()),
    }
}

/// Whether `pin` could be anybody's, so that it is worth trying.
#[must_use]
pub fn has_shape(pin: &str) -> bool {
    (DIGITS_MIN..=DIGITS_MAX).contains(&pin.len()) && pin.bytes().all(|digit| digit.is_ascii_digit())
}

fn next(digit: u8, step: u8) -> u8 {
    b'0' + (digit - b'0' + step) % 10
}

/// Until when a PIN that was tried for the `failures`-th time without success since the last good one is locked.
///
/// Each [`FAILURES_MAX`] of them lock, each time twice as long as before, beginning with `lockout`.
#[must_use]
pub fn locked_until(failures: u32, lockout: Duration, now: Timestamp) -> Option<Timestamp> {
    if failures == 0 || !failures.is_multiple_of(FAILURES_MAX) {
        return None;
    }
    let doublings = (failures / FAILURES_MAX - 1).min(31);
    Some(now.plus(lockout.saturating_mul(1 << doublings).min(LOCKOUT_MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_pin_that_is_not_guessed_at_once_is_taken() {
        for (pin, expected) in [
            ("4711", Ok(())),
            ("90210", Ok(())),
            ("837465", Ok(())),
            ("837465091726", Ok(())),
            ("", Err(InvalidPin::Shape)),
            ("471", Err(InvalidPin::Shape)),
            ("8374650917263", Err(InvalidPin::Shape)),
            ("47l1", Err(InvalidPin::Shape)),
            ("47 11", Err(InvalidPin::Shape)),
            ("٤٧١١", Err(InvalidPin::Shape)),
            ("0000", Err(InvalidPin::Weak)),
            ("777777", Err(InvalidPin::Weak)),
            ("1234", Err(InvalidPin::Weak)),
            ("7890", Err(InvalidPin::Weak)),
            ("987654", Err(InvalidPin::Weak)),
            ("3210", Err(InvalidPin::Weak)),
            ("4747", Err(InvalidPin::Weak)),
            ("831831", Err(InvalidPin::Weak)),
            ("1984", Err(InvalidPin::Weak)),
            ("2580", Err(InvalidPin::Weak)),
        ] {
            assert_eq!(check(pin), expected, "{pin}");
        }
    }

    #[test]
    fn each_third_wrong_pin_locks_twice_as_long() {
        let (now, lockout) = (Timestamp(0), Duration::from_secs(900));
        let until = |failures| locked_until(failures, lockout, now).map(|at| at.since(now).as_secs());
        for (failures, expected) in [
            (0, None),
            (1, None),
            (2, None),
            (3, Some(900)),
            (4, None),
            (6, Some(1_800)),
            (9, Some(3_600)),
            (30, Some(86_400)),
            (u32::MAX, Some(86_400)),
        ] {
            assert_eq!(until(failures), expected, "{failures}");
        }
    }
}
