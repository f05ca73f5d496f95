//! `facepay evaluate attacks|detection|faces|liveness|search`: how good recognition is, through the plugins of the till.

mod attacks;
mod detection;
mod faces;
mod liveness;
mod search;

mod operating;
mod output;
mod provenance;
mod wording;

use std::path::Path;

use clap::Subcommand;

use super::{Cli, Exit, Failure, offline, terminal};

/// What to measure.
#[derive(Subcommand)]
pub enum Evaluate {
    /// Faces found in pictures, and the time that it takes.
    Detection(detection::Detection),
    /// One-to-one verification of faces over a list of picture pairs.
    Faces(faces::Faces),
    /// Presentation attacks and living people, on pictures and recordings.
    Liveness(liveness::Liveness),
    /// Simulated attacks: prints, screens, replays and animated photographs, and which layer stops them.
    Attacks(attacks::Attacks),
    /// One face among many people, over gallery sizes.
    Search(search::Search),
}

pub(super) fn run(cli: &Cli, command: &Evaluate) -> Result<Exit, Failure> {
    match command {
        Evaluate::Detection(arguments) => detection::run(cli, arguments),
        Evaluate::Faces(arguments) => faces::run(cli, arguments),
        Evaluate::Liveness(arguments) => liveness::run(cli, arguments),
        Evaluate::Attacks(arguments) => attacks::run(cli, arguments),
        Evaluate::Search(arguments) => search::run(cli, arguments),
    }
}

/// Why a file of the operator's cannot be used.
fn told(what: &str, path: &Path, error: std::io::Error) -> Failure {
    let failure = Failure::from(error);
    Failure::new(failure.exit, format!("cannot {what} {}: {}", path.display(), failure.text))
}
