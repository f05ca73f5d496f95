//! `cargo xtask test` and `cargo xtask ci`.
use std::time::Instant;

use crate::{
    command::{self, Failure, cargo},
    setup::{self, Need},
};

/// Every test of every crate, with real databases, cameras and networks.
pub(crate) fn test() -> Result<(), Failure> {
    setup::install(Need::Test)?;
    timed("tests", || {
        command::run(&mut cargo(&["build", "--workspace", "--quiet"]))?;
        command::run(&mut cargo(&["test", "--workspace", "--quiet", "--no-fail-fast"]))
    })
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
