//! What forgers, and whoever cuts or delays a document, are told: each its own reason.

use plugin_sdk::identity::Verdict;
use serde_json::json;

use crate::counter::{Counter, code};
use crate::issuer::{
    Envelope, MADE_S, NOW_S, SHARE_CODE, aes_zip, decimal, document, document_of, gzip, qr, qr_content,
    qr_of, zip_of, zipcrypto_zip,
};
use crate::keys::sign;

/// The code that a document is refused with which comes in a true archive.
fn refused(xml: &str) -> String {
    Counter::new().ekyc_refusal(&aes_zip("a.xml", xml.as_bytes(), SHARE_CODE))
}

#[test]
fn a_changed_byte_of_any_part_of_a_code_is_found() {
    let counter = Counter::new();
    let (content, key) = (qr_content(), "issuer");
    let signed = [content.clone(), sign(key, &content)].concat();
    let (mut wrong, mut broken) = (0, 0);
    for at in 0..signed.len() {
        let mut changed = signed.clone();
        changed[at] ^= 1;
        match counter.qr_refusal(&qr_of(&changed)).as_str() {
            "signature_wrong" => wrong += 1,
            "qr_malformed" | "qr_version_unknown" | "reference_malformed" | "key_out_of_date" => broken += 1,
            other => panic!("byte {at}: {other}"),
        }
    }
    assert!(wrong > 400 && wrong + broken == signed.len(), "{wrong} wrong, {broken} broken");
}

#[test]
fn a_code_under_another_key_or_cut_or_swollen_is_refused_for_that() {
    let counter = Counter::new();
    let content = qr_content();
    let true_code = qr(&content, "issuer");
    let signed = [content.clone(), sign("issuer", &content)].concat();
    let packed = gzip(&signed);
    let behind = decimal(&[&packed[..], b"more"].concat()).into_bytes();
    let bomb = qr_of(&vec![b'3'; 1 << 20]); // some 2,500 digits
    assert!(bomb.len() < 4000, "what is too much has to be what comes out of it");
    for (name, code, expected) in [
        ("another's key", qr(&content, "stranger"), "signature_wrong"),
        ("a key of another time", qr(&content, "former"), "key_out_of_date"),
        ("nothing", Vec::new(), "qr_malformed"),
        ("half of it", true_code[..true_code.len() / 2].to_vec(), "qr_malformed"),
        ("without its last digit", true_code[..true_code.len() - 1].to_vec(), "qr_malformed"),
        ("no signature", qr_of(&content[..200]), "qr_malformed"),
        ("more behind the end", behind, "qr_malformed"),
        ("a gzip bomb", bomb, "qr_too_large"),
        ("too many digits", vec![b'1'; 7090], "qr_too_large"),
        ("letters", b"hello".to_vec(), "qr_malformed"),
        ("the code of before 2018", b"<PrintLetterBarcodeData uid=\"1\"/>".to_vec(), "qr_unsigned"),
    ] {
        assert_eq!(counter.qr_refusal(&code), expected, "{name}");
    }
}

#[test]
fn a_photo_that_is_none_and_a_code_without_fields_are_refused() {
    let content = qr_content();
    let at = content.windows(2).position(|window| window == [0xFF, 0x4F]).unwrap();
    let mut odd = content.clone();
    odd[at] = b'G';
    assert_eq!(Counter::new().qr_refusal(&qr(&odd, "issuer")), "portrait_unfit");
    let short = [b"V2\xFF3\xFF", &[b'a'; 300][..]].concat();
    assert_eq!(Counter::new().qr_refusal(&qr(&short, "issuer")), "qr_malformed");
}

