//! One measurement: a command of this program in a process of its own, whose figures are kept as it printed them.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Instant;

use serde::Serialize;
use serde_json::Value;

use super::plan::{Part, Step};
use crate::cli::{Cli, Failure};

/// A measurement that was taken, or why it could not be.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Measurement {
    pub(super) part: Part,
    /// What anybody can run to measure it again.
    pub(super) command: String,
    /// How often it ran.
    pub(super) times: usize,
    pub(super) seconds: f64,
    /// How the command ended, the first that failed if one did; nothing when a signal ended it.
    pub(super) exit: Option<i32>,
    /// What it printed; of several lines a list of objects, of several runs a list of those. Null where that is no JSON.
    pub(super) output: Value,
    /// The last lines of what it said besides.
    pub(super) said: String,
}

/// So much of what a command says besides its figures is kept.
const SAID_LINES: usize = 12;

/// Runs a step. What writes does so in the report's folder, whose disk is then the one that is measured.
pub(super) fn take(cli: &Cli, step: &Step, folder: &Path) -> Result<Measurement, Failure> {
    let begun = Instant::now();
    let runs = (0..step.times).map(|_| run(cli, step, folder)).collect::<Result<Vec<_>, _>>()?;
    let mut outputs: Vec<Value> = runs.iter().map(|run| parsed(&run.stdout)).collect();
    let failed = runs.iter().find(|run| !run.status.success());
    let told = failed.or(runs.last());
    Ok(Measurement {
        part: step.part,
        command: step.shown(),
        times: step.times,
        seconds: begun.elapsed().as_secs_f64(),
        exit: told.and_then(|run| run.status.code()),
        output: if step.times == 1 { outputs.pop().unwrap_or_default() } else { Value::Array(outputs) },
        said: told.map(|run| last_lines(&String::from_utf8_lossy(&run.stderr))).unwrap_or_default(),
    })
}

fn run(cli: &Cli, step: &Step, folder: &Path) -> Result<Output, Failure> {
    let mut command = Command::new(std::env::current_exe()?);
    if let Some(file) = &cli.config {
        command.arg("--config").arg(std::path::absolute(file)?);
    }
    if let Some(profile) = &cli.profile {
        command.args(["--profile", profile]);
    }
    if step.part.writes() {
        command.current_dir(folder);
    }
    Ok(command.args(&step.arguments).stdin(Stdio::null()).output()?)
}

/// One object, or one a line.
fn parsed(printed: &[u8]) -> Value {
    serde_json::from_slice(printed).unwrap_or_else(|_| {
        let lines = serde_json::Deserializer::from_slice(printed).into_iter::<Value>();
        match lines.collect::<Result<Vec<_>, _>>() {
            Ok(lines) if !lines.is_empty() => Value::Array(lines),
            _ => Value::Null,
        }
    })
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(SAID_LINES)..].join("\n")
}

/// The figures of a part; null where there are none.
pub(super) fn of(measurements: &[Measurement], part: Part) -> &Value {
    measurements.iter().find(|taken| taken.part == part).map_or(&Value::Null, |taken| &taken.output)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    impl Measurement {
        /// As if a command had printed this.
        pub(in super::super) fn made(part: Part, output: Value) -> Self {
            let (command, said) = (String::new(), String::new());
            Self { part, command, times: 1, seconds: 0.0, exit: Some(0), output, said }
        }
    }

    #[test]
    fn what_is_printed_is_one_object_or_one_a_line_or_nothing() {
        assert_eq!(parsed(b"{\"n\": 1}\n"), json!({ "n": 1 }));
        assert_eq!(parsed(b"{\"n\": 1}\n{\"n\": 2}\n"), json!([{ "n": 1 }, { "n": 2 }]));
        for nothing in [&b""[..], b"killed", b"{\"n\": 1}\n{\"n\":"] {
            assert_eq!(parsed(nothing), Value::Null);
        }
    }

    #[test]
    fn only_the_end_of_what_is_said_is_kept() {
        let text: String = (0..100).map(|number| format!("line {number}\n\n")).collect();
        let kept = last_lines(&text);
        assert_eq!((kept.lines().count(), kept.lines().last()), (SAID_LINES, Some("line 99")));
    }
}
