//! The appliance's key: replaced, cut short while it is replaced, and handed over by the service manager.

use std::path::Path;

use super::{check, facepay, run};

const REPLACE: [&str; 2] = ["appliance-key", "replace"];

/// Replaces the key and loses power at that commit.
fn cut_short(folder: &Path, fail_point: &str) {
    let ended = facepay(folder).args(REPLACE).env("FACEPAY_FAIL_POINT", fail_point).output().unwrap();
    assert!(!ended.status.success(), "{fail_point}");
}

#[test]
fn a_key_that_is_replaced_opens_everything_and_the_old_one_nothing() {
    let folder = tempfile::tempdir().unwrap();
    check(&folder, &["users", "add", "Ada Lovelace"], 0, "");
    let path = folder.path().join("facepay-data/appliance.key");
    let first = std::fs::read(&path).unwrap();
    check(&folder, &REPLACE, 0, "1 data keys");
    let second = std::fs::read(&path).unwrap();
    assert!(second.len() == 32 && second != first);
    check(&folder, &["users", "list"], 0, "Ada");
    check(&folder, &["audit", "verify"], 0, "");
    std::fs::write(&path, &first).unwrap();
    check(&folder, &["users", "list"], 3, "sealed data does not open");
    std::fs::write(&path, &second).unwrap();
    check(&folder, &["users", "list"], 0, "Ada");
}

#[test]
fn a_replacement_that_loses_power_leaves_one_key_that_opens_everything() {
    let folder = tempfile::tempdir().unwrap();
    check(&folder, &["users", "add", "Ada Lovelace"], 0, "");
    let path = folder.path().join("facepay-data/appliance.key");
    let first = std::fs::read(&path).unwrap();
    // The first commit is that of every start, the second one is the replacement.
    cut_short(folder.path(), "before:2");
    check(&folder, &["users", "list"], 0, "Ada");
    assert_eq!(std::fs::read(&path).unwrap(), first, "nothing happened");
    cut_short(folder.path(), "after:2");
    assert_eq!(std::fs::read(&path).unwrap(), first, "the database has the new one already");
    check(&folder, &["users", "list"], 0, "Ada");
    let second = std::fs::read(&path).unwrap();
    assert_ne!(second, first, "whoever came next put it in its place");
    assert!(!path.with_extension("key.next").exists());
    check(&folder, &REPLACE, 0, "1 data keys");
    check(&folder, &["users", "list"], 0, "Ada");
}

#[test]
fn a_credential_of_the_service_managers_is_the_key_and_no_file_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let credentials = folder.path().join("credentials");
    std::fs::create_dir(&credentials).unwrap();
    let put = |path: &Path, byte: u8| std::fs::write(path, [byte; 32]).unwrap();
    put(&credentials.join("appliance-key"), 1);
    put(&folder.path().join("new"), 2);
    let said = |arguments: &[&str], exit: i32| {
        let output = facepay(folder.path())
            .args(arguments)
            .env("CREDENTIALS_DIRECTORY", &credentials)
            .output()
            .unwrap();
        let text = super::stdout(&output) + &String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(exit), "{arguments:?}: {text}");
        text
    };
    said(&["users", "add", "Ada Lovelace"], 0);
    assert!(!folder.path().join("facepay-data/appliance.key").exists());
    let found = |text: String| {
        let report: serde_json::Value = serde_json::from_str(&text).unwrap();
        let checks = report["checks"].as_array().unwrap().clone();
        let key = checks.into_iter().find(|check| check["name"] == "storage.appliance_key").unwrap();
        (key["status"].as_str().unwrap().to_owned(), key["what"].as_str().unwrap().to_owned())
    };
    let doctor = |with: bool| {
        let mut command = facepay(folder.path());
        if with {
            command.env("CREDENTIALS_DIRECTORY", &credentials);
        }
        found(super::stdout(&command.args(["doctor", "--json"]).output().unwrap()))
    };
    let (status, what) = doctor(true);
    assert!(status == "ok" && what.contains("service manager"), "{status} {what}");
    assert!(said(&REPLACE, 4).contains("--to"));
    said(&["appliance-key", "replace", "--to", "new"], 0);
    assert!(said(&["users", "list"], 3).contains("sealed data does not open"));
    put(&credentials.join("appliance-key"), 2);
    assert!(said(&["users", "list"], 0).contains("Ada"));
    // Without it a file would do, and the doctor says what that means.
    std::fs::copy(folder.path().join("new"), folder.path().join("facepay-data/appliance.key")).unwrap();
    private(&folder.path().join("facepay-data/appliance.key"));
    assert!(run(folder.path(), &["users", "list"]).status.success());
    let (status, what) = doctor(false);
    assert!(status == "warn" && what.contains("who takes the disk has it"), "{status} {what}");
}

fn private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}
