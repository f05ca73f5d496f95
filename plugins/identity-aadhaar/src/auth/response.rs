//! The answer: `AuthRes`, which proves something only when UIDAI signed it, about this request, just now.

use ring::digest::{SHA256, digest};

use super::error::{UidaiError, explained};
use crate::keyring::KeyRing;
use crate::moment;
use crate::refusal::Refusal;
use crate::signature::{self, Expected};
use crate::text::hex;
use crate::xml;

/// Length of a token by which UIDAI calls a person towards one AUA.
const TOKEN_LEN: usize = 72;
/// Where `info` has the token, and the SHA-256 of the AUA's code, between its braces.
const TOKEN_AT: usize = 0;
const AUA_AT: usize = 12;

/// What a request was about.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// UIDAI's certificates.
    pub ring: &'a KeyRing,
    /// Whether RSA over SHA-1 is good enough.
    pub allows_sha1: bool,
    /// Our name of the request.
    pub txn: &'a str,
    /// UIDAI's code of the AUA.
    pub aua: &'a str,
    /// Now, in Unix seconds.
    pub now_s: u64,
    /// By how much clocks may differ.
    pub skew_s_max: u64,
}

/// What an answer proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// UIDAI says that it is the person.
    Yes {
        /// UIDAI's name of the answer.
        code: String,
        /// The token by which it calls the person towards this AUA, where it told one.
        token: Option<String>,
        /// When, in Unix seconds.
        at_s: u64,
    },
    /// UIDAI says that it is not, or why it did not look.
    No(UidaiError),
    /// It proves nothing, for this reason.
    Nothing(&'static str),
}

/// What an answer to a request proves.
pub fn answer(body: &[u8], asked: Asked<'_>) -> Answer {
    match read(body, asked) {
        Ok(answer) => answer,
        Err(why) => Answer::Nothing(why),
    }
}

fn read(body: &[u8], asked: Asked<'_>) -> Result<Answer, &'static str> {
    let text = std::str::from_utf8(body).map_err(|_| "it is no text")?;
    let document = xml::parse(text).map_err(Refusal::code)?;
    let root = document.root_element();
    if root.tag_name().name() != "AuthRes" {
        return Err("it is no AuthRes");
    }
    let told = |name: &str| root.attribute(name).unwrap_or_default();
    let at_s = moment::iso(told("ts")).ok_or("it has no time")?;
    let expected = Expected { ring: asked.ring, allows_sha1: asked.allows_sha1, at_s };
    signature::verify(text, &document, expected).map_err(Refusal::code)?;
    if told("txn") != asked.txn {
        return Err("it is about another request");
    }
    if at_s.abs_diff(asked.now_s) > asked.skew_s_max {
        return Err("it is of another time");
    }
    let info = told("info").strip_prefix("04{").and_then(|info| info.strip_suffix('}'));
    let fields: Vec<&str> = info.map(|info| info.split(',').collect()).unwrap_or_default();
    if fields.get(AUA_AT).is_some_and(|aua| *aua != hex(digest(&SHA256, asked.aua.as_bytes()).as_ref())) {
        return Err("it is for another AUA");
    }
    match told("ret") {
        "y" => {
            let token = fields.get(TOKEN_AT).filter(|token| token.len() == TOKEN_LEN);
            let code = told("code").to_owned();
            Ok(Answer::Yes { code, token: token.map(|token| (*token).to_owned()), at_s })
        }
        "n" => Ok(Answer::No(explained(told("err")))),
        _ => Err("it says neither yes nor no"),
    }
}
