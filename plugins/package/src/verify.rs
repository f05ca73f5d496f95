//! Whether a package is believed, and what may then be loaded of it.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::digest::Digest;
use crate::elf::check_library;
use crate::key::Signature;
use crate::manifest::PackageManifest;
use crate::path::PackagePath;
use crate::policy::{Claim, Policy, Trust, trust};
use crate::refusal::Refusal;
use crate::sealed::SealedFile;
use crate::source::{FILE_BYTES_MAX, MANIFEST_FILE, PACKAGE_BYTES_MAX, SIGNATURE_FILE, Source};

/// Believes packages by a policy, on a day.
#[derive(Clone)]
pub struct Verifier {
    /// What the operator signed; `None` where there is nothing.
    pub policy: Option<Policy>,
    /// Believe packages that nobody vouches for.
    pub allow_unsigned: bool,
    /// The day (UTC).
    pub today: Date,
}

/// A package that is believed, in memory that nobody can change.
#[derive(Debug)]
pub struct Package {
    /// What it says of itself.
    pub manifest: PackageManifest,
    /// SHA-256 of `plugin.json`, which stands for the whole package.
    pub digest: Digest,
    /// Who vouches for it.
    pub trust: Trust,
    /// Whether the policy lets it run within the appliance's own process.
    pub may_run_in_process: bool,
    /// The library for this machine.
    pub library: SealedFile,
    /// The JSON Schema of its settings, where it has one.
    pub config_schema: Option<serde_json::Value>,
    library_path: PackagePath,
    /// All but the library: `plugin.json` and `plugin.sig` too.
    others: BTreeMap<PackagePath, SealedFile>,
}

impl Verifier {
    /// Goes through policy, signature, files and library, in this order.
    ///
    /// # Errors
    /// The first reason to refuse.
    pub fn verify(&self, source: &Source) -> Result<Package, Refusal> {
        let manifest_file = source.manifest()?;
        let bytes = manifest_file.bytes().map_err(Refusal::unreadable(MANIFEST_FILE))?;
        let manifest = PackageManifest::parse(&bytes)?;
        let digest = manifest_file.digest();
        let signature_file = source.signature()?;
        let signature = parsed(signature_file.as_ref())?;
        let claim = Claim { bytes: &bytes, digest, signature, said: manifest.said() };
        let trust = trust(self.policy.as_ref(), &claim, self.today, self.allow_unsigned)?;

        let mut others = signed_files(source, &manifest.files, &[MANIFEST_FILE, SIGNATURE_FILE])?;
        let (library_path, library) = library(&manifest, &mut others)?;
        let config_schema = schema(&manifest, &others)?;
        others.insert(PackagePath::parse(MANIFEST_FILE)?, manifest_file);
        if let Some(signature) = signature_file {
            others.insert(PackagePath::parse(SIGNATURE_FILE)?, signature);
        }
        let may_run_in_process = self.policy.as_ref().is_some_and(|policy| policy.allows_in_process(&digest));
        Ok(Package {
            manifest,
            digest,
            trust,
            may_run_in_process,
            library,
            config_schema,
            library_path,
            others,
        })
    }
}

impl Package {
    /// Where the library lies in the package.
    pub fn library_path(&self) -> &PackagePath {
        &self.library_path
    }

    /// The library, and what else `plugin.json` lists, by path: files that the plugin may read. Libraries for other machines are
    /// not among them.
    pub fn into_files(self) -> (SealedFile, BTreeMap<PackagePath, SealedFile>) {
        let Self { manifest, library, mut others, .. } = self;
        let is_library = |path: &str| manifest.libraries.values().any(|library| library == path);
        others.retain(|path, _| manifest.files.contains_key(path.as_str()) && !is_library(path.as_str()));
        (library, others)
    }

    /// Every file, with its path.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&PackagePath, &SealedFile)> {
        std::iter::once((&self.library_path, &self.library)).chain(&self.others)
    }
}

/// The signature in the file, where there is one.
pub(crate) fn parsed(file: Option<&SealedFile>) -> Result<Option<Signature>, Refusal> {
    let bytes = file.map(SealedFile::bytes).transpose().map_err(Refusal::unreadable("the signature"))?;
    Ok(bytes.and_then(|bytes| Signature::parse(&bytes)))
}

/// The files that the manifest names, each as it was signed, and no others but the `own` ones: manifest and signature.
pub(crate) fn signed_files(
    source: &Source,
    files: &BTreeMap<String, Digest>,
    own: &[&str],
) -> Result<BTreeMap<PackagePath, SealedFile>, Refusal> {
    let mut named = BTreeMap::new();
    for (name, digest) in files {
        named.insert(PackagePath::parse(name)?, *digest);
    }
    let is_own = |path: &PackagePath| own.contains(&path.as_str());
    if let Some(extra) = source.list()?.iter().find(|path| !is_own(path) && !named.contains_key(path)) {
        return Err(Refusal::FileExtra { path: extra.to_string() });
    }
    let mut files = BTreeMap::new();
    let mut left = PACKAGE_BYTES_MAX;
    for (path, expected) in named {
        let file = source.read(&path, FILE_BYTES_MAX.min(left))?;
        let file = file.ok_or_else(|| Refusal::FileMissing { path: path.to_string() })?;
        if file.digest() != expected {
            return Err(Refusal::FileChanged { path: path.to_string(), found: file.digest(), expected });
        }
        left -= file.len();
        files.insert(path, file);
    }
    Ok(files)
}

/// The library for this machine, taken out of the files; its headers are fit.
fn library(
    manifest: &PackageManifest,
    files: &mut BTreeMap<PackagePath, SealedFile>,
) -> Result<(PackagePath, SealedFile), Refusal> {
    let machine = std::env::consts::ARCH;
    let name = manifest.libraries.get(machine);
    let name = name.ok_or_else(|| Refusal::WrongMachine { machine: machine.to_owned() })?;
    let path = PackagePath::parse(name)?;
    let file = files.remove(&path).ok_or_else(|| Refusal::FileMissing { path: name.clone() })?;
    let bytes = file.bytes().map_err(Refusal::unreadable(name.as_str()))?;
    check_library(&bytes, machine).map_err(|fault| Refusal::Library { path: name.clone(), fault })?;
    Ok((path, file))
}

/// The settings schema that the manifest names.
fn schema(
    manifest: &PackageManifest,
    files: &BTreeMap<PackagePath, SealedFile>,
) -> Result<Option<serde_json::Value>, Refusal> {
    let Some(name) = &manifest.config_schema else { return Ok(None) };
    let file = files.get(&PackagePath::parse(name)?);
    let file = file.ok_or_else(|| Refusal::FileMissing { path: name.clone() })?;
    let bytes = file.bytes().map_err(Refusal::unreadable(name.as_str()))?;
    let read = serde_json::from_slice(&bytes);
    read.map(Some).map_err(|error| Refusal::Malformed { what: format!("{name} is not JSON: {error}") })
}
