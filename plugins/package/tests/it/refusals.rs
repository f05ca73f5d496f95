//! Each way in which a package is not what its vendor signed, or not what the operator trusts, has its own refusal.

use std::os::unix::fs::symlink;

use plugin_package::{Trust, sign_folder};
use serde_json::{Value, json};

use crate::fixture::{
    LIBRARY, at, digest, package, policy_folder, refused, sound, unsigned, usual, usual_verifier, vendor,
    verified, verifier,
};

fn same() -> (&'static str, Value) {
    ("counter", json!(5))
}

#[test]
fn a_package_as_its_vendor_signed_it_is_believed() {
    let package = usual();
    let believed = verified(package.path(), &usual_verifier()).unwrap();
    assert_eq!(believed.trust, Trust::Signed { key_id: "acme".to_owned() });
    assert_eq!(believed.digest, digest(&package));
    assert_eq!(believed.library.bytes().unwrap(), sound());
    assert_eq!(believed.config_schema, Some(json!({ "type": "object" })));
    assert!(!believed.may_run_in_process);
    let trusting = verifier(("in_process", json!([digest(&package)])));
    assert!(verified(package.path(), &trusting).unwrap().may_run_in_process);
}

#[test]
fn whom_the_policy_does_not_trust_is_refused() {
    let (whole, usual_policy) = (digest(&usual()), ("counter", json!(1)));
    let library = plugin_package::Digest::of(sound());
    let rows = [
        (same(), usual_policy.clone(), ""),
        (("key_id", json!("acme-2020")), usual_policy.clone(), "unknown_key"),
        (("id", json!("com.acmebank.pay")), usual_policy.clone(), "key_not_for_id"),
        (("not_after", json!("2026-11-28")), usual_policy.clone(), "expired"),
        (same(), ("revoked_keys", json!(["acme"])), "revoked_key"),
        (same(), ("revoked", json!([whole])), "revoked_digest"),
        (same(), ("revoked", json!([library])), "revoked_digest"),
        (same(), ("counters", json!({ "com.acme.pay": 6 })), "downgraded"),
    ];
    for (of_package, of_policy, expected) in rows {
        let (code, text) = refused(package(of_package.clone()).path(), &verifier(of_policy.clone()));
        assert_eq!(code, expected, "{of_package:?} {of_policy:?}: {text}");
    }
}

#[test]
fn what_was_changed_after_signing_is_refused() {
    type Change = fn(&tempfile::TempDir);
    let rows: [(&str, Change, &str, &str); 12] = [
        ("nothing", |_| {}, "", ""),
        ("no signature", |p| std::fs::remove_file(at(p, "plugin.sig")).unwrap(), "unsigned", "plugin.sig"),
        ("a signature of nothing", |p| std::fs::write(at(p, "plugin.sig"), "00").unwrap(), "unsigned", ""),
        (
            "a space more in the manifest",
            |p| append(p, "plugin.json", " "),
            "forged",
            "the key acme over this manifest",
        ),
        ("no manifest", |p| std::fs::remove_file(at(p, "plugin.json")).unwrap(), "malformed", "missing"),
        ("a byte more in the library", |p| append(p, LIBRARY, "x"), "file_changed", LIBRARY),
        ("a changed schema", |p| append(p, "schema.json", " "), "file_changed", "schema.json"),
        ("no library", |p| std::fs::remove_file(at(p, LIBRARY)).unwrap(), "file_missing", LIBRARY),
        ("a file more", |p| std::fs::write(at(p, "lib/more.so"), "").unwrap(), "file_extra", "lib/more.so"),
        ("a hidden file more", |p| std::fs::write(at(p, ".more"), "").unwrap(), "path_escapes", ".more"),
        ("a link to the library", |p| linked(p, LIBRARY), "not_a_file", LIBRARY),
        ("a link to its folder", |p| linked(p, "lib"), "not_a_file", "lib"),
    ];
    for (name, change, expected, said) in rows {
        let package = usual();
        change(&package);
        let (code, text) = refused(package.path(), &usual_verifier());
        assert_eq!(code, expected, "{name}: {text}");
        assert!(text.contains(said), "{name}: {text}");
    }
}

