//! The operator's policy: whom to trust with what. Its rules are pure; the day and the memory of counters come in.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::key::{PublicKey, Signature};
use crate::manifest::{FORMAT, day};
use crate::refusal::Refusal;
use crate::update::UPDATE_ID;

/// Largest `policy.json`.
pub(crate) const POLICY_BYTES_MAX: u64 = 1 << 20;

/// Whom the operator trusts with what.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    wire: Wire,
    keys: BTreeMap<String, (PublicKey, Vec<String>)>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    format: u32,
    /// Rises with each version; an older one is refused after it.
    counter: u64,
    /// Its last day (UTC); for ever without it.
    #[serde(default)]
    not_after: Option<String>,
    keys: Vec<TrustedKey>,
    #[serde(default)]
    revoked_keys: BTreeSet<String>,
    /// Of packages (the SHA-256 of `plugin.json`) and of files in them.
    #[serde(default)]
    revoked: BTreeSet<Digest>,
    /// The least counter for each id.
    #[serde(default)]
    counters: BTreeMap<String, u64>,
    /// Packages that may run within the appliance's own process.
    #[serde(default)]
    in_process: BTreeSet<Digest>,
}

/// A vendor's key, and the names that it may vouch for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedKey {
    /// As `key_id` of the packages.
    pub id: String,
    /// 64 hexadecimal digits.
    pub public: String,
    /// `com.acme` stands for itself and every name that begins with `com.acme.`.
    pub prefixes: Vec<String>,
}

/// What a package of plugins or an update claims, before any of its files is looked at.
pub(crate) struct Claim<'a> {
    /// The manifest, byte by byte.
    pub(crate) bytes: &'a [u8],
    pub(crate) digest: Digest,
    pub(crate) signature: Option<Signature>,
    pub(crate) said: Said<'a>,
}

/// What a manifest says that a policy is about.
pub(crate) struct Said<'a> {
    pub(crate) id: &'a str,
    pub(crate) key_id: &'a str,
    pub(crate) not_after: &'a str,
    pub(crate) counter: u64,
    /// Of its files.
    pub(crate) digests: Vec<Digest>,
}

/// Who vouches for a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// A vendor whom the policy trusts with this name.
    Signed {
        /// The vendor's key.
        key_id: String,
    },
    /// Nobody; the operator allows that.
    Unsigned,
}

impl Policy {
    /// The policy in these bytes, if the operator's root key signed exactly them.
    ///
    /// # Errors
    /// [`Refusal::PolicyForged`], [`Refusal::PolicyMalformed`] or [`Refusal::PolicyExpired`].
    pub fn open(bytes: &[u8], signature: &[u8], root: &PublicKey, today: Date) -> Result<Self, Refusal> {
        let signature = Signature::parse(signature).filter(|signature| root.vouches(bytes, signature));
        signature.ok_or(Refusal::PolicyForged)?;
        let policy = Self::parse(bytes)?;
        match &policy.wire.not_after {
            Some(not_after) if day(not_after).is_none_or(|last| last < today) => {
                Err(Refusal::PolicyExpired { not_after: not_after.clone() })
            }
            _ => Ok(policy),
        }
    }

    /// The policy in these bytes, whoever wrote them.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let malformed = |what: String| Refusal::PolicyMalformed { what };
        let wire: Wire = serde_json::from_slice(bytes).map_err(|error| malformed(error.to_string()))?;
        if wire.format != FORMAT {
            return Err(malformed(format!("format is {}, not {FORMAT}", wire.format)));
        }
        if wire.not_after.as_deref().is_some_and(|text| day(text).is_none()) {
            return Err(malformed("not_after is no date like 2027-12-31".to_owned()));
        }
        let mut keys = BTreeMap::new();
        for key in &wire.keys {
            let public = key.public.parse().map_err(|what| malformed(format!("key {}: {what}", key.id)))?;
            if keys.insert(key.id.clone(), (public, key.prefixes.clone())).is_some() {
                return Err(malformed(format!("two keys are called {}", key.id)));
            }
        }
        Ok(Self { wire, keys })
    }

    /// Rises with each version of the policy.
    pub fn counter(&self) -> u64 {
        self.wire.counter
    }

    /// Whether the package with this digest may run within the appliance's own process.
    pub fn allows_in_process(&self, package: &Digest) -> bool {
        self.wire.in_process.contains(package)
    }

    /// What of the package was revoked, if anything.
    fn revoked(&self, claim: &Claim<'_>) -> Option<Digest> {
        let all = std::iter::once(&claim.digest).chain(&claim.said.digests);
        all.into_iter().find(|digest| self.wire.revoked.contains(digest)).copied()
    }

    /// The key that the package names, if it may vouch for the package's name.
    fn key(&self, said: &Said<'_>) -> Result<&PublicKey, Refusal> {
        let key_id = said.key_id.to_owned();
        if self.wire.revoked_keys.contains(&key_id) {
            return Err(Refusal::RevokedKey { key_id });
        }
        let Some((public, prefixes)) = self.keys.get(&key_id) else {
            return Err(Refusal::UnknownKey { key_id });
        };
        match prefixes.iter().any(|prefix| covers(prefix, said.id)) {
            true => Ok(public),
            false => Err(Refusal::KeyNotForId { key_id, id: said.id.to_owned() }),
        }
    }
}

/// Whether `prefix` is `id` or whole labels at its beginning. Nobody is trusted with the appliance itself by a wider name.
fn covers(prefix: &str, id: &str) -> bool {
    if id == UPDATE_ID {
        return prefix == id;
    }
    id.strip_prefix(prefix)
        .is_some_and(|rest| !prefix.is_empty() && (rest.is_empty() || rest.starts_with('.')))
}

/// Decides from the policy, the claim and the day alone who vouches for a package. `allow_unsigned` excuses the lack of a
/// voucher (no policy, no signature, an unknown key), and nothing else: never a false signature or a revoked one.
pub(crate) fn trust(
    policy: Option<&Policy>,
    claim: &Claim<'_>,
    today: Date,
    allow_unsigned: bool,
) -> Result<Trust, Refusal> {
    if let Some(digest) = policy.and_then(|policy| policy.revoked(claim)) {
        return Err(Refusal::RevokedDigest { digest });
    }
    let trust = match vouched(policy, claim) {
        Err(Refusal::NoPolicy | Refusal::Unsigned | Refusal::UnknownKey { .. }) if allow_unsigned => {
            Trust::Unsigned
        }
        vouched => vouched?,
    };
    let said = &claim.said;
    if day(said.not_after).is_none_or(|last| last < today) {
        return Err(Refusal::Expired { not_after: said.not_after.to_owned() });
    }
    let least = policy.and_then(|policy| policy.wire.counters.get(said.id)).copied().unwrap_or_default();
    not_below(said.counter, least)?;
    Ok(trust)
}

fn vouched(policy: Option<&Policy>, claim: &Claim<'_>) -> Result<Trust, Refusal> {
    let policy = policy.ok_or(Refusal::NoPolicy)?;
    let signature = claim.signature.ok_or(Refusal::Unsigned)?;
    let key_id = claim.said.key_id.to_owned();
    match policy.key(&claim.said)?.vouches(claim.bytes, &signature) {
        true => Ok(Trust::Signed { key_id }),
        false => Err(Refusal::Forged { key_id }),
    }
}

/// Refuses a package below the least counter.
pub(crate) fn not_below(counter: u64, least: u64) -> Result<(), Refusal> {
    match counter < least {
        true => Err(Refusal::Downgraded { counter, least }),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests;
