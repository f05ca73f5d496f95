//! An authority of our own in the place of UIDAI's: it looks at requests as strictly as the specification says, and answers signed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use identity_aadhaar::keyring::KeyRing;
use identity_aadhaar::signature::{Expected, verify};
use identity_aadhaar::xml;
use ring::digest::{SHA256, digest};

use crate::issuer::{Envelope, NOW_S, hex};
use crate::keys::certificate;

/// Whom it knows, and the token by which it calls the person.
pub(crate) const NUMBER: &str = "234567890124";
pub(crate) const VIRTUAL: &str = "9123456789012346";
pub(crate) const TOKEN: &str = "01000804gzFCx6cvwZpFnvXVaxOSxVbC1DeSNKD111uWhRoerq0JBoAXogAu8iIOKsCP516n";
/// Codes and keys of the AUA and the ASA.
pub(crate) const AUA: &str = "TESTAUA01";
pub(crate) const LICENCE: &str = "MJxO5aR-licence_key";

/// What it is told to do wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mischief {
    None,
    /// Answers no, with this code.
    No(u16),
    OtherTransaction,
    OtherAua,
    Late,
    OtherKey,
    Unsigned,
    /// Signs no, and says yes.
    Changed,
    NoToken,
    OtherPerson,
    Neither,
}

/// The authority, with what it has answered before.
pub(crate) struct Authority {
    pub(crate) mischief: Mischief,
    seen: Vec<Vec<u8>>,
}

impl Authority {
    pub(crate) fn new(mischief: Mischief) -> Self {
        Self { mischief, seen: Vec::new() }
    }

    /// Its answer to a request.
    pub(crate) fn answer(&mut self, body: &[u8]) -> Vec<u8> {
        let text = std::str::from_utf8(body).unwrap();
        let txn = attribute(text, "txn");
        let error = self.error(text);
        self.seen.push(body.to_vec());
        let error = match self.mischief {
            Mischief::No(code) => Some(code),
            Mischief::Changed => Some(300),
            _ => error,
        };
        self.signed(&txn, error)
    }

    /// What is wrong with a request.
    fn error(&self, text: &str) -> Option<u16> {
        let document = xml::parse(text).unwrap();
        let root = document.root_element();
        let told = |name: &str| root.attribute(name).unwrap_or_default();
        let ring = KeyRing::read(&[certificate("aua")]).unwrap();
        let expected = Expected { ring: &ring, allows_sha1: false, at_s: NOW_S };
        match () {
            () if root.tag_name().name() != "Auth" => Some(510),
            () if verify(text, &document, expected).is_err() => Some(569),
            () if (told("ac"), told("lk")) != (AUA, LICENCE) => Some(565),
            () if told("rc") != "Y" => Some(512),
            () if told("ver") != "2.5" => Some(540),
            () if ![NUMBER, VIRTUAL].contains(&told("uid")) => Some(998),
            () if self.seen.iter().any(|seen| seen == text.as_bytes()) => Some(563),
            () => None,
        }
    }

    fn signed(&self, txn: &str, error: Option<u16>) -> Vec<u8> {
        let (code, aua) =
            ("51047f1e0ff5494bacd35a17b66d0de9", if self.mischief == Mischief::OtherAua { "X" } else { AUA });
        let sha = |text: &str| hex(digest(&SHA256, text.as_bytes()).as_ref());
        let token = match self.mischief {
            Mischief::NoToken => String::new(),
            Mischief::OtherPerson => TOKEN.to_lowercase(),
            _ => TOKEN.to_owned(),
        };
        let info = format!(
            "04{{{token},A,{},0100003000000210,2.0,20260102053000,0,0,0,1,2.5,{},{},{},23,NA}}",
            sha(""),
            sha("ASA"),
            sha(aua),
            sha(aua)
        );
        let ret = match (error, self.mischief) {
            (_, Mischief::Neither) => "z",
            (None, _) => "y",
            (Some(_), _) => "n",
        };
        let error = error.map(|error| format!(" err=\"{error}\"")).unwrap_or_default();
        let day = if self.mischief == Mischief::Late { "01" } else { "02" };
        let txn = if self.mischief == Mischief::OtherTransaction { "another" } else { txn };
        let answer = format!(
            "<AuthRes code=\"{code}\"{error} info=\"{info}\" ret=\"{ret}\" ts=\"2026-01-{day}T05:30:05.123+05:30\" txn=\"{txn}\"></AuthRes>"
        );
        let signer = if self.mischief == Mischief::OtherKey { "stranger" } else { "issuer" };
        let signed = match self.mischief {
            Mischief::Unsigned => answer,
            _ => Envelope { signer, ..Envelope::default() }.around(&answer),
        };
        let signed = if self.mischief == Mischief::Changed {
            signed.replace("ret=\"n\"", "ret=\"y\"")
        } else {
            signed
        };
        signed.into_bytes()
    }
}

/// What a registered device makes of a capture at this time: a block of noise.
pub(crate) fn pid_data(time: &str, ci: &str) -> String {
    let noise = |count: u32| {
        (0..count).map(|number| (number.wrapping_mul(2_654_435_761) >> 11) as u8).collect::<Vec<_>>()
    };
    let block = [time.as_bytes(), &noise(400)].concat();
    format!(
        "<?xml version=\"1.0\"?>\n<PidData>\n <Resp errCode=\"0\" errInfo=\"Success\" fCount=\"0\"/>\n \
         <DeviceInfo dpId=\"UIDAI.UIDAI\" rdsId=\"UIDAI.AND.001\" rdsVer=\"1.0.4\" dc=\"a-b-c\" mi=\"UIDAI.1\" mc=\"TUlJ\"/>\n \
         <Skey ci=\"{ci}\">{}</Skey>\n <Hmac>{}</Hmac>\n <Data type=\"X\">{}</Data>\n</PidData>",
        STANDARD.encode(noise(256)),
        STANDARD.encode(noise(48)),
        STANDARD.encode(block)
    )
}

/// An attribute's value, by looking for it in the text.
pub(crate) fn attribute(text: &str, name: &str) -> String {
    let start = format!(" {name}=\"");
    let at = text.find(&start).map(|at| at + start.len());
    at.map(|at| text[at..].split('"').next().unwrap().to_owned()).unwrap_or_default()
}
