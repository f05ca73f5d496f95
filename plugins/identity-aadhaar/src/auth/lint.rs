//! What UIDAI would refuse in a request, before it is sent: names, forms, clocks, certificates, and what must never leave.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use roxmltree::Node;

use super::pid::DEVICE;
use super::request::{SPACE, VERSION};
use crate::keyring::KeyRing;
use crate::moment;
use crate::number::Number;
use crate::refusal::Refusal;
use crate::signature::{self, Expected};
use crate::xml::{self, digits_of, only};

/// Attributes of `Auth`, and how long each may be.
const AUTH: [(&str, usize); 8] =
    [("uid", 72), ("rc", 1), ("tid", 32), ("ac", 10), ("sa", 10), ("ver", 3), ("txn", 50), ("lk", 64)];
const USES: [&str; 7] = ["pi", "pa", "pfa", "bio", "bt", "pin", "otp"];
const KINDS: [&str; 4] = ["FMR", "FIR", "IIR", "FID"];
/// A session key under RSA of 2048 bits.
const SESSION_KEY_BYTES: usize = 256;
/// A SHA-256 under AES-GCM, with its tag.
const HMAC_BYTES: usize = 48;
/// Length of the time before an encrypted block: `YYYY-MM-DDThh:mm:ss`.
const TIME_LEN: usize = 19;

/// What a request is held against.
#[derive(Clone, Copy)]
pub struct Lint<'a> {
    /// Now, in Unix seconds.
    pub now_s: u64,
    /// Age of a PID block, in seconds.
    pub pid_age_s_max: u64,
    /// Seconds by which clocks may differ.
    pub skew_s_max: u64,
    /// The AUA's certificate; none where the ASA signs.
    pub signer: Option<&'a KeyRing>,
}

/// Something that UIDAI would refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where: an element, with an attribute behind a full stop.
    pub place: String,
    /// What is wrong and what would be right. It repeats nothing that is confided.
    pub message: String,
    /// The error code that UIDAI would answer, where it is known.
    pub uidai: Option<u16>,
}

struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, place: &str, message: impl Into<String>, uidai: impl Into<Option<u16>>) {
        self.0.push(Fault { place: place.to_owned(), message: message.into(), uidai: uidai.into() });
    }

    fn unless(&mut self, holds: bool, place: &str, message: &str, uidai: impl Into<Option<u16>>) {
        if !holds {
            self.add(place, message, uidai);
        }
    }
}

/// What is wrong with an `Auth` document; nothing where it is fit.
pub fn lint(text: &str, against: Lint<'_>) -> Vec<Fault> {
    let mut faults = Faults(Vec::new());
    let document = match xml::parse(text) {
        Ok(document) => document,
        Err(refusal) => {
            faults.add("Auth", format!("it is no XML that UIDAI takes: {}", refusal.code()), 510);
            return faults.0;
        }
    };
    let root = document.root_element();
    if root.tag_name().name() != "Auth" {
        faults.add("Auth", "the root has to be Auth", 510);
        return faults.0;
    }
    faults.unless(
        root.tag_name().namespace() == Some(SPACE),
        "Auth",
        "the namespace has to be http://www.uidai.gov.in/authentication/uid-auth-request/2.0",
        587,
    );
    root_attributes(root, &mut faults);
    let is_biometric = uses(root, &mut faults);
    device(root, is_biometric, &mut faults);
    block(root, against, &mut faults);
    if let Some(ring) = against.signer {
        let expected = Expected { ring, allows_sha1: true, at_s: against.now_s };
        match signature::verify(text, &document, expected) {
            Ok(()) => {}
            Err(Refusal::SignatureMissing) => {
                faults.add("Signature", "the request is not signed: send what the signer returned", 569);
            }
            Err(Refusal::KeyOutOfDate) => {
                faults.add("Signature", "the AUA's certificate has run out, or is not valid yet", 570);
            }
            Err(refusal) => {
                let why = refusal.code();
                faults.add("Signature", format!("the signature does not hold: {why}"), 569);
            }
        }
    }
    faults.0
}