#[test]
fn what_is_too_old_or_of_the_future_is_refused() {
    let content = qr_content();
    let (code_, archive) = (qr(&content, "issuer"), Envelope::default().around(&document()));
    let archive = aes_zip("a.xml", archive.as_bytes(), SHARE_CODE);
    for (now_s, expected) in [
        (MADE_S + 259_200, "verified"),
        (MADE_S + 259_201, "document_stale"),
        (MADE_S - 300, "verified"),
        (MADE_S - 301, "document_future"),
    ] {
        let counter = Counter::new().at(now_s);
        assert_eq!(counter.qr_refusal(&code_), expected, "{now_s}");
        assert_eq!(counter.ekyc_refusal(&archive), expected, "{now_s}");
    }
    let patient = Counter::with(&json!({ "qr_age_s_max": 0 })).at(NOW_S + 900_000_000);
    assert_eq!(patient.qr_refusal(&code_), "verified");
    assert_eq!(patient.ekyc_refusal(&archive), "document_stale");
}

#[test]
fn a_document_of_a_former_certificate_counts_when_it_is_of_that_time() {
    let patient = Counter::with(&json!({ "ekyc_age_s_max": 0 }));
    let archive = |reference: &str| {
        let signed =
            Envelope { signer: "former", ..Envelope::default() }.around(&document_of(reference, "A"));
        aes_zip("a.xml", signed.as_bytes(), SHARE_CODE)
    };
    assert_eq!(patient.ekyc_refusal(&archive("912320200101120000000")), "verified");
    assert_eq!(patient.ekyc_refusal(&archive("912320260101120000000")), "key_out_of_date");
}

#[test]
fn a_changed_letter_of_any_attribute_is_found() {
    let signed = Envelope::default().around(&document());
    let mut found = 0;
    for (name, value) in [
        ("referenceId", "912320260101120000000"),
        ("dob", "15-08-1990"),
        ("gender", "F"),
        ("name", "Asha Rao"),
        ("careof", "C/O Ravi Rao"),
        ("dist", "Ernakulam"),
        ("house", "12/A"),
        ("landmark", ""),
        ("loc", "Kaloor"),
        ("pc", "682017"),
        ("state", "Kerala"),
    ] {
        let other = match name {
            "referenceId" => "812320260101120000000".to_owned(),
            _ => format!("{value}x"),
        };
        let told = format!("{name}=\"{value}\"");
        assert!(signed.contains(&told), "{told}");
        assert_eq!(refused(&signed.replace(&told, &format!("{name}=\"{other}\""))), "digest_wrong", "{name}");
        found += 1;
    }
    assert_eq!(found, 11);
    for (from, to, expected) in [
        ("<Pht>/9j", "<Pht>/9k", "digest_wrong"),
        ("<DigestValue>", "<DigestValue>AAAA", "signature_wrong"),
        ("<SignatureValue>", "<SignatureValue>AAAA", "signature_wrong"),
        ("<SignatureValue>", "<SignatureValue>A", "signature_shape"),
        (" state=\"Kerala\"", "", "digest_wrong"),
        ("<Poa ", "<Poa extra=\"1\" ", "digest_wrong"),
    ] {
        assert_eq!(refused(&signed.replacen(from, to, 1)), expected, "{from} {to}");
    }
}

#[test]
fn signatures_of_another_shape_are_refused() {
    let document = document();
    let sha1 = "http://www.w3.org/2000/09/xmldsig#sha1";
    let second = "<Reference URI=\"#other\"><Transforms><Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"></Transform></Transforms><DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"></DigestMethod><DigestValue>AAAA</DigestValue></Reference>";
    let usual = Envelope::default;
    for (name, envelope, expected) in [
        ("another's key", Envelope { signer: "stranger", ..usual() }, "signature_wrong"),
        ("a second reference", Envelope { more: second, ..usual() }, "reference_shape"),
        ("a reference to a part", Envelope { uri: "#data", ..usual() }, "reference_shape"),
        ("a reference to elsewhere", Envelope { uri: "file:///etc/passwd", ..usual() }, "reference_shape"),
        (
            "XPath as a transform",
            Envelope { transform: "http://www.w3.org/TR/1999/REC-xpath-19991116", ..usual() },
            "reference_shape",
        ),
        ("SHA-1 over the document", Envelope { digest_method: sha1, ..usual() }, "signature_algorithm"),
        (
            "a code instead of a signature",
            Envelope { method: "http://www.w3.org/2000/09/xmldsig#hmac-sha1", ..usual() },
            "signature_algorithm",
        ),
        (
            "RSA over SHA-1",
            Envelope { method: "http://www.w3.org/2000/09/xmldsig#rsa-sha1", ..usual() },
            "signature_sha1",
        ),
        (
            "canonical with comments",
            Envelope {
                canonicalization: "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
                ..usual()
            },
            "signature_algorithm",
        ),
        (
            "an object in the signature",
            Envelope { object: "<Object><UidData></UidData></Object>", ..usual() },
            "signature_shape",
        ),
    ] {
        assert_eq!(refused(&envelope.around(&document)), expected, "{name}");
    }
    assert_eq!(refused(&document), "signature_missing");
}

