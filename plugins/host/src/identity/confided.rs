//! What a person confides to a provider, and that it comes back in nothing that is shown, kept or told.

use plugin_sdk::identity::{Attested, Effect, Finding, Request, Verdict};
use serde_json::{Map, Value};

/// Fewest letters and digits that are looked for: fewer are a year or the last digits of a number by chance.
const LETTERS_MIN: usize = 6;

/// The secrets and the document of one request: their ASCII letters and digits, so that blanks and hyphens hide nothing.
pub(super) struct Confided(Vec<String>);

impl Confided {
    /// What this request confides. Fails when its payload cannot be read.
    pub(super) fn of(request: &Request) -> Result<Self, &'static str> {
        let payload = match request.payload_json.as_slice() {
            [] => Map::new(),
            json => serde_json::from_slice(json).map_err(|_| "a payload that is no JSON object")?,
        };
        let secrets = match payload.get("secret") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Object(secrets)) => secrets.values().map(Value::as_str).collect(),
            Some(_) => vec![None],
        };
        let secrets: Option<Vec<&str>> = secrets.into_iter().collect();
        let secrets = secrets.ok_or("a payload whose secret is no object of texts")?;
        let all = secrets.into_iter().map(|text| letters(text.as_bytes()));
        let all = all.chain([letters(&request.document)]);
        Ok(Self(all.filter(|text| text.len() >= LETTERS_MIN).collect()))
    }

    /// What is wrong with an effect that holds any of it, if it does. Bodies that are sent may.
    pub(super) fn flaw(&self, effect: &Effect) -> Option<&'static str> {
        match effect {
            Effect::Http(request) => {
                let in_header = request.headers.iter().any(|(_, value)| self.is_in(value.as_bytes()));
                let path = request.path.as_bytes();
                let in_path = self.is_in(path) || self.is_in(&percent_decoded(path));
                (in_header || in_path).then_some("a path or header that holds what was confided")
            }
            Effect::Prompt(prompt) => {
                self.is_in(prompt.json.as_bytes()).then_some("a prompt that holds what was confided")
            }
            Effect::Keep(json) => self.is_in(json).then_some("something to keep that was confided"),
            Effect::Done(finding) => self.is_told(finding).then_some("a result that holds what was confided"),
            Effect::TcpExchange(_) | Effect::Sleep(_) => None,
        }
    }

    fn is_told(&self, finding: &Finding) -> bool {
        let in_verdict = match &finding.verdict {
            Verdict::Verified(Attested { reference_key, issuer, attributes, .. }) => {
                let named = [reference_key, issuer].into_iter();
                named.chain(attributes.values()).any(|text| self.is_in(text.as_bytes()))
            }
            Verdict::Refused { code } => self.is_in(code.as_bytes()),
            Verdict::Pending | Verdict::NotSent | Verdict::Unknown => false,
        };
        in_verdict || self.is_in(finding.provider_ref.as_bytes())
    }

    fn is_in(&self, told: &[u8]) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let told = letters(told);
        self.0.iter().any(|text| told.contains(text))
    }
}

/// The ASCII letters and digits of some bytes, letters in lower case.
fn letters(bytes: &[u8]) -> String {
    let kept = bytes.iter().filter(|byte| byte.is_ascii_alphanumeric());
    kept.map(|byte| char::from(byte.to_ascii_lowercase())).collect()
}

/// A path's bytes, with what stands for `%` and two hexadecimal digits.
fn percent_decoded(path: &[u8]) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let mut decoded = Vec::with_capacity(path.len());
    let mut rest = path;
    while let [first, more @ ..] = rest {
        let coded = match more {
            [high, low, ..] if *first == b'%' => digit(*high).zip(digit(*low)),
            _ => None,
        };
        let byte = coded.map_or(*first, |(high, low)| (high * 16 + low) as u8);
        decoded.push(byte);
        rest = if coded.is_some() { &more[2..] } else { more };
    }
    decoded
}
