//! Builds plugins and checks them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use plugin_check::{Job, Offers, Plan, Report, Verdict, check};

use crate::network::Pattern;

/// The variable that holds a child's job.
pub(crate) const JOB: &str = "FACEPAY_PLUGIN_CHECK_JOB";

pub(crate) fn offers() -> Offers {
    Offers { inference: Some(Arc::new(Pattern)), secrets: None }
}

/// A process of this program that does the job.
fn launch(job: &Job) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["child", "--exact", "--nocapture", "--test-threads=1"]).env(JOB, job.to_json());
    command
}

pub(crate) fn checked(plan: &Plan) -> Report {
    check(plan, &launch, &mut |_| {})
}

/// The failures of a report, for a message.
pub(crate) fn failures(report: &Report) -> Vec<String> {
    let failed = report.tests.iter().filter(|test| test.verdict.is_failure());
    failed.map(|test| format!("{}/{} {:?}: {}", test.group, test.name, test.verdict, test.detail)).collect()
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it")
}

/// Compiles a C source of this folder with one fault.
pub(crate) fn compile(source: &str, fault: &str) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let library = dir.path().join("plugin.so");
    let output = Command::new("cc")
        .args(["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-pthread"])
        .arg(format!("-DBAD=\"{fault}\""))
        .arg("-I")
        .args([here().join("../../../sdk/include"), here().join(source)])
        .arg("-o")
        .args([&library])
        .arg("-lm")
        .output()
        .unwrap_or_else(|error| panic!("cc is needed to build the C fixtures: {error}"));
    assert!(output.status.success(), "cc: {}", String::from_utf8_lossy(&output.stderr));
    (dir, library)
}

/// Settings of the C fixture.
const SETTINGS: &str = r#"{"key":"shop.key","label":"till 4"}"#;

/// How one test of the C fixture with one fault ends, and what it says.
pub(crate) fn verdict(source: &str, fault: &str, case: &str) -> (Verdict, String) {
    let (_dir, library) = compile(source, fault);
    let settings = Some(SETTINGS.to_owned()).filter(|_| source == "fixture.c");
    let plan = Plan { library, settings, seed: 7, include: Some(case.into()), ..Plan::default() };
    let report = checked(&plan);
    let test = report.tests.iter().find(|test| case == format!("{}/{}", test.group, test.name));
    let test = test.unwrap_or_else(|| panic!("{fault}: {case} did not run: {:?}", failures(&report)));
    (test.verdict, test.detail.clone())
}

/// Asserts that each fault turns its test red in its way.
pub(crate) fn each_is_found(source: &str, rows: &[(&str, &str, Verdict)]) {
    let mut missed = Vec::new();
    for (fault, case, expected) in rows {
        let (found, detail) = verdict(source, fault, case);
        if found != *expected {
            missed.push(format!("{fault}: {case} ended with {found:?} instead of {expected:?}: {detail}"));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}
