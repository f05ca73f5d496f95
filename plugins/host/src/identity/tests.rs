//! Effects and findings that an identity provider must not answer with, row by row.

use std::collections::BTreeMap;
use std::time::Duration;

use plugin_sdk::{HttpRequest, Prompt, TcpExchange};

use super::*;

const ALL: Promise =
    Promise { ops_mask: 0b110, caps: Caps { idempotent: true, offline: false, portrait: true } };

fn attested() -> Attested {
    Attested {
        reference_key: "key-0123456789abcdef".into(),
        issuer: "The Office".into(),
        issued_at_s: 1_764_374_400,
        assurance: Assurance::High,
        attributes: BTreeMap::new(),
        portrait: None,
    }
}

fn with(attributes: &[(&str, &str)]) -> Attested {
    let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Attested { attributes: attributes.collect(), ..attested() }
}

fn done(verdict: Verdict) -> Effect {
    Effect::Done(Finding::new(verdict))
}

fn png(bytes: usize) -> Portrait {
    let mut picture = b"\x89PNG\r\n\x1A\n".to_vec();
    picture.resize(bytes, 0);
    Portrait { media: Media::Png, bytes: picture }
}

#[test]
fn sound_findings_have_no_flaw() {
    let people = [
        attested(),
        with(&[("name", "Ærøskøbing"), ("birth_date", "2000-02-29"), ("birth_year", "2000")]),
        with(&[("gender", "other"), ("country", "IN"), ("masked_number", "XXXX-XXXX-1234")]),
        Attested { portrait: Some(png(512 << 10)), ..attested() },
        Attested {
            portrait: Some(Portrait { media: Media::Jp2, bytes: vec![0xFF, 0x4F, 0xFF, 0x51] }),
            ..attested()
        },
    ];
    for person in people {
        assert_eq!(flaw(ALL, &done(Verdict::Verified(person))), None);
    }
    for verdict in
        [Verdict::Refused { code: "no_match_7".into() }, Verdict::Pending, Verdict::NotSent, Verdict::Unknown]
    {
        assert_eq!(flaw(ALL, &done(verdict.clone())), None, "{verdict:?}");
    }
}

#[test]
fn each_unsound_finding_is_named() {
    let key = |key: &str| Attested { reference_key: key.into(), ..attested() };
    let issuer = |issuer: &str| Attested { issuer: issuer.into(), ..attested() };
    let jpeg = |bytes: &[u8]| Some(Portrait { media: Media::Jpeg, bytes: bytes.to_vec() });
    let rows = [
        (key(""), "reference_key"),
        (key("9999 4105 7058"), "reference_key"),
        (key("999941057058"), "reference_key"),
        (key("key with blanks 123"), "reference_key"),
        (key(&"x".repeat(129)), "reference_key"),
        (issuer(""), "issuer"),
        (issuer(" "), "issuer"),
        (issuer("The\u{1b}[31mOffice"), "issuer"),
        (issuer(&"x".repeat(256)), "issuer"),
        (Attested { issued_at_s: 0, ..attested() }, "issued_at_s"),
        (Attested { issued_at_s: u64::MAX, ..attested() }, "issued_at_s"),
        (with(&[("Name", "A")]), "name is not a short word"),
        (with(&[("", "A")]), "name is not a short word"),
        (with(&[("name", "")]), "attribute name"),
        (with(&[("name", "A\nB")]), "attribute name"),
        (with(&[("name", &"x".repeat(1025))]), "attribute name"),
        (with(&[("birth_date", "2001-02-29")]), "birth_date"),
        (with(&[("birth_date", "2001-2-3")]), "birth_date"),
        (with(&[("birth_date", "2001-13-01")]), "birth_date"),
        (with(&[("birth_date", "2001-01-01-01")]), "birth_date"),
        (with(&[("birth_year", "199")]), "birth_year"),
        (with(&[("birth_year", "+199")]), "birth_year"),
        (with(&[("birth_date", "1990-01-01"), ("birth_year", "1991")]), "birth_year"),
        (with(&[("country", "India")]), "country"),
        (with(&[("gender", "F")]), "gender"),
        (Attested { portrait: jpeg(b"<svg>"), ..attested() }, "no Jpeg"),
        (Attested { portrait: Some(png((512 << 10) + 1)), ..attested() }, "portrait of"),
    ];
    for (person, expected) in rows {
        let found = flaw(ALL, &done(Verdict::Verified(person))).unwrap_or_default();
        assert!(found.contains(expected), "{found:?} does not name {expected}");
    }
    let many = (0..65).map(|index| (format!("a{index}"), "b".to_owned())).collect();
    let crowded = Verdict::Verified(Attested { attributes: many, ..attested() });
    assert!(flaw(ALL, &done(crowded)).unwrap().contains("65 attributes"));
    let loud = done(Verdict::Refused { code: "No match".into() });
    assert!(flaw(ALL, &loud).unwrap().contains("refusal code"));
    let long = Finding { provider_ref: "x".repeat(256), ..Finding::new(Verdict::Unknown) };
    assert!(flaw(ALL, &Effect::Done(long)).unwrap().contains("provider_ref"));
    assert!(flaw(ALL, &Effect::Sleep(Duration::MAX)).unwrap().contains("sleep"));
}

