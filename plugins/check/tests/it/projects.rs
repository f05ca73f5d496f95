//! Every project that can be written, built as its README says and checked: the templates are the examples.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use plugin_check::{Fuzz, Kind, Language, Plan, Project, Report, Verdict, fuzz};

use crate::bench::{checked, compile, failures, launch};

const KINDS: [Kind; 5] = [Kind::Detection, Kind::Liveness, Kind::Recognition, Kind::Payment, Kind::Identity];

/// Writes and builds a project.
fn built(folder: &Path, language: Language, kind: Kind, sdk: Option<PathBuf>) -> PathBuf {
    let name = format!("made-{kind:?}").to_lowercase();
    let id = format!("org.example.{name}");
    let project = Project { name, language, kind, id, vendor: "Example".into(), sdk };
    let root = project.write(folder).unwrap();
    // One folder for what all of the Rust projects share.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("projects");
    let output = Command::new("sh")
        .args(["-c", project.build()])
        .current_dir(&root)
        .env("CARGO_TARGET_DIR", &target)
        .env("CARGO_NET_OFFLINE", "true")
        .env("CFLAGS", "-O1 -Wall -Wextra -Werror")
        .env("CXXFLAGS", "-O1 -Wall -Wextra -Werror")
        .output()
        .unwrap();
    assert!(output.status.success(), "{kind:?}: {}", String::from_utf8_lossy(&output.stderr));
    match language {
        Language::Rust => target.join("release").join(project.library().file_name().unwrap()),
        Language::C | Language::Cpp => root.join(project.library()),
    }
}

fn assert_sound(kind: Kind, report: &Report) {
    assert_eq!(failures(report), Vec::<String>::new(), "{kind:?}");
    let passed = |name: &str| report.tests.iter().any(|it| it.name == name && it.verdict == Verdict::Pass);
    let telling = match kind {
        Kind::Detection => ["too_little_room_then_enough", "neighbours_in_a_batch"],
        Kind::Payment => ["money_is_kept", "attempts_are_named"],
        Kind::Identity => ["people_are_who_they_are", "secrets_stay"],
        _ => ["structs_of_an_older_host", "calls_at_once"],
    };
    for name in telling {
        assert!(passed(name), "{kind:?}: {name} was not tested: {:?}", report.tests);
    }
}

fn every_kind(language: Language, sdk: &dyn Fn(Kind) -> Option<PathBuf>) {
    for kind in KINDS {
        let dir = tempfile::tempdir().unwrap();
        let library = built(dir.path(), language, kind, sdk(kind));
        let plan = Plan { library, seed: 5, ..Plan::default() };
        assert_sound(kind, &checked(&plan));
        let cases = Fuzz { time: Duration::from_secs(3600), cases_max: Some(4), jobs: 2 };
        let found = fuzz(&plan, &cases, &launch, &mut |_| {});
        assert_eq!((found.findings, found.not_tried), (Vec::new(), None), "{kind:?}");
        assert!(found.calls > 200, "{kind:?}: {} calls", found.calls);
    }
}

#[test]
fn projects_in_c_build_without_a_warning_and_pass() {
    every_kind(Language::C, &|_| None);
}

#[test]
fn projects_in_cpp_build_without_a_warning_and_pass() {
    every_kind(Language::Cpp, &|_| None);
}

#[test]
fn projects_in_rust_build_and_pass_with_a_copy_of_the_sdk_or_a_path_to_it() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sdk").canonicalize().unwrap();
    every_kind(Language::Rust, &|kind| Some(path.clone()).filter(|_| kind != Kind::Payment));
}

#[test]
fn the_guides_c_plugin_passes() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/plugin-guide.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let source = guide.split("```c\n").nth(1).unwrap().split("```").next().unwrap().to_owned();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("guide.c");
    std::fs::write(&file, source).unwrap();
    let (_dir, library) = compile(file.to_str().unwrap(), "nothing");
    let report = checked(&Plan { library, seed: 5, ..Plan::default() });
    assert_eq!(failures(&report), Vec::<String>::new());
    assert!(report.passed() > 25, "{:?}", report.tests);
}
