//! `facepay bench`: a small round of each prints what outside checks read.

use serde_json::Value;

use super::run;

#[test]
fn every_benchmark_prints_its_figures_as_one_object() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, pointers) in [
        (
            &["bench", "search", "--gallery", "100", "--searches", "20", "--json"][..],
            &[
                "/n",
                "/dim",
                "/device",
                "/kernel",
                "/threads",
                "/p50_ms",
                "/recall_at_1",
                "/fpir",
                "/fnir",
                "/ready_ms",
                "/rss_mb",
                "/database_mb",
                "/filled_s",
                "/ready_from_database_ms",
                "/batch/p50_ms",
                "/naive_f32/p50_ms",
                "/added/max_ms",
            ][..],
        ),
        (
            &["bench", "vision", "--iterations", "1", "--json"],
            &[
                "/device",
                "/backend",
                "/threads",
                "/stages/mesh/p95_ms",
                "/chain/faces_per_second",
                "/batch",
                "/per_track/p50_ms",
                "/per_track/p95_ms",
            ],
        ),
        (
            &["bench", "pipeline", "--cameras", "1", "--seconds", "2", "--json"],
            &["/cameras", "/source_fps", "/analysed_fps_min", "/frame_age_ms/p99", "/cpu_cores", "/decoder"],
        ),
        (
            &["bench", "ws", "--clients", "4", "--browsers", "1", "--seconds", "2", "--json"],
            &[
                "/clients",
                "/requests_per_second",
                "/p50_ms",
                "/p95_ms",
                "/p99_ms",
                "/errors",
                "/dropped",
                "/evicted",
                "/rss_mb",
                "/device",
                "/recognition/detection_ms/p95",
                "/recognition/match_ms/p95",
                "/recognition/unanswered",
            ],
        ),
        (
            &["bench", "api", "--clients", "2", "--seconds", "1", "--json"],
            &[
                "/clients",
                "/requests_per_second",
                "/p50_ms",
                "/p99_ms",
                "/rss_mb",
                "/routes/POST ~1transactions/p95",
            ],
        ),
        (
            &[
                "bench",
                "load",
                "--clients",
                "4",
                "--slow",
                "1",
                "--requests",
                "20",
                "--seconds",
                "2",
                "--json",
            ],
            &[
                "/clients",
                "/requests_per_second",
                "/requests/ms/p99",
                "/events/ms/p99",
                "/cpu_cores",
                "/memory/end_mb",
                "/memory/slope_mb_per_h",
                "/slow/evicted",
                "/stopped_ms",
            ],
        ),
        (
            &["bench", "payments", "--clients", "4", "--seconds", "1", "--json"],
            &[
                "/database",
                "/alone/sales_per_second",
                "/alone/fsyncs_per_sale",
                "/together/p50_ms",
                "/together/p99_ms",
                "/audit/records_per_sale",
                "/audit/share_of_time",
            ],
        ),
    ] {
        let output = run(folder.path(), arguments);
        let report: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{arguments:?}: {}", String::from_utf8_lossy(&output.stderr)));
        for pointer in pointers {
            let figure = report.pointer(pointer).unwrap_or(&Value::Null);
            assert!(!figure.is_null(), "{arguments:?} lacks {pointer}: {report}");
        }
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "a benchmark leaves nothing behind");
}

#[test]
fn a_gallery_started_from_sealed_parts_by_a_new_process_answers_like_one_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let arguments =
        ["bench", "search", "--gallery", "3000", "--searches", "20", "--exact-in-database", "--json"];
    let output = run(folder.path(), &arguments);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["naive_f32"]["identical"], 20);
    assert_eq!(report["added"]["found"], report["added"]["people"]);
    // Ids are numbers in a row: the first 3,000 of the 4,096 parts have one person each.
    assert_eq!(report["parts"], serde_json::json!({ "opened": 3_000, "read": 1_096, "refused": 0 }));
    assert!(report["parts_mb"].as_f64().is_some_and(|mb| mb > 1.5), "{report}");
}

#[test]
fn a_search_is_identical_to_comparing_with_everybody_and_finds_whoever_is_added() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["bench", "search", "--gallery", "3000", "--searches", "20", "--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["naive_f32"]["compared"], 20);
    assert_eq!(report["naive_f32"]["identical"], 20);
    assert_eq!(report["added"]["found"], report["added"]["people"]);
    assert_eq!(report["recall_at_1"], 1.0);
}

#[test]
fn a_crowd_is_answered_and_told_of_the_stop() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["bench", "load", "--clients", "4", "--requests", "20", "--seconds", "2", "--json"];
    let output = run(folder.path(), &arguments);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["requests"]["ms"]["n"], 40, "{report}");
    assert_eq!((&report["errors"], &report["dropped"]), (&Value::from(0), &Value::from(0)), "{report}");
    assert_eq!(report["events"]["closed_1001"], 4, "{report}");
    assert!(report["events"]["ms"]["n"].as_u64().is_some_and(|heard| heard >= 8), "{report}");
}
