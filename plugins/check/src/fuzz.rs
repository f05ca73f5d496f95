//! Random calls, each case in a process of its own: whatever a case draws comes from its seed, so that it can be repeated.

use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::child::{Job, Line, Work};
use crate::report::Verdict;
use crate::run::{Done, Plan, attended};
use crate::seed::Chance;

mod case;
mod counters;
mod draw;
mod looks;
mod tills;

pub(crate) use case::{Broken, case};

/// The longest that one case may take, before [`Plan::budget_percent`].
const CASE_MAX: Duration = Duration::from_secs(60);
/// Findings after which a run ends: more of them say nothing new.
const FINDINGS_MAX: usize = 20;

/// How long, and on how many processes at once.
#[derive(Debug, Clone)]
pub struct Fuzz {
    /// No case begins after this.
    pub time: Duration,
    /// Most cases, where there is such a bound.
    pub cases_max: Option<u64>,
    /// Processes at once; 0 means one.
    pub jobs: usize,
}

/// What is wrong with a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FindingKind {
    /// The process ended without a word.
    Crash,
    /// The case did not end in its time.
    Hang,
    /// An answer that the contract does not have.
    Malformed,
    /// The plugin panicked.
    Panic,
    /// Threads, descriptors or memory were left when the instance was gone.
    Leak,
}

impl FindingKind {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Crash => "crash",
            Self::Hang => "hang",
            Self::Malformed => "malformed",
            Self::Panic => "panic",
            Self::Leak => "leak",
        }
    }
}

/// One case that found something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What the case drew from: [`reproduce`] repeats it.
    pub seed: u64,
    /// What is wrong.
    pub kind: FindingKind,
    /// The last call, and how many there were before it.
    pub call: String,
    /// What was seen.
    pub detail: String,
}

impl Finding {
    /// One stable object.
    pub fn json(&self) -> Value {
        json!({ "seed": self.seed, "kind": self.kind.name(), "call": self.call, "detail": self.detail })
    }
}

/// What a run found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fuzzed {
    /// The plugin's id; its file where it could not be opened.
    pub plugin: String,
    /// What the seeds of the cases came from.
    pub seed: u64,
    /// Cases that were tried.
    pub cases: u64,
    /// Calls in all of them.
    pub calls: u64,
    /// In the order of the cases.
    pub findings: Vec<Finding>,
    /// Why nothing could be tried.
    pub not_tried: Option<String>,
}

impl Fuzzed {
    /// One stable object.
    pub fn json(&self) -> Value {
        let findings: Vec<Value> = self.findings.iter().map(Finding::json).collect();
        json!({ "plugin": self.plugin, "seed": self.seed, "cases": self.cases, "calls": self.calls,
                "not_tried": self.not_tried, "findings": findings })
    }
}

/// One case, done.
struct Tried {
    index: u64,
    seed: u64,
    calls: u64,
    last_call: String,
    found: Option<(FindingKind, String)>,
    done: Done,
}

impl Tried {
    /// What it found, if anything.
    fn finding(&self) -> Option<Finding> {
        let (kind, detail) = match (&self.found, self.done.verdict) {
            (Some((kind, detail)), _) => (*kind, detail.clone()),
            (None, Verdict::Crash) => (FindingKind::Crash, self.done.detail.clone()),
            (None, Verdict::Timeout) => (FindingKind::Hang, self.done.detail.clone()),
            (None, Verdict::Fail) => (FindingKind::Malformed, self.done.detail.clone()),
            (None, Verdict::Pass | Verdict::Skip) => return None,
        };
        let call = match self.calls {
            0 => "opening".to_owned(),
            calls => format!("call {calls}: {}", self.last_call),
        };
        Some(Finding { seed: self.seed, kind, call, detail })
    }
}

/// Tries cases until the time is up. The seed of the plan and the number of a case make the case's seed. `launch` makes the
/// processes, as for [`crate::check`]; `told` hears of each finding at once.
pub fn fuzz(
    plan: &Plan,
    fuzz: &Fuzz,
    launch: &(dyn Fn(&Job) -> Command + Sync),
    told: &mut dyn FnMut(&Finding),
) -> Fuzzed {
    let (next, enough, begun) = (AtomicU64::new(0), AtomicBool::new(false), Instant::now());
    let mut tried = Vec::new();
    let mut findings = 0;
    let work = |sender: SyncSender<Tried>| {
        while !enough.load(Ordering::Relaxed) && begun.elapsed() < fuzz.time {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if fuzz.cases_max.is_some_and(|most| index >= most) {
                return;
            }
            let case = attempt(plan, index, seed_of(plan.seed, index), launch);
            // What cannot be opened or taken to work is the same in every case.
            let hopeless = case.done.begun.is_none() || case.done.verdict == Verdict::Skip;
            enough.fetch_or(hopeless, Ordering::Relaxed);
            if sender.send(case).is_err() {
                return;
            }
        }
    };
    std::thread::scope(|scope| {
        let (sender, done) = sync_channel(16);
        for _ in 0..fuzz.jobs.max(1) {
            let (work, sender) = (&work, sender.clone());
            scope.spawn(move || work(sender));
        }
        drop(sender);
        for case in done {
            if let Some(finding) = case.finding() {
                told(&finding);
                findings += 1;
            }
            enough.fetch_or(findings >= FINDINGS_MAX, Ordering::Relaxed);
            tried.push(case);
        }
    });
    summed(plan, plan.seed, tried)
}

/// Repeats one case.
pub fn reproduce(plan: &Plan, case_seed: u64, launch: &dyn Fn(&Job) -> Command) -> Fuzzed {
    summed(plan, case_seed, vec![attempt(plan, 0, case_seed, launch)])
}

/// The seed of a case: that many steps on from the seed of the run.
fn seed_of(run_seed: u64, index: u64) -> u64 {
    Chance::after(run_seed, index).next()
}

/// Runs one case.
fn attempt(plan: &Plan, index: u64, seed: u64, launch: &dyn Fn(&Job) -> Command) -> Tried {
    let job = Plan { seed, ..plan.clone() }.job(Work::Fuzz);
    let (mut calls, mut last_call, mut found) = (0, String::new(), None);
    let done = attended(launch(&job), plan.within(CASE_MAX), &mut |line| match line {
        Line::Doing(call) => (calls, last_call) = (calls + 1, call),
        Line::Found(kind, detail) => found = Some((kind, detail)),
        _ => {}
    });
    Tried { index, seed, calls, last_call, found, done }
}

fn summed(plan: &Plan, seed: u64, mut tried: Vec<Tried>) -> Fuzzed {
    tried.sort_by_key(|case| case.index);
    let begun = tried.iter().find_map(|case| case.done.begun.as_ref());
    let plugin = begun.map_or_else(|| plan.library.display().to_string(), |begun| begun.plugin.clone());
    let skipped = tried.iter().find(|case| case.done.verdict == Verdict::Skip);
    Fuzzed {
        plugin,
        seed,
        cases: tried.len() as u64,
        calls: tried.iter().map(|case| case.calls).sum(),
        not_tried: skipped.map(|case| case.done.detail.clone()),
        findings: tried.iter().filter_map(Tried::finding).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seeds_of_the_cases_are_the_numbers_that_the_run_seed_gives_one_after_another() {
        let mut chance = Chance::from_seed(42);
        let expected: Vec<u64> = (0..5).map(|_| chance.next()).collect();
        assert_eq!((0..5).map(|index| seed_of(42, index)).collect::<Vec<_>>(), expected);
    }
}
