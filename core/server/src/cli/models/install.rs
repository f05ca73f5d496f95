//! `facepay models install|remove`: weights that are not delivered, from their makers' file.

use std::path::Path;

use models::import::{self, ImportError};
use models::manifest::{Digest, Entry, Manifest, Weights};
use models::{verify, weights};

use super::super::{Cli, Exit, Failure, offline, terminal};
use crate::api::chain;
use crate::app::installed::{self, Record};
use crate::app::start::machine_clock;
use crate::folders;
use crate::settings::Settings;

/// Checks, converts, tries out and keeps the makers' file of a network.
pub(super) fn install(cli: &Cli, file: &Path, name: &str, vouched: Option<Digest>) -> Result<Exit, Failure> {
    let settings = offline::settings(cli)?;
    let entry = installable(&settings, name)?;
    let source = read(file)?;
    let found = Digest::of(&source);
    let is_known = import::known(&entry).iter().any(|(_, digest)| *digest == found);
    admit(&entry, found, is_known, vouched)?;
    let unusable = |error: &dyn std::error::Error| {
        Failure::failed(format!("{} can't be installed as {name}: {}", file.display(), chain(error)))
    };
    let converted = import::convert_unchecked(&entry, &source).map_err(|error| unusable(&error))?;
    verify::try_out(&entry, &converted).map_err(|error| unusable(&error))?;
    let source_file = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let sha256 = Digest::of(&converted);
    let record = Record::new(name, (&source_file, found), is_known, sha256, machine_clock()());
    installed::install(&settings, record, &converted)?;
    terminal::out(format!(
        "{name}: installed from {source_file}, {} bytes, sha256 {sha256}",
        converted.len()
    ));
    if !is_known {
        terminal::note("the manifest doesn't know this file; you vouch for it, and doctor says so");
    }
    Ok(Exit::Ok)
}

/// Takes a network's installed weights away.
pub(super) fn remove(cli: &Cli, name: &str) -> Result<Exit, Failure> {
    let settings = offline::settings(cli)?;
    installable(&settings, name)?;
    match installed::remove(&settings, name)? {
        true => terminal::out(format!("{name}: removed; the appliance forgets it at its next start")),
        false => return Err(Failure::failed(format!("{name} is not installed"))),
    }
    Ok(Exit::Ok)
}

/// The manifest's entry of that name, if its weights are for an operator to install.
fn installable(settings: &Settings, name: &str) -> Result<Entry, Failure> {
    let folder = folders::weights(&settings.compute.weights_folder);
    let manifest = Manifest::read(&folder.join("manifest.toml"))
        .map_err(|error| Failure::new(Exit::Integrity, chain(&error)))?;
    let of_operators = |entry: &&Entry| matches!(entry.weights, Weights::Installed(_));
    match manifest.entry(name) {
        Some(entry) if of_operators(&entry) => Ok(entry.clone()),
        Some(_) => Err(Failure::failed(format!(
            "{name} is delivered with this program; there is nothing to install"
        ))),
        None => {
            let models = manifest.models.iter().filter(of_operators);
            let known: Vec<&str> = models.map(|entry| entry.name.as_str()).collect();
            Err(Failure::failed(format!("no network is called `{name}`; there are {}", known.join(", "))))
        }
    }
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error: std::io::Error| {
        let failure = Failure::from(error);
        Failure::new(failure.exit, format!("cannot read {}: {}", file.display(), failure.text))
    };
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() || metadata.len() > weights::FILE_BYTES_MAX {
        return Err(Failure::failed(format!("{} is no file of weights", file.display())));
    }
    std::fs::read(file).map_err(failed)
}

/// Refuses a file that neither the manifest knows nor the operator vouches for.
fn admit(entry: &Entry, found: Digest, is_known: bool, vouched: Option<Digest>) -> Result<(), Failure> {
    let refused = |text: String| Err(Failure::new(Exit::Integrity, text));
    match vouched {
        Some(vouched) if vouched != found => {
            refused(format!("the file's sha256 is {found}, not {vouched} as --sha256 says"))
        }
        None if !is_known => {
            let error = ImportError::Digest { model: entry.name.clone(), known: import::known(entry), found };
            refused(format!("{}; if you trust this file, say so with --sha256 {found}", chain(&error)))
        }
        _ => Ok(()),
    }
}
