//! Every claim about the store, on SQLite and on PostgreSQL; those about the cache, in process and in
//! Redis. What can't run here is printed as SKIP(reason) and counted in the last line.
//!
//! The arguments are those of Rust's own test runner that `cargo test` and `cargo nextest` use:
//! `--list`, `--exact`, `--skip` and parts of names.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests may stop at what they did not expect, and print"
)]
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    process::ExitCode,
};

mod access;
mod admission;
mod analytics;
mod approvals;
mod audit;
mod bench;
mod books;
mod cache;
mod camera_states;
mod consent_texts;
mod enrolments;
mod erasures;
mod factors;
mod gallery_parts;
mod group;
mod identity;
mod lists;
mod look_alikes;
mod look_ups;
mod model_change;
mod money;
mod opening;
mod parallel;
mod payer_devices;
mod people;
mod requests;
mod retention;
mod servers;
mod settlement;
mod sync;
mod visitors;
mod webhooks;

use bench::{Bench, Database};

/// A claim's name and its proof.
type Claim = (&'static str, fn(&Bench));

/// A list of claims by the names of their functions.
macro_rules! claims {
    ($($name:ident),* $(,)?) => { &[$((stringify!($name), $name)),*] };
}
pub(crate) use claims;

const ON_BOTH: &[(&str, &[Claim])] = &[
    ("people", people::CLAIMS),
    ("lists", lists::CLAIMS),
    ("analytics", analytics::CLAIMS),
    ("consent_texts", consent_texts::CLAIMS),
    ("camera_states", camera_states::CLAIMS),
    ("erasures", erasures::CLAIMS),
    ("enrolments", enrolments::CLAIMS),
    ("admission", admission::CLAIMS),
    ("look_alikes", look_alikes::CLAIMS),
    ("look_ups", look_ups::ON_BOTH),
    ("model_change", model_change::CLAIMS),
    ("gallery_parts", gallery_parts::CLAIMS),
    ("money", money::CLAIMS),
    ("requests", requests::CLAIMS),
    ("retention", retention::CLAIMS),
    ("group", group::CLAIMS),
    ("factors", factors::CLAIMS),
    ("identity", identity::CLAIMS),
    ("approvals", approvals::CLAIMS),
    ("parallel", parallel::CLAIMS),
    ("books", books::CLAIMS),
    ("audit", audit::CLAIMS),
    ("access", access::CLAIMS),
    ("payer_devices", payer_devices::CLAIMS),
    ("webhooks", webhooks::CLAIMS),
    ("settlement", settlement::CLAIMS),
    ("sync", sync::CLAIMS),
    ("visitors", visitors::CLAIMS),
    ("opening", opening::CLAIMS),
];

/// What became of a test.
enum Verdict {
    Passed,
    Skipped(String),
}

struct Test {
    name: String,
    run: Box<dyn Fn() -> Verdict>,
}

fn on(database: Database, claim: fn(&Bench)) -> Verdict {
    match Bench::new(database) {
        Ok(bench) => {
            claim(&bench);
            Verdict::Passed
        }
        Err(reason) => Verdict::Skipped(reason),
    }
}

fn all() -> Vec<Test> {
    let mut tests = Vec::new();
    for database in [Database::Sqlite, Database::Postgres] {
        for (group, claims) in ON_BOTH {
            for &(claim, proof) in *claims {
                let name = format!("{database}::{group}::{claim}");
                tests.push(Test { name, run: Box::new(move || on(database, proof)) });
            }
        }
    }
    for &(claim, proof) in look_ups::CLAIMS {
        let run = move || match look_ups::bench() {
            Ok(bench) => {
                proof(&bench);
                Verdict::Passed
            }
            Err(reason) => Verdict::Skipped(reason),
        };
        tests.push(Test { name: format!("pgvector::look_ups::{claim}"), run: Box::new(run) });
    }
    for &(name, run) in cache::CLAIMS {
        let run = move || run().map_or_else(Verdict::Skipped, |()| Verdict::Passed);
        tests.push(Test { name: format!("cache::{name}"), run: Box::new(run) });
    }
    tests
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let values = ["--format", "--test-threads", "--color", "--skip"];
    let is_value = |at: usize| at > 0 && values.contains(&arguments[at - 1].as_str());
    let filters: Vec<&String> = arguments
        .iter()
        .enumerate()
        .filter(|(at, argument)| !argument.starts_with('-') && !is_value(*at))
        .map(|(_, argument)| argument)
        .collect();
    let skipped =
        |name: &String| arguments.windows(2).any(|pair| pair[0] == "--skip" && name.contains(&pair[1]));
    let wanted = |name: &String| {
        let fits = |filter: &&String| if has("--exact") { name == *filter } else { name.contains(*filter) };
        !skipped(name) && (filters.is_empty() || filters.iter().any(fits))
    };
    let chosen: Vec<Test> = all().into_iter().filter(|test| wanted(&test.name)).collect();
    if has("--list") {
        // Nothing is ever ignored.
        chosen.iter().filter(|_| !has("--ignored")).for_each(|test| println!("{}: test", test.name));
        return ExitCode::SUCCESS;
    }
    run(&chosen)
}

fn run(tests: &[Test]) -> ExitCode {
    let (mut passed, mut skipped, mut failed) = (0, 0, Vec::new());
    for test in tests {
        match catch_unwind(AssertUnwindSafe(&test.run)) {
            Ok(Verdict::Passed) => {
                passed += 1;
                println!("test {} ... ok", test.name);
            }
            Ok(Verdict::Skipped(reason)) => {
                skipped += 1;
                println!("test {} ... SKIP({reason})", test.name);
            }
            Err(_) => {
                println!("test {} ... FAILED", test.name);
                failed.push(&test.name);
            }
        }
    }
    println!("passed: {passed}; failed: {}", failed.len());
    failed.iter().for_each(|name| println!("failed: {name}"));
    println!("skipped: {skipped}");
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