/// What is wrong with a `Kyc` document and the `Auth` in it.
pub fn lint_kyc(text: &str, against: Lint<'_>) -> Vec<Fault> {
    let mut faults = Faults(Vec::new());
    let Ok(document) = xml::parse(text) else {
        faults.add("Kyc", "it is no XML that UIDAI takes", 510);
        return faults.0;
    };
    let root = document.root_element();
    faults.unless(root.tag_name().name() == "Kyc", "Kyc", "the root has to be Kyc", 510);
    for (name, values) in [("rc", "Y"), ("lr", "YN"), ("de", "YN"), ("pfr", "YN")] {
        let is_fit = root.attribute(name).is_some_and(|value| value.len() == 1 && values.contains(value));
        faults.unless(is_fit, &format!("Kyc.{name}"), &format!("has to be one of {values}"), None);
    }
    faults.unless(root.attribute("ver") == Some(VERSION), "Kyc.ver", "has to be 2.5", 540);
    let inner = only(root, "Rad").and_then(digits_of).and_then(|digits| STANDARD.decode(digits).ok());
    match inner.and_then(|bytes| String::from_utf8(bytes).ok()) {
        None => faults.add("Rad", "has to be the signed Auth document in base64", 510),
        Some(inner) => {
            if !inner.contains("Signature") {
                faults.add(
                    "Rad",
                    "holds a document without a signature: encode what the signer returned",
                    569,
                );
            }
            faults.0.extend(lint(&inner, against));
        }
    }
    faults.0
}

fn root_attributes(root: Node<'_, '_>, faults: &mut Faults) {
    for attribute in root.attributes() {
        if !AUTH.iter().any(|(name, _)| *name == attribute.name()) {
            faults.add(&format!("Auth.{}", attribute.name()), "UIDAI knows no such attribute", 510);
        }
    }
    let told = |name: &str| root.attribute(name).unwrap_or_default();
    for (name, longest) in AUTH {
        let place = format!("Auth.{name}");
        match root.attribute(name) {
            None => faults.add(&place, "is missing", 510),
            Some(value) if value.len() > longest => {
                faults.add(&place, format!("is longer than {longest}"), 510);
            }
            Some(_) => {}
        }
    }
    let is_uid = Number::parse(told("uid")).is_some_and(|number| number.digits() == told("uid"));
    let is_token = told("uid").len() == 72;
    faults.unless(is_uid || is_token, "Auth.uid", "is no Aadhaar number, virtual id or token", 998);
    faults.unless(told("rc") == "Y", "Auth.rc", "has to be Y, once the person has consented", 512);
    faults.unless(told("ver") == VERSION, "Auth.ver", "has to be 2.5", 540);
    let is_code = |code: &str| !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    faults.unless(is_code(told("ac")), "Auth.ac", "has to be letters and digits", 510);
    faults.unless(is_code(told("sa")), "Auth.sa", "has to be letters and digits", 543);
    faults.unless(!told("lk").is_empty(), "Auth.lk", "has to be the AUA's licence key", 566);
    faults.unless(!told("tid").is_empty(), "Auth.tid", "has to be registered where devices are", 520);
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b".,-:_/\\()".contains(&byte);
    let txn = told("txn");
    let is_txn = !txn.is_empty() && txn.bytes().all(is_letter);
    faults.unless(is_txn, "Auth.txn", "has to be of letters, digits and . , - : _ / \\ ( )", 510);
    faults.unless(!txn.starts_with("UKC:"), "Auth.txn", "UKC: begins the names of e-KYC requests only", 510);
}

