//! What the store keeps, puts in force, and remembers.

use std::path::Path;

use plugin_package::{PackageStore, Record, StoreError, Verifier, sign_policy};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::fixture::{
    ID, LIBRARY, digest, package, policy_folder, root, sign_again, sound, today, unsigned, usual,
    usual_verifier, verified, verifier,
};

fn release(version: &str, counter: u64) -> TempDir {
    let package = unsigned(sound(), ("version", json!(version)));
    let path = package.path().join("plugin.json");
    let mut manifest: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    manifest["counter"] = json!(counter);
    std::fs::write(&path, manifest.to_string()).unwrap();
    sign_again(&package);
    package
}

fn install(store: &PackageStore, package: &TempDir) -> Result<Record, StoreError> {
    store.install(&verified(package.path(), &usual_verifier()).unwrap())
}

fn version(store: &PackageStore, verifier: &Verifier) -> String {
    match store.open(ID, verifier) {
        Ok(package) => package.manifest.version,
        Err(StoreError::Refused(refusal)) => refusal.code().to_owned(),
        Err(error) => error.to_string(),
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn code(result: Result<Record, StoreError>) -> &'static str {
    match result {
        Ok(_) => "",
        Err(StoreError::Refused(refusal)) => refusal.code(),
        Err(StoreError::NoPrevious { .. }) => "no_previous",
        Err(StoreError::NotInstalled { .. }) => "not_installed",
        Err(StoreError::Busy(_)) => "busy",
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn the_newest_is_in_force_one_more_is_kept_and_none_older_comes_back_by_installing() {
    let dir = tempfile::tempdir().unwrap();
    let store = PackageStore::new(dir.path().join("plugins"));
    assert!(version(&store, &usual_verifier()).contains("no package called com.acme.pay is installed"));
    for (number, counter) in [("1.0.0", 1), ("1.1.0", 2), ("1.2.0", 3)] {
        install(&store, &release(number, counter)).unwrap();
        assert_eq!(version(&store, &usual_verifier()), number);
    }
    let kept = names(&dir.path().join("plugins").join(ID));
    assert_eq!(kept.len(), 2, "{kept:?}");
    assert!(kept[0].starts_with("1.1.0-") && kept[1].starts_with("1.2.0-"), "{kept:?}");
    assert_eq!(code(install(&store, &release("1.1.0", 2))), "downgraded");
    assert_eq!(version(&store, &usual_verifier()), "1.2.0");
    assert_eq!(store.records().unwrap().len(), 1);
}

#[test]
fn how_far_a_plugin_had_come_survives_the_loss_of_its_folder() {
    let dir = tempfile::tempdir().unwrap();
    let store = PackageStore::new(dir.path().to_owned());
    install(&store, &release("2.0.0", 9)).unwrap();
    std::fs::remove_dir_all(dir.path().join(ID)).unwrap();
    assert_eq!(version(&store, &usual_verifier()), "unreadable");
    assert_eq!(code(install(&store, &release("1.0.0", 8))), "downgraded");
    assert_eq!(code(install(&store, &release("2.0.0", 9))), "", "the same once more mends it");
    assert_eq!(version(&store, &usual_verifier()), "2.0.0");
}

#[test]
fn a_rollback_takes_the_version_before_as_far_down_as_the_policy_lets_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = PackageStore::new(dir.path().to_owned());
    assert_eq!(code(store.rollback(ID, None, &usual_verifier())), "not_installed");
    assert!(names(dir.path()).is_empty(), "asking makes nothing");
    install(&store, &release("1.0.0", 1)).unwrap();
    assert_eq!(code(store.rollback(ID, None, &usual_verifier())), "no_previous");
    install(&store, &release("2.0.0", 2)).unwrap();
    assert_eq!(code(store.rollback(ID, None, &verifier(("counters", json!({ ID: 2 }))))), "downgraded");
    assert_eq!(version(&store, &usual_verifier()), "2.0.0");
    let other = store.record(ID).unwrap().unwrap().current.digest;
    assert_eq!(code(store.rollback(ID, Some(other), &usual_verifier())), "other_package");
    let record = store.rollback(ID, None, &usual_verifier()).unwrap();
    assert_eq!((record.current.version.as_str(), record.counter_max), ("1.0.0", 2));
    assert_eq!(version(&store, &usual_verifier()), "1.0.0");
    assert_eq!(version(&store, &verifier(("counters", json!({ ID: 2 })))), "downgraded");
    assert_eq!(code(install(&store, &release("1.0.0", 1))), "downgraded", "only a rollback goes back");
    assert_eq!(code(store.rollback(ID, None, &usual_verifier())), "", "and forward again");
    assert_eq!(version(&store, &usual_verifier()), "2.0.0");
}

#[test]
fn what_is_in_the_store_is_believed_anew_each_time_and_has_to_be_what_was_installed() {
    let dir = tempfile::tempdir().unwrap();
    let store = PackageStore::new(dir.path().to_owned());
    install(&store, &usual()).unwrap();
    let revoked = verifier(("revoked", json!([digest(&usual())])));
    assert_eq!(version(&store, &revoked), "revoked_digest");
    let folder = dir.path().join(ID).join(&names(&dir.path().join(ID))[0]);
    // Another package of the same vendor, sound in itself, in the place of the installed one.
    let other = package(("counter", json!(7)));
    for name in ["plugin.json", "plugin.sig"] {
        std::fs::copy(other.path().join(name), folder.join(name)).unwrap();
    }
    assert_eq!(version(&store, &usual_verifier()), "other_package");
    std::fs::write(folder.join(LIBRARY), "x").unwrap();
    assert_eq!(version(&store, &usual_verifier()), "file_changed");
    std::fs::write(dir.path().join(format!("{ID}.json")), "{}").unwrap();
    assert!(version(&store, &usual_verifier()).contains("damaged"));
}

#[test]
fn what_was_not_finished_leaves_nothing_and_is_taken_away() {
    let dir = tempfile::tempdir().unwrap();
    let store = PackageStore::new(dir.path().to_owned());
    install(&store, &release("1.0.0", 1)).unwrap();
    // As a command that was killed half-way leaves it.
    let unfinished = dir.path().join(".incoming-2.0.0-0123");
    std::fs::create_dir(&unfinished).unwrap();
    std::fs::write(unfinished.join("plugin.json"), "{").unwrap();
    std::fs::create_dir(dir.path().join(ID).join("2.0.0-0123")).unwrap();
    assert_eq!(version(&store, &usual_verifier()), "1.0.0");
    install(&store, &release("1.1.0", 2)).unwrap();
    assert!(!unfinished.exists());
    assert_eq!(names(&dir.path().join(ID)).len(), 2);
}

#[test]
fn one_command_at_a_time_changes_a_store() {
    let dir = tempfile::tempdir().unwrap();
    let store = PackageStore::new(dir.path().to_owned());
    install(&store, &release("1.0.0", 1)).unwrap();
    let lock = std::fs::File::open(dir.path().join(".lock")).unwrap();
    lock.lock().unwrap();
    assert_eq!(code(install(&store, &release("1.1.0", 2))), "busy");
    drop(lock);
    assert_eq!(code(install(&store, &release("1.1.0", 2))), "");
}

#[test]
fn an_older_policy_is_not_in_force_after_a_newer_one() {
    let (dir, folder) = (tempfile::tempdir().unwrap(), policy_folder(("counter", json!(4))));
    let (store, path) = (PackageStore::new(dir.path().join("plugins")), folder.path().join("policy.json"));
    let opened = |store: &PackageStore| match store.policy(&path, &root().public(), today()) {
        Ok(policy) => policy.map_or("none", |_| "opened"),
        Err(StoreError::Refused(refusal)) => refusal.code(),
        Err(error) => panic!("{error}"),
    };
    assert_eq!(opened(&store), "opened");
    assert_eq!(opened(&store), "opened");
    let older = std::fs::read_to_string(&path).unwrap().replace("\"counter\":4", "\"counter\":3");
    std::fs::write(&path, older).unwrap();
    assert_eq!(opened(&store), "policy_forged");
    sign_policy(&path, &root()).unwrap();
    assert_eq!(opened(&store), "policy_downgraded");
    std::fs::remove_file(path.with_extension("sig")).unwrap();
    assert_eq!(opened(&store), "policy_forged");
    std::fs::remove_file(&path).unwrap();
    assert_eq!(opened(&store), "none");
}
