//! Running other programs: said before they start, an error when they fail.
use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

/// Why a task stopped, in words for the person at the terminal.
pub(crate) type Failure = Box<dyn std::error::Error>;

/// The repository's root.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the repository's root")
}

/// The folder that cargo builds into. Cargo runs in the root, so a relative one counts from there.
pub(crate) fn target_dir() -> PathBuf {
    root().join(env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// Where what is worth keeping between runs lies.
pub(crate) fn cache_dir() -> Result<PathBuf, Failure> {
    let home = env::var_os("HOME").ok_or("HOME is not set")?;
    Ok(Path::new(&home).join(".cache/facepay"))
}

/// `program` with `args`, to be run in the repository's root.
pub(crate) fn command(program: &str, args: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(args).current_dir(root());
    command
}

/// The cargo that runs this, with `args`.
pub(crate) fn cargo(args: &[&str]) -> Command {
    command(&env::var("CARGO").unwrap_or_else(|_| "cargo".into()), args)
}

/// Says and runs `command`.
///
/// # Errors
/// When it can't be started or ends with another status than 0.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let line = said(command);
    eprintln!("$ {line}");
    let status = command.status().map_err(|cause| format!("can't start `{line}`: {cause}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{line}` failed ({status})").into()) }
}

/// The command line as it is shown.
pub(crate) fn said(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}
