//! Outcomes that a plugin must not answer with, row by row.

use super::*;

fn done(verdict: Verdict) -> Outcome {
    Outcome::new(verdict)
}

#[test]
fn sound_outcomes_have_no_flaw() {
    let rows = [
        Effect::Done(done(Verdict::Declined { code: "no_funds_51".into() })),
        Effect::Done(Outcome { result_json: b"{}".to_vec(), ..done(Verdict::Approved) }),
    ];
    for effect in rows {
        assert_eq!(flaw(&effect), None, "{effect:?}");
    }
}

#[test]
fn each_unsound_outcome_is_named() {
    let rows = [
        (Effect::Done(done(Verdict::Declined { code: "No funds".into() })), "decline code"),
        (Effect::Done(Outcome { result_json: b"{".to_vec(), ..done(Verdict::Approved) }), "result_json"),
        (Effect::Done(Outcome { provider_ref: "x".repeat(256), ..done(Verdict::Approved) }), "provider_ref"),
        (Effect::Sleep(std::time::Duration::MAX), "sleep"),
    ];
    for (effect, expected) in rows {
        let found = flaw(&effect).unwrap_or_default();
        assert!(found.contains(expected), "{effect:?}: {found:?} does not name {expected}");
    }
}
