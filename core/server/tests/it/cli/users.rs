//! `facepay users enrol`.

use serde_json::Value;

use super::{run, stdout};

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
