//! A plugin out of a verified package: it runs from the memory that was hashed, and is what its vendor signed.

use plugin_host::{Host, LoadError, Plugin};
use plugin_package::{Date, Package, Policy, SecretKey, Source, Verifier, sign_folder, sign_policy};
use serde_json::{Value, json};
use std::sync::Arc;
use tempfile::TempDir;

use crate::fixture::{ID, built, compile, settings};

/// A signed package around the C fixture with a fault, in which `change` was made.
fn package(fault: &str, change: (&str, Value)) -> TempDir {
    let (_dir, library) = compile(fault);
    let interfaces = [
        "facepay.detector/1",
        "facepay.liveness/1",
        "facepay.recognizer/1",
        "facepay.payment/1",
        "org.example.unknown/1",
    ];
    let manifest = json!({
        "format": 1, "id": ID, "version": "1.0.0", "abi": { "major": 1, "minor_min": 0 },
        "interfaces": interfaces,
        "libraries": { std::env::consts::ARCH: "fixture.so" }, "needs": { "host_ext": ["facepay.host.log/1"] },
        "key_id": "example", "not_after": "2027-12-31", "counter": 1
    });
    folder(manifest, change, &library)
}

fn folder(mut manifest: Value, change: (&str, Value), library: &std::path::Path) -> TempDir {
    if !change.0.is_empty() {
        manifest[change.0] = change.1;
    }
    folder_with(manifest, library, &[])
}

/// A signed package around a library, with further files.
pub(crate) fn folder_with(manifest: Value, library: &std::path::Path, files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    std::fs::copy(library, dir.path().join("fixture.so")).unwrap();
    std::fs::write(dir.path().join("schema.json"), r#"{"type":"object"}"#).unwrap();
    std::fs::write(dir.path().join("plugin.json"), manifest.to_string()).unwrap();
    sign_folder(dir.path(), &SecretKey::new(&[1; 32])).unwrap();
    dir
}

pub(crate) fn verified(package: &TempDir) -> Package {
    let (dir, root) = (tempfile::tempdir().unwrap(), SecretKey::new(&[9; 32]));
    let public = SecretKey::new(&[1; 32]).public().to_string();
    let keys = json!([{ "id": "example", "public": public, "prefixes": ["org.example"] }]);
    let (path, today) = (dir.path().join("policy.json"), Date::new(2026, 11, 29).unwrap());
    let policy = json!({ "format": 1, "counter": 1, "keys": keys }).to_string();
    std::fs::write(&path, &policy).unwrap();
    sign_policy(&path, &root).unwrap();
    let signature = std::fs::read(dir.path().join("policy.sig")).unwrap();
    let policy = Policy::open(policy.as_bytes(), &signature, &root.public(), today).unwrap();
    let verifier = Verifier { policy: Some(policy), allow_unsigned: false, today };
    verifier.verify(&Source::open(package.path()).unwrap()).unwrap()
}

fn loaded(package: Package) -> Result<Arc<Plugin>, LoadError> {
    Host::default().load_package(package, &settings(ID, ""))
}

#[test]
fn what_runs_is_what_was_verified_though_the_file_was_swapped_in_between() {
    let dir = package("SOUND", ("", json!(0)));
    let believed = verified(&dir);
    let digest = believed.digest;
    let (_other, other) = compile("CREATE_FAILS");
    std::fs::write(dir.path().join("fixture.so"), std::fs::read(other).unwrap()).unwrap(); // the same inode
    let plugin = loaded(believed).unwrap();
    let tag = plugin.manifest().package.clone().unwrap();
    assert_eq!((tag.digest, tag.key_id.as_deref()), (digest, Some("example")));
    assert!(plugin.detector().is_some());
}

#[test]
fn a_library_that_is_not_what_its_vendor_signed_is_refused_before_an_instance_is_made() {
    let rows = [
        ("version", json!("1.0.1"), "fp_descriptor.version is 1.0.0, expected 1.0.1"),
        ("interfaces", json!(["facepay.payment/1"]), "expected facepay.payment/1"),
        ("needs", json!({}), "fp_descriptor.required_host_ext is facepay.host.log/1, expected :"),
        ("config_schema", json!("schema.json"), "fp_descriptor.config_schema is another schema"),
    ];
    for (field, value, expected) in rows {
        // With this fault an instance that is made would say so.
        let refusal = loaded(verified(&package("CREATE_FAILS", (field, value)))).err().unwrap().to_string();
        assert!(refusal.contains(expected), "{field}: {refusal}");
        assert!(refusal.contains("its package says otherwise"), "{field}: {refusal}");
    }
    let other = verified(&package("CREATE_FAILS", ("id", json!("org.example.other"))));
    let refusal = Host::default().load_package(other, &settings("org.example.other", "")).err().unwrap();
    assert!(refusal.to_string().contains("fp_descriptor.id is org.example.fixture"), "{refusal}");
}

#[test]
fn a_plugin_of_the_sdk_passes_the_checks_of_its_headers_as_cargo_builds_it() {
    for name in ["libprobe.so", "libguide.so", "libpayment_wallet.so"] {
        let library = std::fs::read(built(name)).unwrap();
        plugin_package::check_library(&library, std::env::consts::ARCH)
            .unwrap_or_else(|fault| panic!("{name}: {fault}"));
    }
}
