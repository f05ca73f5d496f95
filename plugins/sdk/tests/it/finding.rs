//! Findings cross whole, and half of one is none.

use std::collections::BTreeMap;

use plugin_sdk::abi::{self, Growing, fp_bytes, fp_effect, fp_str};
use plugin_sdk::identity::{Assurance, Attested, Finding, Media, Portrait, Verdict};
use plugin_sdk::machine::Effect;
use plugin_sdk::machine::wire::{EffectStorage, read_effect};

fn attested() -> Attested {
    Attested {
        reference_key: "key-0123456789abcdef".into(),
        issuer: "Office".into(),
        issued_at_s: 1_764_374_400,
        assurance: Assurance::Substantial,
        attributes: BTreeMap::from([("name".to_owned(), "A".to_owned())]),
        portrait: Some(Portrait { media: Media::Png, bytes: vec![1, 2, 3] }),
    }
}

#[test]
fn each_finding_crosses_unchanged() {
    let verdicts = [
        Verdict::Verified(attested()),
        Verdict::Verified(Attested { portrait: None, attributes: BTreeMap::new(), ..attested() }),
        Verdict::Refused { code: "expired".into() },
        Verdict::Pending,
        Verdict::NotSent,
        Verdict::Unknown,
    ];
    for verdict in verdicts {
        let finding = Finding { verdict, provider_ref: "p-1".into() };
        let kept = EffectStorage::new(Effect::Done(finding.clone())).unwrap();
        // SAFETY: the shape borrows from `kept`.
        match unsafe { read_effect::<Finding>(&kept.raw()) } {
            Ok(Effect::Done(read)) => assert!(read == finding, "{finding:?}"),
            other => panic!("{finding:?}: {other:?}"),
        }
    }
}

/// What is said of a DONE with these parts.
fn refusal(outcome: u32, code: &str, json: &str, body: &[u8]) -> String {
    let mut raw = fp_effect::empty();
    (raw.kind, raw.outcome) = (abi::FP_FX_DONE, outcome);
    (raw.decline_code, raw.result_json) = (fp_str::of(code), fp_bytes::of(json.as_bytes()));
    raw.body = fp_bytes::of(body);
    // SAFETY: the texts outlive the reading.
    match unsafe { read_effect::<Finding>(&raw) } {
        Ok(effect) => panic!("{outcome} {json}: taken as {effect:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_result_that_is_not_whole_verifies_nobody() {
    let whole = r#"{"reference_key":"k","issuer":"i","issued_at_s":1,"assurance":"low"}"#;
    let without = |field: &str| {
        let mut json: serde_json::Value = serde_json::from_str(whole).unwrap();
        json.as_object_mut().unwrap().remove(field);
        json.to_string()
    };
    let with = |more: &str| whole.replace('}', &format!(",{more}}}"));
    let rows = [
        (String::new(), "no JSON"),
        (without("reference_key"), "lacks reference_key"),
        (without("issuer"), "lacks issuer"),
        (without("issued_at_s"), "lacks issued_at_s"),
        (without("assurance"), "lacks assurance"),
        (whole.replace("\"k\"", "null"), "another type"),
        (whole.replace("low", "certain"), "another type"),
        (with(r#""issuer":"j""#), "there twice"),
        (with(r#""number":"999941057058""#), "a field is unknown"),
        (with(r#""attributes":{"birth_year":1990}"#), "another type"),
        (with(r#""portrait":"image/png""#), "a portrait which is not there"),
    ];
    for (json, expected) in rows {
        let said = refusal(abi::FP_IDV_VERIFIED, "", &json, &[]);
        assert!(said.contains(expected), "{json}: {said:?} does not say {expected}");
        assert!(!said.contains("999941057058"), "{said}");
    }
    assert!(refusal(abi::FP_IDV_VERIFIED, "", whole, &[1]).contains("does not say what its portrait is"));
}

#[test]
fn results_codes_and_verdicts_belong_together() {
    let whole = r#"{"reference_key":"k","issuer":"i","issued_at_s":1,"assurance":"low"}"#;
    let rows = [
        (abi::FP_IDV_VERIFIED, "stray", whole, &[][..], "belongs to a refused outcome"),
        (abi::FP_IDV_REFUSED, "", "", &[], "belongs to a refused outcome"),
        (abi::FP_IDV_REFUSED, "expired", whole, &[], "somebody who is not verified"),
        (abi::FP_IDV_PENDING, "", whole, &[], "somebody who is not verified"),
        (abi::FP_IDV_UNKNOWN, "", "", &[1], "somebody who is not verified"),
        (abi::FP_IDV_UNKNOWN + 1, "", "", &[], "verdict 6"),
        (0, "", "", &[], "verdict 0"),
    ];
    for (outcome, code, json, body, expected) in rows {
        let said = refusal(outcome, code, json, body);
        assert!(said.contains(expected), "{outcome} {code} {json}: {said:?} does not say {expected}");
    }
}

#[test]
fn nobody_who_is_verified_is_printed() {
    let finding = Finding { verdict: Verdict::Verified(attested()), provider_ref: String::new() };
    let printed = format!("{:?}", Effect::Done(finding));
    assert!(
        printed.contains("Verified") && !printed.contains("key-") && !printed.contains("Office"),
        "{printed}"
    );
}
