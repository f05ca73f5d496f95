//! What true documents attest, and what of them is told.

use identity_aadhaar::number::{Number, verhoeff};
use identity_aadhaar::qr::bytes_of_decimal;
use identity_aadhaar::refusal::Refusal;
use plugin_sdk::identity::{Assurance, Media, Verdict};
use serde_json::json;

use crate::counter::{Counter, code, consent};
use crate::issuer::{
    Envelope, JP2, JPEG, MADE, MADE_S, NOW_S, SHARE_CODE, aes_zip, decimal, document, document_of,
    document_with, qr, qr_content, qr_content_with, zipcrypto_zip,
};

#[test]
fn a_number_has_twelve_digits_or_sixteen_the_right_first_one_and_a_check_digit() {
    for (text, is_one) in [
        ("2345 6789 0124", true),
        ("2345-6789-0124", true),
        ("234567890125", false),
        ("234567890142", false),
        ("1345 6789 0121", false),
        ("0000 0000 0000", false),
        ("9123 4567 8901 2346", true),
        ("9123 4567 8901 2347", false),
        ("23456789012", false),
        ("2345678901２4", false),
        ("", false),
    ] {
        assert_eq!(Number::parse(text).is_some(), is_one, "{text}");
    }
    assert_eq!(Number::parse("2345 6789 0124").unwrap().masked(), "XXXX-XXXX-0124");
    assert!(verhoeff("2363") && !verhoeff("2364") && !verhoeff("") && !verhoeff("23a3"));
}

#[test]
fn any_wrong_digit_and_any_two_that_are_swapped_are_found() {
    let right = "234567890124";
    for place in 0..12 {
        for digit in b'0'..=b'9' {
            let mut wrong = right.as_bytes().to_vec();
            wrong[place] = digit;
            let wrong = String::from_utf8(wrong).unwrap();
            assert_eq!(verhoeff(&wrong), wrong == right, "{wrong}");
        }
    }
    for place in 0..11 {
        let mut wrong = right.as_bytes().to_vec();
        wrong.swap(place, place + 1);
        assert!(!verhoeff(std::str::from_utf8(&wrong).unwrap()), "{place}");
    }
}

#[test]
fn a_decimal_number_becomes_its_bytes() {
    for (digits, bytes) in [
        ("0", &[][..]),
        ("255", &[255]),
        ("256", &[1, 0]),
        ("1000000000", &[0x3B, 0x9A, 0xCA, 0]),
        ("0018446744073709551616", &[1, 0, 0, 0, 0, 0, 0, 0, 0]),
    ] {
        assert_eq!(bytes_of_decimal(digits).unwrap(), bytes, "{digits}");
    }
    for digits in ["", "12a", "-1", "1 2", "１"] {
        assert_eq!(bytes_of_decimal(digits), None, "{digits}");
    }
    let long: Vec<u8> = (0..2900_u32).map(|byte| (byte * 7 + 1) as u8).collect();
    assert_eq!(bytes_of_decimal(&decimal(&long)).unwrap(), long);
}

#[test]
fn a_secure_qr_code_attests_the_person_with_the_number_masked() {
    let attested = Counter::new().attested("aadhaar-qr", &qr(&qr_content(), "issuer"));
    let told = |name: &str| attested.attributes.get(name).map(String::as_str);
    assert_eq!(
        [told("name"), told("birth_date"), told("gender"), told("masked_number")],
        [Some("Asha Rao"), Some("1990-08-15"), Some("female"), Some("XXXX-XXXX-9123")]
    );
    assert_eq!(
        [
            told("care_of"),
            told("district"),
            told("landmark"),
            told("house"),
            told("pincode"),
            told("village")
        ],
        [Some("C/O Ravi Rao"), Some("Ernakulam"), None, Some("12/A"), Some("682017"), Some("Kochi")]
    );
    assert_eq!((told("state"), told("mobile_last_four")), (Some("Kerala"), Some("3210")));
    assert_eq!((attested.issuer.as_str(), attested.issued_at_s), ("UIDAI", MADE_S));
    assert_eq!(attested.assurance, Assurance::Low);
    let portrait = attested.portrait.unwrap();
    assert_eq!((portrait.media, portrait.bytes.as_slice()), (Media::Jp2, JP2));
}

