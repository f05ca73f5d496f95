//! The settings of authentication through an AUA.

use serde::Deserialize;

use crate::keyring::{self, KeyRing};
use crate::settings::{are_texts, consent_age_s_max};

/// JSON Schema of [`Settings`].
pub const SCHEMA: &str = r#"{
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Aadhaar authentication through an AUA (not UIDAI-certified)",
    "type": "object",
    "additionalProperties": false,
    "required": ["aua", "licence_key", "certificates", "reference_key", "consent_texts"],
    "properties": {
        "endpoint": {
            "title": "Endpoint",
            "description": "The ASA, as an index into the appliance's endpoints.",
            "type": "integer", "minimum": 0, "maximum": 255, "default": 0
        },
        "path": {
            "title": "Path",
            "description": "Path at the ASA. {aua}, {uid_0}, {uid_1} stand for the AUA and the number's first digits (0 for a virtual id), {asa_key} for the secret below.",
            "type": "string", "minLength": 1, "maxLength": 1024, "default": "/2.5/{aua}/{uid_0}/{uid_1}/{asa_key}"
        },
        "asa_key": {
            "title": "Licence key of the ASA",
            "description": "Handle of the ASA's licence key, which goes into the path.",
            "type": "string", "minLength": 1, "maxLength": 128, "x-secret": true
        },
        "aua": {
            "title": "AUA",
            "description": "ac: UIDAI's code of the AUA.",
            "type": "string", "minLength": 1, "maxLength": 10
        },
        "sub_aua": {
            "title": "Sub-AUA",
            "description": "sa: UIDAI's code of the sub-AUA; empty: the AUA itself.",
            "type": "string", "maxLength": 10, "default": ""
        },
        "licence_key": {
            "title": "Licence key of the AUA",
            "description": "lk: the AUA's licence key. It is in what is signed, so it cannot stay with the host as other secrets do.",
            "type": "string", "minLength": 1, "maxLength": 64
        },
        "terminal": {
            "title": "Terminal",
            "description": "tid: registered where devices are.",
            "type": "string", "minLength": 1, "maxLength": 32, "default": "registered"
        },
        "factor": {
            "title": "Factor",
            "description": "What the PID block holds. Nobody here can look.",
            "enum": ["face", "finger", "iris", "otp"], "default": "face"
        },
        "device_element": {
            "title": "Element of the device",
            "description": "Name of the element with the device's attributes.",
            "enum": ["Meta", "Device"], "default": "Meta"
        },
        "aua_key": {
            "title": "Key that signs requests",
            "description": "Handle of the key that signs requests. Without it and aua_certificate the ASA has to sign.",
            "type": "string", "minLength": 1, "maxLength": 128, "x-secret": true
        },
        "aua_certificate": {
            "title": "Certificate of that key",
            "description": "The certificate of aua_key, in PEM.",
            "type": "string", "minLength": 1, "maxLength": 16384
        },
        "certificates": {
            "title": "Certificates of UIDAI",
            "description": "UIDAI's certificates for signing answers, each in PEM.",
            "type": "array", "minItems": 1, "maxItems": 32,
            "items": { "type": "string", "minLength": 1, "maxLength": 16384 }
        },
        "rsa_sha1": {
            "title": "RSA over SHA-1",
            "description": "Takes answers that are signed with RSA over SHA-1, as UIDAI's have been.",
            "type": "boolean", "default": false
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
        "pid_age_s_max": {
            "title": "Age of a PID block (s)",
            "description": "Age in seconds of a PID block.",
            "type": "integer", "minimum": 10, "maximum": 86400, "default": 900
        },
        "skew_s_max": {
            "title": "Clocks differ by (s)",
            "description": "Seconds by which UIDAI's clock, the device's and this one may differ.",
            "type": "integer", "minimum": 1, "maximum": 3600, "default": 300
        },
        "timeout_ms": {
            "title": "Longest wait (ms)",
            "description": "Longest wait for the answer.",
            "type": "integer", "minimum": 1, "maximum": 60000, "default": 10000
        }
    }
}"#;

/// What a PID block holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Factor {
    /// A face, as FaceRD captures it.
    #[default]
    Face,
    /// Fingers.
    Finger,
    /// Eyes.
    Iris,
    /// A one-time password.
    Otp,
}

