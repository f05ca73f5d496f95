//! Plugins that keep the contract.

use plugin_check::{Group, Plan, Verdict, cases};

use crate::bench::{checked, checked_without_worker, compile, failures};

#[test]
fn a_plugin_that_keeps_the_contract_fails_nothing() {
    let (_dir, library) = compile("fixture.c", "nothing");
    let report = checked(&Plan { library, seed: 3, ..Plan::default() });
    assert_eq!(failures(&report), Vec::<String>::new());
    let skipped: Vec<&str> =
        report.tests.iter().filter(|test| test.verdict == Verdict::Skip).map(|test| test.name).collect();
    let of_a_machine = |group| matches!(group, Group::Payment | Group::Identity);
    let of_faces = cases().iter().filter(|case| !of_a_machine(case.group)).count();
    let no_network = ["network_that_fails", "network_that_gives_no_numbers", "panic_poisons"];
    assert_eq!(skipped, no_network, "whatever else is skipped was not tested");
    assert_eq!((report.plugin.as_str(), report.tests.len()), ("org.example.fixture", of_faces));
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

#[test]
fn a_payment_plugin_that_keeps_the_contract_fails_nothing_by_many_seeds() {
    let (_dir, library) = compile("till.c", "nothing");
    let report = checked(&Plan { library: library.clone(), seed: 3, ..Plan::default() });
    assert_eq!(failures(&report), Vec::<String>::new());
    let money = report.tests.iter().find(|test| test.name == "money_is_kept").unwrap();
    assert!(money.detail.contains("400 operations"), "{money:?}");
    for seed in 100..120 {
        let include = Some("payment/money_is_kept".to_owned());
        let report = checked(&Plan { library: library.clone(), seed, include, ..Plan::default() });
        assert_eq!(failures(&report), Vec::<String>::new());
    }
}

#[test]
fn an_identity_plugin_that_keeps_the_contract_fails_nothing_by_many_seeds() {
    let (_dir, library) = compile("desk.c", "nothing");
    let report = checked(&Plan { library: library.clone(), seed: 3, ..Plan::default() });
    assert_eq!(failures(&report), Vec::<String>::new());
    let people = report.tests.iter().find(|test| test.name == "people_are_who_they_are").unwrap();
    assert!(people.detail.contains("200 verifications"), "{people:?}");
    for seed in 100..120 {
        let include = Some("identity/people_are_who_they_are".to_owned());
        let report = checked(&Plan { library: library.clone(), seed, include, ..Plan::default() });
        assert_eq!(failures(&report), Vec::<String>::new());
    }
}

#[test]
fn whoever_asks_for_a_sandbox_that_is_not_there_is_told_so() {
    let (_dir, library) = compile("desk.c", "nothing");
    let include = Some("identity/references".to_owned());
    let verdict = |isolated| {
        let plan = Plan { library: library.clone(), include: include.clone(), isolated, ..Plan::default() };
        checked_without_worker(&plan).tests.iter().map(|test| test.verdict).collect::<Vec<_>>()
    };
    assert_eq!((verdict(false), verdict(true)), (vec![Verdict::Pass], vec![Verdict::Fail]));
}

#[test]
fn settings_that_are_made_up_may_be_refused_and_are_asked_for() {
    let (_dir, library) = compile("fixture.c", "refuses_all");
    let include = Some("config/accepts".into());
    let report = checked(&Plan { library, include, ..Plan::default() });
    let test = &report.tests[0];
    assert_eq!(
        (test.verdict, test.detail.contains("give it true ones: never")),
        (Verdict::Skip, true),
        "{test:?}"
    );
}
