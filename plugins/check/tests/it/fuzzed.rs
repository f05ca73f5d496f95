//! What random calls find, and that they find it again.

use std::time::Duration;

use plugin_check::{Finding, FindingKind, Fuzz, Fuzzed, Plan, fuzz, reproduce};

use crate::bench::{compile, launch, settings_of};

/// A long time, for runs that end with their cases.
const LONG: Duration = Duration::from_secs(3600);

fn cases(cases_max: u64, jobs: usize) -> Fuzz {
    Fuzz { time: LONG, cases_max: Some(cases_max), jobs }
}

fn run(plan: &Plan, fuzz_plan: &Fuzz) -> Fuzzed {
    fuzz(plan, fuzz_plan, &launch, &mut |_| {})
}

#[test]
fn plugins_that_keep_the_contract_are_found_nothing_in() {
    for source in ["fixture.c", "looker.c", "till.c", "messages.c", "desk.c"] {
        let (_dir, library) = compile(source, "nothing");
        let found =
            run(&Plan { library, settings: settings_of(source), seed: 5, ..Plan::default() }, &cases(6, 2));
        assert_eq!((found.findings, found.cases, found.not_tried), (Vec::new(), 6, None), "{source}");
        assert!(found.calls > 300, "{source}: {} calls", found.calls);
    }
}

#[test]
fn faults_are_found_and_found_again_by_their_seed() {
    let rows = [
        ("fixture.c", "indexes_by_face", FindingKind::Crash),
        ("fixture.c", "reads_past", FindingKind::Crash),
        ("fixture.c", "nan_score", FindingKind::Malformed),
        ("fixture.c", "fails_past_its_place", FindingKind::Malformed),
        ("fixture.c", "strange_status", FindingKind::Malformed),
        ("fixture.c", "panics_at_odd", FindingKind::Panic),
        ("fixture.c", "leaks_descriptors", FindingKind::Leak),
        ("fixture.c", "leaks_threads", FindingKind::Leak),
        ("fixture.c", "leaks_pictures", FindingKind::Leak),
        ("till.c", "reads_empty", FindingKind::Crash),
        ("till.c", "descends", FindingKind::Crash),
        ("till.c", "strays_far", FindingKind::Malformed),
        ("desk.c", "reads_empty", FindingKind::Crash),
        ("desk.c", "number_in_path", FindingKind::Malformed),
    ];
    for (source, fault, kind) in rows {
        let (_dir, library) = compile(source, fault);
        let plan = Plan { library, settings: settings_of(source), seed: 5, ..Plan::default() };
        let found = run(&plan, &cases(6, 2));
        let finding = found.findings.iter().find(|finding| finding.kind == kind);
        let finding = finding.unwrap_or_else(|| panic!("{fault}: {:?}", found.findings));
        let again = reproduce(&plan, finding.seed, &launch);
        // How much leaked is as the machine's memory was; which call did it is not.
        let which = |finding: &Finding| (finding.seed, finding.kind, finding.call.clone());
        assert_eq!(again.findings.iter().map(which).collect::<Vec<_>>(), [which(finding)], "{fault}");
    }
}

#[test]
fn what_hangs_is_ended_and_told_with_its_call() {
    let (_dir, library) = compile("fixture.c", "hangs");
    let settings = settings_of("fixture.c");
    let plan = Plan { library, settings, seed: 5, budget_percent: 5, ..Plan::default() };
    let found = run(&plan, &cases(2, 2));
    let hang = &found.findings[0];
    assert_eq!(hang.kind, FindingKind::Hang, "{:?}", found.findings);
    assert!(hang.call.contains(" of "), "{hang:?}");
}

#[test]
fn the_same_seed_makes_the_same_sequence_on_one_process_and_on_three() {
    let (_dir, library) = compile("fixture.c", "strange_status");
    let plan =
        |seed| Plan { library: library.clone(), settings: settings_of("fixture.c"), seed, ..Plan::default() };
    let first = run(&plan(9), &cases(6, 1));
    assert!(!first.findings.is_empty());
    assert_eq!(run(&plan(9), &cases(6, 3)), first);
    assert_ne!(run(&plan(10), &cases(6, 1)).findings, first.findings);
}

#[test]
fn what_cannot_be_opened_is_tried_once() {
    let dir = tempfile::tempdir().unwrap();
    let library = dir.path().join("text.so");
    std::fs::write(&library, "not a library").unwrap();
    let found = run(&Plan { library, ..Plan::default() }, &Fuzz { time: LONG, cases_max: None, jobs: 1 });
    assert_eq!((found.findings.len(), found.findings[0].call.as_str()), (1, "opening"), "{found:?}");
}
