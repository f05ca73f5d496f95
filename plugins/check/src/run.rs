//! All tests of one plugin, one process after another.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::case::{Case, cases};
use crate::child::{Job, Line};
use crate::process::{Ended, Process};
use crate::report::{Report, Tested, Verdict};

/// The longest that a process may take until its test begins: the caller may have networks to compile.
const START_MAX: Duration = Duration::from_secs(120);

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
    /// Each budget as a part of itself, in percent; 0 means 100. More for a slow machine.
    pub budget_percent: u32,
}

impl Plan {
    fn budget(&self, case: &Case) -> Duration {
        match self.budget_percent {
            0 => case.budget,
            percent => case.budget * percent / 100,
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
        if let Some(Line::Begun { plugin, interfaces: found }) = begun {
            report.plugin = plugin;
            interfaces = Some(found);
        }
        if chosen || failed {
            told(&tested);
            report.tests.push(tested);
        }
        if interfaces.is_none() {
            break; // what cannot be opened cannot be tested further
        }
    }
    report
}

/// Runs one test.
fn test(plan: &Plan, case: &Case, launch: &dyn Fn(&Job) -> Command) -> (Tested, Option<Line>) {
    let job = Job {
        library: plan.library.clone(),
        plugin: plan.plugin.clone(),
        settings: plan.settings.clone(),
        seed: plan.seed,
        endpoints: plan.endpoints.max(1),
        instrument: plan.instrument.clone().unwrap_or_else(|| json!({ "token": "tok_test" })),
        case: case.path(),
    };
    let tested = |verdict, detail, begun: Instant| Tested {
        group: case.group.name(),
        name: case.name,
        verdict,
        millis: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        detail,
    };
    let started = Instant::now();
    let mut process = match Process::start(launch(&job)) {
        Ok(process) => process,
        Err(error) => {
            let why = format!("no process could be started: {error}");
            return (tested(Verdict::Fail, why, started), None);
        }
    };
    let first = match process.line(START_MAX) {
        Ok(Line::Ended { verdict, detail }) => return (tested(verdict, detail, started), None),
        Ok(begun) => begun,
        Err(why) => return (silent(case, process.ended(why, false), START_MAX, started), None),
    };
    let begun = Instant::now();
    let tested = match process.line(plan.budget(case)) {
        Ok(Line::Ended { verdict, detail }) => tested(verdict, detail, begun),
        Ok(Line::Begun { .. }) => tested(Verdict::Fail, "its test began twice".into(), begun),
        Err(why) => silent(case, process.ended(why, true), plan.budget(case), begun),
    };
    (tested, Some(first))
}

/// The result of a test whose process said nothing about it.
fn silent(case: &Case, ended: Ended, within: Duration, since: Instant) -> Tested {
    let (verdict, detail) = match ended {
        Ended::Crashed(how) => (Verdict::Crash, how),
        Ended::OutOfTime { begun: true } => (Verdict::Timeout, format!("not done after {within:?}")),
        Ended::OutOfTime { begun: false } => (Verdict::Timeout, format!("not begun after {within:?}")),
    };
    let millis = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
    Tested { group: case.group.name(), name: case.name, verdict, millis, detail }
}
