//! Authentication through the authority of our own, answered well, badly, and not at all.

use std::sync::Arc;

use identity_aadhaar::Online;
use identity_aadhaar::auth::{Task, explained};
use plugin_sdk::identity::{Effect, Finding, Identity, Op, Request, Verdict};
use plugin_sdk::{Call, Event, Host, HttpRequest, HttpResponse, Plugin};
use serde_json::{Value, json};

use crate::authority::{AUA, Authority, LICENCE, Mischief, NUMBER, VIRTUAL, attribute, pid_data};
use crate::counter::{ATTEMPT, code, consent};
use crate::issuer::NOW_S;
use crate::keys::{HostKeys, certificate};

/// The time of a capture just now: 05:29:30 on 2 January 2026, in India.
const CAPTURED: &str = "2026-01-02T05:29:30";
const PID_CERTIFICATE: &str = "20281231";

pub(crate) fn settings(more: &Value) -> Value {
    let mut settings = json!({
        "aua": AUA, "licence_key": LICENCE, "asa_key": "aadhaar.asa",
        "aua_key": "aadhaar.aua", "aua_certificate": certificate("aua"),
        "certificates": [certificate("issuer")], "reference_key": "aadhaar.reference",
        "consent_texts": ["face-v1"],
    });
    settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    settings
}

fn online(more: &Value) -> Online {
    let mut online = Online::create(Host::local_with_secrets(Arc::new(HostKeys))).unwrap();
    online.configure(serde_json::from_value(settings(more)).unwrap()).unwrap();
    online
}

fn request(number: &str, pid: &str) -> Request {
    let payload = json!({
        "kind": "aadhaar-auth", "now_s": NOW_S, "claim": consent("face-v1", NOW_S - 30), "secret": { "number": number }
    });
    Request {
        op: Op::Verify,
        attempt_ref: ATTEMPT,
        original_ref: None,
        provider_ref: None,
        payload_json: payload.to_string().into_bytes(),
        document: pid.as_bytes().to_vec(),
    }
}

/// An operation up to its request, or to its end where it asks nobody.
fn asked(online: &Online, request: &Request) -> Result<(Task, HttpRequest), Box<Finding>> {
    let call = Call::unbounded();
    let mut task = online.begin(&call, request).unwrap();
    for event in [Event::Start, Event::Kept] {
        match online.step(&call, &mut task, &event).unwrap() {
            Effect::Keep(_) => {}
            Effect::Http(http) => return Ok((task, http)),
            Effect::Done(finding) => return Err(Box::new(finding)),
            other => panic!("{other:?}"),
        }
    }
    panic!("it asked for nothing");
}

fn heard(online: &Online, task: &mut Task, event: &Event) -> Finding {
    match online.step(&Call::unbounded(), task, event).unwrap() {
        Effect::Done(finding) => finding,
        other => panic!("{other:?}"),
    }
}

fn answered(body: Vec<u8>) -> Event {
    Event::HttpResponse(HttpResponse { status: 200, body, ..HttpResponse::default() })
}

/// How the authority's answer to a true request is taken.
fn outcome(number: &str, mischief: Mischief) -> Finding {
    let online = online(&json!({}));
    let (mut task, http) = asked(&online, &request(number, &pid_data(CAPTURED, PID_CERTIFICATE))).unwrap();
    let body = Authority::new(mischief).answer(&http.body);
    heard(&online, &mut task, &answered(body))
}

#[test]
fn a_signed_yes_verifies_the_person_by_the_token_and_shows_four_digits() {
    let finding = outcome(NUMBER, Mischief::None);
    assert_eq!(finding.provider_ref, "51047f1e0ff5494bacd35a17b66d0de9");
    let Verdict::Verified(attested) = finding.verdict else { panic!("{finding:?}") };
    assert_eq!(attested.attributes["masked_number"], "XXXX-XXXX-0124");
    assert_eq!(attested.attributes["factor"], "face");
    assert_eq!((attested.issuer.as_str(), attested.issued_at_s), ("UIDAI", NOW_S + 5));
    assert!(attested.portrait.is_none());
    let Verdict::Verified(other) = outcome(NUMBER, Mischief::NoToken).verdict else { panic!("not verified") };
    assert_ne!(attested.reference_key, other.reference_key, "a token and a number never make the same key");
    let Verdict::Verified(another) = outcome(NUMBER, Mischief::OtherPerson).verdict else {
        panic!("not verified")
    };
    assert_ne!(attested.reference_key, another.reference_key, "another token is another person");
    let Verdict::Verified(virtual_id) = outcome(VIRTUAL, Mischief::None).verdict else {
        panic!("not verified")
    };
    assert_eq!(attested.reference_key, virtual_id.reference_key, "the token is the person's");
    assert_eq!(virtual_id.attributes.get("masked_number"), None);
    assert_eq!(
        outcome(VIRTUAL, Mischief::NoToken).verdict,
        Verdict::Unknown,
        "a virtual id names nobody for long"
    );
}

