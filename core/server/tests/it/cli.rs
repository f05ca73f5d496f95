//! The command line as a script meets it: the real program, its output, its exit codes.

mod appliance_key;
mod audit;
mod backup;
mod bench;
mod demo;
mod doctor;
mod evaluate;
mod generate;
mod models;
pub(crate) mod packages;
mod plugin;
mod report;
mod serve;
mod service;
mod status;
#[cfg(feature = "otel")]
mod traces;
mod updates;
mod users;

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::harness;

/// The program in a folder of its own, without the settings of this machine's environment.
pub(crate) fn facepay(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_facepay"));
    let inherited = std::env::vars_os().map(|(name, _)| name);
    for name in inherited.filter(|name| name.to_string_lossy().starts_with("FACEPAY_")) {
        command.env_remove(name);
    }
    for name in ["DATABASE_URL", "REDIS_URL", "FACE_RECOGNITION_THRESHOLD", "MAX_CONCURRENT_CONNECTIONS"] {
        command.env_remove(name);
    }
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    command
        .current_dir(folder)
        .env("FACEPAY__COMPUTE__WEIGHTS_FOLDER", workspace.join("models/weights"))
        .env("FACEPAY__COMPUTE__DEVICE", "cpu")
        .env("FACEPAY__PLUGINS__UNSANDBOXED", harness::has_no_sandbox().to_string())
        .env("NO_COLOR", "1");
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    facepay(folder).args(arguments).output().unwrap()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn check(folder: &TempDir, arguments: &[&str], exit: i32, said: &str) {
    let output = run(folder.path(), arguments);
    let text = stdout(&output) + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(exit), "{arguments:?}: {text}");
    assert!(text.contains(said), "{arguments:?} said {text}");
}

#[test]
fn bad_input_has_its_exit_code_and_says_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    put("unknown.toml", "[server]\nlissten = \"127.0.0.1:1\"\n");
    put("range.toml", "[recognition]\nfpir_target = 2.0\n");
    put("syntax.toml", "[server\n");
    put("text.jpg", "this is not a picture");
    put("url.toml", "[database]\nurl = \"mysql://localhost/facepay\"\n");
    put("pairs.txt", "1 1\nAnna 1\n");
    for (arguments, exit, said) in [
        (&["config", "check"][..], 0, "valid"),
        (&["--config", "unknown.toml", "config", "check"], 4, "server.listen"),
        (&["--config", "range.toml", "config", "check"], 4, "recognition.fpir_target"),
        (&["--config", "syntax.toml", "config", "check"], 4, "syntax.toml"),
        (&["--config", "missing.toml", "config", "check"], 4, "missing.toml"),
        (&["--profile", "carnival", "config", "check"], 4, "carnival"),
        (&["--config", "url.toml", "config", "check"], 4, "database.url"),
        (&["--config", "url.toml", "users", "list"], 4, "database.url"),
        (&["identify", "--image", "text.jpg"], 1, "not_a_picture"),
        (&["identify", "--image", "missing.jpg"], 1, "missing.jpg"),
        (&["camera", "test", "http://camera.example/"], 2, "source_scheme_unsupported"),
        (&["camera", "test", "rtsp://127.0.0.1:1/x"], 1, "source"),
        (&["keys", "add", "till", "--role", "emperor"], 2, "integrator"),
        (&["keys", "add", ""], 2, "name"),
        (&["keys", "revoke", "nonsense"], 2, "nonsense"),
        (&["operators", "add", "ada", "--role", "emperor"], 2, "integrator"),
        (&["users", "add", "Ada", "--email", "nonsense"], 2, "nonsense"),
        (&["users", "enrol", "nonsense", "--image", "text.jpg"], 2, "nonsense"),
        (&["users", "erase", "nonsense", "--yes"], 2, "nonsense"),
        (&["users", "erase", "01938f5e-7a6b-7c01-8000-00000000002a"], 2, "--yes"),
        (&["status", "--url", "http://127.0.0.1:1"], 5, "does not answer"),
        (&["status", "--url", "ftp://127.0.0.1:1"], 2, "http://"),
        (&["audit", "verify"], 5, "no database"),
        (&["ledger", "verify"], 5, "no database"),
        (&["migrate", "--check"], 5, "there is no sqlite:"),
        (&["backup", "key", "text.jpg"], 1, "text.jpg"),
        (&["backup", "verify", "text.jpg", "--identity", "text.jpg"], 2, "no identity of age"),
        (&["diag", "bundle", "--out", "text.jpg"], 1, "name another with --out"),
        (&["models", "convert", "nonsense", "--from", "text.jpg"], 1, "mobilefacenet-512"),
        (&["models", "convert", "face-mesh", "--from", "text.jpg"], 3, "sha256"),
        (&["evaluate", "faces", "--images", ".", "--pairs", "pairs.txt"], 1, "line 2"),
        (&["nonsense"], 2, "nonsense"),
    ] {
        check(&folder, arguments, exit, said);
    }
}

