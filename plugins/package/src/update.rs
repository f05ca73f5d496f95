//! A signed update of the appliance itself: one Debian package, and what has to be known before it is installed.
//!
//! It is believed as a plugin's package is: the operator's policy, the vendor's signature over the bytes of `update.json`, the file
//! (in sealed memory first, hashed there). The policy has to trust the key with [`UPDATE_ID`], which no plugin may be called.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::manifest::{FORMAT, MANIFEST_BYTES_MAX, TEXT_BYTES_MAX, day};
use crate::path::PackagePath;
use crate::policy::{Claim, Said, Trust, trust};
use crate::refusal::Refusal;
use crate::sealed::SealedFile;
use crate::source::Source;
use crate::verify::{Verifier, parsed, signed_files};

/// What the policy knows updates of the appliance by.
pub const UPDATE_ID: &str = "org.facepay.appliance";
/// The file that is signed.
pub(crate) const UPDATE_FILE: &str = "update.json";
/// The detached signature over it.
pub(crate) const UPDATE_SIGNATURE_FILE: &str = "update.sig";
/// Most migrations that an update names.
const MIGRATIONS_MAX: usize = 4_096;

/// What an update says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpdateManifest {
    /// 1.
    pub format: u32,
    /// [`UPDATE_ID`].
    pub id: String,
    /// The Debian package's version.
    pub version: String,
    /// The Debian package's architecture, such as `amd64`.
    pub architecture: String,
    /// The oldest version that it can come after; any without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_min: Option<String>,
    /// Every migration of the database that it brings, the old ones too, in order.
    pub migrations: Vec<String>,
    /// The one Debian package; signing fills it in.
    #[serde(default)]
    pub files: BTreeMap<String, UpdateFile>,
    /// The vendor's key, as the operator's policy calls it.
    pub key_id: String,
    /// Its last day (UTC), `2027-12-31`.
    pub not_after: String,
    /// Rises with each release; the policy may demand a least one.
    pub counter: u64,
}

/// A file of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpdateFile {
    /// Its SHA-256.
    pub sha256: Digest,
    /// Its bytes.
    pub bytes: u64,
}

/// An update that is believed; its package is in memory that nobody can change.
#[derive(Debug)]
pub struct Update {
    /// What it says of itself.
    pub manifest: UpdateManifest,
    /// SHA-256 of `update.json`, which stands for the whole update.
    pub digest: Digest,
    /// Who vouches for it.
    pub trust: Trust,
    /// The Debian package.
    pub package: SealedFile,
}

impl UpdateManifest {
    /// Reads the bytes of an `update.json`.
    ///
    /// # Errors
    /// [`Refusal::Malformed`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let malformed = |what: String| Refusal::Malformed { what };
        let manifest: Self = serde_json::from_slice(bytes).map_err(|error| malformed(error.to_string()))?;
        manifest.check().map_err(malformed)?;
        Ok(manifest)
    }

    pub(crate) fn check(&self) -> Result<(), String> {
        let short = |text: &str| !text.is_empty() && text.len() <= TEXT_BYTES_MAX;
        let rules = [
            (self.format == FORMAT, format!("format is {}, not {FORMAT}", self.format)),
            (self.id == UPDATE_ID, format!("id is {}, not {UPDATE_ID}", self.id)),
            (is_debian_version(&self.version), "version is none of Debian's".to_owned()),
            (short(&self.architecture), "architecture is empty or long".to_owned()),
            (
                self.from_min.as_deref().is_none_or(is_debian_version),
                "from_min is none of Debian's versions".to_owned(),
            ),
            (self.migrations.len() <= MIGRATIONS_MAX, "migrations are too many".to_owned()),
            (self.migrations.iter().all(|name| short(name)), "a migration is empty or long".to_owned()),
            (short(&self.key_id), "key_id is empty or long".to_owned()),
            (day(&self.not_after).is_some(), "not_after is no date like 2027-12-31".to_owned()),
        ];
        match rules.into_iter().find(|(holds, _)| !holds) {
            Some((_, what)) => Err(what),
            None => Ok(()),
        }
    }

    fn said(&self) -> Said<'_> {
        let Self { id, key_id, not_after, counter, files, .. } = self;
        let digests = files.values().map(|file| file.sha256).collect();
        Said { id, key_id, not_after, counter: *counter, digests }
    }
}

