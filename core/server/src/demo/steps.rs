//! What happened and when: a line for people, or a JSON object for programs.

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use crate::cli::terminal;

/// Prints each step with its time since the start.
pub(crate) struct Steps {
    began: Instant,
    json: bool,
}

impl Steps {
    pub(crate) fn new(began: Instant, json: bool) -> Self {
        Self { began, json }
    }

    /// An event with its details, and the same in words.
    pub(crate) fn say(&self, event: &str, details: Value, words: impl std::fmt::Display) {
        let at = self.began.elapsed();
        if !self.json {
            return terminal::out(format!("{:>8.3} s  {words}", at.as_secs_f64()));
        }
        let mut object = Map::new();
        object.insert("event".to_owned(), json!(event));
        object.insert("at_ms".to_owned(), json!(millis(at)));
        if let Value::Object(details) = details {
            object.extend(details);
        }
        terminal::out(Value::Object(object));
    }
}

/// Whole milliseconds.
pub(super) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
