//! `cargo xtask fleet`: many appliances that follow one centre, and all that happens to lines, clocks and databases in minutes.
use std::process::{Command, Stdio};

use crate::{
    command::{self, Failure, cargo, command},
    setup::{self, Need},
};

/// Followers and steps unless told otherwise.
const FOLLOWERS: &str = "20";
const STEPS: &str = "240";
/// `unshare` with these gives a program a network of its own, which needs root.
const ALONE: [&str; 1] = ["--net"];

/// Builds everything and runs the server's test of a fleet with what `words` say.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    let told = Told::of(words)?;
    setup::install(Need::Fleet)?;
    command::run(&mut cargo(&["build", "--workspace", "--quiet"]))?;
    let test = ["test", "--workspace", "--quiet", "--test", "it"];
    // In a network of its own cargo can fetch nothing.
    command::run(cargo(&test).arg("--no-run"))?;
    let run = cargo(&[&test[..], &["--offline", "--", "--nocapture", "fleet::"]].concat());
    let mut run = if may_be_alone() { alone(&run) } else { run };
    run.env("FACEPAY_FLEET_FOLLOWERS", told.followers).env("FACEPAY_FLEET_STEPS", told.steps);
    if let Some(seed) = told.seed {
        run.env("FACEPAY_FLEET_SEED", seed);
    }
    command::run(&mut run)
}

fn may_be_alone() -> bool {
    let mut tries = Command::new("unshare");
    tries.args(ALONE).args(["ip", "link", "add", "type", "veth"]).stderr(Stdio::null());
    let may = tries.status().is_ok_and(|status| status.success());
    if !may {
        eprintln!("no network namespaces here, which need root: every branch has a proxy instead");
    }
    may
}

/// `program` in a network of its own.
fn alone(program: &Command) -> Command {
    let mut alone = command("unshare", &ALONE);
    alone.arg("--").arg(program.get_program()).args(program.get_args()).env("FACEPAY_FLEET_ALONE", "1");
    alone
}

#[derive(Debug, PartialEq, Eq)]
struct Told<'a> {
    followers: &'a str,
    steps: &'a str,
    seed: Option<&'a str>,
}

impl<'a> Told<'a> {
    fn of(words: &[&'a str]) -> Result<Self, Failure> {
        let mut told = Self { followers: FOLLOWERS, steps: STEPS, seed: None };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
            match *word {
                "--followers" if (3..=200).contains(&number(value)?) => told.followers = value,
                "--steps" if number(value)? > 0 => told.steps = value,
                "--seed" if number(value).is_ok() => told.seed = Some(value),
                _ => return Err(format!("fleet does not know {word} {value}").into()),
            }
        }
        Ok(told)
    }
}

fn number(text: &str) -> Result<u64, Failure> {
    text.parse().map_err(|_| format!("{text} is not a number").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_has_a_default_and_nonsense_is_refused() {
        assert_eq!(Told::of(&[]).unwrap(), Told { followers: "20", steps: "240", seed: None });
        let told = Told::of(&["--seed", "7", "--followers", "5", "--steps", "60"]).unwrap();
        assert_eq!(told, Told { followers: "5", steps: "60", seed: Some("7") });
        for words in [&["--seed"][..], &["--followers", "2"], &["--steps", "many"], &["--loud", "1"]] {
            assert!(Told::of(words).is_err(), "{words:?}");
        }
    }
}
