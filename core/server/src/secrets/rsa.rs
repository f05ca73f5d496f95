//! Signatures with RSA keys. ring computes with the private key in constant time and blinds it, so that the time that a signature
//! takes says nothing of the key.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::Secret;
use plugin_host::InferenceError as ServiceError;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};

use super::unfit;

/// RSASSA-PKCS1-v1_5 with SHA-256 over `data`. `content` is a PKCS#8 key of 2048 to 4096 bits, in DER or PEM.
pub(super) fn sign(handle: &str, content: &Secret<Vec<u8>>, data: &[u8]) -> Result<Vec<u8>, ServiceError> {
    let no_key = || unfit(handle, "is no RSA key in PKCS#8 of 2048 to 4096 bits, in DER or PEM");
    let der = der(content.expose()).ok_or_else(no_key)?;
    let key = RsaKeyPair::from_pkcs8(der.expose()).map_err(|_| no_key())?;
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), data, &mut signature)
        .map_err(|_| unfit(handle, "signs nothing"))?;
    Ok(signature)
}

/// The key without its PEM, where it has one.
fn der(content: &[u8]) -> Option<Secret<Vec<u8>>> {
    let Some(rest) = content.trim_ascii_start().strip_prefix(b"-----BEGIN PRIVATE KEY-----") else {
        return Some(Secret::new(content.to_vec()));
    };
    let end = rest.windows(5).position(|window| window == b"-----")?;
    let mut digits = Secret::new(Vec::with_capacity(end));
    digits.expose_mut().extend(rest[..end].iter().filter(|byte| !byte.is_ascii_whitespace()));
    STANDARD.decode(digits.expose()).ok().map(Secret::new)
}