#[test]
fn wrapped_documents_are_refused() {
    let (true_one, false_one) = (document(), document_of("912320260101120000000", "Mallory"));
    let signature = Envelope::default().signature(&true_one);
    let signed = Envelope::default().around(&true_one);
    let inside = |outer: &str, inner: &str| {
        let end = outer.rfind("</").unwrap();
        [&outer[..end], inner, &outer[end..]].concat()
    };
    let data = |xml: &str| {
        let (from, to) = (xml.find("<UidData>").unwrap(), xml.find("</UidData>").unwrap() + 10);
        xml[from..to].to_owned()
    };
    for (name, xml, expected) in [
        ("the signature of another", inside(&false_one, &signature), "digest_wrong"),
        ("the true one within a false one", inside(&false_one, &signed), "signature_shape"),
        ("two signatures", inside(&signed, &signature), "signature_shape"),
        (
            "a signature deeper down",
            true_one.replace("</UidData>", &format!("{signature}</UidData>")),
            "signature_shape",
        ),
        (
            "false data before the true",
            signed.replacen("<UidData>", &format!("{}<UidData>", data(&false_one)), 1),
            "digest_wrong",
        ),
        ("false data after the true", inside(&signed, &data(&false_one)), "digest_wrong"),
        ("another root", signed.replace("OfflinePaperlessKyc", "Other"), "document_incomplete"),
        (
            "a root of another namespace",
            signed.replacen("<OfflinePaperlessKyc ", "<OfflinePaperlessKyc xmlns=\"urn:x\" ", 1),
            "document_incomplete",
        ),
        (
            "a signature in no namespace",
            signed.replace(" xmlns=\"http://www.w3.org/2000/09/xmldsig#\"", ""),
            "signature_shape",
        ),
    ] {
        assert_eq!(refused(&xml), expected, "{name}");
    }
}

#[test]
fn entities_comments_and_instructions_are_refused_and_nothing_is_fetched() {
    let signed = Envelope::default().around(&document());
    let with = |before: &str| format!("{before}{signed}");
    let lol = "<!DOCTYPE a [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]>";
    let deep = format!("{}{}", "<a>".repeat(20), "</a>".repeat(20));
    for (name, xml, expected) in [
        (
            "an external entity",
            with("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"),
            "xml_document_type",
        ),
        (
            "a document type elsewhere",
            with("<!DOCTYPE a SYSTEM \"http://127.0.0.1:1/a.dtd\">"),
            "xml_document_type",
        ),
        ("a billion laughs", with(lol), "xml_document_type"),
        ("an empty document type", with("<!DOCTYPE OfflinePaperlessKyc>"), "xml_document_type"),
        ("an entity that nobody declared", signed.replacen("Asha", "&x;", 1), "xml_malformed"),
        ("a comment in it", signed.replacen("<UidData>", "<UidData><!-- -->", 1), "xml_unsigned_content"),
        ("a comment before it", with("<!-- -->"), "xml_unsigned_content"),
        ("an instruction", with("<?php x?>"), "xml_unsigned_content"),
        ("two roots", format!("{signed}{signed}"), "xml_malformed"),
        ("half of it", signed[..signed.len() / 2].to_owned(), "xml_malformed"),
        ("an attribute twice", signed.replacen(" gender=", " name=\"M\" gender=", 1), "xml_malformed"),
        ("very deep", signed.replacen("<UidData>", &format!("<UidData>{deep}"), 1), "xml_too_large"),
        (
            "very many",
            signed.replacen("<UidData>", &format!("<UidData>{}", "<a/>".repeat(600)), 1),
            "xml_too_large",
        ),
    ] {
        assert_eq!(refused(&xml), expected, "{name}");
    }
}

