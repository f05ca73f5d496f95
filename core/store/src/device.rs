//! The appliance's own signature: Ed25519 (RFC 8032), so that whoever has the public key can verify, and nobody else
//! can sign.
use std::{fmt, str::FromStr};

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use crate::{Store, seal::Key};

/// Bytes of a signature.
const SIGNATURE_BYTES: usize = 64;

/// What the seed of the signing key is derived for.
const PURPOSE: &str = "facepay device signature 1";

/// The key by which this appliance signs; never printed, overwritten when dropped.
pub struct DeviceKey(SigningKey);

/// By which signatures of one appliance are verified: 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

/// The text is not a public key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a public key is 64 hexadecimal digits, as `facepay audit key` prints them")]
pub struct NotAKey;

impl DeviceKey {
    /// The signing key that belongs to the appliance key `appliance`.
    #[must_use]
    pub fn of(appliance: &Key) -> Self {
        Self(SigningKey::from_bytes(&appliance.derived(PURPOSE)))
    }

    /// The signature of `bytes`.
    #[must_use]
    pub fn sign(&self, bytes: &[u8]) -> [u8; SIGNATURE_BYTES] {
        self.0.sign(bytes).to_bytes()
    }

    /// What others verify by.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }
}

impl PublicKey {
    /// Whether `signature` is this appliance's over exactly these `bytes`.
    #[must_use]
    pub fn verify(&self, bytes: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.0.verify_strict(bytes, &signature).is_ok())
    }
}

impl Store {
    /// The key by which this appliance signs checkpoints, receipts and certificates.
    #[must_use]
    pub fn device_key(&self) -> DeviceKey {
        DeviceKey::of(&self.key)
    }
}

impl FromStr for PublicKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| NotAKey)?;
        VerifyingKey::from_bytes(&bytes).map(Self).map_err(|_| NotAKey)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_holds_for_its_bytes_and_its_key_only() {
        let (key, other) = (DeviceKey::of(&Key::random()), DeviceKey::of(&Key::random()));
        let signature = key.sign(b"receipt");
        assert!(key.public().verify(b"receipt", &signature));
        assert!(!key.public().verify(b"receipts", &signature));
        assert!(!other.public().verify(b"receipt", &signature));
        assert!(!key.public().verify(b"receipt", &signature[1..]));
    }

    #[test]
    fn a_public_key_survives_its_text_form_and_nothing_else_is_one() {
        let public = DeviceKey::of(&Key::new([7; 32])).public();
        assert_eq!(public.to_string().parse(), Ok(public));
        for text in ["", "00", &"zz".repeat(32), &public.to_string()[1..]] {
            assert_eq!(text.parse::<PublicKey>(), Err(NotAKey), "{text}");
        }
    }

    #[test]
    fn it_signs_as_rfc_8032_says() {
        // Test 2 of section 7.1.
        let seed = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
        let key = DeviceKey(SigningKey::from_bytes(&hex::decode(seed).unwrap().try_into().unwrap()));
        assert_eq!(
            key.public().to_string(),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
        );
        assert_eq!(
            hex::encode(key.sign(&[0x72])),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        );
    }
}
