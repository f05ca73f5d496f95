//! The order of the steps, and the gate before the cut-over.
use uuid::Uuid;

use super::*;

const OLD: u32 = 512_001;
const NEW: u32 = 192_001;
const THIRD: u32 = 7;

fn roles(phase: Phase, active: u32, other: Option<u32>) -> Roles {
    Roles { phase, active, other }
}

fn all_phases() -> [Roles; 5] {
    [
        roles(Phase::Idle, OLD, None),
        roles(Phase::Shadowing, OLD, Some(NEW)),
        roles(Phase::CutOver, NEW, Some(OLD)),
        roles(Phase::RolledBack, OLD, Some(NEW)),
        roles(Phase::Settled, NEW, None),
    ]
}

#[test]
fn a_change_goes_forth_and_back_and_ends() {
    let shadowing = Roles::idle(OLD).start(NEW).unwrap();
    assert_eq!(shadowing, roles(Phase::Shadowing, OLD, Some(NEW)));
    let cut_over = shadowing.cut_over(Gate::Ready).unwrap();
    assert_eq!(cut_over, roles(Phase::CutOver, NEW, Some(OLD)));
    assert_eq!(cut_over.settle().unwrap(), (roles(Phase::Settled, NEW, None), OLD));
    let back = cut_over.roll_back().unwrap();
    assert_eq!(back, roles(Phase::RolledBack, OLD, Some(NEW)));
    assert_eq!(back.start(NEW).unwrap(), shadowing, "it may be tried again");
    assert_eq!(back.settle().unwrap(), (roles(Phase::Settled, OLD, None), NEW));
    assert_eq!(shadowing.roll_back().unwrap(), back, "a candidate may be given up");
}

#[test]
fn each_step_has_its_place() {
    // start, cut-over, roll-back, settle
    let rows = [
        (Phase::Idle, [true, false, false, false]),
        (Phase::Shadowing, [false, true, true, false]),
        (Phase::CutOver, [false, false, true, true]),
        (Phase::RolledBack, [true, false, false, true]),
        (Phase::Settled, [true, false, false, false]),
    ];
    for (at, (phase, expected)) in all_phases().into_iter().zip(rows) {
        assert_eq!(at.phase, phase);
        let candidate = if at.active == OLD { NEW } else { OLD };
        let found = [
            at.start(candidate).is_ok(),
            at.cut_over(Gate::Ready).is_ok(),
            at.roll_back().is_ok(),
            at.settle().is_ok(),
        ];
        assert_eq!(found, expected, "{phase}");
    }
}

#[test]
fn a_recogniser_is_not_its_own_candidate_and_templates_of_three_are_never_kept() {
    assert_eq!(Roles::idle(OLD).start(OLD), Err(Refusal::Same(OLD)));
    assert_eq!(roles(Phase::RolledBack, OLD, Some(NEW)).start(THIRD), Err(Refusal::Unsettled(NEW)));
    assert!(roles(Phase::Settled, OLD, None).start(THIRD).is_ok());
}

#[test]
fn whoever_is_enrolled_gets_a_template_of_the_one_beside_until_it_is_over() {
    let expected = [None, Some(NEW), Some(OLD), None, None];
    for (at, beside) in all_phases().into_iter().zip(expected) {
        assert_eq!(at.beside(), beside, "{}", at.phase);
    }
}

#[test]
fn the_gate_cannot_be_passed_by() {
    let missing = vec![Missing::Impostors];
    let refused = roles(Phase::Shadowing, OLD, Some(NEW)).cut_over(Gate::Missing(missing.clone()));
    assert_eq!(refused, Err(Refusal::NotReady(missing)));
}

const RULES: Rules = Rules { coverage_min: 0.98, comparisons_min: 200, agreement_min: 0.95 };
const READY: Report =
    Report { people: 1_000, covered: 980, compared: 200, agreed: 198, named_others: 0, has_impostors: true };

fn codes(report: Report) -> Vec<&'static str> {
    match report.gate(&RULES) {
        Gate::Ready => Vec::new(),
        Gate::Missing(missing) => missing.iter().map(Missing::code).collect(),
    }
}

#[test]
fn the_gate_says_each_thing_that_is_missing() {
    for (report, expected) in [
        (READY, vec![]),
        (Report { covered: 979, ..READY }, vec!["coverage"]),
        (Report { compared: 199, ..READY }, vec!["comparisons"]),
        // 195 of 200 agree: 0.975, but perhaps no more than 0.943.
        (Report { agreed: 195, ..READY }, vec!["agreement"]),
        (Report { has_impostors: false, ..READY }, vec!["impostor_scores"]),
        (Report { people: 0, covered: 0, ..READY }, vec![]),
        (
            Report { people: 10, ..Report::default() },
            vec!["coverage", "comparisons", "agreement", "impostor_scores"],
        ),
    ] {
        assert_eq!(codes(report), expected, "{report:?}");
    }
}

#[test]
fn a_rule_that_is_no_number_lets_nobody_through() {
    let rules = Rules { coverage_min: f64::NAN, agreement_min: f64::NAN, ..RULES };
    let Gate::Missing(missing) = READY.gate(&rules) else { panic!("it must not pass") };
    assert_eq!(missing.iter().map(Missing::code).collect::<Vec<_>>(), ["coverage", "agreement"]);
}

#[test]
fn agreement_is_told_with_its_interval() {
    assert_eq!(Report::default().agreement(), None);
    let (rate, [low, high]) = READY.agreement().unwrap();
    assert!((rate - 0.99).abs() < 1e-9 && (low - 0.9643).abs() < 1e-3 && high > rate, "{low} {high}");
}

#[test]
fn a_candidate_agrees_only_by_naming_the_same_person_above_its_own_threshold() {
    let (ada, bob) = (UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
    let thresholds = Thresholds { match_min: 0.5, pay_min: 0.6 };
    for (nearest, expected) in [
        (Some((ada, 0.7)), Said::Same),
        (Some((ada, 0.5)), Said::Same),
        (Some((ada, 0.49)), Said::Nobody),
        (Some((bob, 0.49)), Said::Nobody),
        (Some((bob, 0.7)), Said::SomebodyElse),
        (Some((ada, f32::NAN)), Said::Nobody),
        (None, Said::Nobody),
    ] {
        assert_eq!(Said::of(ada, nearest, &thresholds), expected, "{nearest:?}");
    }
}

#[test]
fn only_a_sure_look_makes_a_template() {
    let sure = Recognition { similarity: 0.8, margin: Some(0.2), look_alike: false };
    for (look, expected) in [
        (sure, true),
        (Recognition { margin: None, ..sure }, true),
        (Recognition { similarity: 0.69, ..sure }, false),
        (Recognition { similarity: f32::NAN, ..sure }, false),
        (Recognition { margin: Some(0.05), ..sure }, false),
        (Recognition { look_alike: true, ..sure }, false),
    ] {
        assert_eq!(look.is_sure(0.7, 0.1), expected, "{look:?}");
    }
    assert!(!sure.is_sure(f32::INFINITY, 0.1), "where no face alone pays, none makes a template");
}
