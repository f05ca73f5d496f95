//! Sealed boxes: AES-256-GCM (NIST SP 800-38D) with a key for each person, itself sealed by the appliance's key and a share
//! that is not in the database. To destroy the share is to erase all that was sealed with the key, in every copy of it.
use aes_gcm::{
    Aes256Gcm, KeyInit as _,
    aead::{Aead as _, AeadInOut as _, Payload},
};
use hmac::{Hmac, Mac as _};
use rand::Rng as _;
use sha2::Sha256;
use zeroize::{Zeroize as _, ZeroizeOnDrop};

use crate::StoreError;

const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;
/// The length of a key, in bytes.
pub const KEY_BYTES: usize = 32;

/// A 256-bit key; never printed, overwritten when dropped.
#[derive(Clone, ZeroizeOnDrop)]
pub struct Key([u8; KEY_BYTES]);

impl Key {
    /// A key from `bytes`.
    #[must_use]
    pub fn new(bytes: [u8; KEY_BYTES]) -> Self {
        Self(bytes)
    }

    /// A key from the operating system's randomness.
    #[must_use]
    pub fn random() -> Self {
        let mut bytes = [0; KEY_BYTES];
        rand::rng().fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// Seals `plain`, bound to `context`: nonce, ciphertext and tag in one box.
    pub(crate) fn seal(&self, plain: &[u8], context: &[u8]) -> Result<Vec<u8>, StoreError> {
        let mut nonce = [0; NONCE_BYTES];
        rand::rng().fill_bytes(&mut nonce);
        let payload = Payload { msg: plain, aad: context };
        let sealed = self.cipher().encrypt(&nonce.into(), payload).map_err(|_| StoreError::Seal)?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// Opens a box that was sealed with this key and `context`.
    pub(crate) fn open(&self, sealed: &[u8], context: &[u8]) -> Result<Vec<u8>, StoreError> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(StoreError::Seal)?;
        let payload = Payload { msg: sealed, aad: context };
        self.cipher().decrypt(&(*nonce).into(), payload).map_err(|_| StoreError::Seal)
    }

    /// Opens a box where it lies, and gives its contents: a large one is not copied.
    pub(crate) fn open_in_place<'a>(
        &self,
        sealed: &'a mut [u8],
        context: &[u8],
    ) -> Result<&'a [u8], StoreError> {
        let (nonce, sealed) = sealed.split_first_chunk_mut::<NONCE_BYTES>().ok_or(StoreError::Seal)?;
        let (plain, tag) = sealed.split_last_chunk_mut::<TAG_BYTES>().ok_or(StoreError::Seal)?;
        let (nonce, tag) = ((*nonce).into(), (*tag).into());
        let opened = self.cipher().decrypt_inout_detached(&nonce, context, (&mut *plain).into(), &tag);
        opened.map(|()| &*plain).map_err(|_| StoreError::Seal)
    }

    /// This key sealed by `appliance`, bound to `context`.
    pub(crate) fn wrap_as(&self, appliance: &Self, context: &[u8]) -> Result<Vec<u8>, StoreError> {
        appliance.seal(&self.0, context)
    }

    /// The key out of its sealed form, which is bound to `context`.
    pub(crate) fn unwrap_as(wrapped: &[u8], appliance: &Self, context: &[u8]) -> Result<Self, StoreError> {
        let mut bytes = appliance.open(wrapped, context)?;
        let key = bytes.as_slice().try_into().map(Self).map_err(|_| StoreError::Seal);
        bytes.zeroize();
        key
    }

    /// A tag by which equal `text` can be found without storing it: HMAC-SHA-256 for one `purpose`.
    pub(crate) fn tag(&self, purpose: &str, text: &str) -> Vec<u8> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(&context(&[purpose, text]));
        mac.finalize().into_bytes().to_vec()
    }

    /// The key of this one and `share` together, for one `purpose`: neither of the two is enough.
    pub(crate) fn joined(&self, purpose: &str, share: &[u8; KEY_BYTES]) -> Self {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(&context(&[purpose]));
        mac.update(share);
        Self(mac.finalize().into_bytes().into())
    }

    /// Another key for one `purpose`, which tells nothing about this one: HMAC-SHA-256.
    pub(crate) fn derived(&self, purpose: &str) -> [u8; KEY_BYTES] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(purpose.as_bytes());
        mac.finalize().into_bytes().into()
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new(&self.0.into())
    }
}

/// Associated data of named parts, each with its length before it so that parts can't run together.
pub(crate) fn context(parts: &[&str]) -> Vec<u8> {
    let length = |part: &str| u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes();
    parts.iter().flat_map(|part| length(part).into_iter().chain(part.bytes())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_opens_only_with_its_key_and_context() {
        let (key, other) = (Key::random(), Key::random());
        let sealed = key.seal(b"template", b"user-1").unwrap();
        assert_eq!(key.open(&sealed, b"user-1").unwrap(), b"template");
        assert!(matches!(key.open(&sealed, b"user-2"), Err(StoreError::Seal)));
        assert!(matches!(other.open(&sealed, b"user-1"), Err(StoreError::Seal)));
    }

    #[test]
    fn a_changed_or_cut_box_does_not_open() {
        let key = Key::random();
        let sealed = key.seal(b"template", b"").unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(key.open(&changed, b"").is_err(), "byte {at}");
            assert!(key.open(&sealed[..at], b"").is_err(), "cut at {at}");
            assert!(key.open_in_place(&mut changed, b"").is_err(), "byte {at}");
            assert!(key.open_in_place(&mut sealed[..at].to_vec(), b"").is_err(), "cut at {at}");
        }
        assert_eq!(key.open_in_place(&mut sealed.clone(), b"").unwrap(), b"template");
    }

    mod strangers {
        use proptest::prelude::*;

        use super::*;

        proptest! {
            #[test]
            fn no_bytes_but_those_that_were_sealed_open(bytes in prop::collection::vec(any::<u8>(), 0..128)) {
                let key = Key::random();
                prop_assert!(key.open(&bytes, b"user-1").is_err());
                prop_assert!(key.open_in_place(&mut bytes.clone(), b"user-1").is_err());
                prop_assert!(Key::unwrap_as(&bytes, &key, b"user-1").is_err());
                let sealed = key.seal(&bytes, b"user-1").unwrap();
                prop_assert_eq!(key.open(&sealed, b"user-1").unwrap(), bytes);
            }
        }
    }

    #[test]
    fn context_parts_cannot_run_together() {
        assert_ne!(context(&["ab", "c"]), context(&["a", "bc"]));
    }
}
