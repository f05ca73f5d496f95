//! `cargo xtask torture`: the server's torture tests for as long as is asked for.
use crate::{
    command::{self, Failure, cargo},
    setup::{self, Need},
};

/// Random runs unless told otherwise.
const RUNS: &str = "20";

/// Builds everything and runs the long torture with what `words` say.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    let told = Told::of(words)?;
    setup::install(Need::Test)?;
    command::run(&mut cargo(&["build", "--workspace", "--quiet"]))?;
    let mut test = cargo(&["test", "--workspace", "--quiet", "--test", "it", "--", "--nocapture", "torture"]);
    test.env("FACEPAY_TORTURE_RUNS", told.runs).env("FACEPAY_TORTURE_DATABASE", told.database);
    if let Some(seed) = told.seed {
        test.env("FACEPAY_TORTURE_SEED", seed);
    }
    command::run(&mut test)
}

#[derive(Debug, PartialEq, Eq)]
struct Told<'a> {
    runs: &'a str,
    seed: Option<&'a str>,
    database: &'a str,
}

impl<'a> Told<'a> {
    fn of(words: &[&'a str]) -> Result<Self, Failure> {
        let mut told = Self { runs: RUNS, seed: None, database: "both" };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
            match *word {
                "--runs" => told.runs = number(value)?,
                "--seed" => told.seed = Some(number(value)?),
                "--database" if ["sqlite", "postgres", "both"].contains(value) => told.database = value,
                _ => return Err(format!("torture does not know {word} {value}").into()),
            }
        }
        Ok(told)
    }
}

fn number(text: &str) -> Result<&str, Failure> {
    text.parse::<u64>().map_err(|_| format!("{text} is not a number"))?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_has_a_default_and_nonsense_is_refused() {
        assert_eq!(Told::of(&[]).unwrap(), Told { runs: "20", seed: None, database: "both" });
        let told = Told::of(&["--seed", "7", "--runs", "300", "--database", "sqlite"]).unwrap();
        assert_eq!(told, Told { runs: "300", seed: Some("7"), database: "sqlite" });
        for words in [&["--runs"][..], &["--runs", "many"], &["--database", "oracle"], &["--loud", "1"]] {
            assert!(Told::of(words).is_err(), "{words:?}");
        }
    }
}