impl Verifier {
    /// Goes through policy, signature and package, in this order. Nobody has to look at the version before: that is the
    /// appliance's.
    ///
    /// # Errors
    /// The first reason to refuse.
    pub fn verify_update(&self, source: &Source) -> Result<Update, Refusal> {
        let manifest_file = source.read(&PackagePath::parse(UPDATE_FILE)?, MANIFEST_BYTES_MAX)?;
        let manifest_file =
            manifest_file.ok_or_else(|| Refusal::Malformed { what: format!("{UPDATE_FILE} is missing") })?;
        let bytes = manifest_file.bytes().map_err(Refusal::unreadable(UPDATE_FILE))?;
        let manifest = UpdateManifest::parse(&bytes)?;
        let digest = manifest_file.digest();
        let signature_file = source.read(&PackagePath::parse(UPDATE_SIGNATURE_FILE)?, MANIFEST_BYTES_MAX)?;
        let signature = parsed(signature_file.as_ref())?;
        let claim = Claim { bytes: &bytes, digest, signature, said: manifest.said() };
        let trust = trust(self.policy.as_ref(), &claim, self.today, self.allow_unsigned)?;

        let digests = manifest.files.iter().map(|(name, file)| (name.clone(), file.sha256)).collect();
        let files = signed_files(source, &digests, &[UPDATE_FILE, UPDATE_SIGNATURE_FILE])?;
        let mut packages = files.into_iter();
        let (Some((path, package)), None) = (packages.next(), packages.next()) else {
            return Err(Refusal::Malformed { what: "files is not one Debian package".to_owned() });
        };
        match manifest.files.get(path.as_str()).is_some_and(|file| file.bytes == package.len()) {
            true => Ok(Update { manifest, digest, trust, package }),
            false => Err(Refusal::Malformed { what: format!("{path} has {} bytes", package.len()) }),
        }
    }
}

/// Whether `version` has only what Debian's versions are made of, and can be part of a file's name.
pub fn is_debian_version(version: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b".+-~:".contains(&byte);
    let first = version.bytes().next();
    version.len() <= TEXT_BYTES_MAX
        && first.is_some_and(|byte| byte.is_ascii_digit())
        && version.bytes().all(known)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn with(field: &str, value: Value) -> String {
        let mut manifest = json!({
            "format": 1, "id": UPDATE_ID, "version": "0.2.0-1", "architecture": "amd64",
            "migrations": ["2026-11-24-000000"], "key_id": "house", "not_after": "2027-12-31", "counter": 1
        });
        manifest[field] = value;
        manifest.to_string()
    }

    #[test]
    fn what_an_update_says_is_whole_or_refused_with_what_is_wrong() {
        assert!(UpdateManifest::parse(with("from_min", json!("0.1.0-1")).as_bytes()).is_ok());
        for (field, value, said) in [
            ("format", json!(2), "format is 2"),
            ("id", json!("org.facepay.wallet"), "org.facepay.wallet"),
            ("version", json!("../../etc"), "version"),
            ("version", json!(""), "version"),
            ("from_min", json!("one"), "from_min"),
            ("migrations", json!([""]), "a migration"),
            ("key_id", json!(""), "key_id"),
            ("not_after", json!("soon"), "not_after"),
            ("files", json!({ "a.deb": { "sha256": "00", "bytes": 1 } }), "64"),
            ("surprise", json!(1), "surprise"),
        ] {
            let refusal = UpdateManifest::parse(with(field, value.clone()).as_bytes()).unwrap_err();
            assert_eq!(refusal.code(), "malformed", "{field} {value}: {refusal}");
            assert!(refusal.to_string().contains(said), "{field} {value}: {refusal}");
        }
    }

    #[test]
    fn only_debians_versions_are_versions() {
        for (version, expected) in [
            ("0.1.0-1", true),
            ("1:2.0~rc1+b1", true),
            ("v1", false),
            ("1/2", false),
            ("", false),
            ("1 2", false),
        ] {
            assert_eq!(is_debian_version(version), expected, "{version}");
        }
    }
}
