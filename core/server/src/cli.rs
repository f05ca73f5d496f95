//! The command line: `facepay <command>`.

mod serve;

mod demo;

mod doctor;
mod status;

mod audit;
mod backup;
mod camera;
mod certs;
mod config;
mod diag;
mod identify;
mod keys;
mod ledger;
mod migrate;
mod models;
mod operators;
mod plugin;
mod receipt;
mod settlement;
mod update;
mod users;

mod bench;
mod evaluate;
mod report;

mod generate;

mod appliance;
mod appliance_key;
mod failure;
mod given;
mod offline;
mod signals;
pub(crate) mod terminal;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::memory;

pub(crate) use failure::Failure;

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
    /// Runs with simulated cameras and shows a payment from look to receipt.
    Demo(demo::Demo),
    /// Examines this machine and the configuration, and says what mends what.
    Doctor(doctor::Doctor),
    /// Shows how the running appliance does.
    Status(status::Status),
    /// The settings.
    #[command(subcommand)]
    Config(config::Config),
    /// People who can pay.
    #[command(subcommand)]
    Users(users::Users),
    /// API keys.
    #[command(subcommand)]
    Keys(keys::Keys),
    /// The key that the database is sealed with.
    #[command(subcommand)]
    ApplianceKey(appliance_key::ApplianceKey),
    /// Backups of database and keys.
    #[command(subcommand)]
    Backup(backup::Backup),
    /// Updates of the appliance: signed, tried, taken back when they are not fit.
    #[command(subcommand)]
    Update(update::Update),
    /// Brings the database's tables up to date.
    Migrate(migrate::Migrate),
    /// What somebody who helps needs to see.
    #[command(subcommand)]
    Diag(diag::Diag),
    /// Certificates to try TLS with.
    #[command(subcommand)]
    Certs(certs::Certs),
    /// Staff accounts.
    #[command(subcommand)]
    Operators(operators::Operators),
    /// Says who is in a picture.
    Identify(identify::Identify),
    /// Cameras.
    #[command(subcommand)]
    Camera(camera::Camera),
    /// Plugins.
    #[command(subcommand)]
    Plugin(plugin::Plugin),
    /// Networks and their weights.
    #[command(subcommand)]
    Models(models::Models),
    /// Measures how right recognition is.
    #[command(subcommand)]
    Evaluate(evaluate::Evaluate),
    /// Measures how fast this machine is.
    #[command(subcommand)]
    Bench(bench::Bench),
    /// What this machine does as an appliance, in a signed report.
    #[command(subcommand)]
    Report(report::Report),
    /// The audit chain, its checkpoints and the books.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Receipts and certificates.
    #[command(subcommand)]
    Receipt(receipt::Receipt),
    /// Business days: closed, compared with providers' files, exported.
    #[command(subcommand)]
    Settlement(settlement::Settlement),
    /// The ledger.
    #[command(subcommand)]
    Ledger(ledger::Ledger),
    /// Prints a completion script for a shell.
    Completions(generate::Completions),
    /// Prints the manual page.
    Man(generate::Man),
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
    memory::limit_arenas();
    let cli = Cli::parse();
    let done = match &cli.command {
        Command::Serve => serve::run(&cli),
        Command::Demo(arguments) => demo::run(&cli, arguments),
        Command::Doctor(arguments) => doctor::run(&cli, arguments),
        Command::Status(arguments) => status::run(&cli, arguments),
        Command::Config(command) => config::run(&cli, command),
        Command::Users(command) => users::run(&cli, command),
        Command::Keys(command) => keys::run(&cli, command),
        Command::ApplianceKey(command) => appliance_key::run(&cli, command),
        Command::Backup(command) => backup::run(&cli, command),
        Command::Update(command) => update::run(&cli, command),
        Command::Migrate(arguments) => migrate::run(&cli, arguments),
        Command::Diag(command) => diag::run(&cli, command),
        Command::Certs(command) => certs::run(command),
        Command::Operators(command) => operators::run(&cli, command),
        Command::Identify(arguments) => identify::run(&cli, arguments),
        Command::Camera(command) => camera::run(&cli, command),
        Command::Plugin(command) => plugin::run(&cli, command),
        Command::Models(command) => models::run(&cli, command),
        Command::Evaluate(command) => evaluate::run(&cli, command),
        Command::Bench(command) => bench::run(&cli, command),
        Command::Report(command) => report::run(&cli, command),
        Command::Audit(command) => audit::run(&cli, command),
        Command::Receipt(command) => receipt::run(command),
        Command::Settlement(command) => settlement::run(&cli, command),
        Command::Ledger(command) => ledger::run(&cli, command),
        Command::Completions(arguments) => generate::completions(arguments),
        Command::Man(arguments) => generate::man(arguments),
    };
    match done {
        Ok(exit) => exit.into(),
        Err(failure) => {
            terminal::note(format!("facepay: {}", failure.text));
            failure.exit.into()
        }
    }
}
