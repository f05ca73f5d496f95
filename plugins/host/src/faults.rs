//! What a plugin did wrong, and when that is enough to take it out of use.

use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

/// Faults within [`WINDOW_NS`] that take a plugin out of use.
const FAULTS_MAX: usize = 3;
/// The window in which they are counted: one minute.
const WINDOW_NS: i64 = 60_000_000_000;

/// Whether a plugin can be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PluginState {
    /// It can.
    Active,
    /// It panicked, its process ended, or it kept returning malformed answers. It refuses every call until it is loaded
    /// anew; an isolated plugin whose process is being replaced is faulted for that moment only.
    Faulted {
        /// What happened.
        reason: String,
    },
    /// An operator took it out of use.
    Disabled {
        /// Why.
        reason: String,
    },
}

/// What a plugin did wrong last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastFault {
    /// What happened.
    pub what: String,
    /// When, by the machine's clock.
    pub at: SystemTime,
}

/// Faults since the plugin was loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Faults {
    /// Panics. In this process the first one is the last, as it poisons the instance.
    pub panics: u64,
    /// Ends of an isolated plugin's process by a signal or of its own will, and replacements that did not start.
    pub crashes: u64,
    /// Calls that an isolated plugin did not answer, and was killed for.
    pub hangs: u64,
    /// Answers that broke the contract.
    pub malformed: u64,
    /// Answers that came after the deadline.
    pub overruns: u64,
}

/// How an isolated plugin's process failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// It ended, or did not start.
    Crash,
    /// It was killed as it did not answer.
    Hang,
    /// It was killed as its instance had panicked.
    Panic,
}

#[derive(Default)]
pub(crate) struct FaultLog(Mutex<Log>);

#[derive(Default)]
struct Log {
    counts: Faults,
    at_ns: Vec<i64>,
    faulted: Option<String>,
    last: Option<LastFault>,
}

impl FaultLog {
    /// A panic in this process: final.
    pub(crate) fn panicked(&self, reason: &str) {
        let mut log = self.lock();
        log.counts.panics += 1;
        let what = format!("panicked: {reason}");
        log.note(&what);
        log.faulted.get_or_insert(what);
    }

    pub(crate) fn malformed(&self, what: &str, now_ns: i64) {
        let mut log = self.lock();
        log.counts.malformed += 1;
        log.add(what, now_ns);
    }

    /// A failure of an isolated plugin's process. Returns how many faults this minute has seen.
    pub(crate) fn failed(&self, failure: Failure, how: &str, now_ns: i64) -> usize {
        let mut log = self.lock();
        match failure {
            Failure::Crash => log.counts.crashes += 1,
            Failure::Hang => log.counts.hangs += 1,
            Failure::Panic => log.counts.panics += 1,
        }
        log.add(how, now_ns);
        log.at_ns.len()
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

    /// What went wrong last, if anything did.
    pub(crate) fn last(&self) -> Option<LastFault> {
        self.lock().last.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Log> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Log {
    fn add(&mut self, what: &str, now_ns: i64) {
        self.at_ns.retain(|at| now_ns - at < WINDOW_NS);
        self.at_ns.push(now_ns);
        self.note(what);
        if self.at_ns.len() >= FAULTS_MAX {
            let reason = format!("{FAULTS_MAX} faults within a minute, the last: {what}");
            self.faulted.get_or_insert(reason);
        }
    }

    fn note(&mut self, what: &str) {
        self.last = Some(LastFault { what: what.to_owned(), at: SystemTime::now() });
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
        assert_eq!(log.last().unwrap().what, "c");
    }

    #[test]
    fn malformed_answers_spread_over_hours_are_only_counted() {
        let log = FaultLog::default();
        (0..50).for_each(|minute| log.malformed("x", minute * 31 * SECOND));
        assert_eq!(log.faulted(), None);
        assert_eq!(log.counts().malformed, 50);
    }

    #[test]
    fn faults_of_every_kind_count_together() {
        let log = FaultLog::default();
        assert_eq!(log.failed(Failure::Crash, "killed by SIGSEGV", 0), 1);
        log.malformed("b", SECOND);
        assert_eq!(log.faulted(), None);
        assert_eq!(log.failed(Failure::Hang, "did not answer", 2 * SECOND), 3);
        assert!(log.faulted().unwrap().ends_with("the last: did not answer"));
        let counts = Faults { crashes: 1, hangs: 1, malformed: 1, ..Faults::default() };
        assert_eq!(log.counts(), counts);
    }

    #[test]
    fn a_late_answer_is_counted_and_the_plugin_stays_in_use() {
        let log = FaultLog::default();
        (0..100).for_each(|_| log.overran());
        assert_eq!((log.counts().overruns, log.faulted()), (100, None));
    }
}
