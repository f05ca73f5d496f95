//! `facepay appliance-key replace`: another key for all that the appliance's own seals.

use std::path::PathBuf;

use clap::Subcommand;

use super::{Cli, Exit, Failure, offline, terminal};
use crate::app::appliance_key;

/// What to do with the appliance's key.
#[derive(Subcommand)]
pub enum ApplianceKey {
    /// Replaces it while no appliance runs; the old one opens nothing afterwards, but older backups.
    Replace {
        /// The new key, 32 bytes; needed where the key is a credential of systemd's.
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
    },
}

pub(super) fn run(cli: &Cli, command: &ApplianceKey) -> Result<Exit, Failure> {
    let ApplianceKey::Replace { to } = command;
    let people = appliance_key::replace(&offline::settings(cli)?, to.as_deref())?;
    terminal::out(format!("the appliance's key is replaced; {people} data keys are wrapped by the new one"));
    Ok(Exit::Ok)
}
