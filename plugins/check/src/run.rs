//! All tests of one plugin, one process after another.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::bench::bench;
use crate::case::{Case, cases};
use crate::child::{Job, Line, Work};
use crate::process::{Ended, Process};
use crate::report::{Report, Tested, Verdict};

/// The longest that a process may take until its test begins: the caller may have networks to compile.
const START_MAX: Duration = Duration::from_secs(120);

/// How long each call is timed after the tests, on each side.
const TIMED_EACH: Duration = Duration::from_millis(200);

/// What to check, and how.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The plugin's shared library.
    pub library: PathBuf,
    /// Its id, where the library has several plugins.
    pub plugin: Option<String>,
    /// A JSON object of settings; without it those that the schema asks for at least.
    pub settings: Option<String>,
    /// What is drawn by chance is drawn from this.
    pub seed: u64,
    /// Only tests whose `group/name` contains this.
    pub include: Option<String>,
    /// Endpoints that the appliance has for a payment plugin; 0 means one.
    pub endpoints: u32,
    /// What a payer left for a payment plugin, a JSON object; without it `{"token":"tok_test"}`.
    pub instrument: Option<Value>,
    /// A message of the provider for a payment plugin, signed with the key of the tests:
    /// `{"headers": [["name", "value"], …], "body": "…", "now_s": …}`.
    pub message: Option<Value>,
    /// Whether the calls are made in a sandboxed process. Tests that need raw ones make them in the test's own.
    pub isolated: bool,
    /// Each budget as a part of itself, in percent; 0 means 100. More for a slow machine.
    pub budget_percent: u32,
}

impl Plan {
    /// The work on this plugin for one process.
    pub(crate) fn job(&self, work: Work) -> Job {
        Job {
            library: self.library.clone(),
            plugin: self.plugin.clone(),
            settings: self.settings.clone(),
            seed: self.seed,
            endpoints: self.endpoints.max(1),
            instrument: self.instrument.clone().unwrap_or_else(|| json!({ "token": "tok_test" })),
            message: self.message.clone(),
            isolated: self.isolated,
            work,
        }
    }

    /// A budget as this run has it.
    pub(crate) fn within(&self, budget: Duration) -> Duration {
        match self.budget_percent {
            0 => budget,
            percent => budget * percent / 100,
        }
    }
}

/// Runs the tests. `launch` makes the process that is to do a job: it calls [`crate::answer`] and ends. `told` hears of each
/// test as it ends.
pub fn check(plan: &Plan, launch: &dyn Fn(&Job) -> Command, told: &mut dyn FnMut(&Tested)) -> Report {
    let mut report = Report::new(plan.library.display().to_string(), plan.seed);
    let mut interfaces: Option<Vec<String>> = None;
    for case in cases() {
        let first = interfaces.is_none();
        let chosen = plan.include.as_deref().is_none_or(|text| case.path().contains(text));
        // The first test says what the plugin is, so it always runs.
        let applies = interfaces.as_ref().is_none_or(|interfaces| case.applies.holds(interfaces));
        if !applies || (!chosen && !first) {
            continue;
        }
        let (tested, begun) = test(plan, case, launch);
        let failed = tested.verdict.is_failure();
        if let Some(begun) = begun {
            report.plugin = begun.plugin;
            interfaces = Some(begun.interfaces);
        }
        if chosen || failed {
            told(&tested);
            report.tests.push(tested);
        }
        if interfaces.is_none() {
            break; // what cannot be opened cannot be tested further
        }
    }
    if plan.include.is_none() && interfaces.is_some() {
        report.timed = bench(plan, TIMED_EACH, launch).sides;
    }
    report
}

/// Runs one test.
fn test(plan: &Plan, case: &Case, launch: &dyn Fn(&Job) -> Command) -> (Tested, Option<Begun>) {
    let job = plan.job(Work::Test(case.path()));
    let done = attended(launch(&job), plan.within(case.budget), &mut |_| {});
    let (group, name, millis) = (case.group.name(), case.name, done.millis);
    (Tested { group, name, verdict: done.verdict, millis, detail: done.detail }, done.begun)
}

/// What a process said about the plugin before its work.
pub(crate) struct Begun {
    pub(crate) plugin: String,
    pub(crate) interfaces: Vec<String>,
}

/// What came of one process.
pub(crate) struct Done {
    /// Nothing where the library could not be opened.
    pub(crate) begun: Option<Begun>,
    pub(crate) verdict: Verdict,
    pub(crate) detail: String,
    /// How long its work took, its start apart.
    pub(crate) millis: u64,
}

/// Starts a process and hears it out; `heard` gets what it says between its begin and its end. One that is not done within the
/// budget is ended.
pub(crate) fn attended(command: Command, budget: Duration, heard: &mut dyn FnMut(Line)) -> Done {
    let millis = |since: Instant| u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
    let started = Instant::now();
    let mut done =
        Done { begun: None, verdict: Verdict::Fail, detail: "its test began twice".into(), millis: 0 };
    let mut process = match Process::start(command) {
        Ok(process) => process,
        Err(error) => return Done { detail: format!("no process could be started: {error}"), ..done },
    };
    match process.line(START_MAX) {
        Ok(Line::Begun { plugin, interfaces }) => done.begun = Some(Begun { plugin, interfaces }),
        Ok(Line::Ended { verdict, detail }) => {
            return Done { verdict, detail, millis: millis(started), ..done };
        }
        Ok(_) => return Done { detail: "it worked before it began".into(), ..done },
        Err(why) => {
            let (verdict, detail) = silent(process.ended(why, false), START_MAX);
            return Done { verdict, detail, millis: millis(started), ..done };
        }
    }
    let begun = Instant::now();
    (done.verdict, done.detail) = loop {
        match process.line(budget.saturating_sub(begun.elapsed())) {
            Ok(Line::Ended { verdict, detail }) => break (verdict, detail),
            Ok(Line::Begun { .. }) => break (done.verdict, done.detail),
            Ok(line) => heard(line),
            Err(why) => {
                (done.verdict, done.detail) = silent(process.ended(why, true), budget);
                return Done { millis: millis(begun), ..done };
            }
        }
    };
    done.millis = millis(begun);
    // A plugin may still end the process while its library is taken down.
    if !done.verdict.is_failure()
        && let Some(end) = process.odd_end()
    {
        (done.verdict, done.detail) = match end {
            Ended::Crashed(how) => (Verdict::Crash, format!("at its end: {how}")),
            Ended::OutOfTime { .. } => {
                (Verdict::Timeout, "it was done and its process did not end".to_owned())
            }
        };
    }
    done
}

/// How a process ended that did not say so.
fn silent(ended: Ended, within: Duration) -> (Verdict, String) {
    match ended {
        Ended::Crashed(how) => (Verdict::Crash, how),
        Ended::OutOfTime { begun: true } => (Verdict::Timeout, format!("not done after {within:?}")),
        Ended::OutOfTime { begun: false } => (Verdict::Timeout, format!("not begun after {within:?}")),
    }
}
