//! Why a package is not believed.

use crate::digest::Digest;
use crate::elf::ElfFault;

/// Why a package is refused: one case for each reason, each saying what would mend it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// No policy says whom to trust.
    #[error(
        "no policy says whom to trust: set plugins.root_key and put policy.json with policy.sig in place"
    )]
    NoPolicy,
    /// The policy is not signed by the operator's root key.
    #[error("the policy is not signed by plugins.root_key: sign it again with that key")]
    PolicyForged,
    /// The policy is no policy.
    #[error("the policy cannot be read: {what}")]
    PolicyMalformed {
        /// What is wrong with it.
        what: String,
    },
    /// The policy's last day is over.
    #[error("the policy was valid until {not_after}: sign a newer one")]
    PolicyExpired {
        /// Its last day.
        not_after: String,
    },
    /// An older policy than the one before.
    #[error("the policy's counter is {counter}, and one with {seen} was in force already")]
    PolicyDowngraded {
        /// The policy's counter.
        counter: u64,
        /// The highest that was seen.
        seen: u64,
    },
    /// There is no signature.
    #[error(
        "no signature is in it (plugin.sig, or update.sig of an update), or none that is one: ask its vendor for a signed one"
    )]
    Unsigned,
    /// The policy knows no such key.
    #[error("the policy trusts no key called {key_id}")]
    UnknownKey {
        /// The key that the package names.
        key_id: String,
    },
    /// The key may not vouch for plugins of this name.
    #[error("the policy does not trust the key {key_id} with {id}")]
    KeyNotForId {
        /// The key that the package names.
        key_id: String,
        /// The plugin's id.
        id: String,
    },
    /// The key was revoked.
    #[error("the policy revoked the key {key_id}")]
    RevokedKey {
        /// The key that the package names.
        key_id: String,
    },
    /// The package, or a file in it, was revoked.
    #[error("the policy revoked {digest}")]
    RevokedDigest {
        /// What was revoked.
        digest: Digest,
    },
    /// The signature is not the key's over these bytes.
    #[error(
        "its signature is not that of the key {key_id} over this manifest: fetch it again, and ask its vendor"
    )]
    Forged {
        /// The key that the package names.
        key_id: String,
    },
    /// The package's last day is over.
    #[error("the package was valid until {not_after}: ask its vendor for a newer one")]
    Expired {
        /// Its last day.
        not_after: String,
    },
    /// The package is older than what was installed or what the policy asks for.
    #[error("the package's counter is {counter}, at least {least} is needed: install a newer one")]
    Downgraded {
        /// The package's counter.
        counter: u64,
        /// The least that passes.
        least: u64,
    },
    /// The manifest is missing or none.
    #[error("the manifest cannot be used: {what}")]
    Malformed {
        /// What is wrong with it.
        what: String,
    },
    /// The id belongs to the plugins that are delivered with the appliance.
    #[error("{id} is a name of the delivered plugins, which come in no package")]
    ReservedId {
        /// The plugin's id.
        id: String,
    },
    /// It is another package than the one that was asked for.
    #[error("the package is {found}, not {expected}")]
    OtherPackage {
        /// What it is.
        found: String,
        /// What was asked for.
        expected: String,
    },
    /// A path leads out of the package, or might.
    #[error("{path:?} is no plain relative path")]
    PathEscapes {
        /// The path.
        path: String,
    },
    /// Something is neither file nor folder.
    #[error("{path} is a symbolic link or something else than a plain file")]
    NotAFile {
        /// Where.
        path: String,
    },
    /// The manifest names a file that is not there.
    #[error("{path} is named by the manifest and missing")]
    FileMissing {
        /// Where.
        path: String,
    },
    /// There is a file that the manifest does not name.
    #[error("{path} is not named by the manifest")]
    FileExtra {
        /// Where.
        path: String,
    },
    /// A file has another content than was signed.
    #[error("{path} is not what was signed: its sha256 is {found}, the manifest says {expected}")]
    FileChanged {
        /// Where.
        path: String,
        /// What it is.
        found: Digest,
        /// What was signed.
        expected: Digest,
    },
    /// More, or more bytes, than a package may have.
    #[error("{what} is more than a package may have ({limit})")]
    TooLarge {
        /// What.
        what: String,
        /// The limit.
        limit: u64,
    },
    /// It is to run in the appliance's own process, and the policy does not list it for that.
    #[error("the policy does not let the package {digest} run in the appliance's process (in_process)")]
    NotInProcess {
        /// The package.
        digest: Digest,
    },
    /// It has no library for this machine.
    #[error("the package has no library for {machine}")]
    WrongMachine {
        /// This machine's architecture.
        machine: String,
    },
    /// The library's headers show what a plugin must not have.
    #[error("{path}: {fault}")]
    Library {
        /// Where.
        path: String,
        /// What.
        fault: ElfFault,
    },
    /// The disk or the memory failed.
    #[error("cannot read {what}")]
    Unreadable {
        /// What was read.
        what: String,
        /// Why not.
        source: std::io::Error,
    },
}

impl Refusal {
    /// Stable machine-readable name.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoPolicy => "no_policy",
            Self::PolicyForged => "policy_forged",
            Self::PolicyMalformed { .. } => "policy_malformed",
            Self::PolicyExpired { .. } => "policy_expired",
            Self::PolicyDowngraded { .. } => "policy_downgraded",
            Self::Unsigned => "unsigned",
            Self::UnknownKey { .. } => "unknown_key",
            Self::KeyNotForId { .. } => "key_not_for_id",
            Self::RevokedKey { .. } => "revoked_key",
            Self::RevokedDigest { .. } => "revoked_digest",
            Self::Forged { .. } => "forged",
            Self::Expired { .. } => "expired",
            Self::Downgraded { .. } => "downgraded",
            Self::Malformed { .. } => "malformed",
            Self::ReservedId { .. } => "reserved_id",
            Self::OtherPackage { .. } => "other_package",
            Self::PathEscapes { .. } => "path_escapes",
            Self::NotAFile { .. } => "not_a_file",
            Self::FileMissing { .. } => "file_missing",
            Self::FileExtra { .. } => "file_extra",
            Self::FileChanged { .. } => "file_changed",
            Self::TooLarge { .. } => "too_large",
            Self::NotInProcess { .. } => "not_in_process",
            Self::WrongMachine { .. } => "wrong_machine",
            Self::Library { fault, .. } => fault.code(),
            Self::Unreadable { .. } => "unreadable",
        }
    }

    pub(crate) fn unreadable(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| Self::Unreadable { what, source }
    }
}
