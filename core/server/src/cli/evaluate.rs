//! `facepay evaluate faces`: how good recognition is, through the plugins that run at the till.

mod faces;

use clap::Subcommand;

use super::{Cli, Exit, Failure, offline, terminal};

/// What to measure.
#[derive(Subcommand)]
pub enum Evaluate {
    /// One-to-one verification of faces over a list of picture pairs.
    Faces(faces::Faces),
}

pub(super) fn run(cli: &Cli, command: &Evaluate) -> Result<Exit, Failure> {
    match command {
        Evaluate::Faces(arguments) => faces::run(cli, arguments),
    }
}
