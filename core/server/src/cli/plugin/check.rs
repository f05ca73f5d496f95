//! `facepay plugin check`: whether a plugin keeps the contract, each test in a process of its own.

use std::path::PathBuf;

use clap::Args;
use plugin_check::{Plan, Tested};

use super::bench;
use super::subject::{Launcher, Subject, needs_worker, unusable};
use crate::cli::{Cli, Exit, Failure, terminal};

/// What to check, and how.
#[derive(Args)]
pub struct Check {
    /// The plugin's shared library.
    #[arg(required_unless_present = "list")]
    library: Option<PathBuf>,
    #[command(flatten)]
    subject: Subject,
    /// What is drawn by chance is drawn from this; the same seed makes the same run.
    #[arg(long)]
    seed: Option<u64>,
    /// Only the tests whose group/name contains this.
    #[arg(long, value_name = "TEXT")]
    include: Option<String>,
    /// Makes the calls in a sandboxed process, as the appliance does for plugins of others. Tests that need raw calls make them
    /// as always.
    #[arg(long)]
    isolated: bool,
    /// Each test's budget in percent of its own: more for a slow machine.
    #[arg(long, value_name = "PERCENT", default_value_t = 100)]
    budget: u32,
    /// Names the tests and their budgets, and runs none.
    #[arg(long)]
    list: bool,
    /// One object instead of text.
    #[arg(long)]
    json: bool,
    /// Also writes the result as JUnit's XML.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

pub(super) fn run(cli: &Cli, arguments: &Check) -> Result<Exit, Failure> {
    let Some(library) = arguments.library.as_ref().filter(|_| !arguments.list) else {
        for case in plugin_check::cases() {
            terminal::out(format!("{:<45} {:>4} s", case.path(), case.budget.as_secs()));
        }
        return Ok(Exit::Ok);
    };
    let plan = Plan {
        include: arguments.include.clone(),
        isolated: arguments.isolated,
        budget_percent: arguments.budget,
        ..arguments.subject.plan(library, arguments.seed)?
    };
    if arguments.isolated {
        needs_worker(cli)?;
    }
    let launcher = Launcher::new(cli)?;
    let report =
        plugin_check::check(&plan, &|job| launcher.launch(job), &mut |test| told(arguments.json, test));
    if let Some(file) = &arguments.junit {
        std::fs::write(file, report.junit()).map_err(|error| unusable(file, &error))?;
    }
    if arguments.json {
        terminal::json(&report.json());
    } else {
        bench::show(&report.timed);
        let (passed, failed, skipped) = (report.passed(), report.failed(), report.skipped());
        terminal::out(format!(
            "{}: {passed} passed, {failed} failed, {skipped} skipped; --seed {}",
            report.plugin, report.seed
        ));
    }
    Ok(if report.failed() == 0 { Exit::Ok } else { Exit::Failure })
}

fn told(json: bool, test: &Tested) {
    if !json {
        let name = format!("{}/{}", test.group, test.name);
        terminal::out(format!(
            "{:<7} {name:<45} {:>6} ms  {}",
            test.verdict.name(),
            test.millis,
            test.detail
        ));
    }
}
