//! An identity provider written in C: what crosses the boundary, and what is refused there.

use std::sync::Arc;

use plugin_host::identity::{
    Assurance, Caps, DOCUMENT_BYTES_MAX, Effect, Finding, Media, Op, Request, Verdict,
};
use plugin_host::{CallContext, CallError, Event, HttpResponse, Isolation, LoadError, Plugin, PluginState};

use crate::fixture::{both, compile_source, host, settings};

const DOCUMENT: &[u8; 8] = b"QR-\0\xFF123";

fn load(isolation: Isolation, fault: &str) -> Result<Arc<Plugin>, LoadError> {
    let (_dir, library) = compile_source(include_str!("vouch.c"), fault);
    host(isolation).load(&library, &settings("org.example.vouch", ""))
}

fn verify() -> Request {
    Request {
        op: Op::Verify,
        attempt_ref: [5; 16],
        original_ref: None,
        provider_ref: None,
        payload_json: br#"{"kind":"card","secret":{"number":"8410 5527 6630"}}"#.to_vec(),
        document: DOCUMENT.to_vec(),
    }
}

/// The finding of a verification whose request, if there is one, is answered with `status`.
fn found(isolation: Isolation, fault: &str, status: u16) -> Result<Finding, CallError> {
    let provider = load(isolation, fault).unwrap().identity().unwrap();
    let context = CallContext::default();
    let mut task = provider.begin(&context, &verify())?;
    match task.step(&context, &Event::Start)? {
        Effect::Done(finding) => return Ok(finding),
        Effect::Http(asked) => {
            assert_eq!((asked.path.as_str(), &asked.body[..]), ("/verify", &DOCUMENT[..]), "{fault}");
            assert!(asked.sensitive, "a body about a person is not to be journalled in clear");
        }
        other => panic!("{fault}: {other:?}"),
    }
    let (headers, body) = (Vec::new(), Vec::new());
    let answered = Event::HttpResponse(HttpResponse { status, headers, body, truncated: false });
    match task.step(&context, &answered)? {
        Effect::Done(finding) => Ok(finding),
        other => panic!("{fault}: {other:?}"),
    }
}

#[test]
fn a_verification_crosses_both_ways() {
    for isolation in both() {
        let finding = found(isolation.clone(), "SOUND", 200).unwrap();
        assert_eq!(finding.provider_ref, "c-1");
        let Verdict::Verified(person) = finding.verdict else { panic!("{finding:?}") };
        assert_eq!(
            (person.reference_key.as_str(), person.issuer.as_str()),
            ("office-0123456789abcdef", "The Office")
        );
        assert_eq!((person.issued_at_s, person.assurance), (1_764_374_400, Assurance::High));
        assert_eq!(person.attributes.get("name").map(String::as_str), Some("Ada"));
        let portrait = person.portrait.unwrap();
        assert_eq!((portrait.media, portrait.bytes.len()), (Media::Jpeg, 16));
        let refused = found(isolation.clone(), "SOUND", 422).unwrap();
        assert_eq!(refused.verdict, Verdict::Refused { code: "not_genuine".into() });
        assert_eq!(found(isolation.clone(), "SOUND", 202).unwrap().verdict, Verdict::Pending);
        let at_once = found(isolation, "OFFLINE", 0).unwrap();
        assert!(matches!(at_once.verdict, Verdict::Verified(_)), "{at_once:?}");
    }
}

