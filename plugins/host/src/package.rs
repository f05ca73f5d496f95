//! A plugin out of a package: what it says of itself is what its vendor signed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use plugin_package::{Digest, Needs, Package, PackageManifest, SealedFile, Trust};
use plugin_sdk::Error;
use plugin_sdk::abi::FP_HOST_ARTIFACT as ARTIFACT;

use crate::error::LoadError;
use crate::host::HostOptions;
use crate::isolated::Isolation;
use crate::manifest::Manifest;

/// Most characters of a name that a refusal repeats.
const NAME_SHOWN_MAX: usize = 100;

/// Most threads that a package gets, also where the machine runs more at once.
const THREADS_MAX: u32 = 64;
/// Least and most memory that a package gets for its process: the least is what the process takes without the plugin.
const MEMORY_MIB_MIN: u32 = 64;
const MEMORY_MIB_MAX: u32 = 4096;

/// Which package a plugin came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageTag {
    /// SHA-256 of its `plugin.json`, which stands for the whole package.
    pub digest: Digest,
    /// The key that vouches for it; `None` where nobody does.
    pub key_id: Option<String>,
}

/// What was signed, to be compared with what the library says.
pub(crate) struct Signed {
    manifest: PackageManifest,
    config_schema: Option<serde_json::Value>,
    pub(crate) tag: PackageTag,
}

/// What a package gets of what it says that its plugin needs, where it says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Granted {
    /// `limits.threads`: at least 1, at most as many as the machine runs at once, and 64.
    pub threads: Option<u32>,
    /// Memory of its own process in MiB, 64 to 4096. In the host's process nothing limits it.
    pub memory_mib: Option<u32>,
}

impl Granted {
    /// Of these needs, on this machine.
    pub fn of(needs: &Needs) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads_max = u32::try_from(cores).map_or(THREADS_MAX, |cores| cores.min(THREADS_MAX));
        Self {
            threads: needs.threads.map(|threads| threads.clamp(1, threads_max)),
            memory_mib: needs.memory_mib.map(|mib| mib.clamp(MEMORY_MIB_MIN, MEMORY_MIB_MAX)),
        }
    }
}

/// A host's options with what a package is granted, which the operator has read at the installation.
pub(crate) fn with_needs(options: &HostOptions, signed: Option<&Signed>) -> HostOptions {
    let mut options = options.clone();
    let Some(needs) = signed.map(|signed| &signed.manifest.needs) else { return options };
    let granted = Granted::of(needs);
    if let Some(threads) = granted.threads {
        options.limits.threads = threads;
    }
    if let (Some(mib), Isolation::Isolated(worker)) = (granted.memory_mib, &mut options.isolation) {
        worker.memory_bytes_max = u64::from(mib) << 20;
    }
    options
}

/// The files of a package beside its library, by path.
#[derive(Default)]
pub(crate) struct Artifacts(BTreeMap<String, SealedFile>);

impl Artifacts {
    /// The library of a package, and its other files where it says that the plugin reads them.
    pub(crate) fn of(package: Package) -> (SealedFile, Option<Self>) {
        let are_read = package.manifest.needs.host_ext.iter().any(|id| id.as_bytes() == ARTIFACT.to_bytes());
        let (library, others) = package.into_files();
        let others = others.into_iter().map(|(path, file)| (path.as_str().to_owned(), file));
        (library, are_read.then(|| Self(others.collect())))
    }

    /// The file at this path.
    pub(crate) fn get(&self, name: &str) -> Result<&SealedFile, Error> {
        // Any text may come here: it is cut before it is said again.
        let shown = || name.chars().take(NAME_SHOWN_MAX).collect::<String>();
        self.0.get(name).ok_or_else(|| Error::Invalid(format!("the package lists no file {:?}", shown())))
    }

    /// Bytes of all of them.
    pub(crate) fn bytes(&self) -> u64 {
        self.0.values().map(SealedFile::len).sum()
    }
}

/// What errors call the library of a package.
pub(crate) fn path(package: &Package) -> PathBuf {
    let manifest = &package.manifest;
    Path::new(&manifest.id).join(&manifest.version).join(package.library_path().as_str())
}

impl Signed {
    pub(crate) fn of(package: &Package) -> Self {
        let key_id = match &package.trust {
            Trust::Signed { key_id } => Some(key_id.clone()),
            Trust::Unsigned => None,
        };
        Self {
            manifest: package.manifest.clone(),
            config_schema: package.config_schema.clone(),
            tag: PackageTag { digest: package.digest, key_id },
        }
    }

    /// Refuses a library that is another, asks for more, or takes other settings than its package says.
    pub(crate) fn agrees_with(&self, said: &Manifest) -> Result<(), LoadError> {
        let signed = &self.manifest;
        let set = |ids: &[String]| ids.iter().cloned().collect::<BTreeSet<String>>();
        let listed = |ids: &BTreeSet<String>| Vec::from_iter(ids.iter().map(String::as_str)).join(", ");
        let (interfaces, promised) = (set(&said.interfaces), set(&signed.interfaces));
        let (required, needs) = (set(&said.required_host_ext), set(&signed.needs.host_ext));
        let rows = [
            ("fp_descriptor.id", said.id == signed.id, said.id.clone(), signed.id.clone()),
            (
                "fp_descriptor.version",
                said.version == signed.version,
                said.version.clone(),
                signed.version.clone(),
            ),
            ("fp_descriptor.interfaces", interfaces == promised, listed(&interfaces), listed(&promised)),
            (
                "fp_descriptor.required_host_ext",
                required.is_subset(&needs),
                listed(&required),
                listed(&needs),
            ),
            (
                "fp_descriptor.config_schema",
                self.takes(&said.config_schema),
                "another schema".to_owned(),
                "that of the package".to_owned(),
            ),
        ];
        match rows.into_iter().find(|(_, agrees, ..)| !agrees) {
            None => Ok(()),
            Some((field, _, found, expected)) => Err(LoadError::Field {
                path: said.path.clone(),
                field,
                found,
                expected,
                remedy: "its package says otherwise; ask its vendor for a sound one",
            }),
        }
    }

    /// Whether the library's schema is the package's; none, and one that is empty, are the same.
    fn takes(&self, schema: &str) -> bool {
        match (&self.config_schema, schema.is_empty()) {
            (None, is_empty) => is_empty,
            (Some(_), true) => false,
            (Some(signed), false) => {
                serde_json::from_str::<serde_json::Value>(schema).is_ok_and(|said| said == *signed)
            }
        }
    }
}