#[test]
fn the_request_is_what_the_specification_asks_for_and_the_block_goes_through_as_it_came() {
    let online = online(&json!({}));
    let pid = pid_data(CAPTURED, PID_CERTIFICATE);
    let (_, http) = asked(&online, &request(NUMBER, &pid)).unwrap();
    assert_eq!(http.path, format!("/2.5/{AUA}/2/3/${{secret:aadhaar.asa}}"));
    assert_eq!((http.method.as_str(), http.sensitive, http.repeatable), ("POST", true, false));
    let body = String::from_utf8(http.body).unwrap();
    for (name, value) in [
        ("uid", NUMBER),
        ("rc", "Y"),
        ("tid", "registered"),
        ("ac", AUA),
        ("sa", AUA),
        ("ver", "2.5"),
        ("lk", LICENCE),
        ("bio", "y"),
        ("bt", "FID"),
        ("otp", "n"),
        ("rdsId", "UIDAI.AND.001"),
        ("ci", PID_CERTIFICATE),
    ] {
        assert_eq!(attribute(&body, name), value, "{name}");
    }
    assert_eq!(attribute(&body, "txn"), "a7".repeat(16));
    let between = |text: &str, from: &str, to: &str| {
        text.split(from).nth(1).unwrap().split(to).next().unwrap().to_owned()
    };
    assert_eq!(between(&body, "<Data type=\"X\">", "<"), between(&pid, "<Data type=\"X\">", "<"));
}

#[test]
fn an_answer_that_proves_nothing_leaves_it_open() {
    for mischief in [
        Mischief::OtherTransaction,
        Mischief::OtherAua,
        Mischief::Late,
        Mischief::OtherKey,
        Mischief::Unsigned,
        Mischief::Changed,
        Mischief::Neither,
        Mischief::No(563),
        Mischief::No(930),
        Mischief::No(1),
        Mischief::No(999),
    ] {
        let finding = outcome(NUMBER, mischief);
        assert_eq!(finding.verdict, Verdict::Unknown, "{finding:?}");
    }
}

#[test]
fn an_error_code_becomes_a_reason_that_stays_and_advice() {
    for (number, expected) in [
        (300, "biometric_differs"),
        (316, "face_count"),
        (330, "biometric_locked"),
        (512, "consent_invalid"),
        (559, "device_certificate_expired"),
        (561, "request_expired"),
        (562, "request_in_future"),
        (565, "aua_licence_expired"),
        (569, "request_signature_wrong"),
        (586, "factor_not_licensed"),
        (811, "biometric_not_enrolled"),
        (940, "asa_not_authorised"),
        (996, "aadhaar_cancelled"),
        (997, "aadhaar_suspended"),
        (998, "aadhaar_invalid"),
    ] {
        assert_eq!(code(outcome(NUMBER, Mischief::No(number)).verdict), expected, "{number}");
        assert!(explained(&number.to_string()).advice.len() > 8, "{number}");
    }
    assert_eq!(explained("563").code, "duplicate");
    assert_eq!(explained("").code, "uidai_error");
    let guide = include_str!("../../../../docs/aadhaar.md");
    for number in 0..1000_u32 {
        let explained = explained(&number.to_string());
        assert!(guide.contains(&format!("`{}`", explained.code)), "docs/aadhaar.md lacks {}", explained.code);
    }
}

