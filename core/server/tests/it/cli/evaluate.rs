//! `facepay evaluate` and `facepay identify` on the portraits of the repository.
#![allow(clippy::print_stdout, reason = "what could not be tried is told")]

use std::path::Path;

use pipeline::simulate::{Clip, ClipOptions, SimulateError};
use pipeline::still::{StillLimits, decode};
use serde_json::Value;

use super::run;

fn portraits(folder: &Path) {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../pipeline/assets");
    for (name, number, asset) in [
        ("Collins", 1, "eileen-collins.jpg"),
        ("Collins", 2, "eileen-collins.jpg"),
        ("Hopper", 1, "grace-hopper.jpg"),
        ("Hopper", 2, "grace-hopper.jpg"),
    ] {
        let own = folder.join(name);
        std::fs::create_dir_all(&own).unwrap();
        std::fs::copy(assets.join(asset), own.join(format!("{name}_{number:04}.jpg"))).unwrap();
    }
    // No face: a failure to acquire.
    let blank = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures/grey.jpg");
    std::fs::copy(blank, folder.join("Hopper/Hopper_0003.jpg")).unwrap();
}

#[test]
fn detection_counts_the_faces_of_each_picture_and_names_those_without() {
    let folder = tempfile::tempdir().unwrap();
    portraits(folder.path());
    let output = run(folder.path(), &["evaluate", "detection", "--images", ".", "--json"]);
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    assert_eq!((&report["pictures"], &report["faces"]), (&5.into(), &4.into()), "{report}");
    assert_eq!(report["without"], serde_json::json!(["Hopper/Hopper_0003.jpg"]));
    assert_eq!(report["faces_by_picture"]["Collins/Collins_0001.jpg"], 1);
    assert!(report["ms"]["p95"].as_f64().unwrap() >= report["ms"]["median"].as_f64().unwrap());
}

#[test]
fn pairs_are_judged_by_the_plugins_and_a_picture_without_a_face_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    portraits(folder.path());
    let pairs = "2\t1\nCollins 1 2\nCollins 1 Hopper 1\nHopper 1 2\nCollins 2 Hopper 3\n";
    std::fs::write(folder.path().join("pairs.txt"), pairs).unwrap();
    let output =
        run(folder.path(), &["evaluate", "faces", "--images", ".", "--pairs", "pairs.txt", "--json"]);
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    assert_eq!((&report["images"], &report["pairs"]), (&5.into(), &4.into()));
    assert_eq!(report["failures_to_acquire"], 1, "{report}");
    assert!(report["accuracy"]["mean"].as_f64().is_some_and(|mean| (0.0..1.0).contains(&mean)), "{report}");
    assert_eq!((&report["accuracy"]["n"], &report["eer_detail"]["n"]), (&4.into(), &4.into()));
    assert!(report["eer"].is_f64() && report["eer_detail"]["ci95"][1].is_f64(), "{report}");
    assert!(report["tar"].as_object().is_some_and(|tar| tar.len() == 5 && tar["1e-6"].is_null()));
    assert!(report["models"].as_array().is_some_and(|models| models.len() == 4), "{report}");
}