#[test]
fn codes_of_before_2022_name_no_version_and_no_mobile_number() {
    let newer = qr_content();
    let at = newer.windows(5).position(|window| window == [255, b'3', b'2', b'1', b'0']).unwrap();
    let older = [&newer[3..=at], &newer[at + 6..]].concat();
    let attested = Counter::new().attested("aadhaar-qr", &qr(&older, "issuer"));
    assert_eq!(attested.attributes.get("mobile_last_four"), None);
    assert_eq!(attested.attributes["village"], "Kochi");
    assert_eq!(attested.portrait.unwrap().bytes, JP2);
}

#[test]
fn a_version_that_nobody_looked_at_is_not_read_until_the_operator_says_so() {
    let mut content = qr_content();
    content[1] = b'5';
    let code = qr(&content, "issuer");
    assert_eq!(Counter::new().qr_refusal(&code), "qr_version_unknown");
    let told = Counter::with(&json!({ "qr_versions": ["V2", "V5"] })).attested("aadhaar-qr", &code);
    assert_eq!(told.attributes["name"], "Asha Rao");
}

#[test]
fn an_offline_file_attests_the_person_under_either_cipher() {
    let signed = Envelope::default().around(&document());
    for archive in [
        aes_zip("offlineaadhaar.xml", signed.as_bytes(), SHARE_CODE),
        zipcrypto_zip("offlineaadhaar.xml", signed.as_bytes(), SHARE_CODE, signed.len()),
    ] {
        let attested = Counter::new().attested("aadhaar-ekyc", &archive);
        let told = |name: &str| attested.attributes.get(name).map(String::as_str);
        assert_eq!(
            [told("name"), told("birth_date"), told("gender"), told("masked_number"), told("locality")],
            [Some("Asha Rao"), Some("1990-08-15"), Some("female"), Some("XXXX-XXXX-9123"), Some("Kaloor")]
        );
        assert_eq!((attested.issued_at_s, attested.assurance), (MADE_S, Assurance::Substantial));
        let portrait = attested.portrait.unwrap();
        assert_eq!((portrait.media, portrait.bytes.as_slice()), (Media::Jpeg, JPEG));
    }
}

#[test]
fn the_same_person_has_the_same_key_whichever_document_says_so_and_another_has_another() {
    let counter = Counter::new();
    let key = |name: &str, reference: &str| {
        let signed = Envelope::default().around(&document_of(reference, name));
        let archive = aes_zip("a.xml", signed.as_bytes(), SHARE_CODE);
        counter.attested("aadhaar-ekyc", &archive).reference_key
    };
    let first = key("Asha Rao", "912320260101120000000");
    assert_eq!(first, key("ASHA RAO", "912320260101130000000"));
    assert_eq!(first, counter.attested("aadhaar-qr", &qr(&qr_content(), "issuer")).reference_key);
    assert_ne!(first, key("Asha Roy", "912320260101120000000"));
    assert_ne!(first, key("Asha Rao", "812320260101120000000"));
    assert!(first.starts_with("aadhaar:") && first.len() == 72, "{first}");
}

#[test]
fn nothing_is_looked_at_before_the_person_consented() {
    let (counter, none) = (Counter::new(), json!({}));
    let document = qr(&qr_content(), "issuer");
    for (claim, expected) in [
        (none.clone(), "consent_missing"),
        (consent("offline-v2", NOW_S), "consent_unknown"),
        (consent("offline-v3", NOW_S - 901), "consent_stale"),
        (consent("offline-v3", NOW_S + 61), "consent_stale"),
        (consent("offline-v3", NOW_S - 900), "verified"),
    ] {
        let verdict = counter.verdict_after("aadhaar-qr", &document, &none, &claim);
        assert_eq!(code(verdict), expected, "{claim}");
    }
}

