//! `facepay completions` and `facepay man`: made from the command line's own definition.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Cli, Exit, Failure};

/// Which shell to complete for.
#[derive(Args)]
pub struct Completions {
    shell: Shell,
}

/// Where the pages go.
#[derive(Args)]
pub struct Man {
    /// Writes a page for each command there instead of the main page to standard output.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn completions(arguments: &Completions) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "facepay", &mut script);
    written(&script)
}

pub(super) fn man(arguments: &Man) -> Result<Exit, Failure> {
    if let Some(folder) = &arguments.out {
        std::fs::create_dir_all(folder)?;
        clap_mangen::generate_to(Cli::command(), folder)?;
        return Ok(Exit::Ok);
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page)?;
    written(&page)
}

/// A reader that went away (`| head`) ends the output, not the command.
fn written(text: &[u8]) -> Result<Exit, Failure> {
    match std::io::stdout().lock().write_all(text) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(Exit::Ok),
    }
}
