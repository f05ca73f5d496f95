//! The command line: `facepay <command>`.

mod serve;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Face recognition payments on your own appliance.
#[derive(Parser)]
#[command(name = "facepay", version, about, propagate_version = true)]
pub struct Cli {
    /// A settings file laid over the defaults and /etc/facepay/*.toml.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// A shipped profile: demo or production.
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    #[command(subcommand)]
    pub command: Command,
}

/// What can be done.
#[derive(Subcommand)]
pub enum Command {
    /// Runs the appliance.
    Serve,
}

/// How a command ends (docs: exit codes).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    Ok = 0,
    Failure = 1,
    Usage = 2,
    Integrity = 3,
    Configuration = 4,
    Unavailable = 5,
    Degraded = 6,
    Permission = 7,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Parses the command line and runs the command.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let exit = match &cli.command {
        Command::Serve => serve::run(&cli),
    };
    exit.into()
}