#[test]
fn shown_settings_hold_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let camera = "[[cameras.list]]\nid = \"till-1\"\nsource = \"rtsp://admin:hunter2@192.168.1.9/x\"\n";
    std::fs::write(folder.path().join("x.toml"), camera).unwrap();
    let shown = run(folder.path(), &["--config", "x.toml", "config", "show"]);
    assert!(shown.status.success());
    assert!(stdout(&shown).contains("192.168.1.9"), "{}", stdout(&shown));
    assert!(!stdout(&shown).contains("hunter2"));
    let listed = run(folder.path(), &["--config", "x.toml", "camera", "list"]);
    assert!(stdout(&listed).contains("till-1") && !stdout(&listed).contains("hunter2"));
}

#[test]
fn people_and_keys_are_administered_without_a_running_appliance() {
    let folder = tempfile::tempdir().unwrap();
    let added = stdout(&run(folder.path(), &["users", "add", "Ada Lovelace"]));
    let id = added.trim();
    assert!(stdout(&run(folder.path(), &["users", "list", "--json"])).contains(id));
    let key = run(folder.path(), &["keys", "add", "till", "--role", "kiosk", "--json"]);
    let key: serde_json::Value = serde_json::from_slice(&key.stdout).unwrap();
    assert!(key["key"].as_str().unwrap().starts_with("fpk_"));
    check(&folder, &["keys", "revoke", key["id"].as_str().unwrap()], 0, "revoked");
    check(&folder, &["keys", "list"], 0, "revoked");
    let erased = run(folder.path(), &["users", "erase", id, "--yes"]);
    let certificate: serde_json::Value = serde_json::from_slice(&erased.stdout).unwrap();
    assert_eq!(certificate["user_id"], id);
    assert!(!stdout(&run(folder.path(), &["users", "list"])).contains(id));
    check(&folder, &["audit", "verify"], 0, "audit chain: sound");
    check(&folder, &["ledger", "verify"], 0, "ledger: sound");
}

#[test]
fn a_changed_audit_record_is_an_integrity_failure() {
    let folder = tempfile::tempdir().unwrap();
    check(&folder, &["users", "add", "Ada Lovelace"], 0, "");
    check(&folder, &["audit", "verify"], 0, "sound");
    // The file's pages, changed behind the database's back: what is done there is told by the audit's words.
    let database = folder.path().join("facepay-data/facepay.db");
    checkpointed(&folder, &database);
    let mut bytes = std::fs::read(&database).unwrap();
    let word = b"user.add";
    let places: Vec<usize> =
        bytes.windows(word.len()).enumerate().filter(|(_, w)| w == word).map(|(at, _)| at).collect();
    assert!(!places.is_empty(), "the audit chain says what was done");
    for at in places {
        bytes[at..at + word.len()].copy_from_slice(b"user.odd");
    }
    std::fs::write(&database, bytes).unwrap();
    check(&folder, &["audit", "verify"], 3, "BROKEN");
    let output = run(folder.path(), &["audit", "verify", "--json"]);
    let verdict: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(verdict["ok"], false);
}

/// The last user of the database writes its log back and removes it, unless its process ended first: then the next one does. A log that
/// is left would hide the change.
fn checkpointed(folder: &TempDir, database: &Path) {
    let log = database.with_extension("db-wal");
    for _ in 0..10 {
        if !log.exists() || log.metadata().unwrap().len() == 0 {
            return;
        }
        check(folder, &["users", "list"], 0, "");
    }
    panic!("the log was not written back");
}

#[test]
fn a_data_folder_that_cannot_be_written_is_a_permission_failure() {
    let folder = tempfile::tempdir().unwrap();
    // Below a file nobody can make a folder, root included.
    std::fs::write(folder.path().join("file"), "").unwrap();
    std::fs::write(folder.path().join("x.toml"), "[data]\nfolder = \"file/data\"\n").unwrap();
    check(&folder, &["--config", "x.toml", "users", "list"], 7, "data.folder");
}

#[test]
fn the_schema_and_the_networks_are_listed_as_json() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, pointer) in [
        (&["config", "schema"][..], "/properties/server/properties/listen"),
        (&["models", "list", "--json"], "/models/0/rights/licence"),
    ] {
        let output = run(folder.path(), arguments);
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(json.pointer(pointer).is_some(), "{arguments:?}: {json}");
    }
}
