//! `cargo xtask fuzz`: what reads texts and files from outside, under inputs that coverage steers (libFuzzer), for as long as is
//! asked for. What lies in crates that take long to build is tried by the property tests in their `strangers` modules, which
//! run with all other tests too.
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::command::{self, Failure, cargo, root, target_dir};

/// Of each target unless told otherwise.
const SECONDS: &str = "10";
/// Programs and macros of the build are not steered: naming the target keeps the flags from them.
const TARGET: &str = "x86_64-unknown-linux-gnu";
/// What libFuzzer needs in the code, by a pass of LLVM that stable compilers have.
const STEERED: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

/// The modules of property tests.
const PROPERTIES: &str = "strangers";
/// Real documents, which the targets of these names begin from.
const SEEDS: [(&str, &str); 2] = [
    ("aadhaar_archive", "plugins/identity-aadhaar/tests/documents/ekyc.zip"),
    ("aadhaar_qr", "plugins/identity-aadhaar/tests/documents/secure-qr.txt"),
];

/// Builds the targets and runs each as long as `words` say, then the property tests with as many cases.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    let (seconds, cases) = told(words)?;
    let built = target_dir().join("fuzz");
    let manifest = root().join("fuzz/Cargo.toml");
    let mut build = cargo(&["build", "--release", "--quiet", "--target", TARGET, "--manifest-path"]);
    command::run(build.arg(manifest).arg("--target-dir").arg(&built).env("RUSTFLAGS", STEERED))?;
    let (mut all, mut broken) = (0, Vec::new());
    for target in targets()? {
        let found = built.join("found").join(&target);
        fs::create_dir_all(&found)?;
        let ran = fuzzed(&built.join(TARGET).join("release").join(&target), &found, seconds)?;
        match ran {
            Ok(inputs) => {
                println!("fuzz {target}: {inputs} inputs");
                all += inputs;
            }
            Err(told) => broken.push(format!("{target}, its input lies in {}:\n{told}", found.display())),
        }
    }
    println!("fuzz: {all} inputs, {} targets broken", broken.len());
    if !broken.is_empty() {
        return Err(broken.join("\n").into());
    }
    let Some(cases) = cases else { return Ok(()) };
    let mut properties = cargo(&["test", "--workspace", "--quiet", "--lib", PROPERTIES]);
    command::run(properties.env("PROPTEST_CASES", cases))?;
    println!("{PROPERTIES}: {cases} cases of each property");
    Ok(())
}

/// Seconds of each target, and cases of each property where they are asked for.
fn told<'a>(words: &[&'a str]) -> Result<(&'a str, Option<&'a str>), Failure> {
    let (mut seconds, mut cases) = (SECONDS, None);
    for pair in words.chunks(2) {
        match *pair {
            ["--seconds", number] if number.parse::<u32>().is_ok() => seconds = number,
            ["--cases", number] if number.parse::<u32>().is_ok() => cases = Some(number),
            _ => return Err(format!("fuzz does not know {}", pair.join(" ")).into()),
        }
    }
    Ok((seconds, cases))
}

/// The targets by their files.
fn targets() -> Result<Vec<String>, Failure> {
    let files = fs::read_dir(root().join("fuzz/targets"))?;
    let names =
        files.map(|file| Ok(file?.path().file_stem().map(|stem| stem.to_string_lossy().into_owned())));
    let mut names: Vec<String> =
        names.collect::<Result<Vec<_>, std::io::Error>>()?.into_iter().flatten().collect();
    names.sort();
    Ok(names)
}

/// How many inputs there were, or what it said where one broke it.
fn fuzzed(program: &Path, found: &Path, seconds: &str) -> Result<Result<u64, String>, Failure> {
    let (corpus, artefacts): (PathBuf, String) = (found.join("corpus"), format!("{}/", found.display()));
    fs::create_dir_all(&corpus)?;
    let name = program.file_name().unwrap_or_default();
    for (_, seed) in SEEDS.iter().filter(|(target, _)| name == *target) {
        fs::copy(root().join(seed), corpus.join("seed"))?;
    }
    let mut run = Command::new(program);
    run.arg(&corpus).args([&format!("-max_total_time={seconds}"), "-print_final_stats=1", "-timeout=10"]);
    run.args(["-rss_limit_mb=2048", &format!("-artifact_prefix={artefacts}")]);
    let ran = run.output()?;
    let told = String::from_utf8_lossy(&ran.stderr).into_owned();
    Ok(match (ran.status.success(), inputs(&told)) {
        (true, Some(inputs)) => Ok(inputs),
        _ => Err(told
            .lines()
            .rev()
            .take(40)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect::<Vec<_>>()
            .join("\n")),
    })
}

/// The number in `stat::number_of_executed_units: 1048576`.
fn inputs(told: &str) -> Option<u64> {
    let line = told.lines().find(|line| line.starts_with("stat::number_of_executed_units:"))?;
    line.split_whitespace().last()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_is_named_by_its_file() {
        let manifest = fs::read_to_string(root().join("fuzz/Cargo.toml")).unwrap();
        let targets = targets().unwrap();
        assert!(targets.len() >= 7, "{targets:?}");
        assert_eq!(manifest.matches("[[bin]]").count(), targets.len());
        for target in targets {
            assert!(manifest.contains(&format!("path = \"targets/{target}.rs\"")), "{target}");
        }
    }

    #[test]
    fn the_inputs_are_read_from_what_is_said_last_and_nonsense_is_refused() {
        assert_eq!(
            inputs("INFO: x\nstat::number_of_executed_units: 1048576\nstat::peak_rss_mb: 60\n"),
            Some(1_048_576)
        );
        assert_eq!(told(&[]).unwrap(), (SECONDS, None));
        assert_eq!(told(&["--seconds", "600", "--cases", "9"]).unwrap(), ("600", Some("9")));
        for words in [&["--seconds"][..], &["--seconds", "many"], &["--loud"]] {
            assert!(run(words).is_err(), "{words:?}");
        }
    }
}
