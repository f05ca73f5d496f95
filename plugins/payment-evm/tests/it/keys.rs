//! Keys in the place of the host's: two on secp256k1, by their handles.

use k256::ecdsa::SigningKey;
use plugin_sdk::{Error, MacAlgorithm, Result, SecretService, SignAlgorithm};

/// Handle and key of the hot wallet.
pub(crate) const HOT: (&str, [u8; 32]) = ("hot", [0x11; 32]);
/// Handle and key of the merchant.
pub(crate) const MERCHANT: (&str, [u8; 32]) = ("merchant", [0x22; 32]);

/// The keys.
pub(crate) struct Keys;

impl SecretService for Keys {
    fn mac(&self, _handle: &str, _algorithm: MacAlgorithm, _data: &[u8]) -> Result<Vec<u8>> {
        Err(Error::Unsupported("no code is asked for".into()))
    }

    fn sign(&self, handle: &str, algorithm: SignAlgorithm, data: &[u8]) -> Result<Vec<u8>> {
        let key = [HOT, MERCHANT].into_iter().find(|(name, _)| *name == handle);
        let (_, key) = key.ok_or_else(|| Error::Config(format!("no key called {handle}")))?;
        let key = SigningKey::from_slice(&key).unwrap();
        Ok(match algorithm {
            SignAlgorithm::Secp256k1Public => key.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
            SignAlgorithm::EcdsaSecp256k1Prehashed => {
                let (signature, recovery) = key.sign_prehash_recoverable(data);
                [signature.to_bytes().as_slice(), &[recovery.to_byte()]].concat()
            }
            other => return Err(Error::Unsupported(format!("{other:?}"))),
        })
    }
}

/// The address of a key.
pub(crate) fn address(handle: &str) -> String {
    let public = Keys.sign(handle, SignAlgorithm::Secp256k1Public, &[]).unwrap();
    alloy_primitives::Address::from_raw_public_key(&public[1..]).to_string().to_lowercase()
}
