//! The linter of requests: each fault is found where it is, with the code that UIDAI would answer.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use identity_aadhaar::auth::{AuthRequest, Lint, Pid, Settings, lint, lint_kyc};
use identity_aadhaar::keyring::KeyRing;
use identity_aadhaar::number::Number;
use serde_json::json;

use crate::authentication::settings;
use crate::authority::{LICENCE, NUMBER, pid_data};
use crate::issuer::{Envelope, NOW_S};
use crate::keys::certificate;

fn against(signer: Option<&KeyRing>) -> Lint<'_> {
    Lint { now_s: NOW_S, pid_age_s_max: 900, skew_s_max: 300, signer }
}

/// A request without a fault, and without a signature.
fn request() -> String {
    let settings: Settings = serde_json::from_value(settings(&json!({}))).unwrap();
    let pid = Pid::parse(pid_data("2026-01-02T05:29:30", "20281231").as_bytes()).unwrap();
    let number = Number::parse(NUMBER).unwrap();
    AuthRequest { settings: &settings, number: &number, txn: "txn-1", pid: &pid }.xml()
}

/// Where faults are and what UIDAI would answer.
fn places(text: &str, signer: Option<&KeyRing>) -> Vec<(String, Option<u16>)> {
    lint(text, against(signer)).into_iter().map(|fault| (fault.place, fault.uidai)).collect()
}

#[test]
fn a_fit_request_has_no_faults_signed_or_not() {
    let ring = KeyRing::read(&[certificate("aua")]).unwrap();
    let signed = Envelope { signer: "aua", ..Envelope::default() }.around(&request());
    assert_eq!(lint(&request(), against(None)), []);
    assert_eq!(lint(&signed, against(Some(&ring))), []);
}

#[test]
fn each_fault_is_found_where_it_is() {
    let request = request();
    let data = request.split("<Data type=\"X\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let bare = STANDARD.encode("2026-01-02T05:29:30<Pid ts=\"\"/>");
    let at = |time: &str| STANDARD.encode([time.as_bytes(), &[0; 80]].concat());
    let key = request.split("<Skey ci=\"20281231\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    for (from, to, place, uidai) in [
        (" rc=\"Y\"", " rc=\"N\"", "Auth.rc", Some(512)),
        (" rc=\"Y\"", "", "Auth.rc", Some(510)),
        (" ver=\"2.5\"", " ver=\"2.0\"", "Auth.ver", Some(540)),
        (NUMBER, "234567890125", "Auth.uid", Some(998)),
        (NUMBER, "2345 6789 0124", "Auth.uid", Some(998)),
        (" ac=\"TESTAUA01\"", " ac=\"TESTAUA01234\"", "Auth.ac", Some(510)),
        (" sa=\"TESTAUA01\"", " sa=\"A B\"", "Auth.sa", Some(543)),
        (LICENCE, "", "Auth.lk", Some(566)),
        (" tid=\"registered\"", " tid=\"\"", "Auth.tid", Some(520)),
        ("\"txn-1\"", "\"a b\"", "Auth.txn", Some(510)),
        ("\"txn-1\"", "\"UKC:1\"", "Auth.txn", Some(510)),
        (" rc=\"Y\"", " rc=\"Y\" ts=\"1\"", "Auth.ts", Some(510)),
        ("uid-auth-request/2.0", "uid-auth-request/1.6", "Auth", Some(587)),
        (" bio=\"y\"", " bio=\"Y\"", "Uses.bio", Some(550)),
        (" bt=\"FID\"", "", "Uses.bt", Some(820)),
        (" bt=\"FID\"", " bt=\"FACE\"", "Uses.bt", Some(821)),
        (" pi=\"n\"", "", "Uses.pi", Some(550)),
        ("pa=\"n\" pfa=\"n\"", "pa=\"y\" pfa=\"y\"", "Uses", Some(913)),
        ("bio=\"y\" bt=\"FID\"", "bio=\"n\"", "Uses", Some(901)),
        (" rdsVer=\"1.0.4\"", "", "Meta.rdsVer", Some(556)),
        (" dc=\"a-b-c\"", " dc=\"\"", "Meta.dc", Some(521)),
        (" dpId=\"UIDAI.UIDAI\"", "", "Meta.dpId", Some(557)),
        ("20281231", "20251231", "Skey.ci", Some(501)),
        ("20281231", "2028-12-31", "Skey.ci", Some(501)),
        (&key, "AAAA", "Skey", Some(500)),
        ("<Hmac>", "<Hmac>AAAA", "Hmac", Some(564)),
        ("type=\"X\"", "type=\"Y\"", "Data.type", Some(511)),
        (&data, "", "Data", Some(511)),
        (&data, "*", "Data", Some(502)),
        (&data, &bare, "Data", Some(502)),
        (&data, &at("2026-01-02T05:09:59"), "Data", Some(561)),
        (&data, &at("2026-01-02T05:35:01"), "Data", Some(562)),
        (&data, &at("yesterday, at noon!"), "Data", Some(511)),
    ] {
        let found = places(&request.replacen(from, to, 1), None);
        assert!(found.contains(&(place.to_owned(), uidai)), "{from} -> {to}: {found:?}");
    }
    let faults = lint(&request.replacen(NUMBER, "234567890125", 1), against(None));
    assert!(faults.iter().all(|fault| !fault.message.contains("2345")), "a message repeats the number");
}

#[test]
fn a_signature_is_missing_wrong_or_by_another() {
    let (ring, former) =
        (KeyRing::read(&[certificate("aua")]).unwrap(), KeyRing::read(&[certificate("former")]).unwrap());
    let request = request();
    let signed = |signer| Envelope { signer, ..Envelope::default() }.around(&request);
    for (text, ring, uidai) in [
        (request.clone(), &ring, 569),
        (signed("stranger"), &ring, 569),
        (signed("aua").replace("txn-1", "txn-2"), &ring, 569),
        (signed("former"), &former, 570),
    ] {
        assert_eq!(places(&text, Some(ring)), [("Signature".to_owned(), Some(uidai))]);
    }
    for text in ["", "<Auth>", "<Other/>", "<!DOCTYPE Auth [<!ENTITY a \"b\">]><Auth/>"] {
        assert_eq!(places(text, None), [("Auth".to_owned(), Some(510))], "{text}");
    }
}

#[test]
fn the_request_within_a_kyc_request_has_to_be_the_signed_one() {
    let ring = KeyRing::read(&[certificate("aua")]).unwrap();
    let kyc = |rad: &str| {
        let rad = STANDARD.encode(rad);
        format!("<Kyc ver=\"2.5\" ra=\"P\" rc=\"Y\" lr=\"N\" de=\"N\" pfr=\"N\"><Rad>{rad}</Rad></Kyc>")
    };
    let signed = Envelope { signer: "aua", ..Envelope::default() }.around(&request());
    assert_eq!(lint_kyc(&kyc(&signed), against(Some(&ring))), []);
    let faults = lint_kyc(&kyc(&request()), against(Some(&ring)));
    assert_eq!((faults[0].place.as_str(), faults[0].uidai), ("Rad", Some(569)));
    let faults = lint_kyc("<Kyc ver=\"2.5\" rc=\"N\"/>", against(None));
    let places: Vec<&str> = faults.iter().map(|fault| fault.place.as_str()).collect();
    assert_eq!(places, ["Kyc.rc", "Kyc.lr", "Kyc.de", "Kyc.pfr", "Rad"]);
}
