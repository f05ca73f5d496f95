//! `cargo xtask`: from a fresh Debian with a Rust toolchain to a running demo or a finished test run.
#![allow(clippy::print_stdout, reason = "a command line's output is its purpose")]
use std::{env, process::ExitCode};

mod boot;
mod chaos;
mod ci;
mod command;
mod console;
mod containers;
mod counterparts;
mod deb;
mod demo;
mod fleet;
mod fuzz;
mod models;
mod observability;
mod schemathesis;
mod setup;
#[cfg(test)]
mod tidy;
mod torture;
#[cfg(test)]
mod units;

const USAGE: &str = "\
usage: cargo xtask <command>

  demo [ARGS]      installs what is missing, builds, runs `facepay demo ARGS`
  test             installs what is missing, builds, runs every crate's tests
  ci               formatting, lints and docs, then the same tests
  setup [--check]  installs the Debian packages that building and testing need; --check only reports
  deb [--release]  makes the Debian package, of the debug build unless told otherwise
  boot             installs the package in a Debian that systemd-nspawn boots, hangs it, updates it, purges it; carries out the Dockerfile
  browser [FLOWS]  does with the console of the built appliance what people do, in Chromium
  counterparts     downloads the programs that tests of providers run against; test and ci do so too
  chaos            minutes of trouble for one camera while three others are measured
  fleet [--followers N] [--steps M] [--seed S]
                   has N appliances follow a centre while lines break, clocks are wrong and databases are killed, and compares all
  fuzz [--seconds N] [--cases M]
                   gives what comes from strangers to libFuzzer, N seconds a target, and tries properties M times
  torture [--runs N] [--seed S] [--database sqlite|postgres|both]
                   pulls the plug at every commit and N times 8 at random, and compares the books
  schemathesis [--cases N]
                   asks the built appliance all that its document allows, as every role, and checks each answer
  models           downloads the original networks, converts them and compares with models/weights";

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["demo", rest @ ..] => demo::run(rest),
        ["test"] => ci::test(),
        ["ci"] => ci::run(),
        ["setup"] => setup::install(setup::Need::Test),
        ["setup", "--check"] => setup::check(),
        ["deb", rest @ ..] => deb::run(rest),
        ["boot"] => boot::run(),
        ["browser", rest @ ..] => console::walk(rest),
        ["counterparts"] => {
            counterparts::prepare();
            Ok(())
        }
        ["chaos"] => chaos::run(),
        ["fleet", rest @ ..] => fleet::run(rest),
        ["fuzz", rest @ ..] => fuzz::run(rest),
        ["torture", rest @ ..] => torture::run(rest),
        ["schemathesis", rest @ ..] => schemathesis::run(rest),
        ["models"] => models::run(),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}
