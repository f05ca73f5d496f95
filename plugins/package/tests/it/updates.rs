//! Updates of the appliance: believed as plugins' packages are, and by keys that the policy trusts with the appliance.

use std::path::Path;

use plugin_package::{
    Refusal, SecretKey, Source, Trust, UPDATE_ID, Update, UpdateManifest, Verifier, sign_update,
    write_archive,
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::fixture::{at, usual_verifier, vendor, verifier};

const PACKAGE: &[u8] = b"what dpkg installs";

fn manifest(change: (&str, Value)) -> UpdateManifest {
    let mut manifest = json!({
        "format": 1, "id": UPDATE_ID, "version": "0.2.0-1", "architecture": "amd64",
        "migrations": ["2026-11-24-000000"], "key_id": "house", "not_after": "2099-12-31", "counter": 5
    });
    manifest[change.0] = change.1;
    UpdateManifest::parse(manifest.to_string().as_bytes()).unwrap()
}

/// A folder as its vendor signed it.
fn signed(change: (&str, Value), key: &SecretKey) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("facepay.deb"), PACKAGE).unwrap();
    sign_update(folder.path(), &manifest(change), key).unwrap();
    folder
}

fn usual() -> TempDir {
    signed(("counter", json!(5)), &vendor())
}

/// Trusts the vendor with these names.
fn trusting(prefixes: Value) -> Verifier {
    verifier((
        "keys",
        json!([{ "id": "house", "public": vendor().public().to_string(), "prefixes": prefixes }]),
    ))
}

fn verified(path: &Path, verifier: &Verifier) -> Result<Update, Refusal> {
    verifier.verify_update(&Source::open(path)?)
}

#[test]
fn an_update_as_its_vendor_signed_it_is_believed_as_a_folder_and_as_a_file() {
    let (folder, dir) = (usual(), tempfile::tempdir().unwrap());
    let file = dir.path().join("x.fpu");
    write_archive(folder.path(), &file).unwrap();
    for path in [folder.path(), &file] {
        let update = verified(path, &trusting(json!([UPDATE_ID]))).unwrap();
        assert_eq!(update.trust, Trust::Signed { key_id: "house".to_owned() });
        assert_eq!(update.package.bytes().unwrap(), PACKAGE);
        assert_eq!(update.manifest.files["facepay.deb"].bytes, PACKAGE.len() as u64);
    }
}

#[test]
fn whom_the_policy_does_not_trust_with_the_appliance_updates_nothing() {
    let (stranger, usual) = (SecretKey::new(&[9; 32]), || ("counter", json!(5)));
    for (update, verifier, expected) in [
        (signed(usual(), &vendor()), usual_verifier(), "unknown_key"),
        (signed(usual(), &vendor()), trusting(json!(["com.acme"])), "key_not_for_id"),
        (signed(usual(), &vendor()), trusting(json!(["org.facepay.app"])), "key_not_for_id"),
        (signed(usual(), &vendor()), trusting(json!(["org.facepay", "org"])), "key_not_for_id"),
        (signed(usual(), &stranger), trusting(json!([UPDATE_ID])), "forged"),
        (signed(("not_after", json!("2026-01-01")), &vendor()), trusting(json!([UPDATE_ID])), "expired"),
    ] {
        assert_eq!(verified(update.path(), &verifier).unwrap_err().code(), expected);
    }
    // A key for plugins can't vouch for an update by calling it a plugin, nor the other way round.
    let refused = usual_verifier().verify(&Source::open(signed(usual(), &vendor()).path()).unwrap());
    assert_eq!(refused.unwrap_err().code(), "malformed");
}

#[test]
fn a_changed_and_a_truncated_update_are_refused() {
    type Change = fn(&TempDir);
    let rows: [(&str, Change, &str); 6] = [
        ("a byte more", |u| append(u, "facepay.deb"), "file_changed"),
        ("a changed manifest", |u| append(u, "update.json"), "forged"),
        ("no signature", |u| std::fs::remove_file(at(u, "update.sig")).unwrap(), "unsigned"),
        ("no manifest", |u| std::fs::remove_file(at(u, "update.json")).unwrap(), "malformed"),
        ("no package", |u| std::fs::remove_file(at(u, "facepay.deb")).unwrap(), "file_missing"),
        ("a file more", |u| std::fs::write(at(u, "more"), "").unwrap(), "file_extra"),
    ];
    let verifier = trusting(json!([UPDATE_ID]));
    for (name, change, expected) in rows {
        let update = usual();
        change(&update);
        assert_eq!(verified(update.path(), &verifier).unwrap_err().code(), expected, "{name}");
    }
    let (update, dir) = (usual(), tempfile::tempdir().unwrap());
    let file = dir.path().join("x.fpu");
    write_archive(update.path(), &file).unwrap();
    let whole = std::fs::read(&file).unwrap();
    for len in (0..whole.len() - 1024).step_by(512) {
        std::fs::write(&file, &whole[..len]).unwrap();
        assert!(verified(&file, &verifier).is_err(), "cut at {len}");
    }
}

#[test]
fn an_update_is_one_package() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.deb", "b.deb"] {
        std::fs::write(folder.path().join(name), PACKAGE).unwrap();
    }
    sign_update(folder.path(), &manifest(("counter", json!(5))), &vendor()).unwrap();
    let refused = verified(folder.path(), &trusting(json!([UPDATE_ID]))).unwrap_err();
    assert!(refused.to_string().contains("one Debian package"), "{refused}");
}

fn append(update: &TempDir, name: &str) {
    let bytes = std::fs::read(at(update, name)).unwrap();
    std::fs::write(at(update, name), [&bytes[..], b" "].concat()).unwrap();
}
