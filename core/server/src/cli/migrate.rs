//! `facepay migrate`: the tables brought up to date before the start that would do it.

use clap::Args;

use super::{Cli, Exit, Failure, offline, terminal};
use crate::app::migration;

/// Whether to do it.
#[derive(Args)]
pub struct Migrate {
    /// Only says what is pending; ends with 6 when something is.
    #[arg(long)]
    check: bool,
    /// Only names the migrations that this program brings.
    #[arg(long, conflicts_with = "check")]
    list: bool,
}

pub(super) fn run(cli: &Cli, arguments: &Migrate) -> Result<Exit, Failure> {
    if arguments.list {
        store::migrations()?.iter().for_each(terminal::out);
        return Ok(Exit::Ok);
    }
    let settings = offline::settings(cli)?;
    if arguments.check {
        let pending = migration::pending(&settings)?;
        terminal::out(format!("{pending} migrations are pending"));
        return Ok(if pending == 0 { Exit::Ok } else { Exit::Degraded });
    }
    let done = migration::run(&settings)?;
    terminal::out(format!("{done} migrations are done; an older program refuses this database from now on"));
    Ok(Exit::Ok)
}