fn append(package: &tempfile::TempDir, path: &str, text: &str) {
    let before = std::fs::read(at(package, path)).unwrap();
    std::fs::write(at(package, path), [&before, text.as_bytes()].concat()).unwrap();
}

/// Puts what lies at `path` elsewhere, and a link to it in its place: the same content, by another way.
fn linked(package: &tempfile::TempDir, path: &str) {
    let elsewhere = tempfile::tempdir().unwrap().keep();
    let moved = std::process::Command::new("mv").arg(at(package, path)).arg(elsewhere.join("x")).status();
    assert!(moved.unwrap().success());
    symlink(elsewhere.join("x"), at(package, path)).unwrap();
}

#[test]
fn a_signed_path_that_leads_out_of_the_package_is_not_followed() {
    let outside = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(outside.path(), sound()).unwrap();
    for path in [outside.path().to_str().unwrap().to_owned(), format!("../{LIBRARY}")] {
        let package = unsigned(sound(), same());
        let mut manifest: Value =
            serde_json::from_slice(&std::fs::read(at(&package, "plugin.json")).unwrap()).unwrap();
        manifest["files"] = json!({ &path: plugin_package::Digest::of(sound()) });
        manifest["libraries"] = json!({ std::env::consts::ARCH: &path });
        // No tool of ours signs such a thing, so the vendor does it by hand.
        let bytes = manifest.to_string();
        std::fs::write(at(&package, "plugin.json"), &bytes).unwrap();
        signed_by_hand(&package, bytes.as_bytes());
        let (code, text) = refused(package.path(), &usual_verifier());
        assert_eq!(code, "path_escapes", "{path}: {text}");
        assert_eq!(sign_folder(package.path(), &vendor()).unwrap_err().to_string(), text);
    }
}

fn signed_by_hand(package: &tempfile::TempDir, bytes: &[u8]) {
    use ed25519_dalek::Signer;
    let signature = ed25519_dalek::SigningKey::from_bytes(&[1; 32]).sign(bytes);
    std::fs::write(at(package, "plugin.sig"), hex::encode(signature.to_bytes())).unwrap();
}

#[test]
fn a_pipe_in_the_place_of_a_file_is_refused_without_waiting_for_a_writer() {
    let package = usual();
    std::fs::remove_file(at(&package, "plugin.sig")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(at(&package, "plugin.sig")).status();
    assert!(made.unwrap().success());
    assert_eq!(refused(package.path(), &usual_verifier()).0, "not_a_file");
}

#[test]
fn a_package_without_a_library_for_this_machine_is_refused() {
    let package = unsigned(sound(), ("libraries", json!({ "riscv64": LIBRARY })));
    let (code, text) = {
        let bytes = std::fs::read(at(&package, "plugin.json")).unwrap();
        let mut manifest: Value = serde_json::from_slice(&bytes).unwrap();
        manifest["files"] = json!({
            LIBRARY: plugin_package::Digest::of(sound()),
            "schema.json": plugin_package::Digest::of(br#"{"type":"object"}"#),
        });
        std::fs::write(at(&package, "plugin.json"), manifest.to_string()).unwrap();
        signed_by_hand(&package, manifest.to_string().as_bytes());
        refused(package.path(), &usual_verifier())
    };
    assert_eq!(code, "wrong_machine", "{text}");
}

#[test]
fn what_was_verified_is_what_is_handed_out_whatever_happens_to_the_files() {
    let package = usual();
    let believed = verified(package.path(), &usual_verifier()).unwrap();
    let other = crate::fixture::compile("const int facepay_plugin_entry = 2;\n", &[]);
    std::fs::write(at(&package, LIBRARY), other).unwrap(); // in place: the same inode
    assert_eq!(believed.library.bytes().unwrap(), sound());
    assert_eq!(believed.library.digest(), plugin_package::Digest::of(sound()));
    assert_eq!(refused(package.path(), &usual_verifier()).0, "file_changed");
}

#[test]
fn a_policy_by_another_key_opens_nothing() {
    let folder = policy_folder(("counter", json!(1)));
    let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    let opened = plugin_package::Policy::open(
        &read("policy.json"),
        &read("policy.sig"),
        &vendor().public(),
        crate::fixture::today(),
    );
    assert_eq!(opened.unwrap_err().code(), "policy_forged");
}
