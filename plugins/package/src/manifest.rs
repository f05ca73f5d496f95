//! `plugin.json`: what a package says of itself, and what its vendor signs.

use std::collections::BTreeMap;

use jiff::civil::Date;
use plugin_sdk::abi::{FP_ABI_MAJOR, FP_ABI_MINOR};
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::policy::Said;
use crate::refusal::Refusal;

/// Largest `plugin.json`.
pub(crate) const MANIFEST_BYTES_MAX: u64 = 256 << 10;
/// The format that this program writes and reads.
pub(crate) const FORMAT: u32 = 1;
/// Names of the delivered plugins.
const OWN_PREFIX: &str = "org.facepay";
/// Longest id, version, key id and the like.
pub(crate) const TEXT_BYTES_MAX: usize = 128;

/// What a package says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackageManifest {
    /// 1.
    pub format: u32,
    /// Reverse DNS; that of the plugin's descriptor.
    pub id: String,
    /// SemVer 2; that of the plugin's descriptor.
    pub version: String,
    /// The ABI it was built for.
    pub abi: Abi,
    /// The interfaces of the descriptor.
    pub interfaces: Vec<String>,
    /// The library for each architecture, as Rust and `uname -m` call it: `x86_64`, `aarch64`.
    pub libraries: BTreeMap<String, String>,
    /// Every file but `plugin.json` and `plugin.sig`, with its SHA-256; `facepay plugin sign` fills it in.
    #[serde(default)]
    pub files: BTreeMap<String, Digest>,
    /// What it needs of the host.
    #[serde(default)]
    pub needs: Needs,
    /// The file with the JSON Schema of its settings; that of the descriptor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_schema: Option<String>,
    /// The vendor's key, as the operator's policy calls it.
    pub key_id: String,
    /// Its last day (UTC), `2027-12-31`.
    pub not_after: String,
    /// Rises with each release; none with a lower one is installed after it.
    pub counter: u64,
}

/// An ABI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Abi {
    /// `FP_ABI_MAJOR`.
    pub major: u32,
    /// The least `FP_ABI_MINOR` of a host that it works with.
    pub minor_min: u32,
}

/// What a plugin needs of its host.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Needs {
    /// Host extensions; the descriptor requires no others.
    #[serde(default)]
    pub host_ext: Vec<String>,
    /// Where its requests go: told to the operator, whose `payment.endpoints` decide whether it may.
    #[serde(default)]
    pub endpoints: Vec<Endpoint>,
    /// The memory that it needs, in MiB: told to the operator, and its limit in a process of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_mib: Option<u32>,
    /// The threads that it needs: told to the operator, and its limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threads: Option<u32>,
}

/// A place that a payment plugin sends requests to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// What it is for.
    pub name: String,
    /// Its base URL.
    pub url: String,
}

impl PackageManifest {
    /// Reads the bytes of a `plugin.json`.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] or [`Refusal::ReservedId`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let manifest: Self =
            serde_json::from_slice(bytes).map_err(|error| Refusal::Malformed { what: error.to_string() })?;
        manifest.check().map_err(|what| Refusal::Malformed { what })?;
        let own = manifest.id.strip_prefix(OWN_PREFIX);
        match own.is_some_and(|rest| rest.is_empty() || rest.starts_with('.')) {
            true => Err(Refusal::ReservedId { id: manifest.id }),
            false => Ok(manifest),
        }
    }

    fn check(&self) -> Result<(), String> {
        let short = |text: &str| !text.is_empty() && text.len() <= TEXT_BYTES_MAX;
        let rules = [
            (self.format == FORMAT, format!("format is {}, not {FORMAT}", self.format)),
            (short(&self.id) && is_reverse_dns(&self.id), "id is no reverse DNS name".to_owned()),
            (short(&self.version) && is_semver(&self.version), "version is not SemVer 2".to_owned()),
            (self.abi.major == FP_ABI_MAJOR, format!("abi.major is {}, not {FP_ABI_MAJOR}", self.abi.major)),
            (
                self.abi.minor_min <= FP_ABI_MINOR,
                format!("abi.minor_min is {}, this host has {FP_ABI_MINOR}", self.abi.minor_min),
            ),
            (!self.interfaces.is_empty(), "interfaces is empty".to_owned()),
            (!self.libraries.is_empty(), "libraries is empty".to_owned()),
            (short(&self.key_id), "key_id is empty or long".to_owned()),
            (self.last_day().is_some(), "not_after is no date like 2027-12-31".to_owned()),
        ];
        match rules.into_iter().find(|(holds, _)| !holds) {
            Some((_, what)) => Err(what),
            None => Ok(()),
        }
    }

    /// What the policy is asked about.
    pub(crate) fn said(&self) -> Said<'_> {
        let Self { id, key_id, not_after, counter, files, .. } = self;
        Said { id, key_id, not_after, counter: *counter, digests: files.values().copied().collect() }
    }

    /// The last day on which it is valid.
    fn last_day(&self) -> Option<Date> {
        day(&self.not_after)
    }
}

