//! `facepay users enrol` and `facepay users reviews`.

use std::path::Path;

use serde_json::{Value, json};

use super::{facepay, run, stdout};
use crate::enrolment::taken_again;
use crate::vision::{EILEEN, GREY};

#[test]
fn every_refused_picture_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let blank = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/fixtures/grey.jpg");
    std::fs::copy(blank, folder.path().join("grey.jpg")).unwrap();
    std::fs::write(folder.path().join("text.jpg"), "this is not a picture").unwrap();
    std::fs::write(folder.path().join("consent.txt"), "I agree to pay by face.").unwrap();
    let id = stdout(&run(folder.path(), &["users", "add", "Ada Lovelace"]));
    let enrol = ["users", "enrol", id.trim(), "--image", "grey.jpg", "--image", "text.jpg"];
    let consent = ["--consent", "consent.txt", "--consent-version", "1"];
    let output = run(folder.path(), &[&enrol[..], &consent, &["--json"]].concat());
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    assert_eq!(output.status.code(), Some(1));
    let refused = report["refused"].as_array().unwrap();
    let refused: Vec<_> =
        refused.iter().map(|one| (one["image"].as_str().unwrap(), one["code"].as_str().unwrap())).collect();
    assert_eq!(refused, [("grey.jpg", "no_face"), ("text.jpg", "not_a_picture")]);
    assert_eq!(report["faces"], serde_json::json!([]));

    let output = run(folder.path(), &enrol);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(text.contains("refused grey.jpg") && text.contains("refused text.jpg"), "{text}");
}

#[test]
fn several_pictures_are_enrolled_together_and_a_second_person_by_the_same_face_waits() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, jpeg: &[u8]| std::fs::write(folder.path().join(name), jpeg).unwrap();
    put("eileen.jpg", EILEEN);
    put("again.jpg", &taken_again(EILEEN, 1.08, (4.0, 6.0), 0.85));
    put("grey.jpg", GREY);
    put("consent.txt", b"I agree to pay by face.");
    let enrolled = |name: &str, images: &[&str]| {
        let id = stdout(&run(folder.path(), &["users", "add", name]));
        let mut arguments = vec!["users", "enrol", id.trim(), "--consent", "consent.txt"];
        arguments.extend(["--consent-version", "1"]);
        images.iter().for_each(|image| arguments.extend(["--image", *image]));
        let output = run(folder.path(), &arguments);
        (output.status.code(), stdout(&output))
    };
    let (exit, text) = enrolled("Ada Lovelace", &["eileen.jpg", "grey.jpg", "again.jpg"]);
    assert_eq!(exit, Some(0), "{text}");
    for line in ["enrolled eileen.jpg as ", "enrolled again.jpg as ", "refused grey.jpg: no_face: "] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let (exit, text) = enrolled("Somebody Else", &["again.jpg"]);
    assert_eq!(exit, Some(1), "{text}");
    assert!(text.contains("refused again.jpg: face_duplicate: "), "{text}");
    assert!(text.contains("waits for another member of staff"), "{text}");
    let listed = stdout(&run(folder.path(), &["users", "list"]));
    assert!(listed.contains("2      Ada"), "the mean is no picture\n{listed}");
}

/// Runs it with somebody's key in the environment, as the appliance's neighbour where there is one.
fn with_key(folder: &Path, key: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let output = facepay(folder).env("FACEPAY_KEY", key).args(arguments).output().unwrap();
    (output.status.code(), stdout(&output) + &String::from_utf8_lossy(&output.stderr))
}

fn key(folder: &Path, role: &str) -> String {
    stdout(&run(folder, &["keys", "add", role, "--role", role])).trim().to_owned()
}

#[test]
fn a_face_that_is_somebody_elses_is_decided_about_by_whose_key_may() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("eileen.jpg"), EILEEN).unwrap();
    std::fs::write(folder.join("again.jpg"), taken_again(EILEEN, 1.08, (4.0, 6.0), 0.85)).unwrap();
    std::fs::write(folder.join("consent.txt"), "I agree to pay by face.").unwrap();
    let people = [("Ada Lovelace", "eileen.jpg"), ("Zebulon Quirk", "again.jpg")].map(|(name, image)| {
        let id = stdout(&run(folder, &["users", "add", name])).trim().to_owned();
        let consent = ["--consent", "consent.txt", "--consent-version", "1"];
        run(folder, &[&["users", "enrol", &id, "--image", image][..], &consent].concat());
        id
    });
    let listed = |state: &str| -> Value {
        let output = run(folder, &["users", "reviews", "list", "--state", state, "--json"]);
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let waiting = listed("review")["enrolments"].clone();
    let review = &waiting[0];
    assert_eq!(waiting.as_array().map(Vec::len), Some(1), "{waiting}");
    assert_eq!((&review["user_id"], &review["requested_by"]), (&json!(people[1]), &json!("system")));
    assert_eq!(review["duplicates"][0]["user_id"], json!(people[0]));
    let text = stdout(&run(folder, &["users", "reviews", "list"]));
    let id = review["id"].as_str().unwrap();
    assert!([id, &people[0], &people[1]].iter().all(|part| text.contains(part)), "{text}");

    let approve = ["users", "reviews", "approve", id];
    let nobody = run(folder, &approve);
    assert_eq!(nobody.status.code(), Some(2), "{}", stdout(&nobody));
    for (key, exit, said) in [
        ("fpk_nonsense".to_owned(), 7, "this key is unknown"),
        (key(folder, "kiosk"), 7, "enrolments.review"),
        (key(folder, "operator"), 0, "approved"),
        (key(folder, "admin"), 1, "approval_decided"),
    ] {
        let (code, text) = with_key(folder, &key, &approve);
        assert_eq!((code, text.contains(said)), (Some(exit), true), "{said}: {text}");
    }
    let decided = listed("approved")["enrolments"].clone();
    assert!(decided[0]["decided_by"].as_str().unwrap().starts_with("key:"), "{decided}");
    assert_eq!(listed("review")["enrolments"], json!([]));
    let people = stdout(&run(folder, &["users", "list"]));
    assert!(people.lines().any(|line| line.contains("  1  ") && line.contains("Zebulon")), "{people}");
}