/// What the operator decides.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Index into the host's endpoints.
    #[serde(default)]
    pub endpoint: u32,
    /// Path at the ASA.
    #[serde(default = "path")]
    pub path: String,
    /// Handle of the ASA's licence key.
    #[serde(default)]
    pub asa_key: Option<String>,
    /// UIDAI's code of the AUA.
    pub aua: String,
    /// UIDAI's code of the sub-AUA; empty for the AUA itself.
    #[serde(default)]
    pub sub_aua: String,
    /// The AUA's licence key.
    pub licence_key: String,
    /// `tid`.
    #[serde(default = "terminal")]
    pub terminal: String,
    /// What PID blocks hold.
    #[serde(default)]
    pub factor: Factor,
    /// Name of the element with the device's attributes.
    #[serde(default = "device_element")]
    pub device_element: String,
    /// Handle of the key that signs requests.
    #[serde(default)]
    pub aua_key: Option<String>,
    /// Its certificate, in PEM.
    #[serde(default)]
    pub aua_certificate: Option<String>,
    /// UIDAI's certificates in PEM.
    pub certificates: Vec<String>,
    /// Whether RSA over SHA-1 is good enough.
    #[serde(default)]
    pub rsa_sha1: bool,
    /// Handle of the secret that reference keys are made with.
    pub reference_key: String,
    /// Ids of consent texts.
    pub consent_texts: Vec<String>,
    /// Seconds that a consent lasts.
    #[serde(default = "consent_age_s_max")]
    pub consent_age_s_max: u64,
    /// Age of a PID block.
    #[serde(default = "pid_age_s_max")]
    pub pid_age_s_max: u64,
    /// By how much clocks may differ.
    #[serde(default = "skew_s_max")]
    pub skew_s_max: u64,
    /// Longest wait for the answer.
    #[serde(default = "timeout_ms")]
    pub timeout_ms: u32,
}

fn path() -> String {
    "/2.5/{aua}/{uid_0}/{uid_1}/{asa_key}".into()
}

fn terminal() -> String {
    "registered".into()
}

fn device_element() -> String {
    "Meta".into()
}

fn pid_age_s_max() -> u64 {
    900
}

fn skew_s_max() -> u64 {
    300
}

fn timeout_ms() -> u32 {
    10_000
}

/// Who signs requests.
#[derive(Clone)]
pub(super) struct Signer {
    pub(super) handle: String,
    pub(super) certificate_der: Vec<u8>,
    pub(super) ring: KeyRing,
}

impl Settings {
    /// UIDAI's certificates, and who signs requests. The error says which setting is wrong.
    pub(super) fn check(&self) -> Result<(KeyRing, Option<Signer>), String> {
        are_texts(&self.consent_texts)?;
        let is_code = |code: &str| code.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let is_key = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if !is_code(&self.aua) || !is_code(&self.sub_aua) {
            return Err("aua, sub_aua: letters and digits".into());
        }
        if !self.licence_key.bytes().all(is_key) || !self.terminal.bytes().all(is_key) {
            return Err("licence_key, terminal: of [A-Za-z0-9_-]".into());
        }
        let without = ["{aua}", "{uid_0}", "{uid_1}", "{asa_key}"]
            .iter()
            .fold(self.path.clone(), |path, part| path.replace(part, ""));
        let is_path = self.path.starts_with('/')
            && !self.path.starts_with("//")
            && without.bytes().all(|byte| byte.is_ascii_graphic() && !b"{}$".contains(&byte));
        if !is_path {
            return Err("path: has to be absolute, printable, and to name nothing else".into());
        }
        if self.path.contains("{asa_key}") != self.asa_key.is_some() {
            return Err("path and asa_key: one names what the other does not have".into());
        }
        let signer = match (&self.aua_key, &self.aua_certificate) {
            (None, None) => None,
            (Some(handle), Some(pem)) => {
                let unfit = |why| format!("aua_certificate: {why}");
                let ring = KeyRing::read(std::slice::from_ref(pem)).map_err(unfit)?;
                let certificate_der = keyring::der(pem).map_err(unfit)?;
                Some(Signer { handle: handle.clone(), certificate_der, ring })
            }
            _ => return Err("aua_key and aua_certificate: one needs the other".into()),
        };
        let ring = KeyRing::read(&self.certificates).map_err(|why| format!("certificates: {why}"))?;
        Ok((ring, signer))
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
