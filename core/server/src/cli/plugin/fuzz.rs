//! `facepay plugin fuzz`: random calls of a plugin, each case in a process of its own, until the time is up.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use plugin_check::{Finding, Plan};

use super::subject::{Launcher, Subject};
use crate::cli::{Cli, Exit, Failure, terminal};

/// What to try, and for how long.
#[derive(Args)]
pub struct Fuzz {
    /// The plugin's shared library.
    library: PathBuf,
    #[command(flatten)]
    subject: Subject,
    /// How long cases are begun; with --seconds both together. Without either one minute.
    #[arg(long, value_name = "MINUTES")]
    minutes: Option<u32>,
    /// How long cases are begun.
    #[arg(long, value_name = "SECONDS")]
    seconds: Option<u32>,
    /// Most cases.
    #[arg(long, value_name = "COUNT")]
    cases: Option<u64>,
    /// The seeds of the cases come from this; the same seed makes the same cases.
    #[arg(long)]
    seed: Option<u64>,
    /// Processes at once.
    #[arg(long, value_name = "COUNT", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=256))]
    jobs: u32,
    /// Repeats the one case with this seed.
    #[arg(long, value_name = "SEED", conflicts_with_all = ["minutes", "seconds", "cases", "seed", "jobs"])]
    reproduce: Option<u64>,
    /// Each case's budget in percent of its own: more for a slow machine.
    #[arg(long, value_name = "PERCENT", default_value_t = 100)]
    budget: u32,
    /// One object instead of text.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(cli: &Cli, arguments: &Fuzz) -> Result<Exit, Failure> {
    let seed = arguments.reproduce.or(arguments.seed);
    let plan = Plan { budget_percent: arguments.budget, ..arguments.subject.plan(&arguments.library, seed)? };
    let launcher = Launcher::new(cli)?;
    let launch = |job: &plugin_check::Job| launcher.launch(job);
    let found = match arguments.reproduce {
        Some(case_seed) => {
            let found = plugin_check::reproduce(&plan, case_seed, &launch);
            found.findings.iter().for_each(|finding| told(arguments.json, finding));
            found
        }
        None => plugin_check::fuzz(&plan, &bounds(arguments), &launch, &mut |finding| {
            told(arguments.json, finding);
        }),
    };
    if arguments.json {
        terminal::json(&found.json());
    } else {
        let (cases, calls, findings) = (found.cases, found.calls, found.findings.len());
        terminal::out(match &found.not_tried {
            Some(why) => format!("{}: not tried: {why}", found.plugin),
            None => format!(
                "{}: {cases} cases, {calls} calls, {findings} findings; --seed {}",
                found.plugin, found.seed
            ),
        });
    }
    Ok(if found.findings.is_empty() && found.not_tried.is_none() { Exit::Ok } else { Exit::Failure })
}

fn bounds(arguments: &Fuzz) -> plugin_check::Fuzz {
    let seconds = match (arguments.minutes, arguments.seconds) {
        (None, None) if arguments.cases.is_some() => u64::from(u32::MAX),
        (None, None) => 60,
        (minutes, seconds) => 60 * u64::from(minutes.unwrap_or(0)) + u64::from(seconds.unwrap_or(0)),
    };
    let jobs = usize::try_from(arguments.jobs).unwrap_or(1);
    plugin_check::Fuzz { time: Duration::from_secs(seconds), cases_max: arguments.cases, jobs }
}

fn told(json: bool, finding: &Finding) {
    if !json {
        let Finding { seed, kind, call, detail } = finding;
        terminal::out(format!("{:<9} --reproduce {seed}  {call}: {detail}", kind.name()));
    }
}
