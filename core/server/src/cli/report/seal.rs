//! The files of a report, and the signature over them all.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use store::{DeviceKey, PublicKey};

use crate::cli::{Failure, receipt};

/// The figures.
pub(super) const JSON: &str = "commissioning.json";
/// The same to read and to print.
pub(super) const HTML: &str = "commissioning.html";
/// What is signed: the digests of both.
const SIGNATURE: &str = "signature.json";

/// What the signed statement says it is.
const TYPE: &str = "facepay.report-signature/1";

/// Makes the folder.
///
/// # Errors
/// It can't be made, or holds a report already: none is written over.
pub(super) fn prepare(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| told(folder, error))?;
    match [JSON, HTML, SIGNATURE].iter().find(|name| folder.join(name).exists()) {
        Some(name) => Err(Failure::failed(format!(
            "{} is there already; give --out another folder",
            folder.join(name).display()
        ))),
        None => Ok(()),
    }
}

/// Writes the files and signs them.
pub(super) fn write(folder: &Path, key: &DeviceKey, files: &[(&str, &str)]) -> Result<(), Failure> {
    let digests: BTreeMap<&str, String> =
        files.iter().map(|(name, text)| (*name, hex::encode(Sha256::digest(text)))).collect();
    let statement = store::json::canonical(&json!({ "type": TYPE, "files": digests }));
    let signature = hex::encode(key.sign(statement.as_bytes()));
    let signed = json!({ "statement": statement, "signature": signature, "key": key.public().to_string() });
    let signed = format!("{signed:#}\n");
    for (name, text) in files.iter().copied().chain([(SIGNATURE, signed.as_str())]) {
        let path = folder.join(name);
        let mut options = OpenOptions::new();
        let file = options.write(true).create_new(true).open(&path);
        let written =
            file.and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
        written.map_err(|error| told(&path, error))?;
    }
    Ok(())
}

/// By which key the report was signed, when every file is as it was then; else what was changed.
///
/// # Errors
/// A file can't be read though it is there.
pub(super) fn verify(folder: &Path, key: Option<PublicKey>) -> Result<Result<PublicKey, String>, Failure> {
    let path = folder.join(SIGNATURE);
    if !path.exists() {
        return Ok(Err(format!("{} is missing", path.display())));
    }
    let signed = receipt::read_json(&path)?;
    let (signer, files) = match signer(&signed, key) {
        Ok(told) => told,
        Err(fault) => return Ok(Err(fault)),
    };
    for (name, digest) in files {
        let found = match std::fs::read(folder.join(&name)) {
            Ok(bytes) => hex::encode(Sha256::digest(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Ok(Err(format!("{name} is missing")));
            }
            Err(error) => return Err(told(&folder.join(&name), error)),
        };
        if found != digest {
            return Ok(Err(format!("{name} was changed after it was signed")));
        }
    }
    Ok(Ok(signer))
}

/// Who signed, and the digests of what.
fn signer(signed: &Value, key: Option<PublicKey>) -> Result<(PublicKey, BTreeMap<String, String>), String> {
    let text =
        |field: &str| signed[field].as_str().ok_or_else(|| format!("{SIGNATURE} has no field {field}"));
    let (statement, signature) = (text("statement")?, text("signature")?);
    let own: PublicKey =
        text("key")?.parse().map_err(|error| format!("its field key was changed: {error}"))?;
    if let Some(key) = key.filter(|key| *key != own) {
        return Err(format!(
            "it names the key {own}, not {key}: another appliance made it, or it was changed"
        ));
    }
    let signature = hex::decode(signature).map_err(|_| "its field signature was changed".to_owned())?;
    if !own.verify(statement.as_bytes(), &signature) {
        return Err("its signature does not hold: statement, signature or key was changed".to_owned());
    }
    let said: Value = serde_json::from_str(statement).map_err(|error| error.to_string())?;
    let files: BTreeMap<String, String> =
        serde_json::from_value(said["files"].clone()).map_err(|error| error.to_string())?;
    match said["type"] == TYPE
        && [JSON, HTML].iter().all(|name| files.contains_key(*name))
        && files.len() == 2
    {
        true => Ok((own, files)),
        false => Err("what is signed is no report".to_owned()),
    }
}

fn told(path: &Path, error: std::io::Error) -> Failure {
    let failure = Failure::from(error);
    Failure::new(failure.exit, format!("{}: {}", path.display(), failure.text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(key: &DeviceKey) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), key, &[(JSON, "{\"n\": 1}"), (HTML, "<p>1</p>")]).unwrap();
        folder
    }

    fn key(byte: u8) -> DeviceKey {
        DeviceKey::of(&store::seal::Key::new([byte; 32]))
    }

    #[test]
    fn what_was_written_is_sound_to_its_key_only() {
        let (folder, public) = (report(&key(1)), key(1).public());
        assert_eq!(verify(folder.path(), None).unwrap(), Ok(public));
        assert_eq!(verify(folder.path(), Some(public)).unwrap(), Ok(public));
        assert!(verify(folder.path(), Some(key(2).public())).unwrap().is_err());
    }

    #[test]
    fn whatever_is_changed_or_missing_is_named() {
        for (name, change) in [(JSON, "{\"n\": 2}"), (HTML, "<p>2</p>")] {
            let folder = report(&key(1));
            std::fs::write(folder.path().join(name), change).unwrap();
            assert!(verify(folder.path(), None).unwrap().unwrap_err().contains(name));
            std::fs::remove_file(folder.path().join(name)).unwrap();
            assert_eq!(verify(folder.path(), None).unwrap(), Err(format!("{name} is missing")));
        }
        let folder = report(&key(1));
        let path = folder.path().join(SIGNATURE);
        let signed: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        for (field, change) in [
            ("statement", signed["statement"].as_str().unwrap().replace("facepay", "facebay")),
            ("signature", hex::encode([0; 64])),
            ("signature", "zz".to_owned()),
            ("key", key(2).public().to_string()),
            ("key", "none".to_owned()),
        ] {
            let mut changed = signed.clone();
            changed[field] = change.into();
            std::fs::write(&path, changed.to_string()).unwrap();
            assert!(verify(folder.path(), None).unwrap().is_err(), "{field}");
        }
        std::fs::remove_file(&path).unwrap();
        assert!(verify(folder.path(), None).unwrap().is_err());
    }

    #[test]
    fn a_signature_over_other_files_is_none_of_a_report() {
        let (folder, key) = (tempfile::tempdir().unwrap(), key(1));
        write(folder.path(), &key, &[(JSON, "{}")]).unwrap();
        assert!(verify(folder.path(), None).unwrap().is_err());
    }

    #[test]
    fn no_report_is_written_over() {
        let folder = report(&key(1));
        assert!(prepare(folder.path()).is_err());
        assert!(prepare(&folder.path().join("new")).is_ok());
    }
}
