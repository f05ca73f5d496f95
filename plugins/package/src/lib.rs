//! Signed packages of plugins and updates of the appliance: what is in one, who vouches for it, where installed plugins lie.
//!
//! A package is believed in this order: the operator's policy, the vendor's signature over the bytes of `plugin.json`, each file
//! (copied to sealed memory first, hashed there), the library's ELF headers. None of its code runs here. What
//! [`Verifier::verify`] hands out is what may be loaded: sealed memory that nobody can change any more, never a path.

mod archive;
mod digest;
mod elf;
mod folder;
mod key;
mod manifest;
mod path;
mod policy;
mod refusal;
mod sealed;
mod sign;
mod source;
mod store;
mod update;
mod verify;

pub use archive::write_archive;
pub use digest::Digest;
pub use elf::{ElfFault, check_library, library_faults};
pub use key::{KeyError, PublicKey, SecretKey, Signature};
pub use manifest::{Abi, Endpoint, Needs, PackageManifest, is_reverse_dns, is_semver};
pub use path::PackagePath;
pub use policy::{Policy, Trust, TrustedKey};
pub use refusal::Refusal;
pub use sealed::SealedFile;
pub use sign::{SignError, sign_folder, sign_policy, sign_update};
pub use source::{MANIFEST_FILE, SIGNATURE_FILE, Source};
pub use store::{PackageStore, Placed, Record, StoreError};
pub use update::{UPDATE_ID, Update, UpdateFile, UpdateManifest, is_debian_version};
pub use verify::{Package, Verifier};

/// Today, as expiry dates mean it.
pub use jiff::civil::Date;
