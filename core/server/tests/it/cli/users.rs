//! `facepay users enrol`.

use serde_json::Value;

use super::{run, stdout};
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
