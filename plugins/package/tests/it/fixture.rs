//! Builds libraries with cc, and packages around them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use plugin_package::{Date, Digest, Package, Policy, Refusal, SecretKey, Source, Verifier, sign_folder};
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) const ID: &str = "com.acme.pay";
pub(crate) const LIBRARY: &str = "lib/libpay.so";
/// The least that has a plugin's one symbol.
pub(crate) const SOUND: &str = "const int facepay_plugin_entry = 1;\n";

pub(crate) fn today() -> Date {
    Date::new(2026, 11, 29).unwrap()
}

pub(crate) fn vendor() -> SecretKey {
    SecretKey::new(&[1; 32])
}

pub(crate) fn root() -> SecretKey {
    SecretKey::new(&[9; 32])
}

/// Compiles C into a shared library.
pub(crate) fn compile(source: &str, flags: &[&str]) -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let (file, library) = (dir.path().join("plugin.c"), dir.path().join("plugin.so"));
    std::fs::write(&file, source).unwrap();
    let mut cc = Command::new("cc");
    let cc = cc.args(["-fPIC", "-shared", "-o"]).args([&library, &file]).args(flags);
    let output = cc.output().unwrap_or_else(|error| panic!("cc is needed to build the C fixtures: {error}"));
    assert!(output.status.success(), "cc: {}", String::from_utf8_lossy(&output.stderr));
    std::fs::read(&library).unwrap()
}

pub(crate) fn sound() -> &'static [u8] {
    static LIBRARY: OnceLock<Vec<u8>> = OnceLock::new();
    LIBRARY.get_or_init(|| compile(SOUND, &[]))
}

/// A folder with a library, a schema and an unsigned manifest, in which `change` was made.
pub(crate) fn unsigned(library: &[u8], change: (&str, Value)) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut manifest = json!({
        "format": 1, "id": ID, "version": "1.0.0", "abi": { "major": 1, "minor_min": 0 },
        "interfaces": ["facepay.payment/1"], "libraries": { std::env::consts::ARCH: LIBRARY },
        "config_schema": "schema.json", "key_id": "acme", "not_after": "2027-12-31", "counter": 5
    });
    manifest[change.0] = change.1;
    std::fs::create_dir(dir.path().join("lib")).unwrap();
    std::fs::write(dir.path().join(LIBRARY), library).unwrap();
    std::fs::write(dir.path().join("schema.json"), r#"{"type":"object"}"#).unwrap();
    std::fs::write(dir.path().join("plugin.json"), manifest.to_string()).unwrap();
    dir
}

/// A signed package in which `change` was made before it was signed.
pub(crate) fn package(change: (&str, Value)) -> TempDir {
    let dir = unsigned(sound(), change);
    sign_folder(dir.path(), &vendor()).unwrap();
    dir
}

pub(crate) fn sign_again(package: &TempDir) {
    sign_folder(package.path(), &vendor()).unwrap();
}

pub(crate) fn usual() -> TempDir {
    package(("counter", json!(5)))
}

/// A folder with a policy that trusts the vendor, in which `change` was made, signed by the root key.
pub(crate) fn policy_folder(change: (&str, Value)) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let keys = json!([{ "id": "acme", "public": vendor().public().to_string(), "prefixes": ["com.acme"] }]);
    let mut policy = json!({ "format": 1, "counter": 1, "keys": keys });
    policy[change.0] = change.1;
    let path = dir.path().join("policy.json");
    std::fs::write(&path, policy.to_string()).unwrap();
    plugin_package::sign_policy(&path, &root()).unwrap();
    dir
}

pub(crate) fn verifier(change: (&str, Value)) -> Verifier {
    let dir = policy_folder(change);
    let read = |name: &str| std::fs::read(dir.path().join(name)).unwrap();
    let policy = Policy::open(&read("policy.json"), &read("policy.sig"), &root().public(), today()).unwrap();
    Verifier { policy: Some(policy), allow_unsigned: false, today: today() }
}

pub(crate) fn usual_verifier() -> Verifier {
    verifier(("counter", json!(1)))
}

pub(crate) fn verified(path: &Path, verifier: &Verifier) -> Result<Package, Refusal> {
    verifier.verify(&Source::open(path)?)
}

/// The reason to refuse, by its name.
pub(crate) fn refused(path: &Path, verifier: &Verifier) -> (&'static str, String) {
    match verified(path, verifier) {
        Ok(_) => ("", String::new()),
        Err(refusal) => (refusal.code(), refusal.to_string()),
    }
}

pub(crate) fn digest(package: &TempDir) -> Digest {
    Digest::of(&std::fs::read(package.path().join("plugin.json")).unwrap())
}

pub(crate) fn at(package: &TempDir, path: &str) -> PathBuf {
    package.path().join(path)
}
