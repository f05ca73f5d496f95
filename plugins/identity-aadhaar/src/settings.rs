//! The settings of offline verification.

use serde::Deserialize;

use crate::keyring::KeyRing;

/// JSON Schema of [`Settings`].
pub const SCHEMA: &str = r#"{
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Aadhaar, offline (not UIDAI-certified)",
    "type": "object",
    "additionalProperties": false,
    "required": ["certificates", "reference_key", "consent_texts"],
    "properties": {
        "certificates": {
            "title": "Certificates of UIDAI",
            "description": "UIDAI's certificates for signing documents, each in PEM. Older ones go on to vouch for what they signed.",
            "type": "array", "minItems": 1, "maxItems": 32,
            "items": { "type": "string", "minLength": 1, "maxLength": 16384 }
        },
        "reference_key": {
            "title": "Key of the references",
            "description": "Handle of the secret that people's reference keys are made with. Whoever changes it calls everybody otherwise.",
            "type": "string", "minLength": 1, "maxLength": 128, "x-secret": true
        },
        "consent_texts": {
            "title": "Consent texts",
            "description": "Ids, with their versions, of the texts that people may have agreed to.",
            "type": "array", "minItems": 1, "maxItems": 64, "uniqueItems": true,
            "items": { "type": "string", "minLength": 1, "maxLength": 64 }
        },
        "consent_age_s_max": {
            "title": "A consent lasts (s)",
            "description": "Seconds that a consent lasts.",
            "type": "integer", "minimum": 1, "maximum": 86400, "default": 900
        },
        "ekyc_age_s_max": {
            "title": "Age of an e-KYC file (s)",
            "description": "Age in seconds of an offline e-KYC file; 0: any.",
            "type": "integer", "minimum": 0, "maximum": 3153600000, "default": 259200
        },
        "qr_age_s_max": {
            "title": "Age of a QR code (s)",
            "description": "Age in seconds of a secure QR code, which on a printed letter may be years; 0: any.",
            "type": "integer", "minimum": 0, "maximum": 3153600000, "default": 259200
        },
        "qr_versions": {
            "title": "Versions of QR codes",
            "description": "Versions of secure QR codes that are read, beside those that name none.",
            "type": "array", "maxItems": 8, "uniqueItems": true, "default": ["V2"],
            "items": { "type": "string", "minLength": 2, "maxLength": 3 }
        },
        "rsa_sha1": {
            "title": "RSA over SHA-1",
            "description": "Takes XML that is signed with RSA over SHA-1, as UIDAI's has been.",
            "type": "boolean", "default": false
        }
    }
}"#;

/// What the operator decides.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// UIDAI's certificates in PEM.
    pub certificates: Vec<String>,
    /// Handle of the secret that reference keys are made with.
    pub reference_key: String,
    /// Ids of consent texts.
    pub consent_texts: Vec<String>,
    /// Seconds that a consent lasts.
    #[serde(default = "consent_age_s_max")]
    pub consent_age_s_max: u64,
    /// Age of an offline e-KYC file; 0 for any.
    #[serde(default = "document_age_s_max")]
    pub ekyc_age_s_max: u64,
    /// Age of a secure QR code; 0 for any.
    #[serde(default = "document_age_s_max")]
    pub qr_age_s_max: u64,
    /// Versions of secure QR codes that are read.
    #[serde(default = "qr_versions")]
    pub qr_versions: Vec<String>,
    /// Whether RSA over SHA-1 is good enough.
    #[serde(default)]
    pub rsa_sha1: bool,
}

pub(crate) fn consent_age_s_max() -> u64 {
    900
}

/// Three days.
fn document_age_s_max() -> u64 {
    259_200
}

fn qr_versions() -> Vec<String> {
    vec!["V2".to_owned()]
}

impl Settings {
    /// The certificates. The error says which setting is wrong.
    pub(crate) fn ring(&self) -> Result<KeyRing, String> {
        are_texts(&self.consent_texts)?;
        let is_version =
            |text: &String| text.strip_prefix('V').is_some_and(|number| number.parse::<u8>().is_ok());
        if !self.qr_versions.iter().all(is_version) {
            return Err("qr_versions: each is V and a number".into());
        }
        KeyRing::read(&self.certificates).map_err(|why| format!("certificates: {why}"))
    }
}

/// Whether consent texts have names that may stand in a log line.
pub(crate) fn are_texts(texts: &[String]) -> Result<(), String> {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte);
    match texts.iter().all(|text| !text.is_empty() && text.bytes().all(is_letter)) {
        true => Ok(()),
        false => Err("consent_texts: ids are of [A-Za-z0-9_.:-]".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_says_what_is_read_and_what_may_be_typed() {
        assert_eq!(plugin_sdk::schema::flaws::<Settings>(SCHEMA), [""; 0]);
    }
}
