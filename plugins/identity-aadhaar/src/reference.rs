//! What UIDAI calls a document, and what we call the person.

use plugin_sdk::{MacAlgorithm, Result, Secrets};

use crate::moment;
use crate::person::Person;
use crate::refusal::Refusal;
use crate::text::hex;

/// A document may be so far ahead of the appliance's clock.
const AHEAD_S_MAX: u64 = 300;

/// A document's reference id: the last four digits of the Aadhaar number, and when the document was made.
#[derive(Clone, PartialEq, Eq)]
pub struct ReferenceId {
    last_four: String,
    /// Unix seconds.
    pub made_at_s: u64,
}

impl ReferenceId {
    /// Reads one.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let parts = text.split_at_checked(4).ok_or(Refusal::ReferenceMalformed)?;
        let (last_four, made) = parts;
        if !last_four.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Refusal::ReferenceMalformed);
        }
        let made_at_s = moment::compact(made).ok_or(Refusal::ReferenceMalformed)?;
        Ok(Self { last_four: last_four.to_owned(), made_at_s })
    }

    /// The last four digits of the Aadhaar number.
    pub fn last_four(&self) -> &str {
        &self.last_four
    }

    /// The last digit of the Aadhaar number.
    pub fn last_digit(&self) -> u8 {
        self.last_four.bytes().last().map_or(0, |digit| digit - b'0')
    }

    /// Whether the document is recent enough. With `age_s_max` 0 any age is.
    pub fn is_fresh(&self, now_s: u64, age_s_max: u64) -> Result<(), Refusal> {
        if self.made_at_s > now_s.saturating_add(AHEAD_S_MAX) {
            return Err(Refusal::DocumentFuture);
        }
        match age_s_max != 0 && now_s.saturating_sub(self.made_at_s) > age_s_max {
            true => Err(Refusal::DocumentStale),
            false => Ok(()),
        }
    }
}

/// Of what a reference key is made. Two kinds never make the same key.
pub(crate) enum Source<'a> {
    /// A document without the number in it.
    Document(&'a Person),
    /// The token by which UIDAI calls a person towards one AUA.
    Token(&'a str),
    /// The number.
    Number(&'a str),
}

/// The lasting key of a person: HMAC-SHA256 under the key that stays with the host, so that nobody without it can try numbers.
pub(crate) fn key(secrets: &Secrets, handle: &str, source: &Source<'_>) -> Result<String> {
    let birth = |person: &Person| person.birth.clone().unwrap_or_default();
    let fields = match source {
        Source::Document(person) => vec![
            "document".to_owned(),
            person.reference.last_four().to_owned(),
            person.name.to_lowercase(),
            birth(person),
            person.gender.unwrap_or_default().to_owned(),
        ],
        Source::Token(token) => vec!["token".to_owned(), (*token).to_owned()],
        Source::Number(number) => vec!["number".to_owned(), (*number).to_owned()],
    };
    let mut message = b"org.facepay.identity-aadhaar/1".to_vec();
    for field in fields {
        message.extend((field.len() as u64).to_be_bytes());
        message.extend(field.as_bytes());
    }
    let code = secrets.mac(handle, MacAlgorithm::HmacSha256, &message)?;
    Ok(format!("aadhaar:{}", hex(&code)))
}
