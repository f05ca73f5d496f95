//! `facepay report`: what is measured on this machine is signed, and whoever changes it afterwards is found out.

use std::path::Path;

use serde_json::Value;

use super::run;

/// The parts that take the least time.
const ONLY: [&str; 6] = ["--only", "doctor,payments,search", "--people", "100", "--out", "report"];

fn commissioning(folder: &Path, more: &[&str]) -> (Option<i32>, Value) {
    let arguments = [&["report", "commissioning", "--json"], &ONLY[..], more].concat();
    let output = run(folder, &arguments);
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code(), report)
}

#[test]
fn a_report_has_its_figures_with_their_samples_and_is_signed() {
    let folder = tempfile::tempdir().unwrap();
    let (exit, report) = commissioning(folder.path(), &["--strict"]);
    assert_eq!(exit, Some(6), "most was not measured");
    let claims = report["claims"].as_array().unwrap();
    let of = |part: &str| claims.iter().filter(|claim| claim["part"] == part).collect::<Vec<_>>();
    for part in ["payments", "search", "doctor"] {
        let measured = of(part);
        assert!(
            !measured.is_empty() && measured.iter().all(|claim| claim["n"].as_u64() > Some(0)),
            "{report}"
        );
        assert!(measured.iter().all(|claim| claim["verdict"] != "not_measured"), "{measured:?}");
    }
    assert!(of("cameras").iter().all(|claim| claim["verdict"] == "not_measured"));
    assert_eq!(report["device"]["as_asked"], true, "{}", report["device"]);
    assert_eq!(report["measurements"].as_array().map(Vec::len), Some(3));
    assert!(report["machine"]["cores"].as_u64() > Some(0));

    // The figures on the page are those in the JSON.
    let page = std::fs::read_to_string(folder.path().join("report/commissioning.html")).unwrap();
    let sale = of("payments")[0];
    assert!(page.contains(sale["measured"].as_str().unwrap()) && page.contains("facepay bench payments"));
    let kept = std::fs::read_to_string(folder.path().join("report/commissioning.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&kept).unwrap(), report);

    // Sound by the key that `audit key` prints, until somebody makes a figure look better.
    let key = String::from_utf8(run(folder.path(), &["audit", "key"]).stdout).unwrap();
    let verify = |key: &str| run(folder.path(), &["report", "verify", "report", "--key", key.trim()]);
    let sound = verify(&key);
    assert_eq!(sound.status.code(), Some(0), "{}", String::from_utf8_lossy(&sound.stdout));
    let better = kept.replacen("\"n\": ", "\"n\": 1", 1);
    std::fs::write(folder.path().join("report/commissioning.json"), better).unwrap();
    let broken = verify(&key);
    assert_eq!(broken.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&broken.stdout).contains("commissioning.json was changed"));
}

#[test]
fn a_folder_that_cannot_take_a_report_is_refused_before_anything_is_measured() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("report")).unwrap();
    std::fs::write(folder.path().join("report/commissioning.html"), "another").unwrap();
    let arguments = [&["report", "commissioning"], &ONLY[..]].concat();
    let refused = run(folder.path(), &arguments);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("give --out another folder"));
    let kept = std::fs::read_to_string(folder.path().join("report/commissioning.html")).unwrap();
    assert_eq!(kept, "another");
}
