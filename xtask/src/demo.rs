//! `cargo xtask demo`: build all, then run the appliance with simulated cameras.
use std::{os::unix::process::CommandExt, process::Command};

use crate::{
    command::{self, Failure, cargo, root, target_dir},
    setup::{self, Need},
};

/// Builds the appliance and its plugins and becomes `facepay demo args`.
pub(crate) fn run(args: &[&str]) -> Result<(), Failure> {
    setup::install(Need::Demo)?;
    command::run(&mut cargo(&["build", "--workspace", "--quiet"]))?;
    Err(facepay().arg("demo").args(args).exec().into())
}

/// The built `facepay`, told where this checkout keeps plugins and weights.
pub(crate) fn facepay() -> Command {
    let built = target_dir().join("debug");
    let mut command = Command::new(built.join("facepay"));
    command
        .env("FACEPAY__PLUGINS__FOLDER", &built)
        .env("FACEPAY__COMPUTE__WEIGHTS_FOLDER", root().join("models/weights"))
        // Mesa's device chooser looks for a desktop and complains where there is none.
        .env("NODEVICE_SELECT", "1");
    command
}
