//! Devices on which payers look after what is their own: how many, by which names, and how long one lasts that nobody uses.
use std::time::Duration;

use crate::Timestamp;

/// Devices that one person has at a time: a further one takes the place of the one that was not used for longest.
pub const DEVICES_MAX: usize = 8;
/// The longest name, in characters.
pub const NAME_CHARS_MAX: usize = 60;
/// How exactly it is known when a device was last used: not each of its requests is a write.
pub const NOTED_EVERY: Duration = Duration::from_secs(3_600);

/// A name that no device has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a device's name has 1 to {NAME_CHARS_MAX} characters and no control characters")]
pub struct InvalidName;

/// `name` without surrounding space.
///
/// # Errors
/// When it is empty, over [`NAME_CHARS_MAX`] characters or has control characters.
pub fn checked_name(name: &str) -> Result<&str, InvalidName> {
    let name = name.trim();
    let sized = (1..=NAME_CHARS_MAX).contains(&name.chars().count());
    if sized && !name.chars().any(char::is_control) { Ok(name) } else { Err(InvalidName) }
}

/// Whether a device that was last used at `seen_at` still opens anything at `now`.
#[must_use]
pub fn is_live(seen_at: Timestamp, unused_max: Duration, now: Timestamp) -> bool {
    now < seen_at.plus(unused_max)
}

/// Whether it is to be noted that a device is used at `now`.
#[must_use]
pub fn is_to_be_noted(seen_at: Timestamp, now: Timestamp) -> bool {
    now >= seen_at.plus(NOTED_EVERY)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);
    const SEEN: Timestamp = Timestamp(1_800_000_000_000_000);

    #[test]
    fn a_device_lasts_as_long_as_it_is_used() {
        for (after, live) in [(Duration::ZERO, true), (DAY - NOTED_EVERY, true), (DAY, false)] {
            assert_eq!(is_live(SEEN, DAY, SEEN.plus(after)), live, "{after:?}");
        }
        // A clock that went back ends nothing.
        assert!(is_live(SEEN, DAY, SEEN.minus(DAY)));
    }

    #[test]
    fn its_use_is_noted_once_an_hour() {
        assert!(!is_to_be_noted(SEEN, SEEN.plus(NOTED_EVERY - Duration::from_micros(1))));
        assert!(is_to_be_noted(SEEN, SEEN.plus(NOTED_EVERY)));
    }

    #[test]
    fn names_are_trimmed_and_bounded() {
        assert_eq!(checked_name(" Firefox, Android "), Ok("Firefox, Android"));
        for bad in ["", "  ", "a\u{7}", &"x".repeat(NAME_CHARS_MAX + 1)] {
            assert_eq!(checked_name(bad), Err(InvalidName), "{bad}");
        }
    }
}
