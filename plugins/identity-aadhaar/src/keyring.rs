//! The certificates that the operator pinned, and whether one of them signed something.
//!
//! A certificate is trusted because it is in the settings: no chain is built and no issuer asked. It vouches for what was signed
//! while it was valid, also after it has run out, since UIDAI goes over to a new one every few years and documents last longer.

use ring::signature::{
    RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256, RsaParameters,
    UnparsedPublicKey,
};
use x509_cert::Certificate;
use x509_cert::der::{DecodePem, Encode};

use crate::refusal::Refusal;

/// rsaEncryption of PKCS #1.
const RSA: &str = "1.2.840.113549.1.1.1";

/// How something was signed: RSASSA-PKCS1-v1_5 over one of two hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// SHA-1, which UIDAI still signs XML with.
    Sha1,
    /// SHA-256.
    Sha256,
}

impl Scheme {
    fn parameters(self) -> &'static RsaParameters {
        match self {
            Self::Sha1 => &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &RSA_PKCS1_2048_8192_SHA256,
        }
    }
}

/// Pinned certificates.
#[derive(Clone)]
pub struct KeyRing {
    keys: Vec<Key>,
}

#[derive(Clone)]
struct Key {
    /// `RSAPublicKey` in DER.
    public: Vec<u8>,
    from_s: u64,
    until_s: u64,
}

impl KeyRing {
    /// Reads certificates in PEM, one each. The error says which is wrong and why.
    pub fn read(pems: &[String]) -> Result<Self, String> {
        let keys = pems.iter().enumerate();
        let keys = keys.map(|(index, pem)| Key::read(pem).map_err(|why| format!("number {index}: {why}")));
        Ok(Self { keys: keys.collect::<Result<_, _>>()? })
    }

    /// Whether one of them signed `message` at `at_s`, which the message itself has to say.
    pub fn verify(&self, scheme: Scheme, message: &[u8], signature: &[u8], at_s: u64) -> Result<(), Refusal> {
        let signed = |key: &&Key| {
            UnparsedPublicKey::new(scheme.parameters(), &key.public).verify(message, signature).is_ok()
        };
        let mut signers = self.keys.iter().filter(signed).peekable();
        signers.peek().ok_or(Refusal::SignatureWrong)?;
        match signers.any(|key| (key.from_s..=key.until_s).contains(&at_s)) {
            true => Ok(()),
            false => Err(Refusal::KeyOutOfDate),
        }
    }
}

impl Key {
    fn read(pem: &str) -> Result<Self, String> {
        let certificate = Certificate::from_pem(pem.trim()).map_err(|_| "no X.509 certificate in PEM")?;
        let told = certificate.tbs_certificate();
        let info = told.subject_public_key_info();
        if info.algorithm.oid.to_string() != RSA {
            return Err("its key is not RSA's".into());
        }
        let public = info.subject_public_key.as_bytes().ok_or("its key is cut")?.to_vec();
        // ring looks at a key when it uses it; here an operator can still do something about it.
        if public.len() < 256 {
            return Err("its key has less than 2048 bits".into());
        }
        let validity = told.validity();
        let (from_s, until_s) = (validity.not_before, validity.not_after);
        Ok(Self {
            public,
            from_s: from_s.to_unix_duration().as_secs(),
            until_s: until_s.to_unix_duration().as_secs(),
        })
    }
}

/// The certificate in DER, for those who are to see it.
pub fn der(pem: &str) -> Result<Vec<u8>, String> {
    let certificate = Certificate::from_pem(pem.trim()).map_err(|_| "no X.509 certificate in PEM")?;
    certificate.to_der().map_err(|_| "it can't be written again".into())
}
