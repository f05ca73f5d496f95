//! `facepay serve`: one appliance on a folder, and a key that must not be lost.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use super::{check, facepay};

const SETTINGS: &str = "[server]\nlisten = \"127.0.0.1:0\"\n[recognition]\nenabled = false\n";

#[test]
fn a_folder_is_served_by_one_appliance_and_administered_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x.toml"), SETTINGS).unwrap();
    let mut first = facepay(folder.path());
    first.args(["--config", "x.toml", "serve"]).stderr(Stdio::piped());
    let mut first = first.spawn().unwrap();
    let log = BufReader::new(first.stderr.take().unwrap());
    let listening = log.lines().map_while(Result::ok).find(|line| line.contains("listening"));
    assert!(listening.is_some(), "the appliance starts");
    check(&folder, &["--config", "x.toml", "serve"], 5, &format!("process {}", first.id()));
    check(&folder, &["--config", "x.toml", "users", "list"], 0, "NAME");
    first.kill().unwrap();
    first.wait().unwrap();
}

#[test]
fn a_lost_key_is_not_replaced_by_another() {
    let folder = tempfile::tempdir().unwrap();
    check(&folder, &["users", "add", "Ada Lovelace"], 0, "");
    let key = folder.path().join("facepay-data/appliance.key");
    let kept = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    for command in [&["users", "list"][..], &["audit", "verify"], &["serve"]] {
        check(&folder, command, 3, "restore the key");
    }
    assert!(!key.exists());
    std::fs::write(&key, kept).unwrap();
    check(&folder, &["users", "list"], 0, "Ada");
}
