//! `facepay models list|verify|convert|install|remove|change`: the networks, their rights, their weights, and which one is in force.

mod change;
mod install;

use std::path::{Path, PathBuf};

use clap::Subcommand;
use models::import;
use models::manifest::{CommercialUse, Digest, Entry, Manifest, Weights};
use models::verify::{Parity, Report, VerifyError};
use models::weights::Shelf;
use serde_json::json;

use super::{Cli, Exit, Failure, offline, terminal};
use crate::api::chain;
use crate::app::installed::{self, Record};
use crate::folders;

/// What to do with networks.
#[derive(Subcommand)]
pub enum Models {
    /// The networks this build knows: what each does, its licence, its source.
    List {
        /// One object instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Checks every weight file's digest and compares the network's answers with the original's.
    Verify {
        /// One object instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Checks the makers' file of a network that is not delivered, converts it, tries it out and keeps it.
    Install {
        /// The makers' file.
        file: PathBuf,
        /// The network's name in the manifest.
        #[arg(long = "as", value_name = "NAME")]
        name: String,
        /// Digest of a file that the manifest doesn't know and you vouch for.
        #[arg(long, value_name = "DIGEST")]
        sha256: Option<Digest>,
    },
    /// Takes a network's installed weights away.
    Remove {
        /// The network's name in the manifest.
        name: String,
    },
    /// Converts a published .onnx or .tflite file into the delivered weights of a network.
    Convert {
        /// The network's name in the manifest.
        name: String,
        /// The published file.
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
        /// Writes nothing; fails unless the result equals the weights in the folder, byte for byte.
        #[arg(long)]
        check: bool,
    },
    /// Has the recogniser beside make templates of the faces that are kept (model_change.keep_crops).
    Retemplate {
        /// One object instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Another recogniser takes over without enrolling anybody anew.
    #[command(subcommand)]
    Change(change::Change),
}

pub(super) fn run(cli: &Cli, command: &Models) -> Result<Exit, Failure> {
    let builtin = Manifest::builtin().map_err(|error| Failure::failed(chain(&error)))?;
    let settings = offline::settings(cli)?;
    let folder = folders::weights(&settings.compute.weights_folder);
    match command {
        Models::List { json } => list(&builtin, &installed::records(&settings)?, *json),
        Models::Verify { json } => {
            let manifest = Manifest::read(&folder.join("manifest.toml"))
                .map_err(|error| Failure::new(Exit::Integrity, chain(&error)))?;
            verify(&manifest, &builtin, &installed::shelf(&settings)?, *json)
        }
        Models::Install { file, name, sha256 } => install::install(cli, file, name, *sha256),
        Models::Remove { name } => install::remove(cli, name),
        Models::Convert { name, from, check } => convert(&builtin, &folder, name, from, *check),
        Models::Retemplate { json } => change::retemplate(cli, *json),
        Models::Change(command) => change::run(cli, command),
    }
}

/// The manifest's word for it.
pub(super) fn cleared(rights: CommercialUse) -> &'static str {
    match rights {
        CommercialUse::Yes => "yes",
        CommercialUse::No => "no",
        CommercialUse::Ask => "ask",
    }
}

/// Whether a network's weights are here, and who says that they are its makers'.
fn state(entry: &Entry, records: &[Record]) -> &'static str {
    match (&entry.weights, records.iter().find(|record| record.name == entry.name)) {
        (Weights::Delivered(_), _) => "delivered",
        (_, None) => "missing",
        (_, Some(record)) if record.is_known => "installed",
        (_, Some(_)) => "vouched for",
    }
}

fn list(manifest: &Manifest, records: &[Record], as_json: bool) -> Result<Exit, Failure> {
    if as_json {
        let networks = manifest.models.iter().map(|entry| {
            json!({
                "state": state(entry, records),
                "installed": records.iter().find(|record| record.name == entry.name),
                "name": entry.name,
                "about": entry.about,
                "input": [entry.input.width, entry.input.height],
                "model_tag": entry.model_tag,
                "source": entry.source,
                "rights": entry.rights,
                "weights": entry.weights,
            })
        });
        terminal::json(&json!({ "models": networks.collect::<Vec<_>>() }));
        return Ok(Exit::Ok);
    }
    let row = |entry: &Entry| {
        let input = format!("{}x{}", entry.input.width, entry.input.height);
        let commercial = cleared(entry.rights.commercial_use).to_owned();
        let (licence, state) = (entry.rights.licence.clone(), state(entry, records).to_owned());
        vec![entry.name.clone(), state, input, licence, commercial, entry.about.clone()]
    };
    let rows: Vec<_> = manifest.models.iter().map(row).collect();
    terminal::table(&["NAME", "WEIGHTS", "INPUT", "LICENCE", "COMMERCIAL", "ABOUT"], &rows);
    Ok(Exit::Ok)
}

/// How near a network's answers come to the original's; nothing is known of a sound network that is not delivered.
type Verdict = Result<Option<Parity>, String>;

fn verdict(report: &Report, builtin: &Manifest) -> Verdict {
    match &report.parity {
        Ok(parity) if parity.holds() => Ok(Some(*parity)),
        Ok(parity) => Err(format!(
            "answers differ from the original's: cosine {:.6}, largest difference {:.2e}",
            parity.cosine_min, parity.difference_max
        )),
        Err(VerifyError::NoReference { .. }) if !is_delivered(builtin, &report.name) => Ok(None),
        Err(error) => Err(chain(error)),
    }
}

/// Whether this program comes with the network's weights, and so with the original's answers.
fn is_delivered(builtin: &Manifest, name: &str) -> bool {
    builtin.entry(name).is_some_and(|entry| matches!(entry.weights, Weights::Delivered(_)))
}

fn verify(manifest: &Manifest, builtin: &Manifest, shelf: &Shelf, as_json: bool) -> Result<Exit, Failure> {
    let (reports, folder) = (models::verify(manifest, shelf), &shelf.folder);
    let verdicts: Vec<(&str, Verdict)> =
        reports.iter().map(|report| (report.name.as_str(), verdict(report, builtin))).collect();
    let sound = verdicts.iter().all(|(_, verdict)| verdict.is_ok());
    if as_json {
        let models = verdicts.iter().map(|(name, verdict)| {
            json!({
                "name": name,
                "ok": verdict.is_ok(),
                "cosine_min": verdict.as_ref().ok().and_then(|parity| Some(parity.as_ref()?.cosine_min)),
                "difference_max": verdict.as_ref().ok().and_then(|parity| Some(parity.as_ref()?.difference_max)),
                "fault": verdict.as_ref().err(),
            })
        });
        let models: Vec<_> = models.collect();
        terminal::json(&json!({ "ok": sound, "folder": folder.display().to_string(), "models": models }));
    } else {
        for (name, verdict) in &verdicts {
            match verdict {
                Ok(None) => {
                    terminal::out(format!(
                        "ok    {name:<22} whole; no answers of an original to compare with"
                    ));
                }
                Ok(Some(parity)) => terminal::out(format!(
                    "ok    {name:<22} cosine {:.7}, largest difference {:.2e}",
                    parity.cosine_min, parity.difference_max
                )),
                Err(fault) => terminal::out(format!("FAIL  {name:<22} {fault}")),
            }
        }
    }
    Ok(if sound { Exit::Ok } else { Exit::Integrity })
}

fn convert(
    manifest: &Manifest,
    folder: &Path,
    name: &str,
    from: &Path,
    check: bool,
) -> Result<Exit, Failure> {
    let entry = manifest.entry(name).ok_or_else(|| {
        let known: Vec<&str> = manifest.models.iter().map(|entry| entry.name.as_str()).collect();
        Failure::failed(format!("no network is called `{name}`; there are {}", known.join(", ")))
    })?;
    let published = std::fs::read(from).map_err(|error| {
        Failure::new(Failure::from(error).exit, format!("cannot read {}", from.display()))
    })?;
    let converted = import::convert(entry, &published).map_err(|error| {
        let exit =
            if matches!(error, import::ImportError::Digest { .. }) { Exit::Integrity } else { Exit::Failure };
        Failure::new(exit, chain(&error))
    })?;
    if matches!(entry.weights, Weights::Installed(_)) {
        return Err(Failure::failed(format!(
            "{name} is not delivered: facepay models install FILE --as {name}"
        )));
    }
    let target = folder.join(entry.weights_file());
    if check {
        let kept = std::fs::read(&target).map_err(|error| {
            Failure::new(Exit::Failure, format!("cannot read {}: {error}", target.display()))
        })?;
        if kept != converted {
            let text = format!("{} is not what {} converts to", target.display(), from.display());
            return Err(Failure::new(Exit::Integrity, text));
        }
        terminal::out(format!("{name}: {} bytes, the same as {}", converted.len(), target.display()));
        return Ok(Exit::Ok);
    }
    write_whole(&target, &converted)?;
    terminal::out(format!("{name}: {} bytes, sha256 {}", converted.len(), Digest::of(&converted)));
    Ok(Exit::Ok)
}

/// Written beside and renamed, so that nobody reads half a file.
fn write_whole(target: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let beside = target.with_extension("new");
    let written = std::fs::write(&beside, bytes).and_then(|()| std::fs::rename(&beside, target));
    written.map_err(|error| {
        let failure = Failure::from(error);
        Failure::new(failure.exit, format!("cannot write {}: {}", target.display(), failure.text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_network_that_is_not_delivered_may_lack_a_reference() {
        let builtin = Manifest::builtin().unwrap();
        let without = |name: &str| {
            let (file, tensor) = ("reference.safetensors".to_owned(), format!("{name}.input"));
            let parity = Err(VerifyError::NoReference { file, tensor });
            verdict(&Report { name: name.to_owned(), parity }, &builtin)
        };
        assert_eq!(without("own"), Ok(None));
        assert_eq!(without("minifasnet-v2-80"), Ok(None));
        assert!(without("face-mesh").is_err_and(|fault| fault.contains("face-mesh.input")));
    }

    #[test]
    fn answers_like_the_originals_are_sound_and_others_are_not() {
        let builtin = Manifest::builtin().unwrap();
        let of = |found: f32| {
            let parity = Ok(Parity::of(&[found], &[1.0]));
            verdict(&Report { name: "face-mesh".to_owned(), parity }, &builtin)
        };
        assert!(matches!(of(1.0), Ok(Some(parity)) if parity.holds()));
        assert!(of(1.1).is_err_and(|fault| fault.contains("differ")));
    }
}
