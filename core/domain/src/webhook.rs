//! Webhooks: which events one wants to hear of, and when a message that did not arrive is sent again.
use std::{fmt, str::FromStr, time::Duration};

use crate::Timestamp;

/// The first wait after a failure; each further one is twice as long, up to [`WAIT_MAX`].
const WAIT_FIRST: Duration = Duration::from_secs(5);
const WAIT_MAX: Duration = Duration::from_secs(6 * 3_600);
/// A message that has not arrived by then is given up.
pub const PATIENCE: Duration = Duration::from_secs(72 * 3_600);
/// How far a wait may lie above what it is, in thousandths, so that many do not come back at once.
const JITTER_PERMILLE_MAX: u32 = 200;

const KINDS_MAX: usize = 32;
const KIND_CHARS_MAX: usize = 64;

/// When a message that failed `attempts` times is sent again; `None` when it is given up. It was due at `due_at`;
/// `jitter_permille` is random and taken up to its bound.
#[must_use]
pub fn retry_at(attempts: u32, due_at: Timestamp, now: Timestamp, jitter_permille: u32) -> Option<Timestamp> {
    let doubled =
        WAIT_FIRST.saturating_mul(1_u32.checked_shl(attempts.saturating_sub(1)).unwrap_or(u32::MAX));
    let wait = doubled.min(WAIT_MAX);
    let jitter = wait * jitter_permille.min(JITTER_PERMILLE_MAX) / 1_000;
    let at = now.plus(wait + jitter);
    (at.since(due_at) <= PATIENCE).then_some(at)
}

/// The kinds of events that are wanted: `transaction.captured`, or `transaction.*` for all of a family. Without any,
/// every event is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventFilter(Vec<String>);

/// A text that is no kind of event, or too many of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("events are named like transaction.captured or transaction.*, at most {KINDS_MAX} of them")]
pub struct InvalidFilter;

impl EventFilter {
    /// A filter for these kinds.
    ///
    /// # Errors
    /// When one is no kind of event, or there are too many.
    pub fn new(kinds: Vec<String>) -> Result<Self, InvalidFilter> {
        match kinds.len() <= KINDS_MAX && kinds.iter().all(|kind| is_kind(kind)) {
            true => Ok(Self(kinds)),
            false => Err(InvalidFilter),
        }
    }

    /// The kinds, none for every event.
    #[must_use]
    pub fn kinds(&self) -> &[String] {
        &self.0
    }

    /// Whether an event of `kind` is wanted.
    #[must_use]
    pub fn takes(&self, kind: &str) -> bool {
        let is_wanted = |wanted: &String| match wanted.strip_suffix('*') {
            Some(family) => kind.starts_with(family),
            None => wanted == kind,
        };
        self.0.is_empty() || self.0.iter().any(is_wanted)
    }
}

fn is_kind(text: &str) -> bool {
    let words = text.strip_suffix(".*").unwrap_or(text);
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    text.len() <= KIND_CHARS_MAX && words.split('.').all(is_word)
}

impl fmt::Display for EventFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(","))
    }
}

impl FromStr for EventFilter {
    type Err = InvalidFilter;
    fn from_str(text: &str) -> Result<Self, InvalidFilter> {
        let kinds = text.split(',').filter(|kind| !kind.is_empty());
        Self::new(kinds.map(str::to_owned).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(attempts: u32, jitter: u32) -> Option<u64> {
        let at = retry_at(attempts, Timestamp(0), Timestamp(0), jitter);
        at.map(|at| at.since(Timestamp(0)).as_secs())
    }

    #[test]
    fn each_wait_is_twice_the_one_before_up_to_six_hours() {
        let waits =
            [(1, 5), (2, 10), (3, 20), (8, 640), (13, 20_480), (14, 21_600), (31, 21_600), (40, 21_600)];
        for (attempts, seconds) in waits {
            assert_eq!(after(attempts, 0), Some(seconds), "{attempts}");
        }
    }

    #[test]
    fn jitter_adds_up_to_a_fifth() {
        assert_eq!((after(3, 100), after(3, 200), after(3, 999)), (Some(22), Some(24), Some(24)));
    }

    #[test]
    fn a_message_is_given_up_after_three_days_and_not_before() {
        for jitter in [0, 200] {
            let (mut now, mut attempts) = (Timestamp(0), 1);
            while let Some(next) = retry_at(attempts, Timestamp(0), now, jitter) {
                assert!(next > now);
                (now, attempts) = (next, attempts + 1);
            }
            let hours = now.since(Timestamp(0)).as_secs() / 3_600;
            assert!((64..=72).contains(&hours) && attempts < 30, "{hours} h, {attempts} attempts");
        }
    }

    #[test]
    fn a_filter_takes_kinds_and_families() {
        for (filter, kind, expected) in [
            ("", "user.erased", true),
            ("transaction.captured", "transaction.captured", true),
            ("transaction.captured", "transaction.captured_late", false),
            ("transaction.*,checkout.paid", "transaction.voided", true),
            ("transaction.*,checkout.paid", "checkout.paid", true),
            ("transaction.*,checkout.paid", "checkout.expired", false),
            ("transaction.*", "transactions.captured", false),
        ] {
            assert_eq!(filter.parse::<EventFilter>().unwrap().takes(kind), expected, "{filter} {kind}");
        }
        for wrong in ["*", "a*", "A.b", "a..b", ".", "a.*.b", "a b", &"a".repeat(65)] {
            assert!(EventFilter::new(vec![wrong.to_owned()]).is_err(), "{wrong}");
        }
    }
}
