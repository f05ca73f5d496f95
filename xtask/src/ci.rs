//! `cargo xtask test` and `cargo xtask ci`. What a test could not try on this machine is counted in the last line.
use std::{
    collections::BTreeMap,
    fmt::Display,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    time::Instant,
};

use crate::{
    command::{self, Failure, cargo},
    console, counterparts, fuzz, observability, schemathesis,
    setup::{self, Need},
};

/// In the path of tests whose cameras and people must keep pace with the clock: they have the cores to themselves.
const BY_THE_CLOCK: &str = "by_the_clock";

/// Every test of every crate, with real databases, cameras and networks.
pub(crate) fn test() -> Result<(), Failure> {
    setup::install(Need::Test)?;
    counterparts::prepare();
    let mut tally = Tally::default();
    let shown = possible("console", &mut tally, console::test);
    let tested = timed("tests", || {
        command::run(&mut cargo(&["build", "--workspace", "--quiet"]))?;
        let beside_others = counted(&mut tests(&["--", "--skip", BY_THE_CLOCK]), &mut tally);
        let alone =
            counted(&mut tests(&["--test", "it", "--", "--test-threads", "1", BY_THE_CLOCK]), &mut tally);
        beside_others.and(alone)
    });
    let asked = possible("schemathesis", &mut tally, schemathesis::short);
    let watched = possible("observability", &mut tally, observability::test);
    let fuzzed = timed("fuzz", || fuzz::run(&["--seconds", "3"]));
    println!("{}", tally.line());
    shown.and(tested).and(asked).and(watched).and(fuzzed)
}

/// Does `task`, which says why where something of it can't be done here.
fn possible<Reasons: IntoIterator<Item: Display>>(
    what: &str,
    tally: &mut Tally,
    task: impl FnOnce() -> Result<Reasons, Failure>,
) -> Result<(), Failure> {
    timed(what, || {
        for reason in task()? {
            tally.hears(&format!("SKIP({reason})"));
        }
        Ok(())
    })
}

/// The tests that `filter` leaves. Their runner hides what passing tests print, and with it why one was skipped, unless it
/// is told to show it.
fn tests(filter: &[&str]) -> Command {
    let all = ["test", "--workspace", "--quiet", "--no-fail-fast"];
    cargo(&[&all, filter, &["--show-output"]].concat())
}

/// Runs the tests and prints what their runner says, without what passing tests printed.
fn counted(tests: &mut Command, tally: &mut Tally) -> Result<(), Failure> {
    let mut running = tests.stdout(Stdio::piped()).spawn()?;
    if let Some(output) = running.stdout.take() {
        for line in BufReader::new(output).split(b'\n') {
            let line = String::from_utf8_lossy(&line?).into_owned();
            if tally.hears(&line) {
                println!("{line}");
            }
        }
    }
    let status = running.wait()?;
    if status.success() { Ok(()) } else { Err(format!("tests failed ({status})").into()) }
}

/// What tests were skipped for, as they print it: `SKIP(reason)`.
#[derive(Default)]
pub(crate) struct Tally {
    skipped: BTreeMap<String, usize>,
    /// Within the part of a runner's report that repeats what passing tests printed.
    of_passing: bool,
}

impl Tally {
    /// Takes note of a line; false when it only repeats what a passing test printed.
    pub(crate) fn hears(&mut self, line: &str) -> bool {
        match line {
            "successes:" => self.of_passing = true,
            _ if line == "failures:" || line.starts_with("test result:") => self.of_passing = false,
            _ => {}
        }
        let reason = line.split_once("SKIP(").and_then(|(_, rest)| Some(rest.rsplit_once(')')?.0));
        if let Some(reason) = reason {
            *self.skipped.entry(reason.to_owned()).or_default() += 1;
        }
        !self.of_passing
    }

    pub(crate) fn line(&self) -> String {
        let reasons: Vec<_> =
            self.skipped.iter().map(|(reason, count)| format!("{count} x {reason}")).collect();
        match reasons.is_empty() {
            true => "skipped: 0".to_owned(),
            false => format!("skipped: {} ({})", self.skipped.values().sum::<usize>(), reasons.join("; ")),
        }
    }
}

/// What must hold for main: formatting, lints, docs, tests.
pub(crate) fn run() -> Result<(), Failure> {
    setup::install(Need::Test)?;
    timed("formatting", || command::run(&mut cargo(&["fmt", "--all", "--check"])))?;
    timed("lints", || {
        command::run(&mut cargo(&[
            "clippy",
            "--workspace",
            "--all-targets",
            "--quiet",
            "--",
            "--deny",
            "warnings",
        ]))
    })?;
    timed("docs", || {
        let mut doc = cargo(&["doc", "--workspace", "--no-deps", "--quiet"]);
        command::run(doc.env("RUSTDOCFLAGS", "--deny warnings"))
    })?;
    test()
}

fn timed(what: &str, task: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    let start = Instant::now();
    task()?;
    eprintln!("{what}: done in {} s", start.elapsed().as_secs());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Tally;

    /// Two runners one after another: Rust's own, whose first test passed and whose second failed, and the store's.
    const REPORT: &str = "
running 3 tests
..F
successes:

---- gpu stdout ----
SKIP(no adapter (at all))
what else it printed


successes:
    gpu
    other

failures:

---- broken stdout ----
left and right

failures:
    broken

test result: FAILED. 2 passed; 1 failed
test postgres::people ... SKIP(no PostgreSQL)
test postgres::money ... SKIP(no PostgreSQL)
skipped: 2";

    #[test]
    fn skips_of_passing_tests_are_counted_by_reason_and_their_output_is_left_out() {
        let mut tally = Tally::default();
        let printed: Vec<&str> = REPORT.lines().filter(|line| tally.hears(line)).collect();
        assert_eq!(tally.line(), "skipped: 3 (2 x no PostgreSQL; 1 x no adapter (at all))");
        for (line, shown) in [
            ("..F", true),
            ("what else it printed", false),
            ("    other", false),
            ("left and right", true),
            ("    broken", true),
            ("test postgres::money ... SKIP(no PostgreSQL)", true),
        ] {
            assert_eq!(printed.contains(&line), shown, "{line}");
        }
        assert_eq!(Tally::default().line(), "skipped: 0");
    }
}
