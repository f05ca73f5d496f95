//! `facepay plugin bench`: what the calls of a plugin take, in this process and in a sandboxed one.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use plugin_check::{Figures, Measured, Timed, Verdict};

use super::subject::{Launcher, Subject};
use crate::cli::{Cli, Exit, Failure, terminal};

/// What to time, and for how long.
#[derive(Args)]
pub struct Bench {
    /// The plugin's shared library.
    library: PathBuf,
    #[command(flatten)]
    subject: Subject,
    /// How long each call is made again and again, on each side.
    #[arg(long, value_name = "SECONDS", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=3600))]
    seconds: u32,
    /// One object instead of text.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(cli: &Cli, arguments: &Bench) -> Result<Exit, Failure> {
    let plan = arguments.subject.plan(&arguments.library, Some(1))?;
    let launcher = Launcher::new(cli)?;
    let each = Duration::from_secs(arguments.seconds.into());
    let bench = plugin_check::bench(&plan, each, &|job| launcher.launch(job));
    if arguments.json {
        terminal::json(&bench.json());
    } else {
        terminal::out(&bench.plugin);
        show(&bench.sides);
    }
    Ok(if bench.is_failure() { Exit::Failure } else { Exit::Ok })
}

/// The figures of each side, and why there are none.
pub(super) fn show(sides: &[Measured]) {
    let rows: Vec<Vec<String>> =
        sides.iter().flat_map(|side| side.calls.iter().map(move |call| row(side, call))).collect();
    if !rows.is_empty() {
        terminal::table(&["CALL", "WHERE", "N", "P50", "P95", "P99", "PER SECOND"], &rows);
    }
    for side in sides.iter().filter(|side| side.verdict != Verdict::Pass) {
        terminal::out(format!("{}: {}: {}", side.side.name(), side.verdict.name(), side.detail));
    }
}

fn row(side: &Measured, call: &Timed) -> Vec<String> {
    let (name, place) = (call.call.clone(), side.side.name().to_owned());
    match &call.took {
        Ok(Figures { n, p50_ns, p95_ns, p99_ns, per_s }) => {
            let time = |ns: &u64| format!("{:.1?}", Duration::from_nanos(*ns));
            vec![name, place, n.to_string(), time(p50_ns), time(p95_ns), time(p99_ns), format!("{per_s:.0}")]
        }
        Err(fault) => {
            vec![name, place, String::new(), String::new(), String::new(), String::new(), fault.clone()]
        }
    }
}