/// The day that is written like `2027-12-31`.
pub(crate) fn day(text: &str) -> Option<Date> {
    text.parse::<Date>().ok().filter(|date| date.to_string() == text)
}

/// Whether `id` is reverse DNS: lower-case labels, two at least.
pub fn is_reverse_dns(id: &str) -> bool {
    let label = |label: &str| {
        let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !label.is_empty() && !label.starts_with('-') && !label.ends_with('-') && label.bytes().all(known)
    };
    id.split('.').count() >= 2 && id.split('.').all(label)
}

/// Whether `version` begins as SemVer 2 does and has none but its characters.
pub fn is_semver(version: &str) -> bool {
    let core = version.split(['-', '+']).next().unwrap_or_default();
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b".-+".contains(&byte);
    core.split('.').count() == 3 && core.split('.').all(number) && version.bytes().all(known)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn with(field: &str, value: Value) -> String {
        let mut manifest = json!({
            "format": 1, "id": "com.acme.pay", "version": "1.0.0", "abi": { "major": 1, "minor_min": 0 },
            "interfaces": ["facepay.payment/1"], "libraries": { "x86_64": "lib.so" }, "key_id": "acme",
            "not_after": "2027-12-31", "counter": 1
        });
        manifest[field] = value;
        manifest.to_string()
    }

    #[test]
    fn a_manifest_is_whole_or_refused_with_what_is_wrong() {
        assert!(PackageManifest::parse(with("counter", json!(2)).as_bytes()).is_ok());
        let rows = [
            ("format", json!(2), "malformed", "format is 2"),
            ("id", json!("Acme"), "malformed", "reverse DNS"),
            ("id", json!("org.facepay.pay"), "reserved_id", "delivered"),
            ("id", json!("org.facepay"), "reserved_id", "delivered"),
            ("version", json!("1.0"), "malformed", "SemVer"),
            ("version", json!("1.0.0-../x"), "malformed", "SemVer"),
            ("abi", json!({ "major": 2, "minor_min": 0 }), "malformed", "abi.major is 2"),
            ("abi", json!({ "major": 1, "minor_min": 99 }), "malformed", "abi.minor_min is 99"),
            ("interfaces", json!([]), "malformed", "interfaces"),
            ("libraries", json!({}), "malformed", "libraries"),
            ("key_id", json!(""), "malformed", "key_id"),
            ("not_after", json!("2027-13-01"), "malformed", "not_after"),
            ("not_after", json!("20271231"), "malformed", "not_after"),
            ("counter", json!(-1), "malformed", "-1"),
            ("files", json!({ "lib.so": "abc" }), "malformed", "64"),
            ("surprise", json!(1), "malformed", "surprise"),
        ];
        for (field, value, code, said) in rows {
            let refusal = PackageManifest::parse(with(field, value.clone()).as_bytes()).unwrap_err();
            assert_eq!(refusal.code(), code, "{field} {value}: {refusal}");
            assert!(refusal.to_string().contains(said), "{field} {value}: {refusal}");
        }
    }

    #[test]
    fn a_name_that_only_begins_like_ours_is_not_ours() {
        assert!(PackageManifest::parse(with("id", json!("org.facepayments.pay")).as_bytes()).is_ok());
    }

    #[test]
    fn only_reverse_dns_is_an_id() {
        let rows = [("org.facepay.wallet", true), ("a.b-c.d1", true), ("wallet", false), ("Org.x", false)];
        let refused = [("a..b", false), ("a.-b", false), ("", false), ("a.b/1", false), ("a.b c", false)];
        for (id, expected) in rows.into_iter().chain(refused) {
            assert_eq!(is_reverse_dns(id), expected, "{id}");
        }
    }

    #[test]
    fn only_three_numbers_begin_a_version() {
        let rows =
            [("1.0.0", true), ("1.2.3-rc.1+b", true), ("1.0", false), ("v1.0.0", false), ("1.0.0.0", false)];
        for (version, expected) in rows {
            assert_eq!(is_semver(version), expected, "{version}");
        }
    }
}
