//! Builds plugins and checks them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use plugin_check::{Job, Offers, Plan, Report, Verdict, check};
use plugin_host::{SecretService, WORKER, WorkerOptions, landlock_abi};

use crate::keys::{Keys, signed_message};
use crate::network::Pattern;

/// The variable that holds a child's job.
pub(crate) const JOB: &str = "FACEPAY_PLUGIN_CHECK_JOB";

pub(crate) fn offers() -> Offers {
    let keys = |key| -> Option<Arc<dyn SecretService>> { Some(Arc::new(Keys(key))) };
    Offers {
        inference: Some(Arc::new(Pattern)),
        secrets: keys(1),
        other_secrets: keys(2),
        worker: Some(WorkerOptions { unsandboxed: has_no_sandbox(), ..WorkerOptions::new(worker()) }),
    }
}

/// The variable that says that there is no program for sandboxed plugins.
const NO_WORKER: &str = "FACEPAY_PLUGIN_CHECK_NO_WORKER";

/// As [`offers`], in a child.
pub(crate) fn offers_here() -> Offers {
    match std::env::var_os(NO_WORKER) {
        Some(_) => Offers { worker: None, ..offers() },
        None => offers(),
    }
}

/// As [`checked`], where there is no program for sandboxed plugins.
pub(crate) fn checked_without_worker(plan: &Plan) -> Report {
    let launch = |job: &Job| {
        let mut command = launch(job);
        command.env(NO_WORKER, "1");
        command
    };
    check(plan, &launch, &mut |_| {})
}

/// Where the kernel cannot shut plugins in, they are tried without.
fn has_no_sandbox() -> bool {
    landlock_abi() == 0
}

/// The program of sandboxed plugins, which cargo builds beside the tests.
fn worker() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    let worker = program.ancestors().nth(2).unwrap().join(WORKER);
    assert!(worker.is_file(), "cargo build -p plugin-host makes {}", worker.display());
    worker
}

/// A process of this program that does the job.
pub(crate) fn launch(job: &Job) -> Command {
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

/// What the compiler and the linker are told for the faults that are theirs.
fn flags(fault: &str) -> &'static [&'static str] {
    match fault {
        "exports_more" => &["-DEXPORTS_MORE"],
        "has_search_path" => &["-Wl,-rpath,/tmp"],
        "needs_more" => &["-Wl,-f,libevil.so"],
        "runs_its_stack" => &["-z", "execstack"],
        "writes_its_code" => &["-DWRITES_ITS_CODE"],
        "patches_its_code" => &["-DPATCHES_ITS_CODE", "-Wl,-z,notext"],
        _ => &[],
    }
}

/// Compiles a C source of this folder with one fault.
pub(crate) fn compile(source: &str, fault: &str) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let library = dir.path().join("plugin.so");
    let output = Command::new("cc")
        .args(["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-pthread"])
        .arg(format!("-DBAD=\"{fault}\""))
        .args(flags(fault))
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

/// Settings of a C fixture, where it takes any.
pub(crate) fn settings_of(source: &str) -> Option<String> {
    match source {
        "fixture.c" => Some(r#"{"key":"shop.key","label":"till 4"}"#.to_owned()),
        "messages.c" => Some(r#"{"key":"shop.key"}"#.to_owned()),
        _ => None,
    }
}

/// What is handed over to a C fixture, where it is not the usual.
fn instrument_of(source: &str) -> Option<serde_json::Value> {
    let secret = serde_json::json!({ "number": "8410 5527 6630", "phrase": "Correct Horse" });
    (source == "desk.c").then(|| serde_json::json!({ "secret": secret }))
}

/// How one test of a C fixture with one fault ends, and what it says.
fn verdict(source: &str, (fault, case): (&str, &str), isolated: bool) -> (Verdict, String) {
    let (_dir, library) = compile(source, fault);
    let (settings, include) = (settings_of(source), Some(case.into()));
    let message = Some(signed_message()).filter(|_| source == "messages.c");
    let instrument = instrument_of(source);
    let plan = Plan { library, settings, message, instrument, isolated, seed: 7, include, ..Plan::default() };
    let report = checked(&plan);
    let test = report.tests.iter().find(|test| case == format!("{}/{}", test.group, test.name));
    let test = test.unwrap_or_else(|| panic!("{fault}: {case} did not run: {:?}", failures(&report)));
    (test.verdict, test.detail.clone())
}

/// Asserts that each fault turns its test red in its way.
pub(crate) fn each_is_found(source: &str, rows: &[(&str, &str, Verdict)]) {
    each_is_found_where(source, rows, false);
}

/// As [`each_is_found`], the calls made in a sandboxed process.
pub(crate) fn each_is_found_apart(source: &str, rows: &[(&str, &str, Verdict)]) {
    each_is_found_where(source, rows, true);
}

fn each_is_found_where(source: &str, rows: &[(&str, &str, Verdict)], isolated: bool) {
    let mut missed = Vec::new();
    for (fault, case, expected) in rows {
        let (found, detail) = verdict(source, (fault, case), isolated);
        if found != *expected {
            missed.push(format!("{fault}: {case} ended with {found:?} instead of {expected:?}: {detail}"));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}
