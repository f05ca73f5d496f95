//! Keys of the tests: those of the host by their handles, those of the issuer by their certificates' names.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use plugin_sdk::{Error, MacAlgorithm, Result, SecretService, SignAlgorithm};
use ring::hmac;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};

/// The host's keys.
pub(crate) struct HostKeys;

impl SecretService for HostKeys {
    fn mac(&self, handle: &str, algorithm: MacAlgorithm, data: &[u8]) -> Result<Vec<u8>> {
        assert_eq!((handle, algorithm), ("aadhaar.reference", MacAlgorithm::HmacSha256));
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"a key of the tests");
        Ok(hmac::sign(&key, data).as_ref().to_vec())
    }

    fn sign(&self, handle: &str, algorithm: SignAlgorithm, data: &[u8]) -> Result<Vec<u8>> {
        match (handle, algorithm) {
            ("aadhaar.aua", SignAlgorithm::RsaPkcs1Sha256) => Ok(sign("aua", data)),
            ("aadhaar.other", SignAlgorithm::RsaPkcs1Sha256) => Ok(sign("stranger", data)),
            _ => Err(Error::Config(format!("no key called {handle}"))),
        }
    }
}

/// A certificate of the test authority, in PEM.
pub(crate) fn certificate(name: &str) -> String {
    let pem = match name {
        "issuer" => include_str!("keys/issuer.crt"),
        "former" => include_str!("keys/former.crt"),
        "stranger" => include_str!("keys/stranger.crt"),
        "aua" => include_str!("keys/aua.crt"),
        other => panic!("no certificate called {other}"),
    };
    pem.to_owned()
}

/// The private key of a certificate, in PEM.
pub(crate) fn private_key(name: &str) -> &'static str {
    match name {
        "issuer" => include_str!("keys/issuer.pem"),
        "former" => include_str!("keys/former.pem"),
        "stranger" => include_str!("keys/stranger.pem"),
        "aua" => include_str!("keys/aua.pem"),
        other => panic!("no key called {other}"),
    }
}

/// RSASSA-PKCS1-v1_5 with SHA-256 by the key of a certificate.
pub(crate) fn sign(name: &str, message: &[u8]) -> Vec<u8> {
    let digits: String = private_key(name).lines().filter(|line| !line.starts_with("-----")).collect();
    let key = RsaKeyPair::from_pkcs8(&STANDARD.decode(digits).unwrap()).unwrap();
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).unwrap();
    signature
}
