//! `cargo xtask chaos`: what can happen to a camera happens to one of four, and the other three are measured.
use crate::{
    command::{self, Failure, cargo},
    setup::{self, Need},
};

/// Builds everything and runs the pipeline's chaos, whose table goes to the terminal.
pub(crate) fn run() -> Result<(), Failure> {
    setup::install(Need::Test)?;
    command::run(&mut cargo(&["build", "--workspace", "--quiet"]))?;
    let mut test = cargo(&["test", "--workspace", "--quiet", "--test", "it", "--", "--nocapture", "chaos::"]);
    command::run(test.env("FACEPAY_CHAOS", "1"))
}
