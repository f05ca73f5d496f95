//! What a person confides to a provider, and that it comes back in nothing that is shown, kept or told.

use plugin_sdk::identity::{Attested, Effect, Finding, Op, Request, Verdict};
use serde_json::{Map, Value};

mod decoded;
mod numbers;

use decoded::{percent_decoded, unescaped};
use numbers::{LETTERS_MIN, Numbers, letters};

/// So often is told what is encoded; what is encoded more often hides something.
const DECODINGS_MAX: usize = 8;

/// What one operation was told. It is looked for by ASCII letters and digits, so that blanks and hyphens hide nothing.
pub(super) struct Confided {
    /// Each secret and answer, and the document as a whole: they come back in nothing.
    whole: Vec<String>,
    /// What stands in the document: an attribute may repeat it, nothing else may.
    numbers: Numbers,
    /// The last prompt: whoever chooses from it confides nothing.
    asked: String,
}

impl Confided {
    /// What this request confides. Fails when no provider can be asked it.
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
        if request.op == Op::Sync {
            let about = request.original_ref.filter(|original| *original != [0; 16]);
            about.ok_or("a SYNC that names no verification")?;
            let is_bare = secrets.is_empty() && request.document.is_empty();
            is_bare.then_some(()).ok_or("a SYNC with a secret or document, which are not kept")?;
        }
        let all = secrets.into_iter().map(|text| letters(text.as_bytes()));
        let all = all.chain([letters(&request.document)]);
        Ok(Self {
            whole: all.filter(|text| text.len() >= LETTERS_MIN).collect(),
            numbers: Numbers::of(&request.document),
            asked: String::new(),
        })
    }

    /// The person is asked this.
    pub(super) fn asks(&mut self, prompt_json: &str) {
        self.asked = letters(&unescaped(prompt_json.as_bytes()));
    }

    /// The person answers this, which is confided from now on.
    pub(super) fn hears(&mut self, answer_json: &[u8]) {
        let mut texts = Vec::new();
        match serde_json::from_slice(answer_json) {
            Ok(answer) => texts_of(&answer, &mut texts),
            Err(_) => texts.push(letters(answer_json)),
        }
        let is_new = |text: &String| text.len() >= LETTERS_MIN && !self.asked.contains(text.as_str());
        texts.retain(is_new);
        self.whole.extend(texts);
    }

    /// What is wrong with an effect that holds any of it, if it does. Bodies that are sent may.
    pub(super) fn flaw(&self, effect: &Effect) -> Option<&'static str> {
        match effect {
            Effect::Http(request) => {
                let headers = request.headers.iter().flat_map(|(name, value)| [name, value]);
                let mut texts = headers.chain([&request.path]);
                let is_told = texts.any(|text| self.is_coded_in(text.as_bytes(), percent_decoded));
                is_told.then_some("a path or header that holds what was confided")
            }
            Effect::Prompt(prompt) => self
                .is_coded_in(prompt.json.as_bytes(), unescaped)
                .then_some("a prompt that holds what was confided"),
            Effect::Keep(json) => {
                self.is_coded_in(json, unescaped).then_some("something to keep that was confided")
            }
            Effect::Done(finding) => self.is_told(finding).then_some("a result that holds what was confided"),
            Effect::TcpExchange(_) | Effect::Sleep(_) => None,
        }
    }

    fn is_told(&self, finding: &Finding) -> bool {
        let in_verdict = match &finding.verdict {
            Verdict::Verified(Attested { reference_key, issuer, attributes, portrait, .. }) => {
                let portrait = portrait.iter().map(|portrait| portrait.bytes.as_slice());
                let mut shown = attributes.values().chain([issuer]).map(String::as_bytes).chain(portrait);
                let mut named = attributes.keys().chain([reference_key]);
                shown.any(|bytes| self.is_whole_in(&letters(bytes)))
                    || named.any(|text| self.is_in(text.as_bytes()))
            }
            Verdict::Refused { code } => self.is_in(code.as_bytes()),
            Verdict::Pending | Verdict::NotSent | Verdict::Unknown => false,
        };
        in_verdict || self.is_in(finding.provider_ref.as_bytes())
    }

    fn is_whole_in(&self, letters: &str) -> bool {
        self.whole.iter().any(|text| letters.contains(text))
    }

    fn is_in(&self, told: &[u8]) -> bool {
        let told = letters(told);
        self.is_whole_in(&told) || self.numbers.is_in(&told)
    }

    /// As [`Self::is_in`], also of what the bytes stand for, and of what that stands for.
    fn is_coded_in(&self, told: &[u8], decode: fn(&[u8]) -> Vec<u8>) -> bool {
        if self.whole.is_empty() && self.numbers.is_empty() {
            return false;
        }
        let mut told = told.to_vec();
        for _ in 0..DECODINGS_MAX {
            if self.is_in(&told) {
                return true;
            }
            let decoded = decode(&told);
            if decoded == told {
                return false;
            }
            told = decoded;
        }
        true
    }
}

/// The letters and digits of every text and number in a value.
fn texts_of(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(letters(text.as_bytes())),
        Value::Number(number) => texts.push(letters(number.to_string().as_bytes())),
        Value::Array(values) => values.iter().for_each(|value| texts_of(value, texts)),
        Value::Object(fields) => fields.values().for_each(|value| texts_of(value, texts)),
        Value::Null | Value::Bool(_) => {}
    }
}