#[test]
fn a_report_shows_curves_and_groups_and_a_bad_list_of_groups_is_told_by_its_line() {
    let folder = tempfile::tempdir().unwrap();
    portraits(folder.path());
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("pairs.txt", "1\t2\nCollins 1 2\nHopper 1 2\nCollins 1 Hopper 1\nCollins 2 Hopper 3\n");
    write("groups.csv", "person,group\nHopper,<navy>\nNobody,nasa\n");
    let faces = ["evaluate", "faces", "--images", ".", "--pairs", "pairs.txt", "--json", "--all-pairs"];
    let more = ["--cohorts", "groups.csv", "--report", "report.html", "--plots", "plots"];
    let output = run(folder.path(), &[&faces[..], &more].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
    let cohorts = &report["cohorts"];
    assert_eq!(
        (&cohorts["people_without_group"], &cohorts["pictures_without_group"]),
        (&1.into(), &2.into())
    );
    assert_eq!(cohorts["listed_but_not_shown"], 1, "{cohorts}");
    let groups = &cohorts["points"][0]["groups"];
    // Of Hopper's three pictures one shows no face, so two of three pairs are refused.
    assert_eq!((&groups["<navy>"]["fnmr"]["count"], &groups["<navy>"]["fnmr"]["n"]), (&2.into(), &3.into()));
    assert_eq!((&groups["nasa"]["fnmr"]["n"], &groups["nasa"]["fmr"]["n"]), (&0.into(), &0.into()));
    let own = &report["operating"];
    assert!(own["similarity_min"].as_f64().is_some_and(|least| least >= 0.4), "{own}");
    assert_eq!(
        (&own["fmr"]["n"], &own["fnmr"]["n"], &own["fnmr"]["count"]),
        (&4.into(), &4.into(), &2.into())
    );
    let networks = report["networks"].as_array().unwrap();
    assert!(networks.iter().any(|one| one["model_tag"] == 512_001), "{networks:?}");
    assert!(networks.iter().all(|one| one["sha256"].as_str().unwrap().len() == 64), "{networks:?}");
    let html = std::fs::read_to_string(folder.path().join("report.html")).unwrap();
    for text in
        ["DET: missed", "ROC: matched", "&lt;navy&gt;", "recognition.fpir_target", "512001", "<figure><svg"]
    {
        assert!(html.contains(text), "{text}");
    }
    assert!(!html.contains("<navy>") && !html.contains("<script") && !html.contains("Hopper_0003"));
    let plots: Vec<_> = std::fs::read_dir(folder.path().join("plots")).unwrap().collect();
    assert_eq!(plots.len(), 2);
    write("groups.csv", "Hopper,navy\nCollins\n");
    let output = run(folder.path(), &[&faces[..], &more].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(1) && said.contains("line 2 of the cohorts file"), "{said}");
}

#[test]
fn every_picture_is_compared_with_every_other_and_its_embedding_is_written_for_its_owner() {
    let folder = tempfile::tempdir().unwrap();
    portraits(folder.path());
    let pairs = "1\t2\nCollins 1 2\nHopper 1 2\nCollins 1 Hopper 1\nCollins 2 Hopper 3\n";
    std::fs::write(folder.path().join("pairs.txt"), pairs).unwrap();
    let faces = ["evaluate", "faces", "--images", ".", "--pairs", "pairs.txt", "--json", "--all-pairs"];
    let output = run(folder.path(), &[&faces[..], &["--embeddings", "faces.npy"]].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
    assert!(said.contains("biometric"), "{said}");
    // Five pictures, two of Collins, three of Hopper of which one shows no face.
    let (genuine, impostor) = (&report["all_pairs"]["genuine"], &report["all_pairs"]["impostor"]);
    assert_eq!((&genuine["n"], &genuine["not_acquired"]), (&4.into(), &2.into()), "{report}");
    assert_eq!((&impostor["n"], &impostor["not_acquired"]), (&6.into(), &2.into()), "{report}");
    assert!(report["tar"]["1e-2"].is_null() && report["protocol"] == "all_pairs", "{report}");
    // Half of the genuine pairs are refused for want of a face: no threshold makes that up.
    assert!(report["eer"].as_f64().is_some_and(|rate| (0.2..=0.5).contains(&rate)), "{report}");
    let names = std::fs::read_to_string(folder.path().join("faces.txt")).unwrap();
    assert_eq!(names.lines().count(), 4, "{names}");
    let bytes = std::fs::metadata(folder.path().join("faces.npy")).unwrap().len();
    assert_eq!(bytes, 128 + 4 * 512 * 4);
}

/// A second of a portrait that moves a little, as a recording; says whether one could be made.
fn recording(path: &Path) -> bool {
    let asset = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../pipeline/assets/eileen-collins.jpg");
    let portrait = decode(&std::fs::read(asset).unwrap(), &StillLimits::default()).unwrap();
    let options = ClipOptions { pictures: 15, ..ClipOptions::default() };
    let made = Clip::encode(&[portrait], &options).and_then(|clip| clip.save(path));
    if let Err(SimulateError::Missing(element)) = &made {
        println!("SKIP(the GStreamer element {element} is not installed)");
        return false;
    }
    made.unwrap();
    true
}

#[test]
fn attacks_and_people_are_counted_by_picture_and_by_track() {
    let folder = tempfile::tempdir().unwrap();
    portraits(folder.path());
    for below in ["live", "attack/print", "attack/screen"] {
        std::fs::create_dir_all(folder.path().join(below)).unwrap();
    }
    let copy = |from: &str, to: &str| {
        std::fs::copy(folder.path().join(from), folder.path().join(to)).unwrap();
    };
    copy("Collins/Collins_0001.jpg", "live/collins.jpg");
    copy("Hopper/Hopper_0003.jpg", "attack/print/nobody.jpg");
    copy("Hopper/Hopper_0001.jpg", "attack/print/hopper.jpg");
    std::fs::write(folder.path().join("attack/notes.txt"), "made by us").unwrap();
    if !recording(&folder.path().join("attack/screen/collins.mkv")) {
        return;
    }
    let liveness = ["evaluate", "liveness", "--live", "live", "--attack", "attack"];
    let output = run(folder.path(), &[&liveness[..], &["--json", "--report", "report.html"]].concat());
    let html = std::fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert!(html.contains("screen (APCER)") && html.contains("DET: living people"), "{html}");
    let said = String::from_utf8_lossy(&output.stderr);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
    let (frames, tracks) = (&report["per_frame"], &report["per_track"]);
    assert_eq!((&frames["bona_fide"]["n"], &tracks["bona_fide"]["n"]), (&1.into(), &0.into()), "{report}");
    let print = &frames["attacks"]["print"];
    assert_eq!((&print["n"], &print["not_acquired"]), (&2.into(), &1.into()), "{report}");
    assert_eq!(frames["attacks"]["screen"]["n"], 15, "every picture of the recording: {report}");
    assert_eq!(tracks["attacks"]["screen"]["n"], 1, "one face, one track: {report}");
    for (level, kind, keys) in [
        (frames, "bona_fide", ["n", "refused", "bpcer", "ci95"]),
        (tracks, "bona_fide", ["n", "refused", "bpcer", "ci95"]),
    ] {
        assert!(keys.iter().all(|key| level[kind].get(key).is_some()), "{report}");
        let screen = &level["attacks"]["screen"];
        let keys = ["n", "accepted", "apcer", "ci95"];
        assert!(keys.iter().all(|key| screen.get(key).is_some()), "{report}");
    }
    assert_eq!(report["ignored"].as_array().map(Vec::len), Some(1), "{report}");
    assert_eq!(report["refusals"]["attacks"]["print"]["acquisition"]["no_face"], 1, "{report}");
    assert!(said.contains("notes.txt"), "{said}");
    std::fs::write(folder.path().join("live/broken.mp4"), "this is not a video").unwrap();
    let output = run(folder.path(), &liveness);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(1) && said.contains("broken.mp4"), "{said}");
}

#[test]
fn strangers_and_look_alikes_are_counted_over_gallery_sizes() {
    let folder = tempfile::tempdir().unwrap();
    let small = ["--searches", "20", "--look-alikes", "5", "--json", "--report", "report.html"];
    let output = run(folder.path(), &[&["evaluate", "search", "--gallery", "400,50"][..], &small].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
    for key in [
        "n",
        "dim",
        "device",
        "p50_ms",
        "p95_ms",
        "p99_ms",
        "recall_at_1",
        "fpir",
        "fnir",
        "ready_ms",
        "rss_mb",
    ] {
        assert!(!report[key].is_null(), "{key}: {report}");
    }
    let sizes = report["sizes"].as_array().unwrap();
    assert_eq!((report["n"].as_u64(), sizes.len(), sizes[0]["n"].as_u64()), (Some(400), 2, Some(50)));
    let threshold = |size: &Value| size["similarity_min"].as_f64().unwrap();
    assert!(threshold(&sizes[0]) < threshold(&sizes[1]), "more people, more to reach: {report}");
    let planted = report["look_alikes"].as_array().unwrap();
    assert!(planted.len() == 4 && planted.iter().all(|one| one["n"] == 5), "{report}");
    assert!(report["drawn"].as_str().unwrap().contains("no real faces"), "{report}");
    let html = std::fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert!(html.contains("400 people") && html.contains("strangers who are named (FPIR)"), "{html}");
}

#[test]
fn a_portrait_of_nobody_enrolled_is_found_and_not_named() {
    let folder = tempfile::tempdir().unwrap();
    portraits(folder.path());
    let output = run(folder.path(), &["identify", "--image", "Hopper/Hopper_0001.jpg", "--json"]);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["faces"].as_array().unwrap().len(), 1, "{found}");
    assert!(found["faces"][0]["user"].is_null());
    assert_eq!(found["faces"][0]["reason"], "no_match");
}

#[test]
fn simulated_attacks_are_shown_to_the_till_and_put_down_to_a_layer() {
    let folder = tempfile::tempdir().unwrap();
    let attacks = ["evaluate", "attacks", "--species", "control,frozen,injected-spliced", "--attempts", "1"];
    let more = ["--seconds", "2", "--keep", "kept", "--report", "report.html", "--json"];
    let output = run(folder.path(), &[&attacks[..], &more].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
    assert_eq!(report["people"].as_array().map(Vec::len), Some(2), "the built-in portraits: {report}");
    for of in [&report["control"], &report["species"]["frozen"], &report["species"]["injected-spliced"]] {
        assert_eq!(
            (&of["without_challenge"]["n"], &of["with_challenge"]["n"]),
            (&2.into(), &2.into()),
            "{report}"
        );
        let stopped: u64 = of["stopped"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
        assert_eq!(stopped, 2, "{of}");
        // Two seconds are too short for any challenge, and a picture that stands still does nothing.
        assert_eq!(of["with_challenge"]["count"], 0, "{of}");
        assert!(of["per_frame"]["n"].as_u64().is_some_and(|n| n >= 8), "{of}");
    }
    assert_eq!(report["control"]["challenge"]["failures"]["unfinished"], 2, "{report}");
    // Pictures that show nothing new are nobody who could be asked.
    assert_eq!(report["species"]["frozen"]["challenge"]["tries"], 0, "{report}");
    let kept: Vec<_> = std::fs::read_dir(folder.path().join("kept/frozen")).unwrap().collect();
    assert_eq!(kept.len(), 6, "three of each attempt");
    let html = std::fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert!(html.contains("injected-spliced") && html.contains("What stopped them"), "{html}");
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    let output = run(folder.path(), &["evaluate", "attacks", "--live", "empty"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(1) && said.contains("nobody whose face"), "{said}");
    let output = run(folder.path(), &["evaluate", "attacks", "--species", "mask"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() != Some(0) && said.contains("animated-prompted"), "{said}");
}
