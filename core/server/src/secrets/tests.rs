//! Keys as files: what is read, what is refused, and that what is made with them is what others expect.

use std::os::unix::fs::PermissionsExt;

use super::*;

/// A folder with one secret of this content and mode.
fn vault(content: &[u8], mode: u32) -> (tempfile::TempDir, Vault) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    std::fs::write(&path, content).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    let vault = Vault::new(folder.path().to_owned());
    (folder, vault)
}

fn mac(content: &[u8], algorithm: MacAlgorithm, data: &[u8]) -> String {
    hex::encode(vault(content, 0o600).1.mac("key", algorithm, data).unwrap())
}

fn sign(content: &[u8], algorithm: SignAlgorithm, data: &[u8]) -> Vec<u8> {
    vault(content, 0o600).1.sign("key", algorithm, data).unwrap()
}

/// RFC 4231, test case 2.
#[test]
fn codes_are_those_of_rfc_4231_whether_the_key_is_text_or_hexadecimal() {
    let data = b"what do ya want for nothing?";
    let sha256 = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    for key in [&b"Jefe"[..], b"Jefe\n", b"Jefe\r\n", b"hex:4a656665\n"] {
        assert_eq!(mac(key, MacAlgorithm::HmacSha256, data), sha256);
    }
    let sha512 = "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737";
    assert_eq!(mac(b"Jefe", MacAlgorithm::HmacSha512, data), sha512);
}

/// RFC 8032, 7.1, test 2.
#[test]
fn an_ed25519_signature_is_that_of_rfc_8032() {
    let key = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
    let expected = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
    for content in [key.as_bytes().to_vec(), format!("0x{key}\n").into_bytes(), hex::decode(key).unwrap()] {
        assert_eq!(hex::encode(sign(&content, SignAlgorithm::Ed25519, &[0x72])), expected);
    }
}

/// RFC 6979, A.2.5: P-256, SHA-256, "sample".
#[test]
fn a_p256_signature_is_that_of_rfc_6979() {
    let key = b"C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721";
    let expected = "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";
    assert_eq!(hex::encode(sign(key, SignAlgorithm::EcdsaP256Sha256, b"sample")), expected);
}

#[test]
fn a_secp256k1_signature_leads_back_to_the_public_key() {
    // The key 1, whose public key is the generator of the curve.
    let key = [&[0_u8; 31][..], &[1]].concat();
    let public = sign(&key, SignAlgorithm::Secp256k1Public, b"");
    let generator = "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";
    assert_eq!(hex::encode(&public), generator);
    for seed in 0..16_u8 {
        let digest = [seed; 32];
        let signed = sign(&key, SignAlgorithm::EcdsaSecp256k1Prehashed, &digest);
        assert_eq!(signed.len(), 65);
        assert!(signed[32] < 0x80, "s is not low");
        let signature = k256::ecdsa::Signature::from_slice(&signed[..64]).unwrap();
        let recovery = k256::ecdsa::RecoveryId::from_byte(signed[64]).unwrap();
        let found = k256::ecdsa::VerifyingKey::recover_from_prehash(&digest, &signature, recovery).unwrap();
        assert_eq!(found.to_sec1_point(false).as_bytes(), public);
    }
}

/// What openssl makes of the same key and text: `openssl dgst -sha256 -sign rsa.pem`.
#[test]
fn an_rsa_signature_is_the_one_that_openssl_makes_from_pem_and_from_der() {
    let pem = include_bytes!("tests/rsa.pem");
    let expected = include_str!("tests/rsa.signature").trim();
    let lines = std::str::from_utf8(pem).unwrap().lines();
    let digits: String = lines.filter(|line| !line.starts_with("-----")).collect();
    let der = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, digits).unwrap();
    for content in [&pem[..], &der] {
        assert_eq!(hex::encode(sign(content, SignAlgorithm::RsaPkcs1Sha256, b"sample")), expected);
    }
}

#[test]
fn what_is_no_key_is_refused_without_being_shown() {
    let zero = [b'0'; 64];
    for (content, algorithm, data) in [
        (&b"hunter2"[..], SignAlgorithm::Ed25519, &b"a"[..]),
        (&[b'z'; 64], SignAlgorithm::Ed25519, b"a"),
        (&zero, SignAlgorithm::EcdsaP256Sha256, b"a"),
        (&zero, SignAlgorithm::Secp256k1Public, b""),
        (b"hunter2", SignAlgorithm::RsaPkcs1Sha256, b"a"),
        (b"-----BEGIN PRIVATE KEY-----\nzzz\n-----END PRIVATE KEY-----", SignAlgorithm::RsaPkcs1Sha256, b"a"),
        (&[b'1'; 64], SignAlgorithm::EcdsaSecp256k1Prehashed, b"not a digest"),
    ] {
        let error = vault(content, 0o600).1.sign("key", algorithm, data).unwrap_err().to_string();
        assert!(!error.contains("hunter2") && !error.contains("zzz"), "{error}");
    }
    assert!(vault(b"hex:12g4", 0o600).1.bytes("key").is_err());
    assert!(vault(b"", 0o600).1.bytes("key").is_err());
    assert!(vault(&vec![b'a'; BYTES_MAX as usize + 1], 0o600).1.bytes("key").is_err());
}

#[test]
fn only_a_file_that_nobody_else_can_read_is_a_secret() {
    for (mode, allowed) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false), (0o440, false)] {
        assert_eq!(vault(b"a", mode).1.bytes("key").is_ok(), allowed, "{mode:o}");
    }
    let (folder, vault) = vault(b"a", 0o600);
    std::fs::create_dir(folder.path().join("folder")).unwrap();
    let inside = folder.path().file_name().unwrap().to_str().unwrap();
    for handle in ["folder", "", ".", "..", "/etc/hostname", &format!("../{inside}/key"), "none"] {
        assert!(vault.bytes(handle).is_err(), "{handle}");
    }
    assert!(matches!(vault.bytes("none"), Err(SecretError::Missing { .. })));
}

#[test]
fn a_credential_of_the_service_manager_may_show_the_mask_of_its_access_list() {
    let (folder, _) = vault(b"a", 0o440);
    let metadata = folder.path().join("key").metadata().unwrap();
    // Only as root is the file root's.
    assert_eq!(exposure(&metadata, true).is_none(), metadata.uid() == 0);
    assert!(exposure(&metadata, false).is_some());
}

#[test]
fn a_changed_file_is_a_changed_secret() {
    let (folder, vault) = vault(b"old", 0o600);
    assert_eq!(vault.bytes("key").unwrap().expose(), b"old");
    std::fs::write(folder.path().join("key"), b"new").unwrap();
    assert_eq!(vault.bytes("key").unwrap().expose(), b"new");
}
