//! Keys that stay with the host: a plugin names one by its handle, and gets what was made with it.

use std::sync::Arc;

use crate::abi;
use crate::error::Result;

/// How a message is authenticated with a shared key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MacAlgorithm {
    /// HMAC with SHA-256: 32 bytes.
    HmacSha256,
    /// HMAC with SHA-512: 64 bytes.
    HmacSha512,
}

impl MacAlgorithm {
    /// The algorithm's number in the ABI.
    pub const fn code(self) -> u32 {
        match self {
            Self::HmacSha256 => abi::FP_MAC_HMAC_SHA256,
            Self::HmacSha512 => abi::FP_MAC_HMAC_SHA512,
        }
    }

    /// The algorithm with this number; `None` when it is not known.
    pub const fn from_code(code: u32) -> Option<Self> {
        Some(match code {
            abi::FP_MAC_HMAC_SHA256 => Self::HmacSha256,
            abi::FP_MAC_HMAC_SHA512 => Self::HmacSha512,
            _ => return None,
        })
    }
}

/// What is done with a private key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignAlgorithm {
    /// Ed25519 over the data: 64 bytes.
    Ed25519,
    /// ECDSA on P-256 over the SHA-256 of the data: r and s, 64 bytes.
    EcdsaP256Sha256,
    /// RSASSA-PKCS1-v1_5 with SHA-256 over the data: as many bytes as the modulus has.
    RsaPkcs1Sha256,
    /// ECDSA on secp256k1 over the data, which is a digest of 32 bytes: r, s (low) and the recovery id, 65 bytes.
    EcdsaSecp256k1Prehashed,
    /// The public key on secp256k1; the data is empty: 65 bytes, uncompressed.
    Secp256k1Public,
}

impl SignAlgorithm {
    /// The algorithm's number in the ABI.
    pub const fn code(self) -> u32 {
        match self {
            Self::Ed25519 => abi::FP_SIGN_ED25519,
            Self::EcdsaP256Sha256 => abi::FP_SIGN_ECDSA_P256_SHA256,
            Self::RsaPkcs1Sha256 => abi::FP_SIGN_RSA_PKCS1_SHA256,
            Self::EcdsaSecp256k1Prehashed => abi::FP_SIGN_ECDSA_SECP256K1_PREHASHED,
            Self::Secp256k1Public => abi::FP_SIGN_SECP256K1_PUBLIC,
        }
    }

    /// The algorithm with this number; `None` when it is not known.
    pub const fn from_code(code: u32) -> Option<Self> {
        Some(match code {
            abi::FP_SIGN_ED25519 => Self::Ed25519,
            abi::FP_SIGN_ECDSA_P256_SHA256 => Self::EcdsaP256Sha256,
            abi::FP_SIGN_RSA_PKCS1_SHA256 => Self::RsaPkcs1Sha256,
            abi::FP_SIGN_ECDSA_SECP256K1_PREHASHED => Self::EcdsaSecp256k1Prehashed,
            abi::FP_SIGN_SECP256K1_PUBLIC => Self::Secp256k1Public,
            _ => return None,
        })
    }
}

/// Uses keys by their handles. The host implements it over its own; a plugin's tests may implement it over keys of theirs.
pub trait SecretService: Send + Sync {
    /// The code that authenticates `data` under the key called `handle`.
    fn mac(&self, handle: &str, algorithm: MacAlgorithm, data: &[u8]) -> Result<Vec<u8>>;

    /// The signature of `data` with the key called `handle`, or its public half.
    fn sign(&self, handle: &str, algorithm: SignAlgorithm, data: &[u8]) -> Result<Vec<u8>>;
}

/// The host's keys, as a plugin sees them. A handle is the value of a setting that the schema marks `"x-secret": true`;
/// the host refuses any other.
#[derive(Clone)]
pub struct Secrets {
    service: Arc<dyn SecretService>,
}

impl Secrets {
    pub(crate) fn new(service: Arc<dyn SecretService>) -> Self {
        Self { service }
    }

    /// The code that authenticates `data` under the key called `handle`.
    pub fn mac(&self, handle: &str, algorithm: MacAlgorithm, data: &[u8]) -> Result<Vec<u8>> {
        self.service.mac(handle, algorithm, data)
    }

    /// The signature of `data` with the key called `handle`, or its public half.
    pub fn sign(&self, handle: &str, algorithm: SignAlgorithm, data: &[u8]) -> Result<Vec<u8>> {
        self.service.sign(handle, algorithm, data)
    }
}
