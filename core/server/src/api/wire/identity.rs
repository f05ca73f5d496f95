//! Checks of who people are, on the wire.

use std::collections::BTreeMap;

use domain::identity::Purpose;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::IdentityCheckRow;
use utoipa::ToSchema;

use super::money::moment;
use super::names::{IdentityAssurance, IdentityPurpose, IdentityState};
use super::secret::Hidden;
use crate::api::picture::decode_base64;
use crate::api::problem::Problem;
use crate::app::identity::{Attestation, Checked, Claimed};

/// Longest kind, in bytes.
const KIND_BYTES_MAX: usize = 64;
/// Most secrets.
const SECRETS_MAX: usize = 16;

/// What is to be checked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewIdentityCheck {
    /// The plugin, by its id, with or without `org.facepay.`.
    pub(crate) provider: String,
    /// What it is, in the provider's words, such as `aadhaar-ekyc`.
    #[schema(min_length = 1, max_length = 64)]
    pub(crate) kind: String,
    /// `enrolment` (when absent), or `payment` for a check that is to carry one payment as a factor beside the face.
    #[schema(value_type = Option<IdentityPurpose>)]
    pub(crate) purpose: Option<String>,
    /// What the person says, their consent among it.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub(crate) claim: Map<String, Value>,
    /// What the person confides, by name. It is handed to the provider and not kept.
    #[serde(default)]
    #[schema(value_type = Option<BTreeMap<String, String>>)]
    pub(crate) secret: BTreeMap<String, Hidden>,
    /// What the person hands over, as it was read, in base64. It is not kept.
    #[schema(value_type = Option<String>)]
    pub(crate) document: Option<Hidden>,
}

impl NewIdentityCheck {
    pub(crate) fn claimed(self) -> Result<Claimed, Problem> {
        let unfit = |detail: &str| Problem::unprocessable("identity_claim_unfit", detail.to_owned());
        if self.kind.is_empty() || self.kind.len() > KIND_BYTES_MAX || self.kind.chars().any(char::is_control)
        {
            return Err(unfit("`kind` has 1 to 64 bytes"));
        }
        if self.secret.len() > SECRETS_MAX {
            return Err(unfit("`secret` has at most 16 entries"));
        }
        let purpose = self.purpose.as_deref().map_or(Ok(Purpose::Enrolment), str::parse);
        let purpose = purpose.map_err(|error: domain::name::UnknownName| unfit(&error.to_string()))?;
        let document = self.document.map(|Hidden(text)| decode_base64(0, text.expose())).transpose();
        let not_base64 = |_| Problem::unprocessable("base64_invalid", "`document` is not base64");
        Ok(Claimed {
            provider: self.provider,
            kind: self.kind,
            purpose,
            claim: self.claim,
            secret: self.secret.into_iter().map(|(name, Hidden(text))| (name, text)).collect(),
            document: document.map_err(not_base64)?.unwrap_or_default(),
        })
    }
}

/// One check of who a person is.
#[derive(Serialize, ToSchema)]
pub(crate) struct IdentityCheck {
    #[schema(format = "uuid")]
    pub(crate) id: String,
    #[schema(format = "uuid")]
    pub(crate) user_id: String,
    pub(crate) provider: String,
    pub(crate) kind: String,
    /// `enrolment` or `payment`.
    #[schema(value_type = IdentityPurpose)]
    pub(crate) purpose: &'static str,
    /// `asked`, `verified`, `refused`, `pending`, `not_sent` or `unknown`.
    #[schema(value_type = IdentityState)]
    pub(crate) state: &'static str,
    /// Why nobody was verified, in the provider's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
    /// `low`, `substantial` or `high`: the levels of Regulation (EU) 910/2014.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<IdentityAssurance>)]
    pub(crate) assurance: Option<&'static str>,
    /// Who vouches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) issuer: Option<String>,
    /// When the issuer did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub(crate) issued_at: Option<String>,
    /// What the issuer says of the person: all of it in the answer to the check, later what `identity.keep` names.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) attributes: BTreeMap<String, String>,
    /// How like the document's picture is to the enrolled face, from -1 to 1. It decides nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) portrait_similarity: Option<f32>,
    /// Whether the provider found the same person behind somebody else here.
    pub(crate) is_shared: bool,
    #[schema(format = DateTime)]
    pub(crate) begun_at: String,
    #[schema(format = DateTime)]
    pub(crate) updated_at: String,
    /// When a payment was rested on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub(crate) used_at: Option<String>,
}

impl From<IdentityCheckRow> for IdentityCheck {
    fn from(row: IdentityCheckRow) -> Self {
        let attestation = Attestation::of(&row);
        Self::from(Checked { row, attestation })
    }
}

impl From<Checked> for IdentityCheck {
    fn from(Checked { row, attestation }: Checked) -> Self {
        let issued_at = attestation.as_ref().and_then(|attested| {
            let seconds = i64::try_from(attested.issued_at_s).ok()?;
            Some(moment(domain::Timestamp(seconds.checked_mul(1_000_000)?)))
        });
        let portrait_similarity = attestation.as_ref().and_then(|attested| attested.portrait_similarity);
        let (issuer, attributes) = attestation.map(|attested| (attested.issuer, attested.attributes)).unzip();
        Self {
            id: row.id.to_string(),
            user_id: row.user.to_string(),
            provider: row.provider,
            kind: row.kind,
            purpose: row.purpose.as_str(),
            state: row.state.as_str(),
            code: row.code,
            assurance: row.assurance.map(domain::identity::Assurance::as_str),
            issuer,
            issued_at,
            attributes: attributes.unwrap_or_default(),
            portrait_similarity,
            is_shared: row.is_shared,
            begun_at: moment(row.begun_at),
            updated_at: moment(row.updated_at),
            used_at: row.used_at.map(moment),
        }
    }
}
