//! What a plugin did wrong, and when that is enough to take it out of use.

use std::sync::{Mutex, PoisonError};

/// Malformed answers within [`MALFORMED_WINDOW_NS`] that take a plugin out of use.
const MALFORMED_MAX: usize = 3;
/// The window in which they are counted: one minute.
const MALFORMED_WINDOW_NS: i64 = 60_000_000_000;

/// Whether a plugin can be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PluginState {
    /// It can.
    Active,
    /// It panicked, or kept returning malformed answers. It refuses every call until it is loaded anew.
    Faulted {
        /// What happened.
        reason: String,
    },
}

/// Faults since the plugin was loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Faults {
    /// Panics; the first one is the last, as it poisons the instance.
    pub panics: u64,
    /// Answers that broke the contract.
    pub malformed: u64,
    /// Answers that came after the deadline.
    pub overruns: u64,
}

#[derive(Default)]
pub(crate) struct FaultLog(Mutex<Log>);

#[derive(Default)]
struct Log {
    counts: Faults,
    malformed_at_ns: Vec<i64>,
    faulted: Option<String>,
}

impl FaultLog {
    pub(crate) fn panicked(&self, reason: &str) {
        let mut log = self.lock();
        log.counts.panics += 1;
        log.faulted.get_or_insert_with(|| format!("panicked: {reason}"));
    }

    pub(crate) fn malformed(&self, what: &str, now_ns: i64) {
        let mut log = self.lock();
        log.counts.malformed += 1;
        log.malformed_at_ns.retain(|at| now_ns - at < MALFORMED_WINDOW_NS);
        log.malformed_at_ns.push(now_ns);
        if log.malformed_at_ns.len() >= MALFORMED_MAX {
            let reason = format!("{MALFORMED_MAX} malformed answers within a minute, the last: {what}");
            log.faulted.get_or_insert(reason);
        }
    }

    pub(crate) fn overran(&self) {
        self.lock().counts.overruns += 1;
    }

    pub(crate) fn counts(&self) -> Faults {
        self.lock().counts
    }

    pub(crate) fn faulted(&self) -> Option<String> {
        self.lock().faulted.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Log> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000_000;

    #[test]
    fn three_malformed_answers_within_a_minute_take_a_plugin_out_of_use() {
        let log = FaultLog::default();
        log.malformed("a", 0);
        log.malformed("b", 10 * SECOND);
        assert_eq!(log.faulted(), None);
        log.malformed("c", 59 * SECOND);
        assert!(log.faulted().unwrap().ends_with("the last: c"));
    }

    #[test]
    fn malformed_answers_spread_over_hours_are_only_counted() {
        let log = FaultLog::default();
        (0..50).for_each(|minute| log.malformed("x", minute * 31 * SECOND));
        assert_eq!(log.faulted(), None);
        assert_eq!(log.counts().malformed, 50);
    }

    #[test]
    fn a_late_answer_is_counted_and_the_plugin_stays_in_use() {
        let log = FaultLog::default();
        (0..100).for_each(|_| log.overran());
        assert_eq!((log.counts().overruns, log.faulted()), (100, None));
    }
}
