//! What calls into a plugin cost, in this process and in a sandboxed one.

use std::process::Command;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::child::{Job, Line, Work};
use crate::report::Verdict;
use crate::run::{Plan, attended};

mod calls;
mod figures;

pub(crate) use calls::timed;
pub use figures::{Figures, Timed};

/// Interfaces that a plugin can have, and what is done besides calls: that many times `each` a side takes at most.
const CALLS_MAX: u32 = 6;
/// The longest that loading may take in all, and the part that a call may go over its time.
const SIDE_EXTRA: Duration = Duration::from_secs(60);

/// Where a plugin runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Side {
    /// In the caller's process.
    InProcess,
    /// In a sandboxed process of its own.
    Isolated,
}

impl Side {
    /// Both.
    pub const ALL: [Self; 2] = [Self::InProcess, Self::Isolated];

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::InProcess => "in_process",
            Self::Isolated => "isolated",
        }
    }
}

/// One side.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Where the plugin ran.
    pub side: Side,
    /// Loading first, then each call.
    pub calls: Vec<Timed>,
    /// How it ended; skipped where the plugin cannot run there.
    pub verdict: Verdict,
    /// Why nothing, or not everything, was measured.
    pub detail: String,
}

impl Measured {
    /// Whether something that should have been measured was not.
    pub fn is_failure(&self) -> bool {
        self.verdict.is_failure() || self.calls.iter().any(|call| call.took.is_err())
    }

    /// One stable object.
    pub fn json(&self) -> Value {
        let calls: Vec<Value> = self.calls.iter().map(Timed::json).collect();
        let detail = Some(&self.detail).filter(|_| self.verdict != Verdict::Pass);
        json!({ "side": self.side.name(), "result": self.verdict.name(), "detail": detail, "calls": calls })
    }
}

/// Both sides of one plugin.
#[derive(Debug, Clone, PartialEq)]
pub struct Bench {
    /// The plugin's id; its file where it could not be opened.
    pub plugin: String,
    /// In process, then isolated.
    pub sides: Vec<Measured>,
}

impl Bench {
    /// Whether something that should have been measured was not.
    pub fn is_failure(&self) -> bool {
        self.sides.iter().any(Measured::is_failure)
    }

    /// One stable object.
    pub fn json(&self) -> Value {
        let sides: Vec<Value> = self.sides.iter().map(Measured::json).collect();
        json!({ "plugin": self.plugin, "sides": sides })
    }
}

/// Times loading and every call of a plugin on both sides, each call for so long. `launch` makes the processes, as for
/// [`crate::check`]: what crashes ends the figures of its side.
pub fn bench(plan: &Plan, each: Duration, launch: &dyn Fn(&Job) -> Command) -> Bench {
    let mut plugin = plan.library.display().to_string();
    let mut sides = Vec::new();
    for side in Side::ALL {
        let each_ms = u64::try_from(each.as_millis()).unwrap_or(u64::MAX);
        let job = plan.job(Work::Bench { side, each_ms });
        let mut calls = Vec::new();
        let done = attended(launch(&job), each * CALLS_MAX + SIDE_EXTRA, &mut |line| {
            if let Line::Timed(found) = line {
                calls = found;
            }
        });
        if let Some(begun) = done.begun {
            plugin = begun.plugin;
        }
        sides.push(Measured { side, calls, verdict: done.verdict, detail: done.detail });
    }
    Bench { plugin, sides }
}
