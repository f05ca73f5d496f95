//! Who is trusted with what: rows of policies and claims.

use serde_json::{Value, json};

use super::*;
use crate::key::SecretKey;
use crate::manifest::PackageManifest;

const TODAY: Date = jiff::civil::date(2026, 11, 29);

fn vendor() -> SecretKey {
    SecretKey::new(&[1; 32])
}

fn manifest(change: (&str, Value)) -> Vec<u8> {
    let mut manifest = json!({
        "format": 1, "id": "com.acme.pay", "version": "1.0.0", "abi": { "major": 1, "minor_min": 0 },
        "interfaces": ["facepay.payment/1"], "libraries": { "x86_64": "lib.so" }, "key_id": "acme",
        "files": { "lib.so": Digest::of(b"library") }, "not_after": "2026-11-29", "counter": 5
    });
    manifest[change.0] = change.1;
    manifest.to_string().into_bytes()
}

fn policy(change: (&str, Value)) -> Policy {
    let keys = json!([{ "id": "acme", "public": vendor().public().to_string(), "prefixes": ["com.acme"] }]);
    let mut policy = json!({ "format": 1, "counter": 1, "keys": keys });
    policy[change.0] = change.1;
    Policy::parse(policy.to_string().as_bytes()).unwrap()
}

fn judged(policy: Option<&Policy>, bytes: &[u8], signature: Option<Signature>, allow: bool) -> String {
    let manifest = PackageManifest::parse(bytes).unwrap();
    let claim = Claim { bytes, digest: Digest::of(bytes), signature, said: manifest.said() };
    match trust(policy, &claim, TODAY, allow) {
        Ok(Trust::Signed { key_id }) => format!("signed by {key_id}"),
        Ok(Trust::Unsigned) => "nobody".to_owned(),
        Err(refusal) => refusal.code().to_owned(),
    }
}

#[test]
fn each_reason_to_refuse_a_signed_package_has_its_own_name() {
    let same = || ("counter", json!(5));
    let usual = || ("counter", json!(1));
    let digest = Digest::of(&manifest(same()));
    let rows = [
        (same(), usual(), "signed by acme"),
        (("id", json!("com.acme")), usual(), "signed by acme"),
        (("id", json!("com.acmes.pay")), usual(), "key_not_for_id"),
        (("id", json!("com.other.pay")), usual(), "key_not_for_id"),
        (("key_id", json!("other")), usual(), "unknown_key"),
        (("not_after", json!("2026-11-28")), usual(), "expired"),
        (same(), ("revoked_keys", json!(["acme"])), "revoked_key"),
        (same(), ("revoked", json!([digest])), "revoked_digest"),
        (same(), ("revoked", json!([Digest::of(b"library")])), "revoked_digest"),
        (same(), ("counters", json!({ "com.acme.pay": 6 })), "downgraded"),
        (same(), ("counters", json!({ "com.acme.pay": 5 })), "signed by acme"),
        (same(), ("keys", json!([])), "unknown_key"),
        (same(), ("in_process", json!([digest])), "signed by acme"),
    ];
    for (of_manifest, of_policy, expected) in rows {
        let (bytes, policy) = (manifest(of_manifest.clone()), policy(of_policy.clone()));
        let found = judged(Some(&policy), &bytes, Some(vendor().sign(&bytes)), false);
        assert_eq!(found, expected, "{of_manifest:?} {of_policy:?}");
    }
}

#[test]
fn allowing_unsigned_packages_excuses_a_missing_voucher_and_nothing_else() {
    let bytes = manifest(("counter", json!(5)));
    let forged = Some(SecretKey::new(&[2; 32]).sign(&bytes));
    let signed = Some(vendor().sign(&bytes));
    let usual = policy(("counter", json!(1)));
    let revoked = policy(("revoked_keys", json!(["acme"])));
    let stranger = policy(("keys", json!([])));
    let rows = [
        (None, None, "no_policy", "nobody"),
        (None, signed, "no_policy", "nobody"),
        (Some(&usual), None, "unsigned", "nobody"),
        (Some(&stranger), signed, "unknown_key", "nobody"),
        (Some(&usual), forged, "forged", "forged"),
        (Some(&revoked), signed, "revoked_key", "revoked_key"),
        (Some(&usual), signed, "signed by acme", "signed by acme"),
    ];
    for (policy, signature, strict, lenient) in rows {
        assert_eq!(judged(policy, &bytes, signature, false), strict);
        assert_eq!(judged(policy, &bytes, signature, true), lenient);
    }
    let old = manifest(("not_after", json!("2026-11-28")));
    assert_eq!(judged(None, &old, None, true), "expired");
}

#[test]
fn a_policy_is_the_root_keys_and_whole_or_none() {
    let root = SecretKey::new(&[9; 32]);
    let text = |change: (&str, Value)| {
        let mut policy = json!({ "format": 1, "counter": 1, "keys": [] });
        policy[change.0] = change.1;
        policy.to_string().into_bytes()
    };
    let two = json!([
        { "id": "a", "public": vendor().public().to_string(), "prefixes": [] },
        { "id": "a", "public": vendor().public().to_string(), "prefixes": [] }
    ]);
    let rows = [
        (("counter", json!(2)), &root, "opened"),
        (("counter", json!(2)), &vendor(), "policy_forged"),
        (("not_after", json!("2026-11-29")), &root, "opened"),
        (("not_after", json!("2026-11-28")), &root, "policy_expired"),
        (("not_after", json!("soon")), &root, "policy_malformed"),
        (("format", json!(2)), &root, "policy_malformed"),
        (("keys", two), &root, "policy_malformed"),
        (("keys", json!([{ "id": "a", "public": "00", "prefixes": [] }])), &root, "policy_malformed"),
        (("surprise", json!(1)), &root, "policy_malformed"),
    ];
    for (change, key, expected) in rows {
        let bytes = text(change.clone());
        let signature = key.sign(&bytes).to_file();
        let opened = Policy::open(&bytes, signature.as_bytes(), &root.public(), TODAY);
        let found = opened.map_or_else(|refusal| refusal.code(), |_| "opened");
        assert_eq!(found, expected, "{change:?}");
    }
    let mut bytes = text(("counter", json!(2)));
    let signature = root.sign(&bytes).to_file();
    bytes.push(b'\n'); // the bytes are signed, not what they mean
    let opened = Policy::open(&bytes, signature.as_bytes(), &root.public(), TODAY);
    assert_eq!(opened.unwrap_err().code(), "policy_forged");
}
