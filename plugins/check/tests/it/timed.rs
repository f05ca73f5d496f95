//! What calls take, on both sides.

use std::time::Duration;

use plugin_check::{Bench, Measured, Plan, Verdict, bench};

use crate::bench::{compile, launch, settings_of};

fn measured(source: &str, fault: &str) -> Bench {
    let (_dir, library) = compile(source, fault);
    bench(
        &Plan { library, settings: settings_of(source), ..Plan::default() },
        Duration::from_millis(30),
        &launch,
    )
}

fn names(side: &Measured) -> Vec<&str> {
    side.calls.iter().map(|call| call.call.as_str()).collect()
}

#[test]
fn every_call_of_a_plugin_is_timed_on_both_sides() {
    let rows = [
        ("fixture.c", vec!["load", "detect", "score", "embed"]),
        ("till.c", vec!["load", "begin_step"]),
        ("desk.c", vec!["load", "verify_step"]),
    ];
    for (source, expected) in rows {
        let bench = measured(source, "nothing");
        assert!(!bench.is_failure(), "{bench:?}");
        for side in &bench.sides {
            assert_eq!((side.verdict, names(side)), (Verdict::Pass, expected.clone()), "{side:?}");
            for call in &side.calls {
                let took = call.took.clone().unwrap();
                let ordered = 0 < took.p50_ns && took.p50_ns <= took.p95_ns && took.p95_ns <= took.p99_ns;
                assert!(ordered && took.n > 0 && took.per_s > 0.0, "{call:?}");
            }
        }
    }
}

#[test]
fn a_process_of_its_own_costs_something() {
    let bench = measured("till.c", "nothing");
    let p50 = |side: usize| bench.sides[side].calls[1].took.clone().unwrap().p50_ns;
    assert!(p50(0) < p50(1), "{bench:?}");
}

#[test]
fn the_object_keeps_its_shape() {
    let json = measured("till.c", "nothing").json();
    assert_eq!(json["plugin"], "org.example.till");
    let keys = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&json["sides"][0]), ["side", "result", "detail", "calls"]);
    assert_eq!(
        keys(&json["sides"][1]["calls"][1]),
        ["call", "n", "p50_ns", "p95_ns", "p99_ns", "per_s", "fault"]
    );
    assert_eq!(
        (&json["sides"][0]["side"], &json["sides"][1]["side"]),
        (&"in_process".into(), &"isolated".into())
    );
}

#[test]
fn a_plugin_over_the_hosts_networks_is_timed_in_process_alone() {
    let bench = measured("looker.c", "nothing");
    assert_eq!(names(&bench.sides[0]), ["load", "score"]);
    assert_eq!((bench.sides[1].verdict, bench.is_failure()), (Verdict::Skip, false), "{bench:?}");
    assert!(bench.sides[1].detail.contains("networks"), "{bench:?}");
}

#[test]
fn a_plugin_that_ends_the_process_ends_the_figures_of_its_side_and_no_more() {
    let bench = measured("fixture.c", "exits");
    assert_eq!(bench.sides[0].verdict, Verdict::Crash, "{bench:?}");
    assert!(bench.is_failure());
    let detect = &bench.sides[1].calls[1];
    assert!(detect.took.as_ref().is_err_and(|why| why.contains("exited")), "{detect:?}");
    assert!(bench.sides[1].calls[0].took.is_ok(), "it was loaded: {bench:?}");
}