/// Whether the request says that it has biometrics in it.
fn uses(root: Node<'_, '_>, faults: &mut Faults) -> bool {
    let Some(uses) = only(root, "Uses") else {
        faults.add("Uses", "has to be there, once", 550);
        return false;
    };
    for attribute in uses.attributes() {
        if !USES.contains(&attribute.name()) {
            faults.add(&format!("Uses.{}", attribute.name()), "UIDAI knows no such attribute", 550);
        }
    }
    let told = |name: &str| uses.attribute(name).unwrap_or_default();
    for name in USES.iter().filter(|name| **name != "bt") {
        let is_fit = ["y", "n"].contains(&told(name));
        faults.unless(is_fit, &format!("Uses.{name}"), "has to be y or n", 550);
    }
    let is_any = USES.iter().any(|name| told(name) == "y");
    faults.unless(is_any, "Uses", "nothing is used: UIDAI would have nothing to compare", 901);
    faults.unless(told("pa") != "y" || told("pfa") != "y", "Uses", "pa and pfa exclude each other", 913);
    let kinds = told("bt");
    let is_biometric = told("bio") == "y";
    if is_biometric && kinds.is_empty() {
        faults.add("Uses.bt", "has to say which biometrics there are", 820);
    }
    let is_known = kinds.is_empty() || kinds.split(',').all(|kind| KINDS.contains(&kind));
    faults.unless(is_known, "Uses.bt", "has to be of FMR, FIR, IIR and FID, with commas between", 821);
    faults.unless(is_biometric || kinds.is_empty(), "Uses.bt", "has no place where bio is n", 821);
    is_biometric
}

fn device(root: Node<'_, '_>, is_biometric: bool, faults: &mut Faults) {
    let found = only(root, "Meta").or_else(|| only(root, "Device"));
    let Some(found) = found else {
        if is_biometric {
            faults.add("Meta", "has to say which registered device captured", 555);
        }
        return;
    };
    let codes = [("dc", 521), ("dpId", 557), ("mc", 527), ("mi", 524), ("rdsId", 555), ("rdsVer", 556)];
    for (name, code) in DEVICE.iter().zip(codes).map(|(name, (_, code))| (*name, code)) {
        let is_there = found.attribute(name).is_some_and(|value| !value.is_empty());
        let place = format!("{}.{name}", found.tag_name().name());
        faults.unless(is_there || !is_biometric, &place, "has to be as the device wrote it", code);
    }
}

fn block(root: Node<'_, '_>, against: Lint<'_>, faults: &mut Faults) {
    let decoded = |name: &'static str| {
        let element = only(root, name)?;
        digits_of(element).and_then(|digits| STANDARD.decode(digits).ok())
    };
    let is_key = decoded("Skey").is_some_and(|key| key.len() == SESSION_KEY_BYTES);
    faults.unless(is_key, "Skey", "has to be a session key of 256 bytes in base64", 500);
    let expires = only(root, "Skey").and_then(|key| key.attribute("ci"));
    match expires.and_then(|ci| moment::compact(&format!("{ci}235959"))) {
        None => faults.add("Skey.ci", "has to be a day as YYYYMMDD", 501),
        Some(expires_s) => faults.unless(
            expires_s >= against.now_s,
            "Skey.ci",
            "the certificate that the block is encrypted for has run out: update the device",
            501,
        ),
    }
    let is_hmac = decoded("Hmac").is_some_and(|hmac| hmac.len() == HMAC_BYTES);
    faults.unless(is_hmac, "Hmac", "has to be 48 bytes in base64", 564);
    let format = only(root, "Data").and_then(|data| data.attribute("type")).unwrap_or_default();
    faults.unless(["X", "P"].contains(&format), "Data.type", "has to be X or P", 511);
    match decoded("Data") {
        None => faults.add("Data", "has to be an encrypted PID block in base64", 502),
        Some(data) if data.windows(4).any(|window| window == b"<Pid") => {
            faults.add("Data", "the PID block is not encrypted: the device has to do that", 502);
        }
        Some(data) => clock(&data, against, faults),
    }
}

/// Holds the time that a device writes before an encrypted block against the clock.
fn clock(data: &[u8], against: Lint<'_>, faults: &mut Faults) {
    let time = data.get(..TIME_LEN).and_then(|time| std::str::from_utf8(time).ok());
    let Some(at_s) = time.and_then(moment::iso) else {
        faults.add("Data", "has to begin with the time of the capture, as YYYY-MM-DDThh:mm:ss", 511);
        return;
    };
    let Lint { now_s, pid_age_s_max, skew_s_max, .. } = against;
    let is_past = now_s.saturating_sub(at_s) > pid_age_s_max.saturating_add(skew_s_max);
    faults.unless(!is_past, "Data", "the capture is too old: capture again", 561);
    let is_ahead = at_s > now_s.saturating_add(skew_s_max);
    faults.unless(!is_ahead, "Data", "the capture is of the future: set the device's clock", 562);
}
