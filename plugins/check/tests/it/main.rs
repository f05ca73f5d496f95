//! Plugins in C with one fault each: a check that no plugin can fail is worth nothing.
#![allow(clippy::unwrap_used)] // a test's helpers fail the test

mod bench;
mod faulty;
mod fuzzed;
mod keys;
mod network;
mod projects;
mod sound;
mod timed;

/// Does a job when it is told one: the tests start their own program once more for each test of a plugin.
#[test]
fn child() {
    if let Ok(job) = std::env::var(bench::JOB) {
        plugin_check::answer(&job, |_| bench::offers_here());
        std::process::exit(0);
    }
}
