//! The same numbers, codes, files and signatures, read and made by what others wrote: python-stdnum, pyaadhaar, pyzipper and signxml.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use identity_aadhaar::auth::{AuthRequest, Pid, Settings};
use identity_aadhaar::number::Number;
use identity_aadhaar::{keyring, signature};
use serde_json::{Value, json};

use crate::authentication::settings;
use crate::authority::{NUMBER, pid_data};
use crate::counter::Counter;
use crate::issuer::{
    EMAIL, Envelope, MADE, MOBILE, SHARE_CODE, aes_zip, bytes, document, hex, qr, qr_content, zipcrypto_zip,
};
use crate::keys::{certificate, private_key, sign};

/// What the decoders make of tasks; none, and a SKIP line, where they are not installed.
fn asked(tasks: &Value) -> Option<Value> {
    let python = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../counterparts/aadhaar/bin/python");
    if !python.exists() {
        println!("SKIP(no decoders of Aadhaar documents: cargo xtask counterparts)");
        return None;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles.py");
    let mut command = Command::new(python);
    let command = command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut process = command.spawn().expect("python starts");
    process.stdin.take().unwrap().write_all(tasks.to_string().as_bytes()).unwrap();
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success(), "the decoders fail");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn numbers_are_those_that_python_stdnum_takes() {
    let mut state = 7_u64;
    let mut digit = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let drawn: Vec<String> = (0..2000).map(|_| (0..12).map(|_| digit(10).to_string()).collect()).collect();
    let told = ["2345 6789 0124", "23456789012", "", "0345678901249"].map(str::to_owned);
    let numbers: Vec<String> = drawn.into_iter().chain(told).collect();
    let Some(found) = asked(&json!({ "numbers": numbers })) else { return };
    let mut valid = 0;
    for (number, theirs) in numbers.iter().zip(found["numbers"].as_array().unwrap()) {
        // stdnum also refuses palindromes, which UIDAI does not issue; none is among these that Verhoeff takes.
        let ours = Number::parse(number).is_some_and(|number| !number.is_virtual());
        assert_eq!(json!(ours), *theirs, "{number}");
        valid += u32::from(ours);
    }
    assert!(valid > 100, "{valid} of 2000 drawn ones are valid");
}

#[test]
fn what_our_issuer_makes_is_read_by_pyaadhaar_as_it_is_here() {
    let code = String::from_utf8(qr(&qr_content(), "issuer")).unwrap();
    let signed = Envelope::default().around(&document());
    let (aes, old) = (
        aes_zip("a.xml", signed.as_bytes(), SHARE_CODE),
        zipcrypto_zip("a.xml", signed.as_bytes(), SHARE_CODE, signed.len()),
    );
    let told = json!({ "mobile": MOBILE, "email": EMAIL, "code": SHARE_CODE });
    let with = |more: Value| {
        let mut task = told.clone();
        task.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        task
    };
    let tasks = json!({
        "qr": [with(json!({ "code": code, "certificate": certificate("issuer") }))],
        "ekyc": [with(json!({ "archive": hex(&aes), "aes": true })), with(json!({ "archive": hex(&old), "aes": false }))],
        "archive": [{ "xml": signed, "code": SHARE_CODE }],
        "verify": [{ "xml": signed, "certificate": certificate("issuer") }],
    });
    let Some(found) = asked(&tasks) else { return };
    let counter = Counter::new();
    let ours = counter.attested("aadhaar-qr", code.as_bytes()).attributes;
    for theirs in [&found["qr"][0], &found["ekyc"][0], &found["ekyc"][1]] {
        assert_eq!((&theirs["mobile"], &theirs["email"]), (&json!(true), &json!(true)), "{theirs}");
        for (name, their_name) in
            [("name", "name"), ("care_of", "careof"), ("district", "district"), ("pincode", "pincode")]
        {
            assert_eq!(json!(ours[name]), theirs["told"][their_name], "{name}");
        }
        assert_eq!(theirs["told"]["referenceid"], json!(format!("9123{MADE}")));
        assert_eq!(json!(ours["masked_number"][10..]), theirs["told"]["aadhaar_last_4_digit"]);
    }
    assert_eq!(found["verify"][0], "OfflinePaperlessKyc");
    let theirs = bytes(found["archive"][0].as_str().unwrap());
    assert_eq!(counter.attested("aadhaar-ekyc", &theirs).attributes["name"], "Asha Rao");
}

#[test]
fn messy_documents_that_signxml_signed_are_believed_in_either_canonical_form() {
    let messy = format!(
        "<?xml version='1.0' encoding='UTF-8'?>\n<OfflinePaperlessKyc\n  xmlns:z='urn:z' xmlns:a=\"urn:a\" referenceId='9123{MADE}'>\r\n\
         \t<UidData><Poi name='Asha &quot;A&quot; &amp; Rao&#9;&#x20AC; &lt;3>' gender=\"F\"\n dob='1990' z:note='1' a:note='2'/>\n\
         <Poa state='Kerala' z:empty=''/><a:x xmlns:a='urn:b' xmlns='urn:c'><y xmlns=''>t &gt; &amp; ]]&gt; &#13;</y></a:x>\
         <Pht>\n/9j/4AAQSkZJRv/Z\n</Pht></UidData>\n</OfflinePaperlessKyc>\n"
    );
    let task = |form: &str, prefix: bool| {
        json!({ "xml": messy, "canonicalization": form, "prefix": prefix,
                "key": private_key("issuer"), "certificate": certificate("issuer") })
    };
    let (inclusive, exclusive) =
        ("http://www.w3.org/TR/2001/REC-xml-c14n-20010315", "http://www.w3.org/2001/10/xml-exc-c14n#");
    let tasks = [(inclusive, true), (inclusive, false), (exclusive, true), (exclusive, false)];
    let tasks: Vec<Value> = tasks.iter().map(|(form, prefix)| task(form, *prefix)).collect();
    let Some(found) = asked(&json!({ "sign": tasks })) else { return };
    for (index, signed) in found["sign"].as_array().unwrap().iter().enumerate() {
        let signed = signed.as_str().unwrap();
        let verdict = |xml: &str| Counter::new().ekyc_refusal(&aes_zip("a.xml", xml.as_bytes(), SHARE_CODE));
        assert_eq!(verdict(signed), "verified", "{index}: {signed}");
        assert_eq!(verdict(&signed.replace("Kerala", "Goa")), "digest_wrong", "{index}");
    }
}

#[test]
fn signxml_believes_the_requests_that_are_signed_here() {
    let settings: Settings = serde_json::from_value(settings(&json!({}))).unwrap();
    let pid = Pid::parse(pid_data("2026-01-02T05:29:30", "20281231").as_bytes()).unwrap();
    let number = Number::parse(NUMBER).unwrap();
    let request = AuthRequest { settings: &settings, number: &number, txn: "txn-1", pid: &pid }.xml();
    let der = keyring::der(&certificate("aua")).unwrap();
    let signed = signature::signed(&request, &der, |data| Ok::<_, ()>(sign("aua", data))).unwrap();
    let Some(found) = asked(&json!({ "verify": [{ "xml": signed, "certificate": certificate("aua") }] }))
    else {
        return;
    };
    assert_eq!(found["verify"][0], "Auth");
}