#[test]
fn each_malformed_answer_verifies_nobody_and_is_named() {
    let rows = [
        ("NO_TASK", 200, "no task for an operation that it took on"),
        ("BAD_EFFECT", 200, "an effect: not supported: effect kind 77"),
        ("NO_KEY", 200, "it lacks reference_key"),
        ("NO_ISSUER", 200, "it lacks issuer"),
        ("SHORT_KEY", 200, "a reference_key that is not 16 to 128"),
        ("NUMBER_AS_KEY", 200, "a result that holds what was confided"),
        ("NO_RESULT", 200, "a result that cannot be read: it is no JSON"),
        ("HALF_RESULT", 200, "a result that cannot be read: it is no JSON"),
        ("STRAY_RESULT", 422, "a result of somebody who is not verified"),
        ("STRAY_CODE", 200, "a decline code belongs to a refused outcome"),
        ("NO_CODE", 422, "a decline code belongs to a refused outcome"),
        ("STRAY_PORTRAIT", 200, "does not say what its portrait is"),
        ("BAD_PORTRAIT", 200, "a portrait that is no Jpeg"),
        ("NULL_RESULT", 200, "null pointer to"),
        ("UNKNOWN_VERDICT", 200, "verdict 9"),
        ("LONE_PENDING", 202, "a pending verdict, though nobody can ask after it"),
        ("NUMBER_IN_PATH", 200, "a path or header that holds what was confided"),
        ("NUMBER_AS_NAME", 200, "a result that holds what was confided"),
        ("HEADER_IN_NUMBERS", 200, "headers that are no pairs of texts"),
        ("NUMBER_IN_PROMPT", 200, "a prompt that holds what was confided"),
        ("KEEPS_NUMBER", 200, "something to keep that was confided"),
        ("HUGE_RESULT", 200, "an effect"),
    ];
    // One process takes so many libraries and no more: in this one run only some.
    let here = ["NO_KEY", "NUMBER_AS_KEY", "BAD_EFFECT"];
    let places = |row: (&'static str, u16, &'static str)| {
        let [in_process, apart] = both();
        let here = here.contains(&row.0).then_some((in_process, row));
        here.into_iter().chain([(apart, row)])
    };
    for (isolation, (fault, status, expected)) in rows.into_iter().flat_map(places) {
        match found(isolation, fault, status) {
            Err(CallError::Malformed { what, .. }) => {
                assert!(what.contains(expected), "{fault}: {what}");
                assert!(!what.contains("8410"), "{fault}: {what}");
            }
            Err(other) => panic!("{fault}: {other}"),
            Ok(finding) => panic!("{fault}: accepted {finding:?}"),
        }
    }
}

#[test]
fn a_table_that_lacks_a_function_is_not_loaded() {
    let [_, apart] = both();
    for (fault, field) in [("NULL_BEGIN", "begin"), ("NULL_STEP", "step"), ("NULL_END", "end")] {
        let error = load(apart.clone(), fault).err().unwrap().to_string();
        assert!(error.contains(&format!("fp_identity_v1.{field}")), "{fault}: {error}");
    }
}

#[test]
fn what_a_provider_offers_is_known_before_it_is_asked() {
    for isolation in both() {
        let provider = load(isolation.clone(), "OFFLINE").unwrap().identity().unwrap();
        let caps = Caps { offline: true, portrait: true, ..Caps::NONE };
        assert_eq!((provider.caps(), provider.offers(Op::Sync)), (caps, true));
        let provider = load(isolation, "LONE_PENDING").unwrap().identity().unwrap();
        let sync = Request { op: Op::Sync, ..verify() };
        let refused = provider.begin(&CallContext::default(), &sync);
        assert!(matches!(refused, Err(CallError::Caller { .. })));
    }
}

#[test]
fn a_request_that_no_provider_can_be_asked_is_the_callers_mistake() {
    let provider = load(Isolation::InProcess, "SOUND").unwrap().identity().unwrap();
    let rows = [
        Request { payload_json: b"[]".to_vec(), ..verify() },
        Request { payload_json: br#"{"secret":{"number":1}}"#.to_vec(), ..verify() },
        Request { document: vec![0; DOCUMENT_BYTES_MAX + 1], ..verify() },
    ];
    for request in rows {
        let refused = provider.begin(&CallContext::default(), &request);
        assert!(matches!(refused, Err(CallError::Caller { .. })), "{:?}", refused.err());
    }
    assert_eq!(provider.plugin().faults(), plugin_host::Faults::default());
}

#[test]
fn each_operation_is_ended_by_the_table_that_began_it() {
    for isolation in both() {
        let plugin = load(isolation, "ENDS").unwrap();
        let context = CallContext::default();
        let vouching = plugin.identity().unwrap().begin(&context, &verify()).unwrap();
        let sale = plugin_host::Request {
            op: plugin_host::Op::Sale,
            attempt_ref: [6; 16],
            original_ref: None,
            provider_ref: None,
            money: None,
            payload_json: Vec::new(),
        };
        let mut paying = plugin.payment().unwrap().begin(&context, &sale).unwrap();
        match paying.step(&context, &Event::Start).unwrap() {
            plugin_host::Effect::Done(outcome) => assert_eq!(outcome.provider_ref, "paid"),
            other => panic!("{other:?}"),
        }
        drop(vouching);
        assert_eq!(plugin.health().detail, "ended");
        drop(paying);
        assert_eq!(plugin.health().detail, "both ended");
    }
}

#[test]
fn a_verification_ends_with_its_process_and_nobody_is_verified() {
    let [_, apart] = both();
    let error = found(apart.clone(), "CRASH", 200).unwrap_err();
    assert!(matches!(error, CallError::Crashed { .. }) && error.to_string().contains("SIGSEGV"), "{error}");
    let plugin = load(apart, "SOUND").unwrap();
    assert!(plugin.sandbox().is_some() && plugin.state() == PluginState::Active);
}