#[test]
fn archives_that_are_none_or_too_much_or_open_are_refused() {
    let signed = Envelope::default().around(&document());
    let xml = signed.as_bytes();
    let zeros = vec![b' '; 900_000];
    let noise: Vec<u8> =
        (0..2_000_000_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let right = aes_zip("a.xml", xml, SHARE_CODE);
    let old = zipcrypto_zip("a.xml", xml, SHARE_CODE, xml.len());
    let mut flipped = right.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    let counter = Counter::new();
    for (name, archive, expected) in [
        ("nothing", Vec::new(), "archive_malformed"),
        ("half of it", right[..right.len() / 2].to_vec(), "archive_malformed"),
        ("the XML alone", xml.to_vec(), "archive_malformed"),
        ("two entries", zip_of(&[("a.xml", xml), ("b.xml", xml)], Some(SHARE_CODE)), "archive_entries"),
        ("no entry", zip_of(&[], None), "archive_entries"),
        ("another kind of entry", aes_zip("a.exe", xml, SHARE_CODE), "archive_entries"),
        ("an open entry", zip_of(&[("a.xml", xml)], None), "archive_open"),
        ("a zip bomb", aes_zip("a.xml", &zeros, SHARE_CODE), "archive_too_large"),
        (
            // No more of it comes out than it says, and then its sum is wrong: as with a wrong code.
            "a bomb that says it is small",
            zipcrypto_zip("a.xml", &zeros, SHARE_CODE, 4000),
            "share_code_wrong",
        ),
        ("a large entry", aes_zip("a.xml", &noise[..1_100_000], SHARE_CODE), "archive_too_large"),
        ("a large archive", noise, "archive_too_large"),
        ("a changed byte", flipped, "share_code_wrong"),
        ("no text", aes_zip("a.xml", &[0xC3, 0x28], SHARE_CODE), "xml_malformed"),
    ] {
        assert_eq!(counter.ekyc_refusal(&archive), expected, "{name}");
    }
    for (secret, expected) in [
        (json!({ "share_code": "zzzz" }), "share_code_wrong"),
        (json!({ "share_code": "" }), "share_code_missing"),
        (json!({}), "share_code_missing"),
    ] {
        for archive in [&right, &old] {
            assert_eq!(code(counter.verdict("aadhaar-ekyc", archive, &secret)), expected, "{secret}");
        }
    }
}

#[test]
fn no_wrong_share_code_opens_an_archive_whose_cipher_checks_one_byte_only() {
    let signed = Envelope::default().around(&document());
    let archive = zipcrypto_zip("a.xml", signed.as_bytes(), SHARE_CODE, signed.len());
    let counter = Counter::new();
    for number in 0..1500 {
        let secret = json!({ "share_code": format!("{number:04}") });
        let verdict = counter.verdict("aadhaar-ekyc", &archive, &secret);
        assert!(!matches!(verdict, Verdict::Verified(_)), "{number}");
        let code = code(verdict);
        assert!(
            ["share_code_wrong", "archive_too_large", "archive_malformed"].contains(&code.as_str()),
            "{code}"
        );
    }
}

#[test]
fn a_signed_document_that_lacks_something_is_refused() {
    let document = document();
    for (from, to, expected) in [
        (" name=\"Asha Rao\"", "", "document_incomplete"),
        ("name=\"Asha Rao\"", "name=\"  \"", "document_incomplete"),
        ("<Poi ", "<Poj ", "xml_malformed"),
        ("<Pht>", "<Pht>GIF", "portrait_unfit"),
        ("<Pht>", "<Pht>*", "portrait_unfit"),
        ("9123202601", "9123202613", "reference_malformed"),
        ("referenceId=\"9123", "referenceId=\"91x3", "reference_malformed"),
    ] {
        let signed = Envelope::default().around(&document.replacen(from, to, 1));
        assert_eq!(refused(&signed), expected, "{from} {to}");
    }
}
