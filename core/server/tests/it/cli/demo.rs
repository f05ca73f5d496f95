//! `facepay demo`: a look into a simulated camera becomes money, and a stranger's does not.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::{facepay, stdout};

#[test]
fn a_look_is_paid_and_a_stranger_is_not_charged() {
    let folder = tempfile::tempdir().unwrap();
    let output = facepay(folder.path())
        .args(["demo", "--headless", "--exit-after-payment", "--json"])
        .output()
        .unwrap();
    let text = stdout(&output);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let events: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(events.iter().all(|event| event["event"].is_string() && event["at_ms"].is_u64()), "{text}");
    let captured =
        events.iter().find(|event| event["event"] == "transaction" && event["state"] == "captured");
    let captured = captured.expect("a captured transaction");
    assert_eq!(captured["amount"], serde_json::json!({ "amount": 1250, "currency": "EUR" }));
    assert!(captured["look_to_paid_ms"].is_u64());
    let stranger = events.iter().find(|event| event["event"] == "stranger").unwrap();
    assert_eq!(stranger["charged"], false);
    assert!(stranger["looks"].as_u64().is_some_and(|looks| looks > 0), "{stranger}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the demo leaves nothing behind");
}

#[test]
fn a_demo_that_is_told_to_stop_leaves_no_folder_behind() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = facepay(folder.path());
    demo.args(["demo", "--headless", "--json"]).env("TMPDIR", folder.path());
    let mut demo = demo.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let said = BufReader::new(demo.stdout.take().unwrap()).lines().next().unwrap().unwrap();
    assert!(said.contains("start"), "{said}");
    let left = || std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left(), 1, "the demo has a folder of its own");
    let told = Command::new("kill").args(["-TERM", &demo.id().to_string()]).status().unwrap();
    assert!(told.success());
    assert_eq!(demo.wait().unwrap().code(), Some(1));
    assert_eq!(left(), 0);
}