#[test]
fn what_became_of_a_lost_answer_is_not_guessed() {
    let online = online(&json!({}));
    for (event, expected) in [
        (Event::ConnectFailed, Verdict::NotSent),
        (Event::Timeout { sent: false }, Verdict::NotSent),
        (Event::ConnectionLost { sent: true }, Verdict::Unknown),
        (Event::Timeout { sent: true }, Verdict::Unknown),
        (Event::Slept, Verdict::Unknown),
        (answered(b"<AuthRes ret=\"y\"/>".to_vec()), Verdict::Unknown),
        (answered(Vec::new()), Verdict::Unknown),
    ] {
        let (mut task, _) = asked(&online, &request(NUMBER, &pid_data(CAPTURED, PID_CERTIFICATE))).unwrap();
        assert_eq!(heard(&online, &mut task, &event).verdict, expected);
    }
}

#[test]
fn the_same_attempt_asks_for_the_same_and_the_authority_does_nothing_twice() {
    let online = online(&json!({}));
    let pid = pid_data(CAPTURED, PID_CERTIFICATE);
    let (_, first) = asked(&online, &request(NUMBER, &pid)).unwrap();
    let (mut task, second) = asked(&online, &request(NUMBER, &pid)).unwrap();
    assert_eq!(first.body, second.body);
    let mut authority = Authority::new(Mischief::None);
    authority.answer(&first.body);
    let again = authority.answer(&second.body);
    assert!(String::from_utf8_lossy(&again).contains("err=\"563\""));
    assert_eq!(heard(&online, &mut task, &answered(again)).verdict, Verdict::Unknown);
}

#[test]
fn what_uidai_would_refuse_is_not_sent() {
    let usual = || pid_data(CAPTURED, PID_CERTIFICATE);
    for (number, pid, more, expected) in [
        ("234567890125", usual(), json!({}), "number_malformed"),
        (NUMBER, "<PidData/>".to_owned(), json!({}), "pid_malformed"),
        (NUMBER, usual().replace("PidData", "Pid"), json!({}), "pid_malformed"),
        (NUMBER, usual().replace("errCode=\"0\"", "errCode=\"720\""), json!({}), "pid_not_captured"),
        (NUMBER, pid_data("2026-01-02T05:09:00", PID_CERTIFICATE), json!({}), "request_unfit"),
        (NUMBER, pid_data("2026-01-02T05:36:00", PID_CERTIFICATE), json!({}), "request_unfit"),
        (NUMBER, pid_data(CAPTURED, "20251231"), json!({}), "request_unfit"),
        (NUMBER, usual(), json!({ "aua_key": "aadhaar.other" }), "request_unfit"),
    ] {
        let finding = asked(&online(&more), &request(number, &pid)).err().unwrap();
        assert_eq!(code(finding.verdict), expected, "{more}");
    }
}

#[test]
fn a_password_needs_no_device_and_a_face_does() {
    let pid = pid_data(CAPTURED, PID_CERTIFICATE);
    let (from, to) = (pid.find("<DeviceInfo").unwrap(), pid.find("<Skey").unwrap());
    let without = [&pid[..from], &pid[to..]].concat();
    let (_, http) = asked(&online(&json!({ "factor": "otp" })), &request(NUMBER, &without)).unwrap();
    let body = String::from_utf8(http.body).unwrap();
    assert_eq!((attribute(&body, "otp"), attribute(&body, "bio")), ("y".to_owned(), "n".to_owned()));
    assert!(!body.contains("<Meta"), "{body}");
    let finding = asked(&online(&json!({})), &request(NUMBER, &without)).err().unwrap();
    assert_eq!(code(finding.verdict), "request_unfit");
}

#[test]
fn settings_that_do_not_hold_together_are_refused_by_name() {
    for (more, expected) in [
        (json!({ "aua": "A B" }), "aua"),
        (json!({ "path": "x" }), "path"),
        (json!({ "path": "/a/{other}" }), "path"),
        (json!({ "path": "/a" }), "path and asa_key"),
        (json!({ "aua_certificate": null }), "aua_key and aua_certificate"),
        (json!({ "aua_certificate": "nonsense" }), "aua_certificate"),
        (json!({ "certificates": ["nonsense"] }), "certificates: number 0"),
        (json!({ "consent_texts": ["a b"] }), "consent_texts"),
    ] {
        let mut online = Online::create(Host::local_with_secrets(Arc::new(HostKeys))).unwrap();
        let refused = online.configure(serde_json::from_value(settings(&more)).unwrap()).unwrap_err();
        assert!(refused.to_string().contains(expected), "{more}: {refused}");
    }
}
