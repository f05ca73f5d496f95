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
    let confiding = request(r#"{"secret":{"number":"9999 4105 7058","code":"1990"}}"#, b"QR:AbC-271828");
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
        (http("/qr-abc-271828", "a"), Some("path or header")),
        (Effect::TcpExchange(TcpExchange { body: b"999941057058".to_vec(), ..Default::default() }), None),
        (Effect::Prompt(Prompt { json: "Is it 9999 4105 7058?".into(), timeout_ms: 1 }), Some("prompt")),
        (Effect::Prompt(Prompt { json: "Born in 1990?".into(), timeout_ms: 1 }), None),
        (Effect::Keep(br#"{"a":"qrABC271828"}"#.to_vec()), Some("keep")),
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

/// What is said of each effect, by what the row expects in it.
fn each_is_told(confiding: &Request, rows: Vec<(Effect, Option<&str>)>) {
    for (effect, expected) in rows {
        let found = told_flaw(confiding, &effect);
        match expected {
            None => assert_eq!(found, None, "{effect:?}"),
            Some(what) => assert!(found.clone().unwrap_or_default().contains(what), "{effect:?}: {found:?}"),
        }
    }
}

#[test]
fn a_number_within_a_document_comes_back_as_an_attribute_only() {
    let document =
        br#"<?xml version="1.0" encoding="ISO-8859-1"?><Kyc uid="9999 4105 7058" passport="L01X00T47"
        dob="1990-04-01" at="2026-11-29 12:00" page="1 410-22-7314" alg="rsa-sha256"><Name>Ada</Name></Kyc>"#;
    let confiding = request(r#"{"kind":"kyc"}"#, document);
    let http = |path: &str, name: &str, value: &str| {
        let headers = vec![(name.to_owned(), value.to_owned())];
        Effect::Http(HttpRequest { path: path.into(), headers, ..Default::default() })
    };
    let prompt = |json: &str| Effect::Prompt(Prompt { json: json.into(), timeout_ms: 1 });
    let told = |person: Attested| done(Verdict::Verified(person));
    let id = |id: &str| Effect::Done(Finding { provider_ref: id.into(), ..Finding::new(Verdict::Pending) });
    let whole = String::from_utf8_lossy(document).replace(['\n', '"'], " ");
    each_is_told(
        &confiding,
        vec![
            (http("/v1?day=1990-04-01", "digest", "sha-256"), None),
            (http("/v1?at=20261129T130000Z", "a", "b"), None),
            (http("/v1?ssn=410227314", "a", "b"), Some("path or header")),
            (http("/v1", "content-type", "text/xml; charset=ISO-8859-1"), None),
            (http("/v1/999941057058", "a", "b"), Some("path or header")),
            (http("/v1?id=l01x%30%30t47", "a", "b"), Some("path or header")),
            (http("/v1", "x-l01x00t47", "b"), Some("path or header")),
            (http("/v1", "a", "9999 4105 7058"), Some("path or header")),
            (prompt(r#"{"kind":"confirm","text":"L01X00T47?"}"#), Some("prompt")),
            (Effect::Keep(br#"{"n":999941057058}"#.to_vec()), Some("keep")),
            (Effect::Keep(br#"{"n":"9999"}"#.to_vec()), None),
            (id("L01X00T47"), Some("result")),
            (told(Attested { reference_key: "office-999941057058-1".into(), ..attested() }), Some("result")),
            (told(with(&[("number", "9999 4105 7058"), ("birth_date", "1990-04-01")])), None),
            (told(with(&[("n_l01x00t47", "x")])), Some("result")),
            (told(with(&[("document", &whole)])), Some("result")),
        ],
    );
}

#[test]
fn no_encoding_that_is_common_hides_what_was_confided() {
    let confiding = request(r#"{"secret":{"number":"9999 4105 7058"}}"#, b"");
    let header = |value: &str| {
        let headers = vec![("x-note".to_owned(), value.to_owned())];
        Effect::Http(HttpRequest { path: "/v1".into(), headers, ..Default::default() })
    };
    let path = |path: String| Effect::Http(HttpRequest { path, ..Default::default() });
    let keep = |json: &str| Effect::Keep(json.as_bytes().to_vec());
    let deep = |times: usize| format!("/v1?n=%{}39994105", "25".repeat(times));
    let prompt =
        Effect::Prompt(Prompt { json: r#"{"kind":"text","\u0039999\n41057058":1}"#.into(), timeout_ms: 1 });
    each_is_told(
        &confiding,
        vec![
            (header("%39999 4105 7058"), Some("path or header")),
            (path("/v1?n=%2539999%20410570%2535%2538".into()), Some("path or header")),
            (path(deep(3)), None),
            (path(deep(20)), Some("path or header")),
            (prompt, Some("prompt")),
            (keep(r#"{"n":"\u0039\u0039\u0039\u00394105\u0037058"}"#), Some("keep")),
            (keep(r#"{"n":"9999\t4105\n7058"}"#), Some("keep")),
            (keep(r#"{"n":"\u0039999 4105 7058","n":""}"#), Some("keep")),
            (keep(r#"{"n":"{\"m\":\"\\u0039999 4105 7058\"}"}"#), Some("keep")),
            (keep(r#"{"n":"\u00e99994105705"}"#), None),
        ],
    );
}

#[test]
fn a_portrait_is_not_the_document_and_carries_no_secret() {
    let jpeg = |text: &[u8]| {
        let bytes = [&[0xFF, 0xD8, 0xFF], text].concat();
        done(Verdict::Verified(Attested {
            portrait: Some(Portrait { media: Media::Jpeg, bytes }),
            ..attested()
        }))
    };
    let document = [&[0xFF, 0xD8, 0xFF][..], b"a picture of 9999 4105 7058"].concat();
    let confiding = request(r#"{"secret":{"code":"Swordfish"}}"#, &document);
    each_is_told(
        &confiding,
        vec![
            (jpeg(b"a face"), None),
            (jpeg(b"taken of 9999 4105 7058"), None),
            (jpeg(b"comment: sword-FISH"), Some("result")),
            (jpeg(b"a picture of 9999 4105 7058"), Some("result")),
        ],
    );
}

#[test]
fn what_a_person_answers_is_confided_from_then_on() {
    let mut confided = Confided::of(&request("", b"")).unwrap();
    let path = |path: &str| Effect::Http(HttpRequest { path: path.into(), ..Default::default() });
    confided.asks(r#"{"kind":"choice","of":["passport","licen\u0063e"]}"#);
    confided.hears(br#"{"answer":"licence"}"#);
    assert_eq!(confided.flaw(&path("/v1/licence")), None, "it was the plugin's own word");
    confided.asks(r#"{"kind":"otp"}"#);
    for answer in [&br#"{"answer":"84 10-55"}"#[..], br#"{"codes":[271828]}"#, b"not JSON: 161803"] {
        confided.hears(answer);
    }
    for told in ["/v1/841055", "/v1?otp=271828", "/notJSON161803"] {
        assert!(confided.flaw(&path(told)).is_some(), "{told}");
    }
    assert_eq!(confided.flaw(&path("/v1/841056")), None);
}

#[test]
fn a_request_to_ask_after_a_verification_names_it_and_confides_nothing() {
    let sync = |original_ref, payload: &str, document: &[u8]| {
        let request = Request { op: Op::Sync, original_ref, ..request(payload, document) };
        Confided::of(&request).err()
    };
    let (about, none) = (Some([2; 16]), r#"{"claim":{},"secret":{}}"#);
    assert_eq!(sync(about, none, b""), None);
    let secret = r#"{"secret":{"code":"1"}}"#;
    let rows = [
        (sync(None, none, b""), "names no verification"),
        (sync(Some([0; 16]), none, b""), "names no verification"),
        (sync(about, secret, b""), "secret or document"),
        (sync(about, none, b"x"), "secret or document"),
    ];
    for (found, expected) in rows {
        assert!(found.is_some_and(|what| what.contains(expected)), "{found:?}: {expected}");
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
