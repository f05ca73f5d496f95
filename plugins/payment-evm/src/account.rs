//! An address whose key the host keeps, and signing with it.

use alloy_primitives::Address;
use plugin_sdk::{Error, Result, Secrets, SignAlgorithm};

use crate::transaction::{Signature, Signed, Transaction};

/// An address and the handle of its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    handle: String,
    /// Derived from the key.
    pub(crate) address: Address,
}

impl Account {
    /// The account of the key called `handle`.
    pub(crate) fn open(secrets: &Secrets, handle: &str) -> Result<Self> {
        let public = secrets.sign(handle, SignAlgorithm::Secp256k1Public, &[])?;
        match public.as_slice() {
            [4, point @ ..] if point.len() == 64 => {
                Ok(Self { handle: handle.to_owned(), address: Address::from_raw_public_key(point) })
            }
            _ => Err(Error::Internal("the host's public key is not 65 bytes, uncompressed".into())),
        }
    }

    /// Signs. Fails when the host does, or when its signature is none that a chain takes.
    pub(crate) fn sign(&self, secrets: &Secrets, transaction: &Transaction) -> Result<Signed> {
        let digest = transaction.signing_hash();
        let algorithm = SignAlgorithm::EcdsaSecp256k1Prehashed;
        let signature = secrets.sign(&self.handle, algorithm, digest.as_slice())?;
        let signature = Signature::read(&signature)
            .ok_or_else(|| Error::Internal("the host's signature is none that a chain takes".into()))?;
        Ok(transaction.signed(&signature))
    }
}
