//! `facepay plugin new` and `check`, as docs/plugin-guide.md shows them.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{check, run};

/// The guide's scripts that use the program.
fn scripts() -> Vec<String> {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/plugin-guide.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let blocks = guide.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap().to_owned());
    blocks.filter(|script| script.starts_with("facepay plugin new")).collect()
}

#[test]
fn every_script_of_the_guide_makes_a_plugin_that_passes() {
    let scripts = scripts();
    assert_eq!(scripts.len(), 3, "one for each language");
    let program = Path::new(env!("CARGO_BIN_EXE_facepay")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    for script in scripts {
        let folder = tempfile::tempdir().unwrap();
        let output = Command::new("sh")
            .args(["-ec", &script])
            .current_dir(folder.path())
            .env("PATH", &path)
            .env("CARGO_NET_OFFLINE", "true")
            .env_remove("CARGO_TARGET_DIR")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.contains(" 0 failed"), "{script}{said}{errors}");
    }
}

#[test]
fn what_is_no_plugin_fails_with_the_documented_object() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("text.so"), "not a library").unwrap();
    let output = run(folder.path(), &["plugin", "check", "text.so", "--json", "--seed", "4"]);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let counts = ["passed", "failed", "skipped", "seed"].map(|key| report[key].as_u64().unwrap());
    assert_eq!(counts, [0, 1, 0, 4], "{report}");
    let test = &report["tests"][0];
    assert_eq!(
        (&test["group"], &test["name"], &test["result"]),
        (&"load".into(), &"opens".into(), &"fail".into())
    );
    assert!(test["detail"].as_str().unwrap().contains("not a loadable shared library"), "{report}");
}

#[test]
fn projects_that_cannot_be_written_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let new = |name: &'static str, kind: &'static str| ["plugin", "new", name, "--lang", "c", "--kind", kind];
    check(&folder, &new("print", "divination"), 2, "recognition, payment or identity");
    check(&folder, &new("../print", "liveness"), 2, "lower-case letters");
    check(&folder, &new("print", "liveness"), 0, "facepay plugin check libprint.so");
    check(&folder, &new("print", "liveness"), 1, "File exists");
    check(&folder, &["plugin", "check", "x.so", "--instrument", "tok_1"], 2, "--instrument");
    check(&folder, &["plugin", "check", "x.so", "--instrument", "\"tok_1\""], 2, "has to be a JSON object");
}
