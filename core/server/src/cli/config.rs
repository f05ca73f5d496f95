//! `facepay config check|show|schema`.

use clap::Subcommand;

use super::{Cli, Exit, Failure, offline, terminal};
use crate::settings::schema::schema;

/// What to do with the settings.
#[derive(Subcommand)]
pub enum Config {
    /// Reads all layers and says whether the settings can be used.
    Check,
    /// Prints the settings that result, without secrets.
    Show,
    /// Prints a JSON Schema of every key.
    Schema,
}

pub(super) fn run(cli: &Cli, command: &Config) -> Result<Exit, Failure> {
    match command {
        Config::Check => {
            offline::settings(cli)?;
            terminal::out("the configuration is valid");
        }
        Config::Show => terminal::out(offline::settings(cli)?.redacted().trim_end()),
        Config::Schema => terminal::json(&schema()?),
    }
    Ok(Exit::Ok)
}
