//! The console's own tests: its logic, its texts in every language, what its pages weigh, that the build which the
//! appliance carries is that of its sources; and, asked for by itself, what people do with it in a browser.
use std::{
    env,
    path::PathBuf,
    process::{Command, Stdio},
};

use crate::{
    command::{self, Failure, cargo, root},
    demo,
    setup::{self, Need},
};

/// Where Debian has it; `CHROMIUM` names another.
const CHROMIUM: &str = "/usr/bin/chromium";

/// What Vite needs; Debian 12 has an older one.
const NODE_MIN: [u32; 2] = [20, 19];

/// Tests the console, or says why it can't be tested here.
pub(crate) fn test() -> Result<Option<String>, Failure> {
    if let Some(reason) = without_node() {
        return Ok(Some(reason));
    }
    // Not `npm ci`: it refuses a lock without a package for Windows that a registry may not have. The lock is kept to all the same.
    let install = ["install", "--no-save", "--no-audit", "--no-fund"];
    for words in [&install[..], &["test"], &["run", "size"], &["run", "reproducible"]] {
        command::run(Command::new("npm").args(words).current_dir(root().join("console")))?;
    }
    Ok(None)
}

/// What people do, tried in a browser on the appliance: all of it, or the flows that `words` name.
pub(crate) fn walk(words: &[&str]) -> Result<(), Failure> {
    setup::install(Need::Test)?;
    command::run(&mut cargo(&["build", "--workspace", "--quiet"]))?;
    if let Some(reason) = test()? {
        return Err(format!("the console can't be tried: {reason}").into());
    }
    if !env::var_os("CHROMIUM").map_or_else(|| PathBuf::from(CHROMIUM), PathBuf::from).exists() {
        return Err(format!("there is no {CHROMIUM}; apt install chromium, or set CHROMIUM").into());
    }
    let facepay = demo::facepay();
    let mut npm = Command::new("npm");
    npm.args(["run", "e2e", "--"]).args(words).current_dir(root().join("console"));
    npm.env_remove("FACEPAY_URL").env("FACEPAY", facepay.get_program());
    for (name, value) in facepay.get_envs() {
        if let Some(value) = value {
            npm.env(name, value);
        }
    }
    command::run(&mut npm)
}

/// Why there is no Node that the console's tools run on.
fn without_node() -> Option<String> {
    let said = Command::new("node").arg("--version").stderr(Stdio::null()).output().ok();
    let Some(said) = said.filter(|said| said.status.success()) else {
        return Some("no Node.js for the console".to_owned());
    };
    let version = String::from_utf8_lossy(&said.stdout).trim().to_owned();
    match is_new_enough(&version) {
        true => None,
        false => Some(format!("the console needs Node.js {}.{} or newer", NODE_MIN[0], NODE_MIN[1])),
    }
}

fn is_new_enough(version: &str) -> bool {
    let mut numbers = version.trim_start_matches('v').split('.').map_while(|number| number.parse().ok());
    let found: [u32; 2] = [numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)];
    found >= NODE_MIN
}

#[cfg(test)]
mod tests {
    use super::is_new_enough;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        for (version, fits) in
            [("v20.19.0", true), ("v22.1.0", true), ("v20.9.0", false), ("v18.20.4", false), ("x", false)]
        {
            assert_eq!(is_new_enough(version), fits, "{version}");
        }
    }
}
