//! What an identity provider found out about a person.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::abi::{self, fp_bytes, fp_effect, fp_str};
use crate::error::{Error, Result};
use crate::machine::wire::{Ending, read_code};

/// The end of an identity operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How it ended.
    pub verdict: Verdict,
    /// The provider's own id, empty when it gave none.
    pub provider_ref: String,
}

/// How an identity operation ended.
#[derive(Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The issuer vouches for the person.
    Verified(Attested),
    /// It does not, and says so.
    Refused {
        /// Why, in `[a-z0-9_]`.
        code: String,
    },
    /// Taken on, not yet decided: ask again by SYNC.
    Pending,
    /// It provably never reached the provider.
    NotSent,
    /// Nobody knows.
    Unknown,
}

/// What the issuer vouches for.
#[derive(Clone, PartialEq, Eq)]
pub struct Attested {
    /// The provider's lasting key for this person, 16 to 128 of `[A-Za-z0-9_.:-]`; never a number in the document.
    pub reference_key: String,
    /// Who vouches.
    pub issuer: String,
    /// When the issuer did, in Unix seconds.
    pub issued_at_s: u64,
    /// How surely.
    pub assurance: Assurance,
    /// Names in `[a-z0-9_]` and texts. Of fixed shape: `birth_date` YYYY-MM-DD, `birth_year` YYYY, `country` ISO 3166-1
    /// alpha-2, `gender` female, male or other.
    pub attributes: BTreeMap<String, String>,
    /// The person's picture in the document.
    pub portrait: Option<Portrait>,
}

/// How surely an issuer vouches: the levels of Regulation (EU) 910/2014, article 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Assurance {
    /// Limited confidence.
    Low,
    /// Substantial confidence.
    Substantial,
    /// Higher than that.
    High,
}

/// A picture as it lies in a document.
#[derive(Clone, PartialEq, Eq)]
pub struct Portrait {
    /// What the bytes are.
    pub media: Media,
    /// The encoded picture.
    pub bytes: Vec<u8>,
}

/// How a portrait is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Media {
    /// JPEG.
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// PNG.
    #[serde(rename = "image/png")]
    Png,
    /// JPEG 2000, a file or a bare codestream.
    #[serde(rename = "image/jp2")]
    Jp2,
}

impl Finding {
    /// A finding without the provider's id.
    pub fn new(verdict: Verdict) -> Self {
        Self { verdict, provider_ref: String::new() }
    }
}

// Whoever is verified is not printed, nor what is known of them.
impl fmt::Debug for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verified(_) => f.write_str("Verified"),
            Self::Refused { code } => write!(f, "Refused({code:?})"),
            Self::Pending => f.write_str("Pending"),
            Self::NotSent => f.write_str("NotSent"),
            Self::Unknown => f.write_str("Unknown"),
        }
    }
}

/// [`Attested`] as `result_json`; the portrait's bytes travel beside it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AttestedJson {
    reference_key: String,
    issuer: String,
    issued_at_s: u64,
    assurance: Assurance,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    portrait: Option<Media>,
}

impl Ending for Finding {
    fn json(&self) -> Vec<u8> {
        let Verdict::Verified(attested) = &self.verdict else { return Vec::new() };
        let result = AttestedJson {
            reference_key: attested.reference_key.clone(),
            issuer: attested.issuer.clone(),
            issued_at_s: attested.issued_at_s,
            assurance: attested.assurance,
            attributes: attested.attributes.clone(),
            portrait: attested.portrait.as_ref().map(|portrait| portrait.media),
        };
        serde_json::to_vec(&result).expect("texts, numbers and a map of texts are always JSON")
    }

    fn write(&self, json: &[u8], raw: &mut fp_effect) {
        raw.provider_ref = fp_str::of(&self.provider_ref);
        raw.result_json = fp_bytes::of(json);
        raw.outcome = match &self.verdict {
            Verdict::Verified(attested) => {
                raw.body = attested.portrait.as_ref().map_or(raw.body, |it| fp_bytes::of(&it.bytes));
                abi::FP_IDV_VERIFIED
            }
            Verdict::Refused { code } => {
                raw.decline_code = fp_str::of(code);
                abi::FP_IDV_REFUSED
            }
            Verdict::Pending => abi::FP_IDV_PENDING,
            Verdict::NotSent => abi::FP_IDV_NOT_SENT,
            Verdict::Unknown => abi::FP_IDV_UNKNOWN,
        };
    }

    unsafe fn read(raw: &fp_effect) -> Result<Self> {
        // SAFETY: the trait's contract.
        let (code, provider_ref) = unsafe { (read_code(raw, "refused")?, raw.provider_ref.text()?) };
        // SAFETY: as above.
        let (json, body) = unsafe { (raw.result_json.slice()?, raw.body.slice()?) };
        let is_bare = json.is_empty() && body.is_empty();
        let verdict = match raw.outcome {
            abi::FP_IDV_VERIFIED => Verdict::Verified(attested(json, body)?),
            abi::FP_IDV_REFUSED if is_bare => Verdict::Refused { code },
            abi::FP_IDV_PENDING if is_bare => Verdict::Pending,
            abi::FP_IDV_NOT_SENT if is_bare => Verdict::NotSent,
            abi::FP_IDV_UNKNOWN if is_bare => Verdict::Unknown,
            abi::FP_IDV_REFUSED..=abi::FP_IDV_UNKNOWN => {
                return Err(Error::Invalid("a result of somebody who is not verified".into()));
            }
            other => return Err(Error::Unsupported(format!("verdict {other}"))),
        };
        Ok(Self { verdict, provider_ref: provider_ref.to_owned() })
    }
}

/// What `result_json` and the bytes beside it say. The text of an error holds nothing of them.
fn attested(json: &[u8], portrait: &[u8]) -> Result<Attested> {
    let unfit = |what: &str| Error::Invalid(format!("a result that {what}"));
    let result: AttestedJson = serde_json::from_slice(json)
        .map_err(|error| unfit(&format!("cannot be read: {}", kind_of(&error))))?;
    let portrait = match (result.portrait, portrait.is_empty()) {
        (None, true) => None,
        (Some(media), false) => Some(Portrait { media, bytes: portrait.to_vec() }),
        (Some(_), true) => return Err(unfit("names a portrait which is not there")),
        (None, false) => return Err(unfit("does not say what its portrait is")),
    };
    Ok(Attested {
        reference_key: result.reference_key,
        issuer: result.issuer,
        issued_at_s: result.issued_at_s,
        assurance: result.assurance,
        attributes: result.attributes,
        portrait,
    })
}

/// Where and in what way JSON is wrong, without the values that serde would quote.
fn kind_of(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let field = text.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
    let what = match (field, error.is_data()) {
        (Some(field), _) => format!("it lacks {field}"),
        (None, true) => "a field is unknown, there twice or of another type".to_owned(),
        (None, false) => "it is no JSON".to_owned(),
    };
    format!("{what} (column {})", error.column())
}
