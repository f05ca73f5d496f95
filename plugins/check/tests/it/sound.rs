//! Plugins that keep the contract.

use plugin_check::{Plan, Verdict, cases};

use crate::bench::{checked, compile, failures};

#[test]
fn a_plugin_that_keeps_the_contract_fails_nothing() {
    let (_dir, library) = compile("fixture.c", "nothing");
    let report = checked(&Plan { library, seed: 3, ..Plan::default() });
    assert_eq!(failures(&report), Vec::<String>::new());
    let skipped: Vec<&str> =
        report.tests.iter().filter(|test| test.verdict == Verdict::Skip).map(|test| test.name).collect();
    let no_network = ["network_that_fails", "network_that_gives_no_numbers", "panic_poisons"];
    assert_eq!(skipped, no_network, "whatever else is skipped was not tested");
    assert_eq!((report.plugin.as_str(), report.tests.len()), ("org.example.fixture", cases().len()));
}

#[test]
fn a_plugin_over_a_network_of_the_host_that_keeps_the_contract_fails_nothing() {
    let (_dir, library) = compile("looker.c", "nothing");
    let report = checked(&Plan { library, seed: 3, ..Plan::default() });
    assert_eq!(failures(&report), Vec::<String>::new());
    let ran = |name: &str| report.tests.iter().any(|test| test.name == name && test.verdict == Verdict::Pass);
    assert!(ran("network_that_fails") && ran("network_that_gives_no_numbers"), "{:?}", report.tests);
}

#[test]
fn a_plugin_that_panics_as_it_should_passes() {
    let (_dir, library) = compile("fixture.c", "panics");
    let report = checked(&Plan { library, include: Some("faults/panic".into()), ..Plan::default() });
    assert_eq!((report.passed(), report.failed()), (1, 0), "{:?}", report.tests);
}

#[test]
fn the_same_seed_makes_the_same_report() {
    let (_dir, library) = compile("fixture.c", "fails_at_7");
    let run = |seed| {
        let include = Some("config/random_settings".into());
        let report = checked(&Plan { library: library.clone(), seed, include, ..Plan::default() });
        report.tests[0].detail.clone()
    };
    let first = run(11);
    assert!(first.contains("seed 11"), "{first}");
    assert_eq!(run(11), first);
    assert_ne!(run(12), first);
}