#[test]
fn a_provider_is_kept_to_what_it_says_it_offers() {
    let offline = Promise { caps: Caps { offline: true, ..ALL.caps }, ..ALL };
    let blind = Promise { caps: Caps { portrait: false, ..ALL.caps }, ..ALL };
    let verify_only = Promise { ops_mask: 0b10, ..ALL };
    let pictured = done(Verdict::Verified(Attested { portrait: Some(png(9)), ..attested() }));
    let http = Effect::Http(HttpRequest {
        method: "GET".into(),
        path: "/".into(),
        timeout_ms: 1,
        ..Default::default()
    });
    let tcp = Effect::TcpExchange(TcpExchange { timeout_ms: 1, ..Default::default() });
    let rows = [
        (offline, &http, "asks nobody"),
        (offline, &tcp, "asks nobody"),
        (blind, &pictured, "gives none"),
        (verify_only, &done(Verdict::Pending), "nobody can ask"),
    ];
    for (promise, effect, expected) in rows {
        assert_eq!(flaw(ALL, effect), None, "{effect:?}");
        let found = flaw(promise, effect).unwrap_or_default();
        assert!(found.contains(expected), "{effect:?}: {found:?} does not name {expected}");
    }
}

fn request(payload: &str, document: &[u8]) -> Request {
    Request {
        op: Op::Verify,
        attempt_ref: [1; 16],
        original_ref: None,
        provider_ref: None,
        payload_json: payload.into(),
        document: document.to_vec(),
    }
}

#[test]
fn what_was_confided_goes_into_bodies_and_nowhere_else() {
    let confiding = request(r#"{"secret":{"number":"9999 4105 7058","code":"1990"}}"#, b"QR:AbC-123456");
    let http = |path: &str, value: &str| {
        let headers = vec![("x-note".to_owned(), value.to_owned())];
        Effect::Http(HttpRequest {
            path: path.into(),
            headers,
            body: b"9999 4105 7058".to_vec(),
            ..Default::default()
        })
    };
    let told = |person: Attested| done(Verdict::Verified(person));
    let rows = [
        (http("/v1", "a"), None),
        (http("/v1/999941057058", "a"), Some("path or header")),
        (http("/v1?n=9999%204105%2D7058", "a"), Some("path or header")),
        (http("/v1?n=%39999 4105 705%", "a"), None),
        (http("/v1", "9999-4105-7058"), Some("path or header")),
        (http("/qr-abc-123456", "a"), Some("path or header")),
        (Effect::TcpExchange(TcpExchange { body: b"999941057058".to_vec(), ..Default::default() }), None),
        (Effect::Prompt(Prompt { json: "Is it 9999 4105 7058?".into(), timeout_ms: 1 }), Some("prompt")),
        (Effect::Prompt(Prompt { json: "Born in 1990?".into(), timeout_ms: 1 }), None),
        (Effect::Keep(br#"{"a":"qrABC123456"}"#.to_vec()), Some("keep")),
        (told(with(&[("masked", "XXXX-XXXX-7058"), ("birth_year", "1990")])), None),
        (told(with(&[("number", "9999 4105 7058")])), Some("result")),
        (told(Attested { reference_key: "uidai-999941057058".into(), ..attested() }), Some("result")),
        (done(Verdict::Refused { code: "not_999941057058".into() }), Some("result")),
        (
            Effect::Done(Finding { provider_ref: "999941057058".into(), ..Finding::new(Verdict::Pending) }),
            Some("result"),
        ),
    ];
    for (effect, expected) in rows {
        let found = told_flaw(&confiding, &effect);
        match expected {
            None => assert_eq!(found, None, "{effect:?}"),
            Some(what) => assert!(found.clone().unwrap_or_default().contains(what), "{effect:?}: {found:?}"),
        }
        assert_eq!(told_flaw(&request("", b""), &effect), None);
    }
}

#[test]
fn a_payload_that_cannot_be_read_confides_nothing_to_anybody() {
    for payload in ["[]", "{", r#"{"secret":"x"}"#, r#"{"secret":{"number":999941057058}}"#] {
        assert!(Confided::of(&request(payload, b"")).is_err(), "{payload}");
    }
}

#[test]
fn every_body_is_marked_as_sensitive() {
    let http = sensitive(Effect::Http(HttpRequest::default()));
    assert!(matches!(http, Effect::Http(HttpRequest { sensitive: true, .. })));
    let tcp = sensitive(Effect::TcpExchange(TcpExchange::default()));
    assert!(matches!(tcp, Effect::TcpExchange(TcpExchange { sensitive: true, .. })));
}