#[test]
fn what_the_person_says_of_mobile_number_and_address_is_held_against_the_hashes() {
    let signed = Envelope::default().around(&document());
    let bare = document().replace(" e=\"", " f=\"").replace(" m=\"", " n=\"");
    let bare = aes_zip("a.xml", Envelope::default().around(&bare).as_bytes(), SHARE_CODE);
    let archive = aes_zip("a.xml", signed.as_bytes(), SHARE_CODE);
    let scanned = qr(&qr_content(), "issuer");
    for (kind, document, secret, expected) in [
        ("aadhaar-ekyc", &archive, json!({ "mobile": "9876543211" }), "mobile_differs"),
        ("aadhaar-ekyc", &archive, json!({ "email": "Asha@example.in" }), "email_differs"),
        ("aadhaar-ekyc", &bare, json!({ "mobile": "9876543210" }), "mobile_not_registered"),
        ("aadhaar-ekyc", &bare, json!({ "email": "asha@example.in" }), "email_not_registered"),
        ("aadhaar-ekyc", &bare, json!({}), "verified"),
        ("aadhaar-qr", &scanned, json!({ "mobile": "9876543211" }), "mobile_differs"),
        ("aadhaar-qr", &scanned, json!({ "mobile": "9876543210" }), "verified"),
        ("aadhaar-qr", &scanned, json!({ "number": "2345 6789 0124" }), "number_not_wanted"),
        ("aadhaar-card", &scanned, json!({}), "kind_unknown"),
    ] {
        let mut secret = secret;
        secret["share_code"] = json!(SHARE_CODE);
        assert_eq!(code(Counter::new().verdict(kind, document, &secret)), expected, "{kind} {secret}");
    }
}

#[test]
fn a_signature_over_sha_1_is_taken_when_the_operator_says_so() {
    let archive = aes_zip("a.xml", include_bytes!("keys/sha1.xml"), SHARE_CODE);
    assert_eq!(Counter::new().ekyc_refusal(&archive), "signature_sha1");
    let lenient = Counter::with(&json!({ "rsa_sha1": true }));
    let verdict = lenient.verdict("aadhaar-ekyc", &archive, &json!({ "share_code": SHARE_CODE }));
    assert!(matches!(verdict, Verdict::Verified(_)), "{verdict:?}");
}

#[test]
fn every_reason_has_a_code_of_its_own_and_a_row_in_the_guide() {
    let guide = include_str!("../../../../docs/aadhaar.md");
    let mut codes: Vec<&str> = Refusal::ALL.iter().map(|refusal| refusal.code()).collect();
    for refusal in Refusal::ALL {
        let row = format!("| `{}` | {} |", refusal.code(), refusal.advice());
        assert!(guide.contains(&row), "docs/aadhaar.md has no row {row}");
    }
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), Refusal::ALL.len());
}

/// Documents for those who test against this plugin, with the portrait of an astronaut (pipeline/assets/NOTICE.md).
/// `FACEPAY_WRITE_DOCS=1` writes them anew.
#[test]
fn the_committed_documents_are_those_of_this_issuer() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents");
    let small = include_bytes!("../../../../pipeline/assets/eileen-collins.jp2");
    let large = include_bytes!("../../../../pipeline/assets/eileen-collins.jpg");
    let xml = Envelope::default().around(&document_with(&format!("9123{MADE}"), "Asha Rao", large));
    let files = [
        ("secure-qr.txt", qr(&qr_content_with(small), "issuer")),
        ("ekyc.zip", zipcrypto_zip("ekyc.xml", xml.as_bytes(), SHARE_CODE, xml.len())),
        ("stranger-qr.txt", qr(&qr_content_with(small), "stranger")),
    ];
    for (name, bytes) in files {
        if std::env::var_os("FACEPAY_WRITE_DOCS").is_some() {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(name), &bytes).unwrap();
        }
        assert!(
            std::fs::read(folder.join(name)).unwrap() == bytes,
            "{name}: write it anew with FACEPAY_WRITE_DOCS=1"
        );
    }
}
